//! Proof systems compared: what each measured, and what each needs for the target.

use crate::chart::{Column, Table, TableValue};
use crate::html::section::{Block, Section};
use crate::plan::systems::{sentences, unequal_security};
use crate::profile::rows::ends;
use crate::words;
use records::number::{bytes, significant};
use records::plan::SystemPlanRecord;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "systems", title: "Proof systems compared", script: None, build };

/// A proof system: its plan, and the cell that it was planned with.
struct Planned<'a> {
    plan: &'a SystemPlanRecord,
    cell: Option<&'a CellSummaryRecord>,
    /// Whether the others are equally hard to cheat.
    is_equally_secure: bool,
}

fn build(records: &Records) -> Option<Vec<Block>> {
    let plan = records.plan.as_ref()?;
    let systems = &plan.systems.as_ref()?.systems;
    let unequal = unequal_security(systems);
    let planned: Vec<_> = systems
        .iter()
        .map(|system| Planned {
            plan: system,
            cell: records.profile.as_ref().and_then(|profile| cell_of(profile, system)),
            is_equally_secure: unequal.is_none(),
        })
        .collect();
    let mut blocks = vec![Block::Words(sentences(plan).join(" "))];
    if unequal.is_some() {
        blocks.push(Block::Caution(
            "The systems below are not equally hard to cheat. Compare what they cost only where the weaker one is strong \
             enough for you."
                .to_owned(),
        ));
    }
    blocks.push(Block::Table {
        id: "systems-table".to_owned(),
        caption: format!(
            "The same statement about the same kind of batches, with each system's cheapest cell for {}. Times are medians \
             with their intervals; memory is the peak of the measuring process.",
            words::rate(plan.inputs.target_batches_per_s, plan.inputs.target_transactions_per_s)
        ),
        table: table(&planned),
    });
    Some(blocks)
}

/// The cell that a system was planned with; where it has no plan, the one with most transactions a core-second.
fn cell_of<'a>(profile: &'a ProfileRecord, system: &SystemPlanRecord) -> Option<&'a CellSummaryRecord> {
    let own = || profile.cells.iter().filter(|cell| cell.cell.proof_system == system.system);
    let rate = |cell: &CellSummaryRecord| cell.transactions_per_s.unwrap_or(0.0) / cell.cell.cores as f64;
    own()
        .find(|cell| Some(cell.cell.words()) == system.option)
        .or_else(|| own().max_by(|one, other| rate(one).total_cmp(&rate(other))))
}

/// `1.92 [1.9, 1.95]`
fn timed(cell: Option<&CellSummaryRecord>, name: QuantityName) -> TableValue {
    let Some(quantity) = cell.and_then(|cell| cell.quantity(name)) else { return TableValue::Nothing };
    let three = |s: f64| significant(s, 3);
    let (low, high) = ends(quantity).unzip();
    let interval = words::interval(low, high, three);
    format!("{}{interval}, n = {}", three(quantity.median_s), quantity.samples).into()
}

/// Transactions in a second of one core, with the interval that the time of a proof gives.
fn per_core_second(cell: Option<&CellSummaryRecord>) -> TableValue {
    let found = cell.and_then(|cell| Some((cell, cell.quantity(QuantityName::ProveBatch)?)));
    let Some((cell, proof)) = found else { return TableValue::Nothing };
    let rate = |s: f64| significant(cell.cell.batch_transactions as f64 / s / cell.cell.cores as f64, 3);
    let (low, high) = ends(proof).unzip();
    let interval = words::interval(high, low, rate);
    format!("{}{interval}", rate(proof.median_s)).into()
}

fn security(row: &Planned<'_>, bits: Option<u64>) -> TableValue {
    match (bits, row.is_equally_secure) {
        (Some(bits), true) => bits.into(),
        (Some(bits), false) => TableValue::Alert(bits.to_string()),
        (None, _) => TableValue::Alert("not said".to_owned()),
    }
}

fn table(planned: &[Planned<'_>]) -> Table {
    let columns: [Column<Planned<'_>>; 17] = [
        ("proof_system", "proof system", |row| row.plan.system.clone().into()),
        ("conjectured_security_bits", "security bits, conjectured", |row| {
            security(row, row.plan.conjectured_security_bits)
        }),
        ("proven_security_bits", "security bits, proven", |row| security(row, row.plan.proven_security_bits)),
        ("batch_transactions", "transactions a batch", |row| {
            row.cell.map(|cell| cell.cell.batch_transactions).into()
        }),
        ("cores_per_prover", "cores a prover", |row| row.cell.map(|cell| cell.cell.cores).into()),
        ("prove_batch_s", "prove a batch, s", |row| timed(row.cell, QuantityName::ProveBatch)),
        ("transactions_per_core_second", "transactions a core-second", |row| per_core_second(row.cell)),
        ("verify_s", "verify, s", |row| timed(row.cell, QuantityName::Verify)),
        ("proof_size", "proof", |row| row.cell.and_then(|cell| cell.proof_bytes).map(bytes).into()),
        ("peak_memory", "memory", |row| row.cell.and_then(|cell| cell.peak_rss_bytes).map(bytes).into()),
        ("provers", "provers", |row| row.plan.fleet.map(|fleet| fleet.provers).into()),
        ("spares", "spares", |row| row.plan.fleet.map(|_| row.plan.spares).into()),
        ("aggregators", "aggregators", |row| row.plan.fleet.map(|fleet| fleet.aggregators).into()),
        ("cores", "cores, all", |row| row.plan.fleet.map(|fleet| fleet.cores).into()),
        ("verifications_per_hour", "verified on L1 an hour", |row| row.plan.verifications_per_hour.into()),
        ("usd_per_hour", "$/hour", |row| row.plan.usd_per_hour.into()),
        ("usd_per_transaction", "$/transaction", |row| {
            row.plan.fleet.and_then(|fleet| fleet.usd_per_transaction).into()
        }),
    ];
    Table::of(planned, columns)
}
