//! Parallel execution, one core, swaps a second: from executors side by side.
//!
//! *Ordering* executors take a block as it comes: Block-STM and declared locks. Values known beforehand come from who
//! ordered the block, so that they answer for a node that executes it again, and are shown beside.

use super::claim::Claim;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::execution::{ExecutionPointRecord, ExecutionRecord, ExecutorName};
use records::number::significant;
use records::profile::ProfileRecord;

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;
pub(super) const FROM: &str = "bench-harness execute --json";
const COMMAND: &str = "bench-harness execute --hot-pool 0,0.5,1 --work-us 0,10,50 --json > execution.json, then \
                       --execution execution.json";
/// Threads from which on a record says something of 16 cores.
const THREADS_MIN: u32 = 8;

/// The points that the verdicts are made of: the greatest state, the greatest work, the most threads.
struct Seen<'a> {
    record: &'a ExecutionRecord,
    accounts: u32,
    work_us: f64,
    threads: u32,
    hottest: f64,
    coolest: f64,
}

impl<'a> Seen<'a> {
    /// None without a record, or where it has no point on more than one thread.
    fn of(evidence: &Evidence<'a>) -> Option<Self> {
        let record = evidence.execution?;
        let points = &record.points;
        let threads = points.iter().map(|point| point.threads).max().filter(|threads| *threads > 1)?;
        let over = |value: fn(&ExecutionPointRecord) -> f64| points.iter().map(value);
        Some(Self {
            record,
            accounts: points.iter().map(|point| point.accounts).max()?,
            work_us: over(|point| point.work_us).fold(0.0, f64::max),
            threads,
            hottest: over(|point| point.hot_pool).fold(0.0, f64::max),
            coolest: over(|point| point.hot_pool).fold(1.0, f64::min),
        })
    }

    /// Points of the greatest state and work.
    fn points(&self) -> impl Iterator<Item = &'a ExecutionPointRecord> {
        let (accounts, work_us) = (self.accounts, self.work_us);
        let points = self.record.points.iter();
        points.filter(move |point| point.accounts == accounts && point.work_us == work_us)
    }

    /// The executor with the greatest speed-up at a contention, on the most threads.
    fn best(&self, hot_pool: f64, among: &[ExecutorName]) -> Option<&'a ExecutionPointRecord> {
        let found = self.points().filter(|point| {
            point.hot_pool == hot_pool && point.threads == self.threads && among.contains(&point.executor)
        });
        found.max_by(|a, b| a.execution.speedup.median.total_cmp(&b.execution.speedup.median))
    }

    fn speedup(&self, point: &ExecutionPointRecord) -> Figure {
        Figure::of_repeats(point.execution.speedup, self.record.repeats)
    }

    fn speedup_with_root(&self, point: &ExecutionPointRecord) -> Figure {
        Figure::of_repeats(point.with_root.speedup, self.record.repeats)
    }

    /// Transactions a second, the root counted: the slowest repeat is the least rate.
    fn rate_with_root(&self, point: &ExecutionPointRecord) -> Figure {
        let transactions = f64::from(self.record.workload.transactions);
        Figure::exact(transactions).over(Figure::of_repeats(point.with_root.wall_s, self.record.repeats))
    }

    fn named(&self, point: &ExecutionPointRecord) -> String {
        let threads = if point.threads == 1 { "thread" } else { "threads" };
        format!(
            "{} on {} {threads}, {} % of swaps on one pool, {} µs of work",
            point.executor.words(),
            point.threads,
            significant(100.0 * point.hot_pool, 3),
            significant(point.work_us, 3)
        )
    }

    /// Whether transactions that have nothing in common were faster on more threads, by half of what those could add: a
    /// busy machine, or work that is too little, slows every contention alike, and says nothing of contention.
    fn is_controlled(&self) -> bool {
        let best = self.best(self.coolest, &ORDERING).map_or(0.0, |point| point.execution.speedup.median);
        self.coolest < self.hottest && best >= 1.0 + f64::from(self.threads - 1) / 2.0
    }

    fn needs(&self) -> Option<String> {
        (!self.is_controlled()).then(|| format!("{COMMAND}, on a machine that does nothing else"))
    }

    /// A figure that decides where the record has its control, and is shown all the same where it has not.
    fn decided(&self, figure: Figure, what: String, unit: &str) -> ClaimFigureRecord {
        ClaimFigureRecord { decides: self.is_controlled(), ..figure.beside(what, unit, FROM) }
    }

    /// What stands below a claim about contention.
    fn cautions_of_contention(&self) -> Vec<String> {
        let mut cautions = vec![];
        if !self.is_controlled() {
            cautions.push(
                "Nothing is decided: more threads were no faster on the coolest contention measured either, by half of what \
                 they could add. The machine was busy, the work too little, or one contention alone was measured."
                    .to_owned(),
            );
        }
        cautions.extend(self.cautions());
        cautions
    }

    /// What the record lacks of the case that the source describes.
    fn cautions(&self) -> Vec<String> {
        let mut cautions = vec![];
        if self.hottest < 1.0 {
            cautions.push(format!(
                "At most {} % of the swaps went to one pool: measure with --hot-pool 1 for the case of the source.",
                significant(100.0 * self.hottest, 3)
            ));
        }
        if self.work_us < VM_US {
            cautions.push(format!(
                "The greatest work is {} µs a transaction, less than a virtual machine takes: measure with --work-us 50.",
                significant(self.work_us, 3)
            ));
        }
        cautions
    }
}

/// What a swap of a real virtual machine takes at least, µs: below it a record is of bare native rules.
const VM_US: f64 = 10.0;
/// Executors that take a block as it comes.
const ORDERING: [ExecutorName; 2] = [ExecutorName::BlockStm, ExecutorName::Locks];

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
    use super::{
        FEW_FAST_BELOW, few_fast_cores, gains_are_limited, one_core, optimistic_never_costs,
        parallel_fraction, swaps_a_second, uplift,
    };
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{execution, middle};
    use crate::scaling::turn::turning_fraction;
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{
        self, DoesNotHold, Holds, Inconclusive, NotMeasured, Untestable,
    };
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
        for claim in [gains_are_limited, one_core, optimistic_never_costs, few_fast_cores] {
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
        assert_eq!(verdict(few_fast_cores, 1.1, 2), Holds);
        assert_eq!(verdict(few_fast_cores, 15.9, 16), DoesNotHold);
    }

    #[test]
    fn falling_back_that_is_free_and_that_is_not() {
        assert_eq!(verdict(optimistic_never_costs, 1.1, 2), Holds);
        assert_eq!(verdict(optimistic_never_costs, 0.6, 2), DoesNotHold);
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

    #[test]
    fn the_turn_of_two_machines_is_the_threshold() {
        let turn = turning_fraction((64.0, 3.35), (16.0, 4.9)).unwrap();
        assert!((turn - FEW_FAST_BELOW).abs() < 0.005, "{turn}");
        // Amdahl: 1 / (0.1 + 0.9 / 10) on ten threads.
        assert!((parallel_fraction(1.0 / 0.19, 10) - 0.9).abs() < 1e-12);
    }
}
