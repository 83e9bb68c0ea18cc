//! Machines ranked for a plan: a table for terminal, Markdown and CSV.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use records::number::significant;
use records::plan::answers::{MachineFleetRecord, MachineRecord};

use crate::plan::sentences::seconds;

const HEADER: [&str; 9] = ["machine", "cores", "P", "P fit", "needed", "prove", "stands on", "$/hour", "p99"];

fn row(machine: &MachineRecord) -> [String; 9] {
    let MachineRecord { id, fleet, problem: _ } = machine;
    let Some(fleet) = fleet else {
        return std::array::from_fn(|place| if place == 0 { id.clone() } else { "-".to_owned() });
    };
    [
        id.clone(),
        fleet.cores_per_prover.to_string(),
        fleet.provers.to_string(),
        fleet.provers_per_machine.to_string(),
        fleet.machines.to_string(),
        seconds(fleet.prove_s),
        fleet.basis.clone(),
        fleet.usd_per_hour.map_or_else(|| "?".to_owned(), |usd| significant(usd, 4)),
        seconds(fleet.delay_s_p99),
    ]
}

/// Why there is no plan on some machines: a line each.
fn problems(machines: &[MachineRecord]) -> String {
    let lines = machines.iter().filter_map(|machine| {
        let why = machine.problem.as_ref()?;
        Some(format!("- {}: no plan, since {why}\n", machine.id))
    });
    lines.collect()
}

/// The machines as a table of at most `width` columns.
pub fn terminal(machines: &[MachineRecord], width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(HEADER.to_vec());
    for machine in machines {
        table.add_row(row(machine).to_vec());
    }
    // An id that is cut in two cannot be copied.
    if let Some(id) = table.column_mut(0) {
        id.set_constraint(ColumnConstraint::ContentWidth);
    }
    // Two or three words a line: OTHER FAMILY, MORE CORES, SOLO.
    if let Some(basis) = table.column_mut(6) {
        basis.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(19)));
    }
    let page =
        table.to_string().lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n");
    page + &problems(machines)
}

/// The machines as a Markdown table.
pub fn markdown(machines: &[MachineRecord]) -> String {
    let table = crate::markdown::table(&HEADER, machines.iter().map(row));
    match problems(machines) {
        none if none.is_empty() => table,
        some => format!("{table}\n{some}"),
    }
}

/// The machines as CSV: one row a machine, in order of rank.
///
/// # Errors
/// Those of the CSV writer; none are known for records in memory.
pub fn csv(machines: &[MachineRecord]) -> Result<String, csv::Error> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "machine",
        "cores_per_prover",
        "provers_per_machine",
        "provers",
        "machines",
        "prove_s",
        "basis",
        "usd_per_hour",
        "delay_s_mean",
        "delay_s_p99",
        "problem",
    ])?;
    for MachineRecord { id, fleet, problem } in machines {
        let problem = problem.clone().unwrap_or_default();
        let Some(fleet) = fleet else {
            let mut record = vec![String::new(); 11];
            (record[0], record[10]) = (id.clone(), problem);
            writer.write_record(record)?;
            continue;
        };
        let MachineFleetRecord {
            cores_per_prover,
            provers_per_machine,
            provers,
            machines,
            prove_s,
            basis,
            usd_per_hour,
            delay_s_mean,
            delay_s_p99,
        } = fleet;
        writer.write_record([
            id.clone(),
            cores_per_prover.to_string(),
            provers_per_machine.to_string(),
            provers.to_string(),
            machines.to_string(),
            prove_s.to_string(),
            basis.clone(),
            usd_per_hour.map_or_else(String::new, |usd| usd.to_string()),
            delay_s_mean.to_string(),
            delay_s_p99.to_string(),
            problem,
        ])?;
    }
    crate::plan::csv::text(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machines() -> Vec<MachineRecord> {
        let fleet = MachineFleetRecord {
            cores_per_prover: 8,
            provers_per_machine: 8,
            provers: 14,
            machines: 2,
            prove_s: 120.0,
            basis: "same family".to_owned(),
            usd_per_hour: Some(8.5),
            delay_s_mean: 300.4,
            delay_s_p99: 402.8,
        };
        let none = "clock of guess-1: expected a clock in GHz, got unknown".to_owned();
        vec![
            MachineRecord { id: "box-64".to_owned(), fleet: Some(fleet), problem: None },
            MachineRecord { id: "guess-1".to_owned(), fleet: None, problem: Some(none) },
        ]
    }

    #[test]
    fn a_table_for_each_reader() {
        insta::assert_snapshot!("terminal", terminal(&machines(), 110));
        insta::assert_snapshot!("markdown", markdown(&machines()));
        insta::assert_snapshot!("csv", csv(&machines()).unwrap());
    }
}
