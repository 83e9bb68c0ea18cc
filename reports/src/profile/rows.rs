//! What terminal and Markdown both show of a profile.

use crate::columns::{TextColumn, TextTable};
use crate::words::{self, count, count_of, or_dash, percent_fixed};
use records::number::{bytes, significant, time, time_range};
use records::profile::{
    CellSummaryRecord, CyclesRecord, IntervalRecord, ProfileRecord, QuantityName, QuantityRecord,
};
use records::sample::EndName;

/// The table of cells.
pub(crate) fn cell_table(profile: &ProfileRecord) -> TextTable {
    TextTable::of(&CELL_COLUMNS, &profile.cells)
}

const CELL_COLUMNS: [TextColumn<CellSummaryRecord>; 9] = [
    ("cell", |summary| {
        let unverified = if summary.verified { "" } else { " (NOT VERIFIED)" };
        let smt = if summary.core_kind.as_deref() == Some("smt") { " (smt)" } else { "" };
        summary.cell.words() + smt + unverified
    }),
    ("prove batch: median", |summary| or_dash(prove(summary).map(|prove| time(prove.median_s)))),
    ("interval (coverage)", |summary| or_dash(prove(summary).and_then(|prove| prove.interval).map(interval))),
    ("clean + discarded", |summary| {
        let discarded: u64 = summary.discarded_proofs.values().sum();
        format!("{} + {discarded}", prove(summary).map_or(0, |prove| prove.samples))
    }),
    ("Gcycles", |summary| or_dash(prove(summary).and_then(|prove| prove.cycles).map(giga_cycles))),
    ("GHz", |summary| or_dash(summary.clock_ghz.map(|clock_ghz| format!("{clock_ghz:.2}")))),
    ("share", |summary| or_dash(summary.core_fraction.map(|fraction| percent_fixed(fraction, 0)))),
    ("tx/s per prover", |summary| or_dash(summary.transactions_per_s.map(|rate| significant(rate, 3)))),
    ("peak memory", |summary| or_dash(summary.peak_rss_bytes.map(bytes))),
];

fn prove(summary: &CellSummaryRecord) -> Option<&QuantityRecord> {
    summary.quantity(QuantityName::ProveBatch)
}

/// `4.61 [4.58, 4.66]`
fn giga_cycles(cycles: CyclesRecord) -> String {
    let giga = |cycles: f64| significant(cycles * 1e-9, 3);
    giga(cycles.median_cycles) + &words::interval(cycles.low_cycles, cycles.high_cycles, giga)
}

/// `[1.85, 1.96] s (96.9 %)`
pub(crate) fn interval(interval: IntervalRecord) -> String {
    let IntervalRecord { low_s, high_s, coverage } = interval;
    // Rounded down, so that no more is claimed than holds.
    let percent = (coverage * 1000.0).floor() / 10.0;
    format!("{} ({percent:.1} %)", time_range(low_s, high_s))
}

/// The ends of the interval of a quantity's median, in seconds; none from one sample.
pub(crate) fn ends(quantity: &QuantityRecord) -> Option<(f64, f64)> {
    quantity.interval.map(|interval| (interval.low_s, interval.high_s))
}

/// The cells of which anything was measured.
pub(crate) fn measured(profile: &ProfileRecord) -> impl Iterator<Item = &CellSummaryRecord> {
    profile.cells.iter().filter(|summary| !summary.quantities.is_empty())
}

/// The table of one cell's quantities.
pub(crate) fn quantity_table(summary: &CellSummaryRecord) -> TextTable {
    TextTable::of(&QUANTITY_COLUMNS, &summary.quantities)
}

const QUANTITY_COLUMNS: [TextColumn<QuantityRecord>; 8] = [
    ("quantity", QuantityRecord::words),
    ("n", |quantity| quantity.samples.to_string()),
    ("median", |quantity| time(quantity.median_s)),
    ("interval (coverage)", |quantity| or_dash(quantity.interval.map(interval))),
    ("Gcycles", |quantity| or_dash(quantity.cycles.map(giga_cycles))),
    ("min", |quantity| time(quantity.min_s)),
    ("max", |quantity| time(quantity.max_s)),
    ("p90 (n above)", |quantity| {
        let p90 = quantity.quantiles.iter().find(|quantile| quantile.quantile == 0.9);
        or_dash(p90.map(|p90| format!("{} ({})", time(p90.value_s), p90.samples_at_or_above)))
    }),
];

/// Fewer samples give no interval of 95 %.
const FEWEST: u64 = 6;

/// What a reader must know about a cell beside its numbers, a sentence each.
pub(crate) fn remarks(summary: &CellSummaryRecord) -> Vec<String> {
    let mut remarks = Vec::new();
    let name = summary.cell.words();
    if !summary.verified {
        remarks.push(format!(
            "{name}: its proofs were not verified, since the proof system cannot; that was allowed by the spec."
        ));
    }
    match summary.end {
        None => remarks.push(format!(
            "{name}: stopped after {}; resume the run to complete it.",
            count(summary.repeats, "repeat")
        )),
        Some(end) if !matches!(end, EndName::Repeats | EndName::Width) => {
            remarks.push(format!("{name}: {} after {}.", end.words(), count(summary.repeats, "repeat")))
        }
        Some(_) => {}
    }
    let discarded: u64 = summary.discarded_proofs.values().sum();
    if discarded > 0 {
        let why: Vec<_> = summary
            .discarded_proofs
            .iter()
            .map(|(mark, samples)| format!("{samples} {}", mark.replace('_', " ")))
            .collect();
        let few = if summary.clean_samples < FEWEST { ": TOO FEW CLEAN ONES FOR AN INTERVAL" } else { "" };
        remarks.push(format!(
            "{name}: {discarded} of {} discarded ({}), and kept in the log{few}.",
            count(summary.clean_samples + discarded, "proof"),
            why.join(", ")
        ));
    } else if summary.discarded_samples > 0 {
        remarks.push(format!(
            "{name}: {} of short stages discarded, and kept in the log.",
            count(summary.discarded_samples, "sample")
        ));
    }
    if summary.kept_samples > 0 {
        let kept = summary.kept_samples;
        let all = if kept == summary.clean_samples { "THE TIMES OF A BUSY MACHINE: " } else { "" };
        remarks.push(format!(
            "{name}: {all}{kept} of {} disturbed by interference or a quota, and in the estimate, since the spec asks to keep such.",
            count_of(summary.clean_samples, "proof was", "proofs were")
        ));
    }
    if let Some(prove) = prove(summary)
        && (prove.outliers.low, prove.outliers.high) != (0, 0)
    {
        remarks.push(format!(
            "{name}: outliers, in the estimate: {} low, {} high of {}.",
            prove.outliers.low,
            prove.outliers.high,
            count(prove.samples, "proof")
        ));
    }
    for failure in &summary.failures {
        let place = failure.repeat.map_or_else(String::new, |repeat| format!(", repeat {repeat}"));
        remarks.push(format!("{name}{place}: {}: {}", failure.failure.words(), failure.why));
    }
    remarks
}

/// A circuit in one line.
pub(crate) fn circuits(summary: &CellSummaryRecord) -> Vec<String> {
    let circuits = summary.system.iter().flat_map(|system| &system.circuits);
    circuits
        .map(|circuit| {
            format!(
                "{}: {} rows of {} ({} free), proof {}",
                circuit.name,
                circuit.rows,
                circuit.padded_rows,
                circuit.headroom_rows(),
                bytes(circuit.proof_bytes)
            )
        })
        .collect()
}
