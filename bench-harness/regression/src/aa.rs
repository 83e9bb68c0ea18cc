//! What a machine can decide, from measured differences of a program with itself: how often an unchanged build would
//! fail, and the smallest change that would be detected.
//!
//! A sign-flip bootstrap: blocks are drawn from the differences with replacement, each with a random sign. Under "no
//! change" both signs are equally likely, so the direction that this study's own pairs happened to show has no
//! influence. A change of x adds ln(1 + x). Each drawn comparison is decided by the code that decides real ones
//! ([`crate::paired::decide`]). Assumption: draws are independent; the correlation of neighbouring differences is
//! reported beside the result. The same rules on synthetic noise, where the truth is known, are a test of this crate
//! (`tests/synthetic_noise`).

use crate::paired::block::ShiftTest;
use crate::paired::decide::{Suspicion, judge, verdict};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use records::regression::aa::{AaAdviceRecord, AaRowRecord};
use records::regression::paired::{PairedRules, VerdictName};

/// Pairs per block of the rows.
const PAIRS_TRIED: [usize; 3] = [5, 10, 20];
/// Minimum effects of the rows; 0.03 is 3 %.
const EFFECTS_TRIED: [f64; 5] = [0.01, 0.02, 0.03, 0.05, 0.10];
/// The largest change that is searched for: 1.0 doubles the time.
const CHANGE_MAX: f64 = 1.0;

/// Rules are recommended where at least this fraction of an unchanged build's comparisons passes.
const PASS_FRACTION_MIN: f64 = 0.90;
/// … and at most this fraction of them fails.
const FALSE_POSITIVE_FRACTION_MAX: f64 = 0.01;

/// Fractions of verdicts in drawn comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct VerdictFractions {
    regressed: f64,
    pass: f64,
}

fn draw(differences: &[f64], change: f64, rules: &PairedRules, trials: u64, seed: u64) -> VerdictFractions {
    // The same draws for every change, so that power never falls as the change grows.
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let shift = libm::log1p(change);
    let mut block = || -> Vec<f64> {
        let mut one = || {
            let draw = rng.next_u64();
            let value = differences[((draw >> 1) % differences.len() as u64) as usize];
            shift + if draw & 1 == 1 { value } else { -value }
        };
        (0..rules.pairs).map(|_| one()).collect()
    };
    let judged = |drawn: Vec<f64>| judge(&[ShiftTest::of(&drawn, rules.level)], rules)[0];
    let (mut regressed, mut pass) = (0u64, 0u64);
    for _ in 0..trials {
        // Both are drawn whatever the first says, so that the draws stay the same.
        let (first, second) = (judged(block()), block());
        let second = (first.suspicion != Suspicion::Nothing).then(|| judged(second));
        match verdict(&first, second.as_ref(), rules).name {
            VerdictName::Regressed => regressed += 1,
            VerdictName::Pass => pass += 1,
            VerdictName::Improved | VerdictName::Inconclusive => {}
        }
    }
    let fraction = |count: u64| count as f64 / trials.max(1) as f64;
    VerdictFractions { regressed: fraction(regressed), pass: fraction(pass) }
}

/// The smallest change that is detected with at least this power, to 0.1 %; none up to [`CHANGE_MAX`].
fn detectable_change(
    differences: &[f64],
    power: f64,
    rules: &PairedRules,
    trials: u64,
    seed: u64,
) -> Option<f64> {
    let is_caught =
        |tenths: u32| draw(differences, f64::from(tenths) / 1000.0, rules, trials, seed).regressed >= power;
    let (mut misses, mut catches) = (0, (CHANGE_MAX * 1000.0) as u32);
    if !is_caught(catches) {
        return None;
    }
    while catches - misses > 1 {
        let middle = u32::midpoint(misses, catches);
        if is_caught(middle) { catches = middle } else { misses = middle }
    }
    Some(f64::from(catches) / 1000.0)
}

