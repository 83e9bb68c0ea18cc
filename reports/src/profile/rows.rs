//! What terminal and Markdown both show of a profile.

use crate::number::{bytes, significant, time, time_range};
use crate::profile::record::{
    CellSummaryRecord, IntervalRecord, ProfileRecord, QuantityName, QuantityRecord,
};

/// The header of the table of cells.
pub(crate) const CELL_HEADER: [&str; 7] =
    ["cell", "prove batch: median", "interval (coverage)", "n", "tx/s per prover", "close", "peak memory"];

/// One row of the table of cells.
pub(crate) fn cell_row(summary: &CellSummaryRecord) -> [String; 7] {
    let prove = summary.quantity(QuantityName::ProveBatch);
    let close = summary.quantity(QuantityName::Close);
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let unverified = if summary.verified { "" } else { " (NOT VERIFIED)" };
    [
        summary.cell.words() + unverified,
        or_dash(prove.map(|prove| time(prove.median_s))),
        or_dash(prove.and_then(|prove| prove.interval).map(interval)),
        or_dash(prove.map(|prove| prove.samples.to_string())),
        or_dash(summary.transactions_per_s.map(|rate| significant(rate, 3))),
        or_dash(close.map(|close| time(close.median_s))),
        or_dash(summary.peak_rss_bytes.map(bytes)),
    ]
}

/// `[1.85, 1.96] s (96.9 %)`
pub(crate) fn interval(interval: IntervalRecord) -> String {
    let IntervalRecord { low_s, high_s, coverage } = interval;
    // Rounded down, so that no more is claimed than holds.
    let percent = (coverage * 1000.0).floor() / 10.0;
    format!("{} ({percent:.1} %)", time_range(low_s, high_s))
}

/// The cells of which anything was measured.
pub(crate) fn measured(profile: &ProfileRecord) -> impl Iterator<Item = &CellSummaryRecord> {
    profile.cells.iter().filter(|summary| !summary.quantities.is_empty())
}

/// The header of the table of one cell's quantities.
pub(crate) const QUANTITY_HEADER: [&str; 7] =
    ["quantity", "n", "median", "interval (coverage)", "min", "max", "p90 (n above)"];

/// One row of that table.
pub(crate) fn quantity_row(quantity: &QuantityRecord) -> [String; 7] {
    let p90 = quantity.quantiles.iter().find(|quantile| quantile.quantile == 0.9);
    [
        quantity.words(),
        quantity.samples.to_string(),
        time(quantity.median_s),
        quantity.interval.map_or_else(|| "-".to_owned(), interval),
        time(quantity.min_s),
        time(quantity.max_s),
        p90.map_or_else(
            || "-".to_owned(),
            |p90| format!("{} ({})", time(p90.value_s), p90.samples_at_or_above),
        ),
    ]
}

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
            count(summary.repeats, "repeat", "repeats")
        )),
        Some(end) if end != crate::sample::EndName::Repeats => remarks.push(format!(
            "{name}: {} after {}.",
            end.words(),
            count(summary.repeats, "repeat", "repeats")
        )),
        Some(_) => {}
    }
    if summary.left_out_samples > 0 {
        remarks.push(format!(
            "{name}: {} taken while a neighbour shared the core; kept in the log and left out here.",
            count(summary.left_out_samples, "sample was", "samples were")
        ));
    }
    for failure in &summary.failures {
        let place = failure.repeat.map_or_else(String::new, |repeat| format!(", repeat {repeat}"));
        remarks.push(format!("{name}{place}: {}: {}", failure.failure.words(), failure.why));
    }
    remarks
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
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
