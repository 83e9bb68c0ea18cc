//! Parallel execution, one core, swaps a second: from executors side by side.

use super::claim::Claim;
use super::contention::{COMMAND, FROM, ORDERING, Seen};
use super::evidence::Evidence;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::execution::{ExecutionPointRecord, ExecutorName};
use records::profile::ProfileRecord;

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;

pub(super) fn gains_are_limited(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the gain of the best executor that orders a block, with every swap on one pool, of what its further threads \
             could add, (speed-up − 1) / (threads − 1),",
        bound: Bound::AtMost,
        threshold: 0.25,
        unit: "",
    };
    let claim = Claim {
        id: "parallel-gains",
        title: "parallel execution gains little, since bots touch the same state",
        source: SOURCE,
        quote: "in practice, the gains achieved here are expected to quite limited. MEV bots are going to access all \
                state at all times",
        quoted: &[],
    };
    let Some(seen) = Seen::of(evidence) else { return claim.not_measured(&RULE, COMMAND) };
    let mut figures = vec![];
    if let Some(hot) = seen.best(seen.hottest, &ORDERING) {
        let gain = seen.speedup(hot).minus(1.0).times(1.0 / f64::from(seen.threads - 1));
        figures.push(seen.decided(gain, format!("gain a further thread: {}", seen.named(hot)), ""));
        figures.push(seen.speedup(hot).beside("its speed-up", "×", FROM));
        figures.push(seen.speedup_with_root(hot).beside("its speed-up, root counted", "×", FROM));
    }
    let known = [ExecutorName::KnownValues];
    for (hot_pool, among) in [(seen.coolest, &ORDERING[..]), (seen.hottest, &known[..])] {
        if let Some(point) = seen.best(hot_pool, among) {
            figures.push(seen.speedup(point).beside(format!("speed-up: {}", seen.named(point)), "×", FROM));
        }
    }
    claim.answered(&RULE, figures, seen.cautions_of_contention(), seen.needs())
}

pub(super) fn one_core(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the work that the best executor that orders a block keeps going at once, with every swap on one pool,",
        bound: Bound::AtMost,
        threshold: 1.1,
        unit: "cores",
    };
    let claim = Claim {
        id: "one-core",
        title: "one core is the bottleneck",
        source: SOURCE,
        quote: "So, in reality, you’d have one core bottlenecked. This is a fundamental limitation of smart contract \
                chains.",
        quoted: &[],
    };
    let Some(seen) = Seen::of(evidence) else { return claim.not_measured(&RULE, COMMAND) };
    let mut figures = vec![];
    if let Some(hot) = seen.best(seen.hottest, &ORDERING) {
        let what = format!("speed-up over one thread: {}", seen.named(hot));
        figures.push(seen.decided(seen.speedup(hot), what, "cores"));
    }
    let one = seen.points().find(|point| {
        point.executor == ExecutorName::Sequential && point.hot_pool == seen.hottest && point.threads == 1
    });
    if let Some(one) = one {
        let rate = seen.rate_with_root(one);
        figures.push(rate.beside(format!("root counted: {}", seen.named(one)), "tx/s", FROM));
        figures.extend(evidence.profile.and_then(|profile| provers_before(profile, rate)));
    }
    claim.answered(&RULE, figures, seen.cautions_of_contention(), seen.needs())
}

/// How many provers it takes before one core's execution is the limit of a rollup: the other bottleneck.
fn provers_before(profile: &ProfileRecord, rate: Figure) -> Option<ClaimFigureRecord> {
    let rated = profile.cells.iter().filter_map(|cell| Some((cell, cell.transactions_per_s?)));
    let (cell, per_prover) = rated.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let provers = rate.over(Figure::exact(per_prover));
    let what = format!("provers that this core can keep at work, each as {} was measured", cell.cell.words());
    Some(provers.beside(what, "provers", "bench-harness execute --json and bench-harness measure"))
}

pub(super) fn optimistic_never_costs(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the speed-up of Block-STM over the best executor on one thread, at every contention and the greatest work \
             measured,",
        bound: Bound::AtLeast,
        threshold: 0.95,
        unit: "×",
    };
    let claim = Claim {
        id: "optimistic",
        title: "optimistic execution never costs",
        source: SOURCE,
        quote: "optimistic parallelism, for example, is a net positive for sure - as if the transaction can’t be \
                parallelized it’ll just fall back to the primary core",
        quoted: &[],
    };
    let Some(seen) = Seen::of(evidence) else { return claim.not_measured(&RULE, COMMAND) };
    let is_asked = |point: &&ExecutionPointRecord| {
        point.executor == ExecutorName::BlockStm && point.threads == seen.threads
    };
    let mut figures: Vec<_> = seen
        .points()
        .filter(is_asked)
        .map(|point| seen.decided(seen.speedup(point), format!("speed-up: {}", seen.named(point)), "×"))
        .collect();
    let worst = seen.record.points.iter().filter(is_asked);
    if let Some(worst) =
        worst.min_by(|a, b| a.execution.speedup.median.total_cmp(&b.execution.speedup.median))
    {
        figures.push(seen.speedup(worst).beside(
            format!("the least of all: {}", seen.named(worst)),
            "×",
            FROM,
        ));
    }
    claim.answered(&RULE, figures, seen.cautions_of_contention(), seen.needs())
}

