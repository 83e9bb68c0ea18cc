//! Many rollups settled by one proof, for a person at a terminal; and the sentences and rows that the page shares.

use crate::text::{bare, trimmed, wrap};
use crate::words::{count, or_dash, percent};
use records::execution::MiddleRecord;
use records::fractal::{
    CircuitProversRecord, FractalPredictionRecord, FractalRecord, FractalStageName, FractalStageRecord,
    RollupCircuitName, RollupCircuitRecord, RollupRecord, SameTrafficRecord,
};
use records::number::{bytes, significant, time};

/// The tree, its stages, and what the circuits of its rollups cost, in tables of at most `width_columns`.
pub fn render(record: &FractalRecord, width_columns: u16) -> String {
    let groups = groups(record).into_iter().map(|group| group.row());
    let header = ["layer", "circuit", "rollups", "transactions", "deposits", "withdrawals"];
    let rollups = bare(header, groups, width_columns);
    let stages = stages(record).into_iter().map(|stage| stage.row()).chain([total_row(record)]);
    let header = ["layer", "stage", "jobs", "predicted CPU", "measured CPU", "error", "wall"];
    let stages = bare(header, stages, width_columns);
    let provers_header = record.same_traffic.as_ref().map_or_else(
        || "provers".to_owned(),
        |traffic| format!("provers for\n{} tx/s", significant(traffic.transactions_per_s, 6)),
    );
    let header = [
        "circuit",
        "swaps",
        "rows",
        "padded",
        "CPU of a batch\n(min…max)",
        "CPU/tx",
        &provers_header,
        "memory\n(min…max)",
        "n",
    ];
    let circuits =
        bare(header, record.circuits.iter().map(|circuit| circuit_row(record, circuit)), width_columns);
    let parts = [measured(record), proof(record), circuits_worth(record), READING.to_owned()];
    let [measured, proof, worth, reading] = parts.map(|part| wrap(&part, width_columns, ""));
    trimmed(&format!(
        "{measured}\n\n{rollups}\n\n{stages}\n\n{proof}\n\n{circuits}\n\n{worth}\n\n{reading}\n"
    ))
}

const READING: &str = "*Predicted* is what a plan of this tree counts: its jobs times the CPU time of one, each measured on \
    rollups of another seed. *Memory* is the peak of a process that builds one circuit, without merges, and proves one batch \
    with it; *n* counts batches, and processes. Every proof was verified and compared with native execution. Rollups of swaps alone cannot hold a transfer, and exchange \
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

/// One stage of one layer, as planned and as proved.
pub(crate) struct Stage {
    pub(crate) stage: FractalStageName,
    pub(crate) layer: u32,
    /// Jobs and their CPU time as planned; none where the plan has no such stage.
    pub(crate) planned: Option<(u64, f64)>,
    /// Jobs as proved.
    pub(crate) jobs: u64,
    pub(crate) cpu_s: f64,
    pub(crate) wall_s: f64,
}

impl Stage {
    fn row(&self) -> [String; 7] {
        [
            self.layer.to_string(),
            self.stage.words().to_owned(),
            jobs(self.planned.map(|planned| planned.0), self.jobs),
            or_dash(self.planned.map(|planned| time(planned.1))),
            time(self.cpu_s),
            self.planned.map_or_else(|| or_dash(None), |planned| error(planned.1, self.cpu_s)),
            time(self.wall_s),
        ]
    }
}

/// The stages as planned and as proved, those that were proved first.
pub(crate) fn stages(record: &FractalRecord) -> Vec<Stage> {
    let is_proved = |planned: &&FractalPredictionRecord| {
        record.stages.iter().any(|proved| (proved.stage, proved.layer) == (planned.stage, planned.layer))
    };
    let proved = record.stages.iter().map(|&FractalStageRecord { stage, layer, jobs, cpu_s, wall_s }| {
        let planned =
            record.predicted.iter().find(|planned| (planned.stage, planned.layer) == (stage, layer));
        let planned = planned.map(|planned| (planned.jobs, planned.cpu_s));
        Stage { stage, layer, planned, jobs, cpu_s, wall_s }
    });
    let others = record.predicted.iter().filter(|planned| !is_proved(planned)).map(|planned| {
        let FractalPredictionRecord { stage, layer, jobs, cpu_s } = *planned;
        Stage { stage, layer, planned: Some((jobs, cpu_s)), jobs: 0, cpu_s: 0.0, wall_s: 0.0 }
    });
    proved.chain(others).collect()
}

/// Jobs proved, with those planned where they are others.
fn jobs(planned: Option<u64>, proved: u64) -> String {
    match planned {
        Some(planned) if planned != proved => format!("{proved} ({planned} planned)"),
        _ => proved.to_string(),
    }
}

/// Predicted and measured CPU time of the whole tree.
pub(crate) fn total_cpu_s(record: &FractalRecord) -> [f64; 2] {
    let predicted = record.predicted.iter().map(|stage| stage.cpu_s).sum();
    [predicted, record.stages.iter().map(|stage| stage.cpu_s).sum()]
}

