//! When a cell ends: one rule for the child that measures, the parent that may have to start another child, and the
//! run that is resumed from its log. All three feed it the same records.

use crate::stage_sums::{PROVE_BATCH, StageTime, stage_sums};
use crate::statistics::relative_width;
use records::sample::{EndName, LogRecord, SampleRecord, StageName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// When a cell ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopping {
    /// Repeats that are asked for, at least 1.
    pub repeats: u64,
    /// Further repeats, at most, in place of those of which a proof was discarded.
    pub reruns: u64,
    /// Repeats that are made whatever the time and the interval, at most `repeats`.
    pub min_repeats: u64,
    /// The width of the interval of the median prove time, as a fraction of it, that is narrow enough; none for never.
    pub interval_width: Option<f64>,
    /// Time after which no further repeat begins.
    pub time_limit: Duration,
}

/// What a cell has so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellProgress {
    /// Repeats that are complete.
    made: BTreeSet<u64>,
    /// Repeats that failed in this run; a run that is resumed tries them again.
    failed: BTreeSet<u64>,
    /// Time that was spent on the cell before, in seconds.
    spent_s: f64,
    /// The times that decide, of repeats that are complete or not.
    times: Vec<StageTime>,
}

impl CellProgress {
    /// Takes a line of the log of this cell, in order.
    pub fn take(&mut self, record: &LogRecord) {
        match record {
            LogRecord::Sample(sample) => self.sample(sample),
            LogRecord::Repeat(repeat) => {
                self.made.insert(repeat.repeat);
            }
            LogRecord::Failure(failure) => self.failed.extend(failure.repeat),
            LogRecord::SetUp(_) | LogRecord::CellEnd(_) => {}
        }
    }

    /// Takes a sample.
    pub fn sample(&mut self, sample: &SampleRecord) {
        let decides = matches!(
            sample.stage,
            StageName::Record | StageName::Witness | StageName::Prove | StageName::AggregateCall
        );
        self.times.extend(StageTime::of(sample).filter(|_| decides));
    }

    /// Forgets failures, so that a run that is resumed tries those repeats again, and counts `spent_s` seconds as
    /// spent.
    pub(crate) fn resumed(mut self, spent_s: f64) -> Self {
        self.failed.clear();
        self.spent_s = spent_s;
        self
    }

    /// The same after `spent_s` further seconds.
    pub(crate) fn after(&self, spent_s: f64) -> Self {
        Self { spent_s: self.spent_s + spent_s, ..self.clone() }
    }

    /// Time that was spent on the cell before, s.
    pub(crate) fn spent_s(&self) -> f64 {
        self.spent_s
    }

    /// Complete repeats.
    pub fn made(&self) -> u64 {
        self.made.len() as u64
    }

    /// Repeats that were complete or failed.
    fn tried(&self) -> u64 {
        (self.made.len() + self.failed.len()) as u64
    }

    /// Whether a repeat is complete.
    pub(crate) fn has_made(&self, repeat: u64) -> bool {
        self.made.contains(&repeat)
    }

    /// Complete repeats of which a proof is discarded. Only a proof decides: what is done in a millisecond is
    /// disturbed easily, and hardly counts.
    fn discarded(&self) -> u64 {
        let proofs = self.times.iter().filter(|time| time.stage == StageName::Prove && !time.value.counts);
        let repeats: BTreeSet<u64> = proofs.filter_map(|time| time.repeat).collect();
        repeats.intersection(&self.made).count() as u64
    }

    /// The times in the estimate of a sum of stages.
    fn counted_s(&self, stages: &[(StageName, f64)]) -> Vec<f64> {
        let sums = stage_sums(self.times.iter().copied(), stages);
        sums.filter(|sum| sum.counts).map(|sum| sum.wall_s).collect()
    }
}

impl Stopping {
    /// The repeats that may still be made, in order.
    pub fn remaining(&self, progress: &CellProgress) -> Vec<u64> {
        let is_tried = |repeat: &u64| progress.made.contains(repeat) || progress.failed.contains(repeat);
        (0..self.repeats + self.reruns).filter(|repeat| !is_tried(repeat)).collect()
    }

    /// How many repeats are wanted in all: those that are asked for, and one more, within the limit, for each that
    /// was discarded.
    pub(crate) fn wanted(&self, progress: &CellProgress) -> u64 {
        self.repeats + progress.discarded().min(self.reruns)
    }

    /// How many repeats are still wanted.
    pub(crate) fn still_wanted(&self, progress: &CellProgress) -> u64 {
        self.wanted(progress).saturating_sub(progress.tried())
    }

    /// Seconds that are left, `elapsed_s` after those that the progress has counted.
    pub(crate) fn time_left_s(&self, progress: &CellProgress, elapsed_s: f64) -> f64 {
        (self.time_limit.as_secs_f64() - progress.spent_s - elapsed_s).max(0.0)
    }

    fn is_narrow(&self, values_s: &[f64]) -> bool {
        let wanted = self.interval_width;
        wanted.zip(relative_width(values_s)).is_some_and(|(wanted, width)| width <= wanted)
    }

    /// Whether the interval of an aggregation is narrow enough, so that no further repeat needs one.
    pub(crate) fn knows_aggregation(&self, progress: &CellProgress) -> bool {
        let aggregations = || progress.counted_s(&[(StageName::AggregateCall, 1.0)]);
        progress.made() >= self.min_repeats && self.is_narrow(&aggregations())
    }

