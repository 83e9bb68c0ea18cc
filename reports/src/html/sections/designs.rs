//! Each design by the formulas as published.

use crate::chart::Table;
use crate::html::section::{Block, Section};
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "designs", title: "Designs compared", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let plan = records.plan.as_ref()?;
    if plan.designs.is_empty() {
        return None;
    }
    let mut table = Table::new([
        ("design", "design"),
        ("provers", "provers"),
        ("prover_speedup", "times faster"),
        ("batches_per_aggregation", "N"),
        ("throughput_batches_per_s", "batches/s"),
        ("delay_virtual_s", "to virtual, s"),
        ("delay_consolidated_s", "to consolidated, s"),
        ("verifications_per_group", "proofs on L1"),
        ("bottleneck", "limited by"),
        ("meets_throughput", "carries the target"),
    ]);
    for design in &plan.designs {
        table.push([
            design.design.words().into(),
            design.provers.into(),
            design.prover_speedup.into(),
            design.batches_per_aggregation.into(),
            design.throughput_batches_per_s.into(),
            design.delay_virtual_s.into(),
            design.delay_consolidated_s.into(),
            design.verifications_per_group.into(),
            design.bottleneck.words().into(),
            if design.meets_throughput { "yes" } else { "no" }.into(),
        ]);
    }
    Some(vec![Block::Table {
        id: "designs-table".to_owned(),
        caption: "By the formulas of \"Order then Prove\", as published, where N batches have N provers. Vertical is \
                  one prover that many times faster."
            .to_owned(),
        table,
    }])
}
