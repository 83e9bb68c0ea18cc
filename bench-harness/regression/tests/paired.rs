//! Whole comparisons with programs whose times are written down here.

use records::regression::arm::DescribedAnswer;
use records::regression::paired::{ComparedName, VerdictName};
use records::sample::MarkName;
use regression::paired::{
    Arm, ArmError, Many, PairedError, PairedEvent, PairedRules, Reading, Readings, compare,
};
use std::cell::RefCell;
use std::rc::Rc;

/// What was asked, by both arms, in order.
type Log = Rc<RefCell<Vec<(char, String, u64)>>>;

/// A program that takes 1 s times something, and whose k-th sample (from 0) is marked where `marks` says so.
struct Fake {
    name: char,
    log: Log,
    factor: f64,
    marks: fn(usize) -> bool,
    cells: usize,
    samples: usize,
    /// Whether it says that none of its cells has an aggregation.
    without_aggregation: bool,
}

impl Arm for Fake {
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError> {
        let cells: Vec<_> =
            (1..=self.cells).map(|cores| format!("swap/4of4/x2/plonky2/{cores}c/as_is")).collect();
        let without_aggregation = if self.without_aggregation { cells.clone() } else { Vec::new() };
        Ok(DescribedAnswer { cells, without_aggregation, ..DescribedAnswer::default() })
    }

    fn sample(&mut self, cell: &str, seed: u64) -> Result<Readings, ArmError> {
        self.log.borrow_mut().push((self.name, cell.to_owned(), seed));
        let mark = if (self.marks)(self.samples) { MarkName::SharedCore } else { MarkName::Clean };
        self.samples += 1;
        // Batches differ by some per cent, and so do runs of the same batch, a little.
        let batch = 1.0 + (seed % 7) as f64 / 100.0;
        let run = 1.0 + ((seed / 7 + self.samples as u64 * 5) % 11) as f64 / 2000.0;
        let time_s = batch * run * self.factor;
        Ok([(ComparedName::Prove, Reading { value: time_s, mark })].into())
    }
}

fn arms(factor: f64, cells: usize, marks: fn(usize) -> bool) -> (Fake, Fake, Log) {
    let log = Log::default();
    let arm = |name, factor| {
        let log = Rc::clone(&log);
        Fake { name, log, factor, marks, cells, samples: 0, without_aggregation: false }
    };
    (arm('A', 1.0), arm('B', factor), log.clone())
}

fn judge(factor: f64, cells: usize, rules: PairedRules) -> (VerdictName, Vec<(char, String, u64)>) {
    let (mut base, mut head, log) = arms(factor, cells, |_| false);
    let found = compare(&mut base, &mut head, &[ComparedName::Prove], &rules, &mut |_| {}).expect("compares");
    let log = log.borrow().clone();
    (found.verdict, log)
}

#[test]
fn pairs_run_a_b_b_a_on_the_same_new_batches() {
    let (verdict, log) = judge(1.0, 1, PairedRules::default());
    assert_eq!(verdict, VerdictName::Pass);
    let order: String = log.iter().map(|(name, ..)| *name).collect();
    assert_eq!(order, "ABBA".repeat(5), "ten pairs, and no second block where nothing is suspected");
    for pair in log.chunks(2) {
        assert_eq!(pair[0].2, pair[1].2, "one seed in both arms");
    }
    let mut seeds: Vec<_> = log.iter().step_by(2).map(|(.., seed)| *seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 10, "a new seed each pair");
}

#[test]
fn a_slower_head_is_confirmed_by_a_second_block_of_other_batches() {
    let (verdict, log) = judge(1.06, 1, PairedRules::default());
    assert_eq!(verdict, VerdictName::Regressed);
    assert_eq!(log.len(), 40);
    let seeds: std::collections::BTreeSet<_> = log.iter().map(|(.., seed)| *seed).collect();
    assert_eq!(seeds.len(), 20);
    assert_eq!(judge(1.0 / 1.06, 1, PairedRules::default()).0, VerdictName::Improved);
    // Certain, and less than what counts.
    assert_eq!(judge(1.02, 1, PairedRules::default()).0, VerdictName::Pass);
}

