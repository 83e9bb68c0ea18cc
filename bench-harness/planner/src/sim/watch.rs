//! One replication watched, as spans of time: the same engine as every figure of a plan, from an empty pipeline.

use crate::error::{PlanError, at_least_one};
use crate::sim::engine;
use crate::sim::pipeline::Pipeline;
use crate::sim::spans::Span;

/// The most batches that are watched: enough for any picture, and a file that opens.
pub const WATCHED_BATCHES_MAX: u64 = 20_000;

/// Replication 0 of `seed`, as [`simulate`](crate::sim::simulate) runs it, over `batches` batches (rounded up to
/// whole groups), as spans in order of their start. The same arguments give the same spans to the last bit.
///
/// ```
/// use planner::domain::{Aggregation, TimeDist};
/// use planner::sim::{Arrivals, L1, Lane, Pipeline, spans};
///
/// let merge = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0)?);
/// let prove = TimeDist::fixed("prove", 120.0)?;
/// let pipeline = Pipeline::new(Arrivals::fixed(10.0)?, prove, 12, merge, L1::Serial(15.0))?.with_groups(12, 1)?;
/// let seen = spans(&pipeline, 1, 24)?;
/// let first_proof = seen.iter().find(|span| matches!(span.lane, Lane::Prover(_))).unwrap();
/// assert_eq!((first_proof.start_s, first_proof.end_s), (10.0, 130.0));
/// // The published 267 s: 12 closings, a proof, an aggregation and a block.
/// let included = seen.iter().find(|span| span.lane == Lane::L1Proof).unwrap();
/// assert_eq!(included.end_s, 267.0);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] for no batches, or more than [`WATCHED_BATCHES_MAX`].
pub fn spans(pipeline: &Pipeline, seed: u64, batches: u64) -> Result<Vec<Span>, PlanError> {
    at_least_one("traced batches", u32::try_from(batches).unwrap_or(u32::MAX))?;
    if batches > WATCHED_BATCHES_MAX {
        return Err(PlanError::bad("traced batches", &format!("at most {WATCHED_BATCHES_MAX}"), batches));
    }
    let mut spans = engine::watch(pipeline, seed, batches);
    // Spans are pushed when they end or when their end is known; a reader wants them as they began.
    spans.sort_by(|a, b| {
        a.start_s.total_cmp(&b.start_s).then(a.lane.cmp(&b.lane)).then(a.end_s.total_cmp(&b.end_s))
    });
    Ok(spans)
}

#[cfg(test)]
mod tests {
    use super::spans;
    use crate::domain::{Aggregation, TimeDist};
    use crate::sim::{AfterCrash, Arrivals, Crashes, L1, Lane, Pipeline, Work};
    use std::collections::BTreeMap;

    fn pipeline(crashes: bool) -> Pipeline {
        let merge = TimeDist::log_normal("merge", 12.0, 0.2).unwrap();
        let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let aggregation = Aggregation::pairwise(merge);
        let pipeline =
            Pipeline::new(Arrivals::poisson(10.0).unwrap(), prove, 14, aggregation, L1::Serial(15.0));
        let pipeline = pipeline.unwrap().with_groups(12, 3).unwrap();
        if !crashes {
            return pipeline;
        }
        let after = AfterCrash::Requeue;
        pipeline.with_crashes(Crashes { mtbf_s: 600.0, repair_s: 60.0, after }).unwrap()
    }

    #[test]
    fn nobody_does_two_things_at_once() {
        for crashes in [false, true] {
            let seen = spans(&pipeline(crashes), 7, 240).unwrap();
            let mut ends: BTreeMap<Lane, f64> = BTreeMap::new();
            for span in &seen {
                assert!(span.end_s >= span.start_s, "{span:?}");
                // One L1 takes any number of sequence transactions at once.
                if span.lane != Lane::L1Sequence {
                    let before = ends.insert(span.lane, span.end_s).unwrap_or(0.0);
                    assert!(span.start_s >= before, "{span:?} starts before {before}");
                }
            }
            assert_eq!(crashes, seen.iter().any(|span| span.work == Work::Repair));
        }
    }

    #[test]
    fn every_batch_is_proved_once_and_every_group_is_merged_and_included() {
        let seen = spans(&pipeline(true), 7, 235).unwrap();
        let of = |work: fn(&Work) -> bool| seen.iter().filter(|span| work(&span.work)).collect::<Vec<_>>();
        let mut proved: Vec<_> = of(|work| *work == Work::Prove).iter().map(|span| span.batch).collect();
        proved.sort_unstable();
        assert_eq!(proved, (0..240).collect::<Vec<_>>());
        assert_eq!(of(|work| matches!(work, Work::Merge { .. })).len(), 20 * 11);
        let included: Vec<_> = seen.iter().filter(|span| span.lane == Lane::L1Proof).collect();
        assert_eq!(included.iter().map(|span| (span.batch, span.batches)).collect::<Vec<_>>().len(), 20);
        assert!(included.windows(2).all(|two| two[0].group + 1 == two[1].group));
    }

    #[test]
    fn the_same_seed_gives_the_same_spans_and_watching_changes_no_figure() {
        let pipeline = pipeline(true);
        assert_eq!(spans(&pipeline, 3, 120).unwrap(), spans(&pipeline, 3, 120).unwrap());
        assert_ne!(spans(&pipeline, 3, 120).unwrap(), spans(&pipeline, 4, 120).unwrap());
        let length = crate::sim::RunLength::new(120, 0, 1, 3).unwrap();
        let figures = crate::sim::simulate(&pipeline, length);
        let last = spans(&pipeline, 3, 120).unwrap().iter().map(|span| span.end_s).fold(0.0, f64::max);
        let rate = 120.0 / last;
        assert!((figures.throughput_batches_per_s.value / rate - 1.0).abs() < 1e-9, "{rate}");
    }

    #[test]
    fn none_and_too_many_are_refused() {
        assert!(spans(&pipeline(false), 1, 0).is_err());
        assert!(spans(&pipeline(false), 1, 20_001).is_err());
    }
}
