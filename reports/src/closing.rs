//! Batches closed under a load, for a person at a terminal.

use crate::text::{framed, trimmed, wrap};
use crate::words::{count, count_of, or_dash, percent};
use records::closing::{ClosingDataRecord, ClosingRecord, ClosingStageRecord, ClosingTimesRecord};
use records::fleet::pipeline::ClosedByName;
use records::number::{significant, time};

/// Close times by stage and the bytes of data by mode, in tables of at most `width_columns`.
pub fn render(record: &ClosingRecord, width_columns: u16) -> String {
    let summary = &record.summary;
    let whole = times_row("close time", &summary.close_s, 1.0);
    let rows = [whole].into_iter().chain(summary.stages.iter().map(stage_row));
    let header = ["stage", "of it", "mean", "median", "p90", "p99", "longest"];
    let times = framed(header, rows, width_columns).to_string();
    let header = ["mode", "calldata, bytes/tx", "blobs, bytes/tx", "blobs/batch"];
    let data = framed(header, summary.data.iter().map(data_row), width_columns).to_string();
    let parts = [
        measured(record),
        closed(record),
        times,
        data,
        speeds(record),
        bottleneck(record),
        READING.to_owned(),
    ];
    // Tables are of the right width already.
    let shown = parts.iter().filter(|part| !part.is_empty()).map(|part| match part.contains('\n') {
        true => part.clone(),
        false => wrap(part, width_columns, ""),
    });
    trimmed(&(shown.collect::<Vec<_>>().join("\n\n") + "\n"))
}

const READING: &str = "Arrivals and waiting are virtual time; signatures, execution, state root and data were really \
    done, one batch at a time, and timed. The state at the end is that of execution in order.";

/// What arrived and how the work was done.
pub(crate) fn measured(record: &ClosingRecord) -> String {
    let (load, work) = (&record.load, &record.work);
    let kind = match (load.is_trace, load.swap_ratio) {
        (true, _) => "of a trace".to_owned(),
        (false, swaps) => {
            let choice = load.zipf.map_or("uniform".to_owned(), |exponent| format!("Zipf {exponent}"));
            format!("{} swaps, {choice}", percent(swaps.unwrap_or(0.0), 3))
        }
    };
    format!(
        "{} transactions/s ({kind}), arrivals {}, over {} and {}, state tree of depth {}. Executed by {}; signatures, \
         execution and root on {}; data by Brotli {}; {}{}.",
        significant(load.transactions_per_s, 4),
        load.arrivals,
        count(load.accounts, "account"),
        count(load.pools, "pool"),
        load.depth,
        work.executor,
        count(work.threads, "thread"),
        work.compression_quality,
        count(record.cpus, "CPU"),
        record.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})")),
    )
}

/// What closed batches, and how many of each.
pub(crate) fn closed(record: &ClosingRecord) -> String {
    let (rules, summary) = (&record.rules, &record.summary);
    let mut by = vec![format!("{} (capacity)", rules.capacity)];
    by.extend(rules.count.map(|count| format!("{count} (count)")));
    let timeout = rules.timeout_s.map_or_else(String::new, |timeout_s| format!(", or {}", time(timeout_s)));
    let reasons = summary.closed_by.iter().map(|closed| match closed.closed_by {
        ClosedByName::Full => format!("{} full", closed.batches),
        ClosedByName::Count => format!("{} by the count", closed.batches),
        ClosedByName::Timeout => format!("{} by the timeout", closed.batches),
        ClosedByName::End => format!("{} at the end of arrivals", closed.batches),
    });
    format!(
        "{} closed at {} transactions{timeout}: {}. One closes every {}, with {} transactions on average, {} of its room.",
        count_of(summary.closed_by.iter().map(|closed| closed.batches).sum::<u64>(), "batch", "batches"),
        by.join(" or "),
        reasons.collect::<Vec<_>>().join(", "),
        time(summary.interval_s),
        significant(summary.transactions_per_batch, 3),
        percent(summary.fill_fraction, 3),
    )
}

fn times_row(stage: &str, times: &ClosingTimesRecord, fraction: f64) -> [String; 7] {
    [
        stage.to_owned(),
        percent(fraction, 3),
        time(times.mean_s),
        time(times.p50_s),
        time(times.p90_s),
        or_dash(times.p99_s.map(time)),
        time(times.max_s),
    ]
}

fn stage_row(stage: &ClosingStageRecord) -> [String; 7] {
    times_row(&format!("  {}", stage.stage), &stage.time_s, stage.fraction)
}

fn data_row(data: &ClosingDataRecord) -> [String; 4] {
    [
        data.mode.to_string(),
        significant(data.calldata_bytes_per_transaction, 3),
        or_dash(data.blob_bytes_per_transaction.map(|bytes| significant(bytes, 3))),
        or_dash(data.blobs_per_batch.map(|blobs| significant(blobs, 3))),
    ]
}

fn speeds(record: &ClosingRecord) -> String {
    let (summary, work) = (&record.summary, &record.work);
    format!(
        "{} bytes of data a transaction before compression; calldata with {} bytes of root and commitment a batch, \
         volition with {} of accounts on chain. Signatures verified: {} a second on one thread, {} on {}.",
        significant(summary.data_bytes_per_transaction, 3),
        work.commitment_bytes,
        percent(work.on_chain_fraction, 3),
        significant(summary.signatures_per_s_one_thread, 3),
        significant(summary.signatures_per_s, 3),
        count(work.threads, "thread"),
    )
}

/// What a sequencer does that cannot keep up, or how much of it is used.
pub(crate) fn bottleneck(record: &ClosingRecord) -> String {
    let summary = &record.summary;
    let work_s = summary.sequencer_use * summary.interval_s;
    if !summary.is_sequencer_bottleneck {
        return format!("The sequencer works {} of the time.", percent(summary.sequencer_use, 3));
    }
    format!(
        "UNSTABLE: the sequencer is the bottleneck. A batch takes {} of its work and one closes every {}: waiting grows \
         for ever. Close larger batches (a longer timeout, a higher count), or give it more threads.",
        time(work_s),
        time(summary.interval_s),
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::closing::closing;

    #[test]
    fn close_times_by_stage_and_data_by_mode() {
        insta::assert_snapshot!(render(&closing(), 100));
    }

    #[test]
    fn a_sequencer_that_falls_behind_is_called_unstable() {
        let mut record = closing();
        (record.summary.sequencer_use, record.summary.is_sequencer_bottleneck) = (1.25, true);
        record.summary.close_s.p99_s = None;
        let page = render(&record, 100);
        assert!(page.contains("UNSTABLE: the sequencer is the bottleneck. A batch takes 825 ms"), "{page}");
        assert!(!page.contains("of the time"), "{page}");
    }
}
