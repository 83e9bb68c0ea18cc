//! From closed batches to what they come to. Arithmetic alone.

use crate::statistics::median;
use records::closing::{
    ClosedBatchRecord, ClosedByRecord, ClosingDataRecord, ClosingStageName, ClosingStageRecord,
    ClosingSummaryRecord, ClosingTimesRecord, DataModeName,
};
use records::fleet::pipeline::ClosedByName;
use workloads::data::{COMMITMENT_BYTES, blob_bytes, blobs};

/// The stages of a close time, in order.
const STAGES: [ClosingStageName; 6] = [
    ClosingStageName::Fill,
    ClosingStageName::Wait,
    ClosingStageName::Signatures,
    ClosingStageName::Execute,
    ClosingStageName::Root,
    ClosingStageName::Encode,
];
/// Batches from which on a 99th percentile is one.
const SAMPLES_FOR_P99: usize = 100;

/// What all batches come to that a rule closed. None of none.
pub(super) fn summary(all: &[ClosedBatchRecord], capacity: u64) -> Option<ClosingSummaryRecord> {
    let batches: Vec<_> = all.iter().filter(|batch| batch.closed_by != ClosedByName::End).collect();
    let last = batches.last()?;
    let count = batches.len() as f64;
    let close_s = times(batches.iter().map(|batch| STAGES.map(|stage| stage_s(batch, stage)).iter().sum()));
    let sum_of = |of: &dyn Fn(&ClosedBatchRecord) -> f64| batches.iter().map(|batch| of(batch)).sum::<f64>();
    let transactions = sum_of(&|batch| f64::from(batch.transactions));
    let work_s = sum_of(&work_s);
    let sequencer_use = work_s / last.closed_s;
    let data = |mode| data(mode, &batches, transactions);
    let stage = |stage| {
        let time_s = times(batches.iter().map(|batch| stage_s(batch, stage)));
        ClosingStageRecord { stage, time_s, fraction: time_s.mean_s / close_s.mean_s }
    };
    let of = [ClosedByName::Full, ClosedByName::Count, ClosedByName::Timeout, ClosedByName::End];
    let closed_by = of.map(|closed_by| ClosedByRecord {
        closed_by,
        batches: all.iter().filter(|batch| batch.closed_by == closed_by).count() as u64,
    });
    Some(ClosingSummaryRecord {
        batches: batches.len() as u64,
        close_s,
        stages: STAGES.map(stage).to_vec(),
        interval_s: last.closed_s / count,
        transactions_per_batch: transactions / count,
        fill_fraction: transactions / count / capacity as f64,
        closed_by: closed_by.into_iter().filter(|closed| closed.batches > 0).collect(),
        sequencer_use,
        is_sequencer_bottleneck: sequencer_use >= 1.0,
        signatures_per_s_one_thread: transactions / sum_of(&|batch| batch.signatures_one_thread_s),
        signatures_per_s: transactions / sum_of(&|batch| batch.signatures_s),
        data_bytes_per_transaction: sum_of(&|batch| batch.data_bytes as f64) / transactions,
        data: [DataModeName::Rollup, DataModeName::Validium, DataModeName::Volition].map(data).to_vec(),
    })
}

/// The sequencer's own work on a batch, s.
fn work_s(batch: &ClosedBatchRecord) -> f64 {
    batch.signatures_s + batch.execute_s + batch.root_s + batch.encode_s
}

/// What a stage of a batch's closing took, s.
fn stage_s(batch: &ClosedBatchRecord, stage: ClosingStageName) -> f64 {
    match stage {
        ClosingStageName::Fill => batch.closed_s - batch.opened_s,
        ClosingStageName::Wait => batch.wait_s,
        ClosingStageName::Signatures => batch.signatures_s,
        ClosingStageName::Execute => batch.execute_s,
        ClosingStageName::Root => batch.root_s,
        ClosingStageName::Encode => batch.encode_s,
    }
}

/// What goes to L1 in a mode.
fn data(mode: DataModeName, batches: &[&ClosedBatchRecord], transactions: f64) -> ClosingDataRecord {
    let bytes = |batch: &ClosedBatchRecord| match mode {
        DataModeName::Rollup => batch.rollup_bytes,
        DataModeName::Validium => 0,
        DataModeName::Volition => batch.volition_bytes,
    };
    let sum = |of: &dyn Fn(u64) -> u64| batches.iter().map(|batch| of(bytes(batch))).sum::<u64>() as f64;
    let (blob_bytes, blobs) = (sum(&blob_bytes), sum(&blobs));
    let has_data = blobs > 0.0;
    ClosingDataRecord {
        mode,
        calldata_bytes_per_transaction: sum(&|bytes| bytes + COMMITMENT_BYTES) / transactions,
        blob_bytes_per_transaction: has_data.then_some(blob_bytes / transactions),
        blobs_per_batch: has_data.then_some(blobs / batches.len() as f64),
    }
}

