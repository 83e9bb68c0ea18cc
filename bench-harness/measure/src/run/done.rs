//! What a log says is done already.

use crate::profile;
use crate::spec::Spec;
use records::sample::record::SampleKey;
use records::sample::{CellRecord, EndName, LogRecord, StageName};
use std::collections::{BTreeMap, BTreeSet};

/// What is done, by cell.
#[derive(Debug, Default)]
pub(crate) struct Done {
    cells: BTreeMap<String, CellDone>,
    keys: BTreeSet<SampleKey>,
    samples: u64,
    best_adds_per_cycle: Option<f64>,
}

/// What is done of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CellDone {
    /// Complete repeats.
    pub(crate) repeats: BTreeSet<u64>,
    /// Time that they took.
    pub(crate) spent_s: f64,
    /// Of these, those of which a proof is left out of the estimate.
    pub(crate) spoiled: BTreeSet<u64>,
    /// The times of the batch proofs of which no part is left out.
    pub(crate) prove_batch_s: Vec<f64>,
    /// The times of the aggregations that are in the estimate.
    pub(crate) aggregate_s: Vec<f64>,
    /// How it ended last.
    pub(crate) end: Option<EndName>,
    /// Whether nothing is left to do.
    pub(crate) is_complete: bool,
}

impl CellDone {
    /// Complete repeats.
    pub(crate) fn made(&self) -> u64 {
        self.repeats.len() as u64
    }
}

impl Done {
    /// What a log says.
    pub(crate) fn of(records: &[LogRecord]) -> Self {
        let mut done = Self::default();
        for record in records {
            let cell = done.cells.entry(record.run_and_cell().1.key()).or_default();
            match record {
                LogRecord::Sample(sample) => {
                    done.samples += 1;
                    done.keys.insert(sample.key());
                    done.best_adds_per_cycle =
                        done.best_adds_per_cycle.into_iter().chain(sample.adds_per_cycle).reduce(f64::max);
                    if let (StageName::Prove, false, Some(repeat)) =
                        (sample.stage, sample.mark.counts(), sample.repeat)
                    {
                        cell.spoiled.insert(repeat);
                    }
                }
                LogRecord::Repeat(repeat) => {
                    if cell.repeats.insert(repeat.repeat) {
                        cell.spent_s += repeat.wall_s;
                    }
                }
                LogRecord::CellEnd(end) => cell.end = Some(end.end),
                LogRecord::SetUp(_) | LogRecord::Failure(_) => {}
            }
        }
        for (key, cell) in &mut done.cells {
            let of_cell = records.iter().filter_map(|record| match record {
                LogRecord::Sample(sample) if sample.cell.key() == *key => Some(sample),
                _ => None,
            });
            let of_cell: Vec<_> = of_cell.collect();
            cell.prove_batch_s = profile::prove_batch_s(&of_cell);
            cell.aggregate_s = profile::aggregate_s(&of_cell);
            // A repeat that was interrupted is made whole, and judged then.
            cell.spoiled.retain(|repeat| cell.repeats.contains(repeat));
        }
        done
    }

    /// The best share of a core in the log.
    pub(crate) fn best_adds_per_cycle(&self) -> Option<f64> {
        self.best_adds_per_cycle
    }

    /// What is done of a cell. A repeat that failed is not done: it is tried again.
    pub(crate) fn of_cell(&self, cell: &CellRecord, spec: &Spec) -> CellDone {
        let mut done = self.cells.get(&cell.key()).cloned().unwrap_or_default();
        let spoiled = done.spoiled.len() as u64;
        let has_ended = matches!(done.end, Some(EndName::TimeLimit | EndName::Width | EndName::Reruns));
        done.is_complete = has_ended || done.made() >= spec.repeats + spoiled.min(spec.reruns);
        done
    }

    /// Every sample that is there.
    pub(crate) fn keys(&self) -> &BTreeSet<SampleKey> {
        &self.keys
    }

    /// How many.
    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }
}
