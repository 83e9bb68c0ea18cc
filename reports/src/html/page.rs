//! The sections as one page: landmarks, contents, styles, scripts and data, all inline.
//!
//! A content security policy forbids the browser to fetch anything, so that an address in the page shows as an error and
//! not as a request.

use crate::chart::svg::{NARROW, WIDE, for_page, is_drawable};
use crate::chart::{Chart, Table, TableValue, style_for_page};
use crate::html::inline::{json_in_script, short, unbroken};
use crate::html::section::{Block, Section};
use crate::html::sections::SECTIONS;
use crate::html::sections::recommendation::heading;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use records::report::Records;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Where the page will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On disk: nothing may be fetched.
    File,
    /// Behind a server: scripts may ask it, and nobody else.
    Served,
}

/// The report of these records as one HTML file.
pub fn page(records: &Records, place: Place) -> String {
    let built: Vec<(&Section, Vec<Block>)> =
        SECTIONS.iter().filter_map(|section| Some((section, (section.build)(records)?))).collect();
    let policy = match place {
        Place::File => {
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
        }
        Place::Served => {
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'"
        }
    };
    let first = built.first().map(|(section, _)| section.id);
    let markup = html! {
        (DOCTYPE)
        html lang="en" data-served=[(place == Place::Served).then_some("")] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(generator(records));
                title { (heading(records)) }
                style { (PreEscaped(style_for_page())) (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#main" { "To the answer" }
                header class="top" {
                    p class="brand" { "bench-harness" }
                    button type="button" id="theme" hidden aria-live="polite" { "Dark" }
                }
                div class="frame" {
                    nav aria-label="Contents" {
                        ol { @for (section, _) in &built { li { a href={ "#" (section.id) } { (section.title) } } } }
                    }
                    main id="main" tabindex="-1" {
                        @for (section, blocks) in &built {
                            section id=(section.id) aria-labelledby={ (section.id) "-title" }
                                class=[(Some(section.id) == first).then_some("first")] {
                                @if Some(section.id) != first {
                                    h2 id={ (section.id) "-title" } { (section.title) }
                                }
                                @for part in blocks { (block(part)) }
                            }
                        }
                    }
                }
                footer { p { (generator(records)) } }
                script { (PreEscaped(SCRIPT)) }
                @for (section, _) in &built {
                    @if let Some(script) = section.script { script { (PreEscaped(script)) } }
                }
            }
        }
    };
    markup.into_string() + "\n"
}

fn generator(records: &Records) -> String {
    match (&records.profile, &records.pipeline) {
        (None, Some(pipeline)) => format!("Made by bench-harness from the run {}.", short(&pipeline.run)),
        (Some(profile), _) => {
            format!(
                "Made by bench-harness from the run {}, measured with version {}.",
                short(&profile.run),
                short(&profile.program_version)
            )
        }
        (None, None) => match &records.compared {
            Some(compared) => {
                let runs: Vec<_> = compared.runs.iter().map(|run| short(&run.name)).collect();
                format!("Made by bench-harness from the runs {}.", runs.join(", "))
            }
            None => "Made by bench-harness from times given by hand.".to_owned(),
        },
    }
}

fn block(part: &Block) -> Markup {
    match part {
        Block::Words(words) => html! { p { (unbroken(words)) } },
        Block::Caution(words) => html! { p class="caution" { (unbroken(words)) } },
        Block::Facts(facts) => html! {
            dl class="facts" {
                @for (name, what) in facts { div { dt { (short(name)) } dd { (short(what)) } } }
            }
        },
        Block::Chart(chart) => figure(chart),
        Block::Table { id, caption, table } => html! {
            p id={ (id) "-words" } class="table-words" { (unbroken(caption)) }
            div class="scroll" id=(id) tabindex="0" role="region" aria-labelledby={ (id) "-words" } {
                (table_markup(table))
            }
        },
        Block::Markup(markup) => markup.clone(),
        Block::Data { id, json } => html! {
            script type="application/json" id=(id) { (PreEscaped(json_in_script(json))) }
        },
    }
}

/// A chart twice, for wide and for narrow pages (one of them is not displayed, and not read aloud), its caption, and
/// its table folded behind it.
pub(crate) fn figure(chart: &Chart) -> Markup {
    html! {
        figure id=(chart.id) {
            p class="figure-title" { (short(&chart.title)) }
            @if is_drawable(chart) {
                div class="wide" { (for_page(chart, WIDE)) }
                div class="narrow" { (for_page(chart, NARROW)) }
            } @else {
                p class="caution" { "There is nothing that can be drawn: the table has what is known." }
            }
            figcaption { (unbroken(&chart.caption)) }
            @if !chart.table.rows.is_empty() {
                details {
                    summary { "The numbers" span class="unseen" { " of: " (short(&chart.title)) } }
                    div class="scroll" tabindex="0" role="region" aria-label={ "Numbers of: " (short(&chart.title)) } {
                        (table_markup(&chart.table))
                    }
                }
            }
        }
    }
}

pub(crate) fn table_markup(table: &Table) -> Markup {
    // A column is set to the right where all of it is numbers.
    let numeric: Vec<bool> = (0..table.heads.len())
        .map(|place| table.rows.iter().all(|row| row.get(place).is_none_or(TableValue::is_number)))
        .collect();
    let class = |place: usize| numeric.get(place).copied().unwrap_or(false).then_some("n");
    html! {
        table {
            thead { tr { @for (place, head) in table.heads.iter().enumerate() {
                th scope="col" class=[class(place)] { (head.words) }
            } } }
            tbody { @for row in &table.rows { tr { @for (place, value) in row.iter().enumerate() {
                td class=[if matches!(value, TableValue::Alert(_)) { Some("alert") } else { class(place) }] { (short(&value.words())) }
            } } } }
        }
    }
}
