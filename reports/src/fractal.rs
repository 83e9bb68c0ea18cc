//! Many rollups settled by one proof, for a person at a terminal; and the sentences and rows that the page shares.

use crate::text::{bare, trimmed, wrap};
use crate::words::{count, or_dash, percent};
use records::fractal::{
    FractalRecord, FractalStageRecord, RollupCircuitName, RollupCircuitRecord, RollupRecord,
};
use records::number::{bytes, significant, time};

/// The tree, its stages, and what the circuits of its rollups cost, in tables of at most `width_columns`.
pub fn render(record: &FractalRecord, width_columns: u16) -> String {
    let groups = groups(record).into_iter().map(|group| group.row());
    let header = ["layer", "circuit", "rollups", "transactions", "deposits", "withdrawals"];
    let rollups = bare(header, groups, width_columns);
    let stages = record.stages.iter().map(stage_row).chain([total_row(record)]);
    let header = ["layer", "stage", "jobs", "predicted CPU", "measured CPU", "error", "wall"];
    let stages = bare(header, stages, width_columns);
    let header = ["circuit", "swaps", "rows", "padded", "CPU of a batch\n(min…max)", "CPU/tx", "memory"];
    let circuits = bare(header, record.circuits.iter().map(circuit_row), width_columns);
    let parts = [measured(record), proof(record), circuits_worth(record), READING.to_owned()];
    let [measured, proof, worth, reading] = parts.map(|part| wrap(&part, width_columns, ""));
    trimmed(&format!(
        "{measured}\n\n{rollups}\n\n{stages}\n\n{proof}\n\n{circuits}\n\n{worth}\n\n{reading}\n"
    ))
}

const READING: &str = "*Predicted* is jobs times the CPU time of one, each measured before on rollups of another seed. Every \
    proof was verified and compared with native execution. Rollups of swaps alone cannot hold a transfer, and exchange \
    nothing with their parent.";

/// Rollups of one layer and one circuit.
struct Group {
    layer: u32,
    circuit: RollupCircuitName,
    rollups: u64,
    transactions: u64,
    deposits: u64,
    withdrawals: u64,
}

impl Group {
    fn row(&self) -> [String; 6] {
        [
            self.layer.to_string(),
            self.circuit.words().to_owned(),
            self.rollups.to_string(),
            self.transactions.to_string(),
            self.deposits.to_string(),
            self.withdrawals.to_string(),
        ]
    }
}

/// Rollups by layer and circuit, lowest layer first.
fn groups(record: &FractalRecord) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for RollupRecord { layer, circuit, transactions, deposits, withdrawals, .. } in &record.rollups {
        let place = groups.iter().position(|group| group.layer == *layer && group.circuit == *circuit);
        let place = place.unwrap_or_else(|| {
            let (layer, circuit) = (*layer, *circuit);
            groups.push(Group { layer, circuit, rollups: 0, transactions: 0, deposits: 0, withdrawals: 0 });
            groups.len() - 1
        });
        let group = &mut groups[place];
        group.rollups += 1;
        group.transactions += transactions;
        group.deposits += u64::from(*deposits);
        group.withdrawals += u64::from(*withdrawals);
    }
    groups.sort_by_key(|group| (group.layer, group.circuit));
    groups
}

/// What was proved, and on what.
pub(crate) fn measured(record: &FractalRecord) -> String {
    let layers = record.rollups.iter().map(|rollup| rollup.layer).max().unwrap_or(2);
    let rollups = u64::try_from(record.rollups.len()).unwrap_or(u64::MAX);
    format!(
        "{} over the layers 2 to {layers} settled by one proof; each has {} with room for {}, and a state tree of depth {}. \
         On {} of {}{}.",
        count(rollups, "rollup"),
        crate::words::count_of(record.batches_per_rollup, "batch", "batches"),
        count(record.capacity_transactions, "transaction"),
        record.depth,
        count(record.threads, "thread"),
        count(record.cpus, "CPU"),
        record.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})")),
    )
}

/// How large the one proof is, and what it takes to verify.
pub(crate) fn proof(record: &FractalRecord) -> String {
    format!(
        "The one proof has {}, whatever the number of rollups, and is verified in {} ({}…{}). All proofs took {} by the \
         clock, one after the other; circuits and keys, built once, {}.",
        bytes(record.proof_bytes),
        time(record.verify_s.median),
        time(record.verify_s.min),
        time(record.verify_s.max),
        time(record.wall_s),
        time(record.set_up_s),
    )
}

