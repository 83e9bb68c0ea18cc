//! What a cell has so far, and whether that is enough.

use crate::child::request::{CellRequest, Remaining, Stopping};
use crate::statistics::relative_width;
use records::sample::{EndName, MarkName, StageName};
use std::collections::BTreeMap;

/// Counts repeats and keeps the times of batch proofs.
#[derive(Debug)]
pub(crate) struct Tally {
    stopping: Stopping,
    time_left_s: f64,
    made: u64,
    failed: u64,
    spoiled: u64,
    /// Whether the current repeat is.
    is_discarded: bool,
    prove_batch_s: Vec<f64>,
    aggregate_s: Vec<f64>,
    /// Record, witness and prove of the current repeat's batches, as far as they are told: the sum, and how many.
    parts: BTreeMap<Option<u64>, (f64, u32)>,
}

impl Tally {
    pub(crate) fn new(request: &CellRequest) -> Self {
        let Remaining { repeats: _, made, spoiled, failed, prove_batch_s, aggregate_s, time_left_s } =
            &request.remaining;
        Self {
            stopping: request.stopping,
            time_left_s: *time_left_s,
            made: *made,
            failed: *failed,
            spoiled: *spoiled,
            is_discarded: false,
            prove_batch_s: prove_batch_s.clone(),
            aggregate_s: aggregate_s.clone(),
            parts: BTreeMap::new(),
        }
    }

    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// Takes a sample of the current repeat.
    pub(crate) fn sample(&mut self, batch: Option<u64>, stage: StageName, wall_s: f64, mark: MarkName) {
        if stage == StageName::AggregateCall && mark.counts() {
            self.aggregate_s.push(wall_s);
        }
        if !matches!(stage, StageName::Record | StageName::Witness | StageName::Prove) {
            return;
        }
        if !mark.counts() {
            // Only a proof decides: what is done in a millisecond is spoiled easily, and hardly counts.
            self.is_discarded |= stage == StageName::Prove;
            return;
        }
        let (sum_s, parts) = self.parts.entry(batch).or_default();
        *sum_s += wall_s;
        *parts += 1;
    }

    pub(crate) fn repeat_is_made(&mut self) {
        self.made += 1;
        self.spoiled += u64::from(std::mem::take(&mut self.is_discarded));
        let whole = std::mem::take(&mut self.parts).into_values().filter(|(_, parts)| *parts == 3);
        self.prove_batch_s.extend(whole.map(|(sum_s, _)| sum_s));
    }

    pub(crate) fn repeat_has_failed(&mut self) {
        self.failed += 1;
        self.is_discarded = false;
        self.parts.clear();
    }

    fn is_narrow(&self, values_s: &[f64]) -> bool {
        let wanted = self.stopping.interval_width;
        wanted.zip(relative_width(values_s)).is_some_and(|(wanted, width)| width <= wanted)
    }

    /// Whether the interval of an aggregation is narrow enough, so that no further repeat needs one.
    pub(crate) fn knows_aggregation(&self) -> bool {
        self.made >= self.stopping.min_repeats && self.is_narrow(&self.aggregate_s)
    }

    /// Why no further repeat is needed, or none may be made; none where the cell goes on.
    pub(crate) fn end(&self, elapsed_s: f64) -> Option<EndName> {
        let Stopping { repeats, reruns, min_repeats, interval_width: _ } = self.stopping;
        let tried = self.made + self.failed;
        if tried >= repeats + self.spoiled.min(reruns) {
            let is_short = self.spoiled > reruns && reruns > 0;
            return Some(if is_short { EndName::Reruns } else { EndName::Repeats });
        }
        if self.made < min_repeats {
            return None;
        }
        if self.is_narrow(&self.prove_batch_s) {
            return Some(EndName::Width);
        }
        (elapsed_s >= self.time_left_s).then_some(EndName::TimeLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use crate::child::request::Stopping;
    use records::sample::{EndName, MarkName, StageName};
    use std::collections::BTreeMap;

    fn tally(repeats: u64, reruns: u64, interval_width: Option<f64>) -> Tally {
        Tally {
            stopping: Stopping { repeats, reruns, min_repeats: 1, interval_width },
            time_left_s: 100.0,
            made: 0,
            failed: 0,
            spoiled: 0,
            is_discarded: false,
            prove_batch_s: Vec::new(),
            aggregate_s: Vec::new(),
            parts: BTreeMap::new(),
        }
    }

    /// One repeat of one batch.
    fn repeat(tally: &mut Tally, prove_s: f64, mark: MarkName) {
        for (stage, wall_s) in
            [(StageName::Record, 0.0), (StageName::Witness, 0.5), (StageName::Prove, prove_s)]
        {
            tally.sample(Some(0), stage, wall_s, mark);
        }
        tally.repeat_is_made();
    }

    #[test]
    fn a_narrow_interval_ends_a_cell_and_too_few_samples_have_none() {
        let mut tally = tally(100, 0, Some(0.05));
        for _ in 0..5 {
            repeat(&mut tally, 1.0, MarkName::Clean);
            assert_eq!(tally.end(0.0), None, "five samples give no interval of 95 %");
        }
        repeat(&mut tally, 1.05, MarkName::Clean);
        // Median 1.5, from 1.5 to 1.55: 3.3 %.
        assert_eq!(tally.end(0.0), Some(EndName::Width));
        assert_eq!(tally.prove_batch_s.len(), 6);
        // A wide one goes on until the time is spent.
        repeat(&mut tally, 9.0, MarkName::Clean);
        assert_eq!((tally.end(99.0), tally.end(100.0)), (None, Some(EndName::TimeLimit)));
    }

    #[test]
    fn aggregation_is_left_out_once_its_interval_is_narrow() {
        let mut tally = tally(100, 0, Some(0.05));
        for spoiled in [MarkName::Clean, MarkName::LostTime] {
            for _ in 0..5 {
                tally.sample(None, StageName::AggregateCall, 3.0, spoiled);
                tally.repeat_is_made();
            }
            assert!(!tally.knows_aggregation(), "five count");
        }
        tally.sample(None, StageName::AggregateCall, 3.1, MarkName::Clean);
        assert!(tally.knows_aggregation());
        tally.stopping.interval_width = None;
        assert!(!tally.knows_aggregation(), "no width was asked for");
    }

    #[test]
    fn spoiled_repeats_are_made_again_within_a_limit() {
        let mut tally = tally(2, 2, None);
        repeat(&mut tally, 1.0, MarkName::SharedCore);
        repeat(&mut tally, 1.0, MarkName::Clean);
        assert_eq!(tally.end(0.0), None, "one was spoiled");
        repeat(&mut tally, 1.0, MarkName::LostTime);
        repeat(&mut tally, 1.0, MarkName::SharedCore);
        assert_eq!(tally.end(0.0), Some(EndName::Reruns));
        assert_eq!(tally.prove_batch_s, [1.5]);
    }

    #[test]
    fn a_repeat_that_failed_is_not_made_again_at_once() {
        let mut tally = tally(2, 2, None);
        repeat(&mut tally, 1.0, MarkName::Clean);
        tally.repeat_has_failed();
        assert_eq!(tally.end(0.0), Some(EndName::Repeats));
    }
}