    /// Why no further repeat is needed, or none may be made, `elapsed_s` seconds after those that the progress has
    /// counted; none where the cell goes on.
    pub fn end(&self, progress: &CellProgress, elapsed_s: f64) -> Option<EndName> {
        if self.still_wanted(progress) == 0 {
            let is_short = self.reruns > 0 && progress.discarded() > self.reruns;
            return Some(if is_short { EndName::Reruns } else { EndName::Repeats });
        }
        if progress.made() < self.min_repeats {
            return None;
        }
        if self.is_narrow(&progress.counted_s(&PROVE_BATCH)) {
            return Some(EndName::Width);
        }
        (self.time_left_s(progress, elapsed_s) <= 0.0).then_some(EndName::TimeLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::{CellProgress, Stopping};
    use crate::stage_sums::StageTime;
    use crate::statistics::MeasuredValue;
    use records::sample::{EndName, MarkName, StageName};
    use std::time::Duration;

    fn stopping(repeats: u64, reruns: u64, interval_width: Option<f64>) -> Stopping {
        let time_limit = Duration::from_secs(100);
        Stopping { repeats, reruns, min_repeats: 1, interval_width, time_limit }
    }

    fn time(progress: &mut CellProgress, batch: Option<u64>, stage: StageName, wall_s: f64, mark: MarkName) {
        let value = MeasuredValue { wall_s, cycles: None, counts: mark.counts() };
        let repeat = Some(progress.made.len() as u64);
        progress.times.push(StageTime { repeat, batch, stage, value });
    }

    fn is_made(progress: &mut CellProgress) {
        progress.made.insert(progress.made.len() as u64);
    }

    /// One repeat of one batch.
    fn repeat(progress: &mut CellProgress, prove_s: f64, mark: MarkName) {
        for (stage, wall_s) in
            [(StageName::Record, 0.0), (StageName::Witness, 0.5), (StageName::Prove, prove_s)]
        {
            time(progress, Some(0), stage, wall_s, mark);
        }
        is_made(progress);
    }

    #[test]
    fn a_narrow_interval_ends_a_cell_and_too_few_samples_have_none() {
        let (stopping, mut progress) = (stopping(100, 0, Some(0.05)), CellProgress::default());
        for _ in 0..5 {
            repeat(&mut progress, 1.0, MarkName::Clean);
            assert_eq!(stopping.end(&progress, 0.0), None, "five samples give no interval of 95 %");
        }
        repeat(&mut progress, 1.05, MarkName::Clean);
        // Median 1.5, from 1.5 to 1.55: 3.3 %.
        assert_eq!(stopping.end(&progress, 0.0), Some(EndName::Width));
        // A wide one goes on until the time is spent.
        repeat(&mut progress, 9.0, MarkName::Clean);
        assert_eq!(stopping.end(&progress, 99.0), None);
        assert_eq!(stopping.end(&progress, 100.0), Some(EndName::TimeLimit));
        assert_eq!(stopping.end(&progress.after(60.0), 40.0), Some(EndName::TimeLimit));
    }

    #[test]
    fn aggregation_is_not_repeated_once_its_interval_is_narrow() {
        let (mut stopping, mut progress) = (stopping(100, 0, Some(0.05)), CellProgress::default());
        for mark in [MarkName::Clean, MarkName::LostTime] {
            for _ in 0..5 {
                time(&mut progress, None, StageName::AggregateCall, 3.0, mark);
                is_made(&mut progress);
            }
            assert!(!stopping.knows_aggregation(&progress), "five count");
        }
        time(&mut progress, None, StageName::AggregateCall, 3.1, MarkName::Clean);
        assert!(stopping.knows_aggregation(&progress));
        stopping.interval_width = None;
        assert!(!stopping.knows_aggregation(&progress), "no width was asked for");
    }

    #[test]
    fn discarded_repeats_are_made_again_within_a_limit() {
        let (stopping, mut progress) = (stopping(2, 2, None), CellProgress::default());
        repeat(&mut progress, 1.0, MarkName::SharedCore);
        repeat(&mut progress, 1.0, MarkName::Clean);
        assert_eq!(stopping.end(&progress, 0.0), None, "one was discarded");
        repeat(&mut progress, 1.0, MarkName::LostTime);
        repeat(&mut progress, 1.0, MarkName::SharedCore);
        assert_eq!(stopping.end(&progress, 0.0), Some(EndName::Reruns));
        assert_eq!(progress.counted_s(&super::PROVE_BATCH), [1.5]);
    }

    /// The limit of re-runs holds wherever the rule is asked: more discarded repeats than re-runs ask for no more.
    #[test]
    fn more_discarded_repeats_than_reruns_end_a_cell_also_after_a_crash() {
        let (stopping, mut progress) = (stopping(2, 1, None), CellProgress::default());
        for _ in 0..2 {
            repeat(&mut progress, 1.0, MarkName::SharedCore);
        }
        assert_eq!(stopping.end(&progress, 0.0), None);
        progress.failed.insert(2);
        assert_eq!(stopping.end(&progress, 0.0), Some(EndName::Reruns));
        assert!(stopping.remaining(&progress).is_empty());
    }

    #[test]
    fn a_repeat_that_failed_is_tried_again_only_by_a_run_that_is_resumed() {
        let (stopping, mut progress) = (stopping(2, 2, None), CellProgress::default());
        repeat(&mut progress, 1.0, MarkName::Clean);
        progress.failed.insert(1);
        assert_eq!(stopping.end(&progress, 0.0), Some(EndName::Repeats));
        let resumed = progress.resumed(3.0);
        assert_eq!(stopping.end(&resumed, 0.0), None);
        assert_eq!(stopping.remaining(&resumed), [1, 2, 3]);
    }
}
