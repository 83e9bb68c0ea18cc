//! What a log says is done already.

use reports::sample::record::SampleKey;
use reports::sample::{CellRecord, EndName, LogRecord};
use std::collections::{BTreeMap, BTreeSet};

/// What is done, by cell.
#[derive(Debug, Default)]
pub(crate) struct Done {
    cells: BTreeMap<String, CellDone>,
    keys: BTreeSet<SampleKey>,
    samples: u64,
}

/// What is done of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CellDone {
    /// Complete repeats.
    pub(crate) repeats: BTreeSet<u64>,
    /// Time that they took.
    pub(crate) spent_s: f64,
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
        done
    }

    /// What is done of a cell of which `repeats` are asked for. A repeat that failed is not done: it is tried again.
    pub(crate) fn of_cell(&self, cell: &CellRecord, repeats: u64) -> CellDone {
        let mut done = self.cells.get(&cell.key()).cloned().unwrap_or_default();
        done.is_complete = done.end == Some(EndName::TimeLimit) || done.made() >= repeats;
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
