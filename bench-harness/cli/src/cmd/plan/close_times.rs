//! Close times that were measured (`bench-harness close --json`), and what a plan takes of them.

use crate::exit::usage;
use planner::domain::{Load, MeasuredClosing, MeasuredClosings};
use records::closing::{ClosedBatchRecord, ClosingRecord};
use records::fleet::pipeline::ClosedByName;
use records::number::significant;
use std::path::Path;
use std::sync::Arc;

/// By how much the planned load may differ from the one that was measured, as a fraction: rounding, and no more, since a
/// timeout closes other batches under another load.
const LOAD_TOLERANCE: f64 = 0.01;

/// One record, of one batch size under one load.
#[derive(Clone, Debug)]
pub(crate) struct CloseTimes(Arc<ClosingRecord>);

/// A record by the name of its file.
pub(crate) fn close_times(file: &str) -> Result<CloseTimes, String> {
    let record = records::file::read::<ClosingRecord>(Path::new(file)).map_err(|error| error.to_string())?;
    let times = CloseTimes(Arc::new(record));
    // What no planner takes is refused where it is named.
    times.closings().map_err(|error| format!("{file}: {error}"))?;
    Ok(times)
}

impl CloseTimes {
    /// A record that was just measured.
    pub(crate) fn of(record: ClosingRecord) -> Self {
        Self(Arc::new(record))
    }

    /// Transactions that a batch has room for.
    pub(crate) fn batch_transactions(&self) -> u64 {
        self.0.rules.capacity
    }

    /// The load under which it was measured.
    pub(crate) fn tx_per_s(&self) -> f64 {
        self.0.load.transactions_per_s
    }

    /// Every batch that a rule closed. Waiting for the sequencer is left out: it follows from gaps and work.
    pub(crate) fn closings(&self) -> Result<MeasuredClosings, planner::PlanError> {
        let mut last_closed_s = 0.0;
        let closing = |batch: &ClosedBatchRecord| {
            let gap_s = batch.closed_s - last_closed_s;
            last_closed_s = batch.closed_s;
            MeasuredClosing {
                gap_s,
                fill_s: batch.closed_s - batch.opened_s,
                fill_fraction: f64::from(batch.transactions) / self.0.rules.capacity as f64,
                work_s: batch.signatures_s + batch.execute_s + batch.root_s + batch.encode_s,
            }
        };
        let by_rule = self.0.batches.iter().filter(|batch| batch.closed_by != ClosedByName::End);
        MeasuredClosings::new(by_rule.map(closing).collect(), self.0.load.is_ordered)
    }

    /// Refuses another load than the one that was measured.
    ///
    /// # Errors
    /// Usage, with how to measure under the load of the plan.
    pub(crate) fn check_load(&self, load: &Load) -> anyhow::Result<()> {
        let planned = load.transactions_per_s().unwrap_or(self.tx_per_s());
        if (planned / self.tx_per_s() - 1.0).abs() <= LOAD_TOLERANCE {
            return Ok(());
        }
        let (measured, planned) = (significant(self.tx_per_s(), 4), significant(planned, 4));
        Err(usage(format!(
            "--close-times: measured under {measured} transactions/s, and the plan is for {planned}: measure under its \
             load with bench-harness close --tx-per-s {planned}"
        )))
    }
}