#[test]
fn the_number_of_pairs_never_depends_on_the_times() {
    let counts: Vec<_> =
        [0.9, 0.99, 1.0, 1.01, 1.029].map(|factor| judge(factor, 1, PairedRules::default()).1.len()).into();
    assert_eq!(counts, [40, 20, 20, 20, 20], "one block, or two whole ones");
}

#[test]
fn the_same_seed_gives_the_same_comparison() {
    let rules = PairedRules { seed: 7, ..PairedRules::default() };
    assert_eq!(judge(1.06, 2, rules), judge(1.06, 2, rules));
    assert_ne!(judge(1.0, 1, rules).1, judge(1.0, 1, PairedRules::default()).1);
}

/// Head's samples of the first cell alone are slower.
struct OneSlowCell(Fake);

impl Arm for OneSlowCell {
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError> {
        self.0.describe()
    }

    fn sample(&mut self, cell: &str, seed: u64) -> Result<Readings, ArmError> {
        self.0.factor = if cell.contains("/1c/") { 1.1 } else { 1.0 };
        self.0.sample(cell, seed)
    }
}

#[test]
fn one_slow_cell_of_four_regresses_and_only_it_is_made_again() {
    let (mut base, head, log) = arms(1.0, 4, |_| false);
    let rules = PairedRules::default();
    let found = compare(&mut base, &mut OneSlowCell(head), &[ComparedName::Prove], &rules, &mut |_| {});
    let found = found.expect("compares");
    assert_eq!(found.verdict, VerdictName::Regressed);
    let verdicts: Vec<_> = found.comparisons.iter().map(|one| one.verdict.name).collect();
    assert_eq!(verdicts[0], VerdictName::Regressed);
    assert_eq!(verdicts[1..], [VerdictName::Pass; 3]);
    assert!(log.borrow()[80..].iter().all(|(_, cell, _)| cell.contains("/1c/")));
    assert_eq!(log.borrow().len(), 80 + 20);
}

#[test]
fn a_declared_mean_gates_alone() {
    let (mut base, head, _) = arms(1.0, 4, |_| false);
    let rules = PairedRules { many: Many::GeometricMean, ..PairedRules::default() };
    let found = compare(&mut base, &mut OneSlowCell(head), &[ComparedName::Prove], &rules, &mut |_| {});
    let found = found.expect("compares");
    // 1.1^(1/4) = 1.024: below what counts, though one cell is far above.
    let mean = found.mean.expect("declared");
    let ratio = mean.first.figures.ratio().expect("a ratio");
    assert!((ratio - 1.1f64.powf(0.25)).abs() < 2e-3, "{ratio}");
    assert_eq!((found.verdict, mean.verdict.name), (VerdictName::Pass, VerdictName::Pass));
}

#[test]
fn marked_pairs_are_repeated_within_the_limit_and_never_used() {
    // Every fourth sample of an arm is marked.
    let (mut base, mut head, log) = arms(1.0, 1, |sample| sample % 4 == 3);
    let rules = PairedRules { repeat_discarded: 2, ..PairedRules::default() };
    let mut repeats = 0;
    let mut on = |event: &PairedEvent<'_>| {
        repeats += usize::from(matches!(event, PairedEvent::Pair { is_repeat: true, .. }))
    };
    let found = compare(&mut base, &mut head, &[ComparedName::Prove], &rules, &mut on).expect("compares");
    let one = &found.comparisons[0];
    // Of pairs 0 to 9, the fourth and the eighth are marked; of the two repeats, the second is.
    assert_eq!((repeats, log.borrow().len()), (2, 24));
    assert_eq!((one.first.discarded(), one.first_judged.figures.used), (3, 9));
    let used: Vec<_> = one.first.pairs.iter().map(|pair| one.first.is_used(pair)).collect();
    assert_eq!(used.iter().filter(|used| **used).count(), 9);
    assert!(one.first.pairs.iter().zip(&used).all(|(pair, used)| *used == pair.counts()));
}