/// A distribution in summary; percentiles are the least time that so many lie within.
fn times(values_s: impl Iterator<Item = f64>) -> ClosingTimesRecord {
    let mut ascending: Vec<f64> = values_s.collect();
    ascending.sort_by(f64::total_cmp);
    let count = ascending.len();
    let within = |fraction: f64| ascending[((fraction * count as f64).ceil() as usize).clamp(1, count) - 1];
    ClosingTimesRecord {
        mean_s: ascending.iter().sum::<f64>() / count as f64,
        min_s: within(0.0),
        p50_s: median(&ascending).unwrap_or(0.0),
        p90_s: within(0.9),
        p99_s: (count >= SAMPLES_FOR_P99).then(|| within(0.99)),
        max_s: within(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::{summary, times};
    use records::closing::{ClosedBatchRecord, ClosingStageName, DataModeName};
    use records::fleet::pipeline::ClosedByName;

    fn batch(opened_s: f64, closed_s: f64, closed_by: ClosedByName) -> ClosedBatchRecord {
        ClosedBatchRecord {
            transactions: 8,
            refused: 0,
            opened_s,
            closed_s,
            closed_by,
            wait_s: 0.5,
            signatures_s: 0.4,
            signatures_one_thread_s: 0.8,
            execute_s: 0.1,
            root_s: 0.3,
            encode_s: 0.2,
            data_bytes: 160,
            rollup_bytes: 124,
            volition_bytes: 31,
        }
    }

    #[test]
    fn figures_by_hand() {
        let all = [
            batch(1.0, 10.0, ClosedByName::Full),
            batch(13.0, 20.0, ClosedByName::Timeout),
            // A rest that no rule closed is left out.
            batch(21.0, 21.5, ClosedByName::End),
        ];
        let summary = summary(&all, 10).expect("two batches");
        assert_eq!((summary.batches, summary.interval_s, summary.fill_fraction), (2, 10.0, 0.8));
        // 9 + 0.5 + 1 and 7 + 0.5 + 1.
        assert_eq!((summary.close_s.mean_s, summary.close_s.min_s, summary.close_s.max_s), (9.5, 8.5, 10.5));
        assert!((summary.sequencer_use - 0.1).abs() < 1e-12 && !summary.is_sequencer_bottleneck);
        let fill = summary.stages[0];
        assert_eq!((fill.stage, fill.time_s.mean_s), (ClosingStageName::Fill, 8.0));
        let whole: f64 = summary.stages.iter().map(|stage| stage.fraction).sum();
        assert!((whole - 1.0).abs() < 1e-12, "{whole}");
        assert!((summary.signatures_per_s - 20.0).abs() < 1e-9);
        assert!((summary.signatures_per_s_one_thread - 10.0).abs() < 1e-9);
        assert_eq!(summary.data_bytes_per_transaction, 20.0);
        let of = |mode| summary.data.iter().find(|data| data.mode == mode).expect("every mode");
        // (124 + 64)/8; four field elements of 32 bytes; one blob.
        let rollup = of(DataModeName::Rollup);
        assert_eq!(rollup.calldata_bytes_per_transaction, 23.5);
        assert_eq!((rollup.blob_bytes_per_transaction, rollup.blobs_per_batch), (Some(16.0), Some(1.0)));
        let validium = of(DataModeName::Validium);
        assert_eq!((validium.calldata_bytes_per_transaction, validium.blobs_per_batch), (8.0, None));
        assert_eq!(of(DataModeName::Volition).calldata_bytes_per_transaction, 11.875);
        assert_eq!(summary.closed_by.len(), 3);
    }

    #[test]
    fn more_work_than_time_makes_the_sequencer_the_bottleneck() {
        // One second of work every half second.
        let all = [batch(0.0, 0.5, ClosedByName::Timeout), batch(0.5, 1.0, ClosedByName::Timeout)];
        let summary = summary(&all, 10).expect("two batches");
        assert!(summary.is_sequencer_bottleneck && (summary.sequencer_use - 2.0).abs() < 1e-12);
        assert_eq!(super::summary(&[batch(0.0, 1.0, ClosedByName::End)], 10), None);
    }

    #[test]
    fn a_99th_percentile_needs_a_hundred() {
        let of = |count: u32| times((1..=count).rev().map(f64::from));
        assert_eq!((of(99).p99_s, of(100).p99_s, of(200).p99_s), (None, Some(99.0), Some(198.0)));
        assert_eq!((of(4).p50_s, of(10).p90_s, of(3).max_s), (2.5, 9.0, 3.0));
    }
}