/// What a circuit for one application is worth, against the general one for the same traffic: rows, CPU time, provers.
pub(crate) fn circuits_worth(record: &FractalRecord) -> String {
    let pairs: Vec<_> = record
        .circuits
        .iter()
        .filter(|circuit| circuit.circuit != RollupCircuitName::General)
        .filter_map(|circuit| {
            let is_general = |other: &&RollupCircuitRecord| {
                other.circuit == RollupCircuitName::General
                    && other.swap_ratio.total_cmp(&circuit.swap_ratio).is_eq()
            };
            Some((circuit, record.circuits.iter().find(is_general)?))
        })
        .collect();
    if pairs.is_empty() {
        return "No circuit for one application was measured beside the general one.".to_owned();
    }
    let told = pairs.iter().map(|(circuit, general)| {
        format!(
            "{} takes {} of the rows and {} of the CPU time",
            circuit.circuit,
            percent(circuit.rows as f64 / general.rows as f64, 3),
            percent(circuit.cpu_s.median / general.cpu_s.median, 3)
        )
    });
    let mut words = format!(
        "For the same traffic, against the general circuit: {}. CPU time goes with padded rows.",
        told.collect::<Vec<_>>().join("; ")
    );
    if let Some(traffic) = &record.same_traffic {
        words.push_str(&provers_worth(traffic, &pairs));
    }
    words
}

/// The same in provers of one core, with the ranges where they overlap.
fn provers_worth(
    traffic: &SameTrafficRecord,
    pairs: &[(&RollupCircuitRecord, &RollupCircuitRecord)],
) -> String {
    let told = pairs.iter().filter_map(|(circuit, general)| {
        let (own, general) = (provers(traffic, circuit)?, provers(traffic, general)?);
        let overlaps = own.provers_min <= general.provers_max && general.provers_min <= own.provers_max;
        let certainty = if overlaps {
            let range = |of: &CircuitProversRecord| format!("{}…{}", of.provers_min, of.provers_max);
            format!(" (no difference shown: {} against {})", range(own), range(general))
        } else {
            String::new()
        };
        Some(format!("{} needs {} of {}{certainty}", own.circuit, own.provers, general.provers))
    });
    format!(
        " Fine-tuned for one application is worth so much here, in provers of one core for {} transactions/s with {} of \
         their time unused: {}.",
        significant(traffic.transactions_per_s, 6),
        percent(traffic.headroom, 3),
        told.collect::<Vec<_>>().join("; "),
    )
}

/// Provers for the traffic of a record on one of its circuits.
pub(crate) fn provers<'a>(
    traffic: &'a SameTrafficRecord,
    circuit: &RollupCircuitRecord,
) -> Option<&'a CircuitProversRecord> {
    let is_of = |of: &&CircuitProversRecord| {
        of.circuit == circuit.circuit && of.swap_ratio.total_cmp(&circuit.swap_ratio).is_eq()
    };
    traffic.provers.iter().find(is_of)
}

fn error(predicted: f64, measured: f64) -> String {
    let error = 100.0 * (predicted / measured - 1.0);
    or_dash(error.is_finite().then(|| format!("{error:+.1} %")))
}

fn total_row(record: &FractalRecord) -> [String; 7] {
    let [predicted, measured] = total_cpu_s(record);
    let proved: u64 = record.stages.iter().map(|stage| stage.jobs).sum();
    let planned = record.predicted.iter().map(|stage| stage.jobs).sum();
    let wall_s = record.stages.iter().map(|stage| stage.wall_s).sum();
    [
        String::new(),
        "all".to_owned(),
        jobs(Some(planned), proved),
        time(predicted),
        time(measured),
        error(predicted, measured),
        time(wall_s),
    ]
}

/// A peak in bytes, with the least and the greatest over processes.
fn memory(peak: MiddleRecord) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
    let [median, min, max] = [peak.median, peak.min, peak.max].map(|count| bytes(count as u64));
    format!("{median} ({min}…{max})")
}

fn circuit_row(record: &FractalRecord, circuit: &RollupCircuitRecord) -> [String; 9] {
    let provers = record.same_traffic.as_ref().and_then(|traffic| provers(traffic, circuit));
    let cpu = circuit.cpu_s;
    [
        circuit.circuit.words().to_owned(),
        percent(circuit.swap_ratio, 3),
        circuit.rows.to_string(),
        circuit.rows_padded.to_string(),
        format!("{} ({}…{})", time(cpu.median), time(cpu.min), time(cpu.max)),
        format!("{} ms", significant(cpu.median / f64::from(circuit.transactions) * 1e3, 3)),
        or_dash(provers.map(|of| format!("{} ({}…{})", of.provers, of.provers_min, of.provers_max))),
        or_dash(circuit.peak_rss_bytes.map(memory)),
        circuit.repeats.to_string(),
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
    fn a_plan_of_other_jobs_than_were_proved_shows() {
        let mut record = fractal();
        record.predicted[2].jobs -= 1;
        record.stages.pop();
        let page = render(&record, 120);
        assert!(page.contains("6 (5 planned)") && page.contains("0 (1 planned)"), "{page}");
        record.predicted.clear();
        let page = render(&record, 120);
        let attach = page.lines().find(|line| line.contains("attach to the parent")).expect("a row");
        assert!(attach.split_whitespace().filter(|word| *word == "-").count() == 2, "{attach}");
    }

    #[test]
    fn a_general_circuit_alone_is_worth_nothing_by_itself() {
        let mut record = fractal();
        record.circuits.retain(|circuit| circuit.circuit == RollupCircuitName::General);
        assert!(circuits_worth(&record).starts_with("No circuit for one application"));
    }

    #[test]
    fn a_difference_that_is_within_the_ranges_is_not_shown_as_one() {
        let mut record = fractal();
        let worth = circuits_worth(&record);
        assert!(
            worth.contains("transfers only needs 79 of 157; swaps only needs 153 of 157 (no difference"),
            "{worth}"
        );
        record.same_traffic = None;
        assert!(!circuits_worth(&record).contains("Fine-tuned"));
    }
}
