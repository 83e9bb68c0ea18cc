//! Whole comparisons on synthetic noise, by the code that decides real ones, counted by verdict.

use crate::machine::{Machine, Noise};
use records::regression::arm::DescribedAnswer;
use records::regression::paired::{ComparedName, VerdictName};
use regression::paired::decide::Suspicion;
use regression::paired::{Arm, ArmError, PairedRules, Reading, Readings, compare};
use std::cell::RefCell;

/// How often each verdict was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Trials.
    pub(crate) trials: u64,
    /// Pass.
    pub(crate) pass: u64,
    /// Regressed.
    pub(crate) regressed: u64,
    /// Improved.
    pub(crate) improved: u64,
    /// Inconclusive.
    pub(crate) inconclusive: u64,
    /// No verdict: every pair was marked.
    pub(crate) refused: u64,
    /// Trials whose first block suspected a regression: what would fail without a second block.
    pub(crate) suspected: u64,
}

impl Counts {
    /// A count as a fraction of the trials.
    pub(crate) fn fraction(&self, count: u64) -> f64 {
        if self.trials == 0 { 0.0 } else { count as f64 / self.trials as f64 }
    }
}

/// A program on a machine that both arms share.
struct Simulated<'a> {
    machine: &'a RefCell<Machine>,
    factor: f64,
}

const CELL: &str = "simulated";
/// How much batches differ from each other.
const BATCHES: f64 = 0.1;

impl Arm for Simulated<'_> {
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError> {
        Ok(DescribedAnswer { cells: vec![CELL.to_owned()], ..DescribedAnswer::default() })
    }

    fn sample(&mut self, _cell: &str, seed: u64) -> Result<Readings, ArmError> {
        // The same work for the same seed, in both arms.
        let batch = 1.0 + BATCHES * ((seed % 1000) as f64 / 1000.0 - 0.5);
        let (time_s, mark) = self.machine.borrow_mut().run(batch * self.factor);
        Ok([(ComparedName::Prove, Reading { value: time_s, mark })].into())
    }
}

/// So many comparisons of a head that takes `factor` times as long as base, each on a machine of its own.
pub(crate) fn trials(noise: Noise, factor: f64, rules: &PairedRules, trials: u64, seed: u64) -> Counts {
    let mut counts = Counts { trials, ..Counts::default() };
    for trial in 0..trials {
        // Far apart, so that the machines of two studies with neighbouring seeds are not the same.
        let seed = seed.wrapping_mul(1 << 32).wrapping_add(trial);
        let machine = RefCell::new(Machine::new(noise, seed));
        let mut base = Simulated { machine: &machine, factor: 1.0 };
        let mut head = Simulated { machine: &machine, factor };
        let rules = PairedRules { seed, ..*rules };
        let mut is_suspected = false;
        let found = compare(&mut base, &mut head, &[ComparedName::Prove], &rules, &mut |_| {});
        let count = match found {
            Ok(found) => {
                let first = found.comparisons.first().map(|one| one.first_judged.suspicion);
                is_suspected = first == Some(Suspicion::Slower);
                match found.verdict {
                    VerdictName::Pass => &mut counts.pass,
                    VerdictName::Regressed => &mut counts.regressed,
                    VerdictName::Improved => &mut counts.improved,
                    VerdictName::Inconclusive => &mut counts.inconclusive,
                }
            }
            Err(_) => &mut counts.refused,
        };
        *count += 1;
        counts.suspected += u64::from(is_suspected);
    }
    counts
}
