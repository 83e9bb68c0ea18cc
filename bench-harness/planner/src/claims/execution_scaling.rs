//! From how many cores execution gains, and whether few fast ones beat many slow ones: from executors side by side.

use super::claim::Claim;
use super::contention::{COMMAND, FROM, ORDERING, Seen};
use super::evidence::Evidence;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use records::claims::{ClaimRecord, ClaimSourceName};
use records::execution::ExecutionPointRecord;

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;
/// Threads from which on a record says something of 16 cores.
const THREADS_MIN: u32 = 8;

pub(super) fn uplift(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the greatest speed-up of an executor that orders a block, on all threads, at any contention and work,",
        bound: Bound::AtMost,
        threshold: 5.0,
        unit: "×",
    };
    let claim = Claim {
        id: "uplift",
        title: "16 cores uplift execution 2 to 5 times at best",
        source: SOURCE,
        quote: "the maximum you can scale up to is 16 cores, as demonstrated above. […] so we’re looking at a 2-5x uplift \
                at best",
        quoted: &[("2-5x", "execution on up to 16 cores against one, estimated in the source")],
    };
    let Some(seen) = Seen::of(evidence) else { return claim.not_measured(&RULE, COMMAND) };
    let ordering = seen.record.points.iter().filter(|point| ORDERING.contains(&point.executor));
    let best = ordering.max_by(|a, b| a.execution.speedup.median.total_cmp(&b.execution.speedup.median));
    let Some(best) = best else { return claim.not_measured(&RULE, COMMAND) };
    let what = format!("speed-up: {}", seen.named(best));
    if seen.threads < THREADS_MIN {
        let needs = format!(
            "A machine with 16 cores: the record has {} threads at most, on which {} is the most there can be. Then \
             bench-harness execute --threads 1,2,4,8,16 --json.",
            seen.threads, seen.threads
        );
        let figures = vec![seen.speedup(best).beside(what, "×", FROM)];
        return ClaimRecord { figures, ..claim.untestable(&needs) };
    }
    claim.answered(&RULE, vec![seen.speedup(best).deciding(what, "×", FROM)], seen.cautions(), None)
}

/// The parallel fraction of work that is `speedup` times as fast on `threads`, by Amdahl's law.
fn parallel_fraction(speedup: f64, threads: u32) -> f64 {
    let n = f64::from(threads);
    (1.0 - 1.0 / speedup) / (1.0 - 1.0 / n)
}

pub(super) fn few_fast_cores(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the parallel part of execution with every swap on one pool, by Amdahl's law from the speed-up of the best \
             executor that orders a block,",
        bound: Bound::AtMost,
        threshold: FEW_FAST_BELOW,
        unit: "",
    };
    let claim = Claim {
        id: "few-fast-cores",
        title: "few fast cores beat many slow ones",
        source: SOURCE,
        quote: "So, the 64-core CPUs will actually be significantly slower for many transactions.",
        quoted: &[
            (
                "2.20 GHz, 3.35 GHz",
                "a 64-core EPYC and its boost; no single part has both, the 7702 is nearest",
            ),
            ("3.4 GHz, 4.9 GHz", "a 16-core Ryzen 9 of the same design and its boost: the 5950X"),
        ],
    };
    let Some(seen) = Seen::of(evidence) else { return claim.not_measured(&RULE, COMMAND) };
    let fraction = |point: &ExecutionPointRecord| {
        let speedup = seen.speedup(point);
        let at = |x: f64| parallel_fraction(x, seen.threads);
        Figure {
            value: at(speedup.value),
            ends: speedup.ends.map(|(low, high)| (at(low), at(high))),
            ..speedup
        }
    };
    let mut figures = vec![];
    if let Some(hot) = seen.best(seen.hottest, &ORDERING) {
        let what = format!("parallel part: {}", seen.named(hot));
        figures.push(seen.decided(fraction(hot), what, ""));
    }
    if let Some(cool) = seen.best(seen.coolest, &ORDERING) {
        let what = format!("parallel part: {}", seen.named(cool));
        figures.push(fraction(cool).beside(what, "", FROM));
    }
    let mut cautions = vec![format!(
        "{FEW_FAST_BELOW} is where 64 cores at 3.35 GHz equal 16 at 4.9 GHz at equal work in a cycle. The law is held from \
         {} threads to 64: extrapolated.",
        seen.threads
    )];
    cautions.extend(seen.cautions_of_contention());
    claim.answered(&RULE, figures, cautions, seen.needs())
}

/// Above this parallel fraction 64 cores at 3.35 GHz are faster than 16 at 4.9, to two digits:
/// [`turning_fraction`](crate::scaling::turn::turning_fraction).
const FEW_FAST_BELOW: f64 = 0.92;

#[cfg(test)]
mod tests {
    use super::{FEW_FAST_BELOW, few_fast_cores, parallel_fraction, uplift};
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::execution;
    use crate::scaling::turn::turning_fraction;
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds, NotMeasured, Untestable};

    #[test]
    fn few_fast_cores_or_many() {
        let answer = |hot, cool, threads| {
            let record = execution(hot, cool, threads);
            few_fast_cores(&Evidence { execution: Some(&record), ..Evidence::default() }).verdict
        };
        assert_eq!(answer(1.1, 1.9, 2), Holds);
        assert_eq!(answer(15.9, 15.2, 16), DoesNotHold);
        assert_eq!(answer(0.6, 0.8, 2), NotMeasured, "a busy machine says nothing of contention");
    }

    #[test]
    fn two_threads_say_nothing_of_sixteen() {
        let verdict = |best: f64, threads| {
            let record = execution(1.0, best, threads);
            uplift(&Evidence { execution: Some(&record), ..Evidence::default() }).verdict
        };
        assert_eq!(verdict(1.5, 2), Untestable);
        assert_eq!(verdict(4.0, 16), Holds);
        assert_eq!(verdict(9.0, 16), DoesNotHold);
    }

    #[test]
    fn the_turn_of_two_machines_is_the_threshold() {
        let turn = turning_fraction((64.0, 3.35), (16.0, 4.9)).unwrap();
        assert!((turn - FEW_FAST_BELOW).abs() < 0.005, "{turn}");
        // Amdahl: 1 / (0.1 + 0.9 / 10) on ten threads.
        assert!((parallel_fraction(1.0 / 0.19, 10) - 0.9).abs() < 1e-12);
    }
}
