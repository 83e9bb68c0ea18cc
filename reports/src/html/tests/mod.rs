//! The page as a reader's browser sees it, and as the worst of inputs make it.

mod compared;
mod hostile;
mod large;
mod poor;
mod structure;

use crate::html::{Place, page};
use records::report::Records;
use scraper::{ElementRef, Html, Selector};

/// A page that was read back.
pub(super) struct Read {
    pub(super) text: String,
    pub(super) document: Html,
}

impl Read {
    pub(super) fn of(records: &Records) -> Self {
        let text = page(records, Place::File);
        let document = Html::parse_document(&text);
        Self { text, document }
    }

    pub(super) fn all(&self, css: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(css).expect("a selector");
        self.document.select(&selector).collect()
    }

    pub(super) fn words(&self, css: &str) -> String {
        self.all(css).iter().flat_map(|element| element.text()).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn sections(&self) -> Vec<String> {
        self.all("main > section")
            .iter()
            .filter_map(|section| section.attr("id").map(str::to_owned))
            .collect()
    }
}
