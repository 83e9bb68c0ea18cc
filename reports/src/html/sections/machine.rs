//! The machine as it was when the run began.

use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::words::field;
use maud::html;
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "machine", title: "The machine", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let machine = &records.profile.as_ref()?.machine;
    let mut blocks = vec![Block::Words(
        "As it was when the run began. What could not be read is unknown, never a guess.".to_owned(),
    )];
    for section in &machine.sections {
        blocks.push(Block::Markup(html! { h3 { (short(&section.name.replace('_', " "))) } }));
        let facts = section.fields.iter().map(|one| {
            let (name, value) = field(one);
            (name.replace('_', " "), value)
        });
        blocks.push(Block::Facts(facts.collect()));
    }
    (!machine.sections.is_empty()).then_some(blocks)
}
