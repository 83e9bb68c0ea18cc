//! What a section is: one file that declares what records it needs, and says with them what it has to say.

use crate::chart::{Chart, Table};
use maud::Markup;
use records::report::Records;

/// A section of the report. A file in `sections/` has one as a constant, and the list of them all names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// Its anchor: lower-case words joined by `-`.
    pub(crate) id: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its own script, once for the page, after all of its content; none for most.
    pub(crate) script: Option<&'static str>,
    /// What it says; none where its records are not there.
    pub(crate) build: fn(&Records) -> Option<Vec<Block>>,
}

/// A part of a section.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// A paragraph of plain words.
    Words(String),
    /// What a reader must know before trusting the rest: a paragraph that stands out.
    Caution(String),
    /// Short facts, each a name and what it is.
    Facts(Vec<(String, String)>),
    /// A chart with its caption, and its table folded behind it.
    Chart(Box<Chart>),
    /// A table in the open.
    Table {
        /// The name of its file.
        id: String,
        /// What it holds and what to see in it.
        caption: String,
        /// The table.
        table: Table,
    },
    /// Markup of the section's own; `maud` has escaped what is in it.
    Markup(Markup),
    /// Data for the section's script, inline as JSON: `JSON.parse(document.getElementById(id).textContent)`.
    Data {
        /// The id of its element.
        id: &'static str,
        /// JSON; made safe for its place by the page.
        json: String,
    },
}

impl Block {
    /// A chart.
    pub(crate) fn chart(chart: Chart) -> Self {
        Self::Chart(Box::new(chart))
    }
}