/// Verdicts to expect on this machine, one row for each number of pairs and each minimum effect; `trials` comparisons
/// are drawn for each figure. Empty without differences.
pub fn rows(differences: &[f64], rules: &PairedRules, trials: u64) -> Vec<AaRowRecord> {
    if differences.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for pairs in PAIRS_TRIED {
        for min_effect in EFFECTS_TRIED {
            let rules = PairedRules { pairs, min_effect, ..*rules };
            let nothing = draw(differences, 0.0, &rules, trials, rules.seed);
            let detectable = |power| detectable_change(differences, power, &rules, trials, rules.seed);
            rows.push(AaRowRecord {
                pairs: pairs as u64,
                min_effect,
                false_positive_fraction: nothing.regressed,
                pass_fraction: nothing.pass,
                detectable_80: detectable(0.8),
                detectable_90: detectable(0.9),
            });
        }
    }
    rows
}

/// The rules to use on this machine: the smallest minimum effect, then the fewest pairs, for which an unchanged build
/// passes in at least 90 % of comparisons and fails in at most 1 %. None where no row does.
pub fn advice(rows: &[AaRowRecord]) -> Option<AaAdviceRecord> {
    let good = rows.iter().filter(|row| {
        row.pass_fraction >= PASS_FRACTION_MIN && row.false_positive_fraction <= FALSE_POSITIVE_FRACTION_MAX
    });
    let best = good.min_by(|a, b| a.min_effect.total_cmp(&b.min_effect).then(a.pairs.cmp(&b.pairs)))?;
    Some(AaAdviceRecord {
        pairs: best.pairs,
        min_effect: best.min_effect,
        pass_fraction: best.pass_fraction,
        detectable_80: best.detectable_80,
    })
}

/// Standard deviation of the differences, and their lag-1 autocorrelation; none where all are equal.
pub fn spread(differences: &[f64]) -> (f64, Option<f64>) {
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n.max(1.0);
    let squares: f64 = differences.iter().map(|x| (x - mean) * (x - mean)).sum();
    let products: f64 = differences.windows(2).map(|two| (two[0] - mean) * (two[1] - mean)).sum();
    let deviation = if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
    (deviation, (squares > 0.0).then(|| products / squares))
}

#[cfg(test)]
mod tests {
    use super::{advice, rows, spread};
    use records::regression::paired::PairedRules;

    /// The quantiles of a normal law with this standard deviation, roughly: a sum of twelve uniforms would do no
    /// better for what is tested.
    fn noise(deviation: f64) -> Vec<f64> {
        (0..40).map(|i| deviation * 1.8 * ((f64::from(i * 17 % 40) + 0.5) / 20.0 - 1.0)).collect()
    }

    #[test]
    fn a_noisier_machine_needs_more_and_sees_less() {
        let of = |deviation| rows(&noise(deviation), &PairedRules::default(), 200);
        let (quiet, loud) = (of(0.003), of(0.03));
        let advised = advice(&quiet).expect("a quiet machine can decide");
        assert_eq!(advised.min_effect, 0.01);
        let loud_advice = advice(&loud).expect("a loud one too");
        assert!(loud_advice.min_effect > advised.min_effect, "{loud_advice:?}");
        for (quiet, loud) in quiet.iter().zip(&loud) {
            assert!(quiet.false_positive_fraction <= 0.01 && loud.false_positive_fraction <= 0.01);
            assert!(quiet.detectable_80 <= loud.detectable_80, "{quiet:?} {loud:?}");
            assert!(quiet.detectable_80 <= quiet.detectable_90);
            assert!(quiet.detectable_80.is_some_and(|change| change >= quiet.min_effect));
        }
    }

    #[test]
    fn nothing_is_advised_where_nothing_would_pass() {
        assert_eq!(advice(&rows(&noise(0.5), &PairedRules::default(), 100)), None);
        assert!(rows(&[], &PairedRules::default(), 100).is_empty());
    }

    #[test]
    fn neighbours_that_turn_about_are_correlated() {
        let (deviation, correlation) = spread(&[1.0, -1.0, 1.0, -1.0]);
        assert!((deviation - (4.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(correlation, Some(-0.75));
        assert_eq!(spread(&[0.5, 0.5]).1, None);
    }
}