#[test]
fn zero_pairs_left_is_no_verdict() {
    let (mut base, mut head, log) = arms(1.0, 1, |_| true);
    let rules = PairedRules { pairs: 5, repeat_discarded: 3, ..PairedRules::default() };
    let error =
        compare(&mut base, &mut head, &[ComparedName::Prove], &rules, &mut |_| {}).expect_err("all marked");
    assert_eq!(log.borrow().len(), 2 * (5 + 3));
    let why = error.to_string();
    assert!(
        why.contains("zero pairs are left after discarding: each of 8 had a sample that was shared_core"),
        "{why}"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_before_any_sample() {
    let refused = |times: &[ComparedName], cells, rules| {
        let (mut base, mut head, log) = arms(1.0, cells, |_| false);
        let error = compare(&mut base, &mut head, times, &rules, &mut |_| {}).expect_err("refused");
        assert!(log.borrow().is_empty());
        error
    };
    assert_eq!(refused(&[], 1, PairedRules::default()), PairedError::Nothing);
    assert_eq!(refused(&[ComparedName::Prove], 0, PairedRules::default()), PairedError::Nothing);
    let many = refused(&[ComparedName::Prove], 60, PairedRules::default());
    assert!(many.to_string().contains("10 pairs cannot decide 60 comparisons"), "{many}");
    let (mut base, _, _) = arms(1.0, 1, |_| false);
    let (_, mut head, _) = arms(1.0, 2, |_| false);
    let error = compare(&mut base, &mut head, &[ComparedName::Prove], &PairedRules::default(), &mut |_| {});
    assert!(error.expect_err("cells").to_string().contains("base does not measure swap/4of4/x2/plonky2/2c"));
}

#[test]
fn a_cell_without_aggregation_is_compared_by_its_proofs_alone() {
    let times = [ComparedName::Prove, ComparedName::Aggregate];
    let (mut base, mut head, _) = arms(1.0, 1, |_| false);
    base.without_aggregation = true;
    let found =
        compare(&mut base, &mut head, &times, &PairedRules::default(), &mut |_| {}).expect("compares");
    let compared: Vec<_> = found.comparisons.iter().map(|one| one.time).collect();
    assert_eq!(compared, [ComparedName::Prove]);
    let (mut base, mut head, log) = arms(1.0, 1, |_| false);
    head.without_aggregation = true;
    let error = compare(&mut base, &mut head, &times[1..], &PairedRules::default(), &mut |_| {});
    assert_eq!(error.expect_err("no such time"), PairedError::Nothing);
    assert!(log.borrow().is_empty());
}

#[test]
fn a_time_that_is_missing_or_none_is_no_result() {
    let (mut base, mut head, _) = arms(1.0, 1, |_| false);
    let error =
        compare(&mut base, &mut head, &[ComparedName::Aggregate], &PairedRules::default(), &mut |_| {});
    assert!(
        error
            .expect_err("none")
            .to_string()
            .contains("base gives no result: its sample has no time `aggregate`")
    );
    let (mut base, mut head, _) = arms(0.0, 1, |_| false);
    let error = compare(&mut base, &mut head, &[ComparedName::Prove], &PairedRules::default(), &mut |_| {});
    assert!(error.expect_err("zero").to_string().contains("head gives no result: its time `prove` is 0 s"));
}

#[test]
fn two_hundred_cells_of_twenty_pairs_take_less_than_a_tenth_of_a_second() {
    let mut differences = Vec::new();
    for cell in 0..200u64 {
        let one = (0..20u64).map(|pair| ((cell * 131 + pair * 7919) % 1009) as f64 / 20_000.0 - 0.02);
        differences.push(one.collect::<Vec<_>>());
    }
    let started = std::time::Instant::now();
    let rules = PairedRules { pairs: 20, ..PairedRules::default() };
    let figures: Vec<_> =
        differences.iter().map(|one| regression::paired::block::ShiftTest::of(one, rules.level)).collect();
    let judged = regression::paired::decide::judge(&figures, &rules);
    let taken = started.elapsed();
    assert_eq!(judged.len(), 200);
    // The bench has the figure; here is only the bound, which a build without optimisation need not keep.
    assert!(cfg!(debug_assertions) || taken.as_millis() < 100, "{taken:?}");
}
