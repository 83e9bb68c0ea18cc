//! Each design by the formulas as published.

use crate::chart::{Column, Table, yes_or_no};
use crate::html::section::{Block, Section};
use records::plan::DesignRecord;
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "designs", title: "Designs compared", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let plan = records.plan.as_ref()?;
    if plan.designs.is_empty() {
        return None;
    }
    let columns: [Column<DesignRecord>; 10] = [
        ("design", "design", |design| design.design.words().into()),
        ("provers", "provers", |design| design.provers.into()),
        ("prover_speedup", "times faster", |design| design.prover_speedup.into()),
        ("batches_per_aggregation", "N", |design| design.batches_per_aggregation.into()),
        ("throughput_batches_per_s", "batches/s", |design| design.throughput_batches_per_s.into()),
        ("delay_virtual_s", "to virtual (sequenced on L1), s", |design| design.delay_virtual_s.into()),
        ("delay_consolidated_s", "to consolidated (proven on L1), s", |design| {
            design.delay_consolidated_s.into()
        }),
        ("verifications_per_group", "proofs on L1", |design| design.verifications_per_group.into()),
        ("bottleneck", "limited by", |design| design.bottleneck.words().into()),
        ("meets_throughput", "carries the target", |design| yes_or_no(design.meets_throughput)),
    ];
    Some(vec![Block::Table {
        id: "designs-table".to_owned(),
        caption: "By the formulas of \"Order then Prove\", as published, where N batches have N provers. Vertical is \
                  one prover that many times faster."
            .to_owned(),
        table: Table::of(&plan.designs, columns),
    }])
}
