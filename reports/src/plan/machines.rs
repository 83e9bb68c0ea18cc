//! Machines ranked for a plan: a table for terminal, Markdown and CSV.

use crate::export::{Plain, csv_text};
use crate::text::{framed, trimmed};
use comfy_table::{ColumnConstraint, Width};
use records::number::significant;
use records::plan::answers::CatalogueMachineRecord;
use serde::Serialize;

use crate::words::seconds;

const HEADER: [&str; 10] =
    ["machine", "cores", "P", "A", "P fit", "needed", "prove", "basis", "$/hour", "p99"];

fn row(machine: &CatalogueMachineRecord) -> [String; 10] {
    let CatalogueMachineRecord { id, fleet, problem: _ } = machine;
    let Some(fleet) = fleet else {
        return std::array::from_fn(|place| if place == 0 { id.clone() } else { "-".to_owned() });
    };
    [
        id.clone(),
        fleet.cores_per_prover.to_string(),
        fleet.provers.to_string(),
        fleet.aggregators.to_string(),
        fleet.provers_per_machine.to_string(),
        fleet.machines.to_string(),
        seconds(fleet.prove_s),
        fleet.basis.clone(),
        fleet.usd_per_hour.map_or_else(|| "?".to_owned(), |usd| significant(usd, 4)),
        seconds(fleet.delay_s_p99),
    ]
}

/// Why there is no plan on some machines: a line each.
fn problems(machines: &[CatalogueMachineRecord]) -> String {
    let lines = machines.iter().filter_map(|machine| {
        let why = machine.problem.as_ref()?;
        Some(format!("- {}: no plan, since {why}\n", machine.id))
    });
    lines.collect()
}

/// The machines as a table of at most `width` columns.
pub fn terminal(machines: &[CatalogueMachineRecord], width: u16) -> String {
    let mut table = framed(HEADER, machines.iter().map(row), width);
    // An id that is cut in two cannot be copied.
    if let Some(id) = table.column_mut(0) {
        id.set_constraint(ColumnConstraint::ContentWidth);
    }
    // Two or three words a line: OTHER FAMILY, MORE CORES, SOLO.
    if let Some(basis) = table.column_mut(7) {
        basis.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(19)));
    }
    trimmed(&table.to_string()) + &problems(machines)
}

/// The machines as a Markdown table.
pub fn markdown(machines: &[CatalogueMachineRecord]) -> String {
    let table = crate::markdown::table(&HEADER, machines.iter().map(row));
    match problems(machines) {
        none if none.is_empty() => table,
        some => format!("{table}\n{some}"),
    }
}

#[derive(Default, Serialize)]
struct Row<'a> {
    machine: &'a str,
    cores_per_prover: Option<u32>,
    provers_per_machine: Option<u32>,
    provers: Option<u32>,
    aggregators: Option<u32>,
    cores_per_aggregator: Option<u32>,
    machines: Option<u32>,
    cores: Option<u64>,
    memory_gib: Option<Plain>,
    prove_s: Option<Plain>,
    merge_s: Option<Plain>,
    basis: Option<&'a str>,
    merge_basis: Option<&'a str>,
    usd_per_hour: Option<Plain>,
    delay_s_mean: Option<Plain>,
    delay_s_p99: Option<Plain>,
    problem: Option<&'a str>,
}

/// The machines as CSV: one row a machine, in order of rank.
///
/// # Errors
/// Those of the CSV writer; none are known for records in memory.
pub fn csv(machines: &[CatalogueMachineRecord]) -> Result<String, csv::Error> {
    csv_text(machines.iter().map(|CatalogueMachineRecord { id, fleet, problem }| {
        let fleet = fleet.as_ref();
        Row {
            machine: id,
            cores_per_prover: fleet.map(|fleet| fleet.cores_per_prover),
            provers_per_machine: fleet.map(|fleet| fleet.provers_per_machine),
            provers: fleet.map(|fleet| fleet.provers),
            aggregators: fleet.map(|fleet| fleet.aggregators),
            cores_per_aggregator: fleet.map(|fleet| fleet.order.cores_per_aggregator),
            machines: fleet.map(|fleet| fleet.machines),
            cores: fleet.map(|fleet| fleet.order.cores),
            memory_gib: fleet.and_then(|fleet| fleet.order.memory_gib.map(Plain)),
            prove_s: fleet.map(|fleet| Plain(fleet.prove_s)),
            merge_s: fleet.map(|fleet| Plain(fleet.merge_s)),
            basis: fleet.map(|fleet| fleet.basis.as_str()),
            merge_basis: fleet.map(|fleet| fleet.merge_basis.as_str()),
            usd_per_hour: fleet.and_then(|fleet| fleet.usd_per_hour.map(Plain)),
            delay_s_mean: fleet.map(|fleet| Plain(fleet.delay_s_mean)),
            delay_s_p99: fleet.map(|fleet| Plain(fleet.delay_s_p99)),
            problem: problem.as_deref(),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use records::plan::answers::MachineFleetRecord;

    fn machines() -> Vec<CatalogueMachineRecord> {
        let fleet = MachineFleetRecord {
            cores_per_prover: 8,
            provers_per_machine: 8,
            provers: 14,
            batches_per_aggregation: 12,
            aggregators: 2,
            machines: 2,
            prove_s: 120.0,
            merge_s: 3.0,
            merge_basis: "by clock".to_owned(),
            basis: "same family".to_owned(),
            usd_per_hour: Some(8.5),
            delay_s_mean: 300.4,
            delay_s_p99: 402.8,
            order: crate::plan::shopping::tests::order(),
        };
        let none = "clock of guess-1: expected a clock in GHz, got unknown".to_owned();
        vec![
            CatalogueMachineRecord { id: "box-64".to_owned(), fleet: Some(fleet), problem: None },
            CatalogueMachineRecord { id: "guess-1".to_owned(), fleet: None, problem: Some(none) },
        ]
    }

    #[test]
    fn a_table_for_each_reader() {
        insta::assert_snapshot!("terminal", terminal(&machines(), 110));
        insta::assert_snapshot!("markdown", markdown(&machines()));
        insta::assert_snapshot!("csv", csv(&machines()).unwrap());
    }
}