pub(super) fn swaps_a_second(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the most swaps a second that an executor which orders a block makes, at the greatest work measured, with the root \
             counted,",
        bound: Bound::AtMost,
        threshold: 1_000.0,
        unit: "a second",
    };
    let claim = Claim {
        id: "few-hundred",
        title: "AMM swaps end at a few hundred a second",
        source: SOURCE,
        quote: "For anything compute intensive, we’re looking at a few hundred TPS at best, for the fastest possible \
                execution layer.",
        quoted: &[
            ("195 TPS", "AMM swaps of BNB Chain, by Dragonfly's benchmarks as the source quotes them (2022)"),
            ("273 TPS", "AMM swaps of Solana, by the same"),
            ("425 TPS", "the same of Solana's devnet, “a configuration more akin to a rollup”"),
        ],
    };
    let Some(record) = evidence.execution else { return claim.not_measured(&RULE, COMMAND) };
    let mut figures = vec![];
    if let Some(seen) = Seen::of(evidence).filter(|_| record.workload.swap_ratio == 1.0) {
        let ordering = |point: &&ExecutionPointRecord| point.executor != ExecutorName::KnownValues;
        let rate = |point: &ExecutionPointRecord| point.with_root.tx_per_s;
        let most = |points: &mut dyn Iterator<Item = &'_ ExecutionPointRecord>| {
            points.max_by(|a, b| rate(a).total_cmp(&rate(b))).cloned()
        };
        if let Some(best) = most(&mut seen.points().filter(ordering)) {
            let what = format!("root counted: {}", seen.named(&best));
            figures.push(seen.rate_with_root(&best).deciding(what, "swaps/s", FROM));
        }
        if let Some(bare) =
            most(&mut record.points.iter().filter(ordering).filter(|point| point.work_us == 0.0))
        {
            let what = format!("root counted: {}", seen.named(&bare));
            figures.push(seen.rate_with_root(&bare).beside(what, "swaps/s", FROM));
        }
    }
    let mut cautions = vec![
        "The source's figures are of whole networks: consensus, signatures, gossip and a database that keeps what it \
         writes. Here one process executes blocks that it has, and updates their root in memory."
            .to_owned(),
    ];
    cautions.extend(Seen::of(evidence).map(|seen| seen.cautions()).unwrap_or_default());
    claim.answered(&RULE, figures, cautions, None)
}

#[cfg(test)]
mod tests {
    use super::{gains_are_limited, one_core, optimistic_never_costs, swaps_a_second};
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{execution, middle};
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{self, DoesNotHold, Holds, Inconclusive, NotMeasured};
    use records::execution::ExecutionRecord;

    /// The verdict of a claim where Block-STM is so many times as fast on the hot pool.
    fn verdict(claim: fn(&Evidence<'_>) -> ClaimRecord, hot: f64, threads: u32) -> ClaimVerdictName {
        let record = execution(hot, 0.95 * f64::from(threads.max(2)), threads);
        claim(&Evidence { execution: Some(&record), ..Evidence::default() }).verdict
    }

    #[test]
    fn gains_that_are_little_and_gains_that_are_not() {
        assert_eq!(verdict(gains_are_limited, 1.05, 2), Holds);
        assert_eq!(verdict(gains_are_limited, 1.6, 2), DoesNotHold);
        assert_eq!(verdict(gains_are_limited, 1.25, 2), Inconclusive);
        // 1.6 times on eight threads is a tenth of what seven more could add.
        assert_eq!(verdict(gains_are_limited, 1.6, 8), Holds);
        assert_eq!(verdict(gains_are_limited, 1.6, 1), NotMeasured, "one thread says nothing");
    }

    #[test]
    fn a_busy_machine_says_nothing_of_contention() {
        let busy = execution(0.6, 0.8, 2);
        let evidence = Evidence { execution: Some(&busy), ..Evidence::default() };
        for claim in [gains_are_limited, one_core, optimistic_never_costs] {
            let claim = claim(&evidence);
            assert_eq!(claim.verdict, NotMeasured, "{}", claim.id);
            let is_said = claim.cautions.iter().any(|caution| caution.contains("Nothing is decided"));
            assert!(claim.needs.is_some() && is_said, "{}", claim.id);
        }
    }

    #[test]
    fn one_core_or_more() {
        assert_eq!(verdict(one_core, 0.9, 2), Holds);
        assert_eq!(verdict(one_core, 1.5, 2), DoesNotHold);
    }

    #[test]
    fn falling_back_that_is_free_and_that_is_not() {
        assert_eq!(verdict(optimistic_never_costs, 1.1, 2), Holds);
        assert_eq!(verdict(optimistic_never_costs, 0.6, 2), DoesNotHold);
    }

    #[test]
    fn a_few_hundred_or_thousands() {
        assert_eq!(verdict(swaps_a_second, 1.0, 2), DoesNotHold, "1,000 transactions in 50 ms");
        let mut slow = execution(1.0, 1.9, 2);
        for point in &mut slow.points {
            point.with_root.wall_s = middle(4.0);
            point.with_root.tx_per_s = 250.0;
        }
        let answer = |record: &ExecutionRecord| {
            swaps_a_second(&Evidence { execution: Some(record), ..Evidence::default() })
        };
        assert_eq!(answer(&slow).verdict, Holds);
        slow.workload.swap_ratio = 0.5;
        assert_eq!(answer(&slow).verdict, NotMeasured, "transfers are no swaps");
    }
}
