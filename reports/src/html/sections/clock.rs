//! Prove time over the clock, and over the fraction of a processor that a quota leaves.

use super::law_chart::{chart, prove_laws, x_axis};
use crate::chart::Axis;
use crate::html::section::{Block, Section};
use records::laws::OverName;
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "clock", title: "Time over the clock", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let blocks: Vec<_> = prove_laws(records, &[OverName::ClockGhz, OverName::CpuFraction])
        .map(|(place, law)| {
            let words = match law.over {
                OverName::CpuFraction => {
                    "The share of time that a quota leaves: no clock, since memory keeps its speed under it."
                }
                _ => "What does not fall with the clock (B of A/f + B) waits for memory: faster clocks do not help it.",
            };
            Block::chart(chart(
                law,
                format!("prove-over-clock-{place}"),
                format!("Time to prove a batch over the {}: {}", law.over.words(), law.family.words()),
                (x_axis(law), Axis::from_zero("time to prove a batch, s")),
                words,
            ))
        })
        .collect();
    (!blocks.is_empty()).then_some(blocks)
}
