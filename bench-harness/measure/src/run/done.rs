//! What a log says is done already.

use crate::spec::Spec;
use crate::stopping::CellProgress;
use machine::Standard;
use records::sample::record::SampleKey;
use records::sample::{CellRecord, EndName, LogRecord};
use std::collections::{BTreeMap, BTreeSet};

/// What is done, by cell.
#[derive(Debug, Default)]
pub(crate) struct Done {
    cells: BTreeMap<String, CellDone>,
    keys: BTreeSet<SampleKey>,
    samples: u64,
    standard: Standard,
}

/// What is done of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CellDone {
    /// What its log says.
    pub(crate) progress: CellProgress,
    /// How it ended last.
    pub(crate) end: Option<EndName>,
    /// Whether nothing is left to do.
    pub(crate) is_complete: bool,
}

impl Done {
    /// What a log says.
    pub(crate) fn of(records: &[LogRecord]) -> Self {
        let mut done = Self::default();
        let mut spent_s: BTreeMap<String, f64> = BTreeMap::new();
        for record in records {
            let key = record.run_and_cell().1.key();
            let cell = done.cells.entry(key.clone()).or_default();
            match record {
                LogRecord::Sample(sample) => {
                    done.samples += 1;
                    done.keys.insert(sample.key());
                    done.standard.see(sample.adds_per_cycle);
                }
                LogRecord::Repeat(repeat) if !cell.progress.has_made(repeat.repeat) => {
                    *spent_s.entry(key).or_default() += repeat.wall_s;
                }
                LogRecord::CellEnd(end) => cell.end = Some(end.end),
                LogRecord::Repeat(_) | LogRecord::SetUp(_) | LogRecord::Failure(_) => {}
            }
            cell.progress.take(record);
        }
        for (key, cell) in &mut done.cells {
            let spent_s = spent_s.get(key).copied().unwrap_or_default();
            cell.progress = std::mem::take(&mut cell.progress).resumed(spent_s);
        }
        done
    }

    /// The best reading of the probe in the log.
    pub(crate) fn standard(&self) -> Standard {
        self.standard
    }

    /// What is done of a cell. A repeat that failed is not done: it is tried again.
    pub(crate) fn of_cell(&self, cell: &CellRecord, spec: &Spec) -> CellDone {
        let mut done = self.cells.get(&cell.key()).cloned().unwrap_or_default();
        let has_ended = matches!(done.end, Some(EndName::TimeLimit | EndName::Width | EndName::Reruns));
        done.is_complete = has_ended || spec.stopping.still_wanted(&done.progress) == 0;
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