/// Predicted and measured CPU time of the whole tree.
pub(crate) fn total_cpu_s(record: &FractalRecord) -> [f64; 2] {
    let sum = |of: fn(&FractalStageRecord) -> f64| record.stages.iter().map(of).sum();
    [sum(|stage| stage.predicted_cpu_s), sum(|stage| stage.cpu_s)]
}

/// What a circuit for one application is worth, against the general one for the same traffic.
pub(crate) fn circuits_worth(record: &FractalRecord) -> String {
    let general = |ratio: f64| {
        let of = |circuit: &&RollupCircuitRecord| {
            circuit.circuit == RollupCircuitName::General && circuit.swap_ratio.total_cmp(&ratio).is_eq()
        };
        record.circuits.iter().find(of)
    };
    let worth = record.circuits.iter().filter(|circuit| circuit.circuit != RollupCircuitName::General);
    let told: Vec<_> = worth
        .filter_map(|circuit| {
            let general = general(circuit.swap_ratio)?;
            let [rows, cpu] =
                [circuit.rows as f64 / general.rows as f64, circuit.cpu_s.median / general.cpu_s.median];
            Some(format!(
                "{} takes {} of the rows and {} of the CPU time",
                circuit.circuit,
                percent(rows, 3),
                percent(cpu, 3)
            ))
        })
        .collect();
    if told.is_empty() {
        return "No circuit for one application was measured beside the general one.".to_owned();
    }
    format!(
        "For the same traffic, against the general circuit: {}. CPU time goes with padded rows.",
        told.join("; ")
    )
}

fn error(predicted: f64, measured: f64) -> String {
    let error = 100.0 * (predicted / measured - 1.0);
    or_dash(error.is_finite().then(|| format!("{error:+.1} %")))
}

pub(crate) fn stage_row(stage: &FractalStageRecord) -> [String; 7] {
    [
        stage.layer.to_string(),
        stage.stage.words().to_owned(),
        stage.jobs.to_string(),
        time(stage.predicted_cpu_s),
        time(stage.cpu_s),
        error(stage.predicted_cpu_s, stage.cpu_s),
        time(stage.wall_s),
    ]
}

fn total_row(record: &FractalRecord) -> [String; 7] {
    let [predicted, measured] = total_cpu_s(record);
    let jobs: u64 = record.stages.iter().map(|stage| u64::from(stage.jobs)).sum();
    let wall_s = record.stages.iter().map(|stage| stage.wall_s).sum();
    [
        String::new(),
        "all".to_owned(),
        jobs.to_string(),
        time(predicted),
        time(measured),
        error(predicted, measured),
        time(wall_s),
    ]
}

fn circuit_row(circuit: &RollupCircuitRecord) -> [String; 7] {
    let cpu = circuit.cpu_s;
    [
        circuit.circuit.words().to_owned(),
        percent(circuit.swap_ratio, 3),
        circuit.rows.to_string(),
        circuit.rows_padded.to_string(),
        format!("{} ({}…{})", time(cpu.median), time(cpu.min), time(cpu.max)),
        format!("{} ms", significant(cpu.median / f64::from(circuit.transactions) * 1e3, 3)),
        or_dash(circuit.peak_rss_bytes.map(bytes)),
    ]
}

#[cfg(test)]
mod tests {
    use super::{circuits_worth, render, total_cpu_s};
    use fixtures::fractal::fractal;
    use records::fractal::RollupCircuitName;

    #[test]
    fn the_tree_its_stages_and_its_circuits() {
        insta::assert_snapshot!(render(&fractal(), 120));
    }

    #[test]
    fn the_total_is_over_all_stages() {
        let mut record = fractal();
        let before = total_cpu_s(&record);
        record.stages[0].cpu_s += 1.0;
        let after = total_cpu_s(&record);
        assert!((after[1] - before[1] - 1.0).abs() < 1e-9 && after[0] == before[0]);
        // A stage that took nothing has no error in per cent.
        record.stages[0].cpu_s = 0.0;
        assert!(!render(&record, 120).contains("inf"));
    }

    #[test]
    fn a_general_circuit_alone_is_worth_nothing_by_itself() {
        let mut record = fractal();
        record.circuits.retain(|circuit| circuit.circuit == RollupCircuitName::General);
        assert!(circuits_worth(&record).starts_with("No circuit for one application"));
    }
}
