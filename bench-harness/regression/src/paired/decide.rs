//! Figures to verdicts, of each comparison and of the whole.
//!
//! | verdict | where |
//! |---|---|
//! | regressed | p ≤ α and ratio ≥ 1 + δ in the first block, and again in a second, independent one |
//! | improved | the same the other way round, from 1/(1 + δ) down |
//! | pass | the first block suspects nothing, and the upper end of its interval lies below 1 + δ |
//! | inconclusive | everything else |
//!
//! The interval cuts α from either end, so that "pass" is itself a one-sided test at level α, of "slower by δ or
//! more". The whole passes only where every comparison does, which needs no adjustment: the chance to pass wrongly
//! is at most that of the one comparison that should not.

use crate::paired::block::ShiftTest;
use crate::paired::rules::{faster_from, slower_from};
use crate::statistics::holm::holm;
use records::regression::paired::{PairedRules, VerdictName, change};

/// What one block suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// No change of the minimum effect.
    Nothing,
    /// Head is slower by the minimum effect or more.
    Slower,
    /// Head is faster by the minimum effect or more.
    Faster,
}

/// One block of one comparison, with the others of its family in view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The figures.
    pub figures: ShiftTest,
    /// p of "not slower" after Holm's adjustment.
    pub p_slower: f64,
    /// p of "not faster" after Holm's adjustment.
    pub p_faster: f64,
    /// What the block suggests.
    pub suspicion: Suspicion,
}

/// Judges the comparisons of one block together: each direction is a family of its own.
pub fn judge(all: &[ShiftTest], rules: &PairedRules) -> Vec<Judged> {
    let slower = holm(&all.iter().map(|figures| figures.p_slower).collect::<Vec<_>>());
    let faster = holm(&all.iter().map(|figures| figures.p_faster).collect::<Vec<_>>());
    let one = |(figures, (p_slower, p_faster)): (&ShiftTest, (f64, f64))| {
        let suspicion = match figures.ratio() {
            Some(ratio) if p_slower <= rules.level && ratio >= slower_from(rules) => Suspicion::Slower,
            Some(ratio) if p_faster <= rules.level && ratio <= faster_from(rules) => Suspicion::Faster,
            _ => Suspicion::Nothing,
        };
        Judged { figures: *figures, p_slower, p_faster, suspicion }
    };
    all.iter().zip(slower.into_iter().zip(faster)).map(one).collect()
}

/// A verdict, and why in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonVerdict {
    /// Which.
    pub name: VerdictName,
    /// Why.
    pub reason: String,
}

/// The verdict of one comparison.
pub fn verdict(first: &Judged, second: Option<&Judged>, rules: &PairedRules) -> ComparisonVerdict {
    let is = |name, reason| ComparisonVerdict { name, reason };
    let minimum = percent(rules.min_effect);
    match (first.suspicion, second) {
        (Suspicion::Nothing, _) => without_suspicion(first, rules),
        (suspicion, Some(second)) if second.suspicion == suspicion => {
            let (name, p) = match suspicion {
                Suspicion::Slower => (VerdictName::Regressed, second.p_slower),
                _ => (VerdictName::Improved, second.p_faster),
            };
            let (before, now) = (words(&first.figures), words(&second.figures));
            is(
                name,
                format!("{now} (p = {p:.4}) in a second, independent block, after {before} in the first"),
            )
        }
        (_, Some(second)) if second.figures.used == 0 => is(
            VerdictName::Inconclusive,
            format!(
                "{} in the first block, and no pair of the second is left after discarding",
                words(&first.figures)
            ),
        ),
        (_, second) => {
            let again = second.map_or_else(|| "none was made".to_owned(), |second| words(&second.figures));
            is(
                VerdictName::Inconclusive,
                format!(
                    "{} in the first block, which a second, independent block does not confirm: {again}; a change of \
                     {minimum} is neither shown nor excluded",
                    words(&first.figures)
                ),
            )
        }
    }
}

fn without_suspicion(first: &Judged, rules: &PairedRules) -> ComparisonVerdict {
    let minimum = percent(rules.min_effect);
    let figures = &first.figures;
    let inconclusive = |reason| ComparisonVerdict { name: VerdictName::Inconclusive, reason };
    let Some(shift) = figures.shift else {
        return inconclusive("no pair is left after discarding".to_owned());
    };
    // Too few pairs are left for any interval that says enough.
    let is_enough = shift.coverage + 1e-12 >= 1.0 - 2.0 * rules.level;
    let Some((_, high)) = figures.interval().filter(|_| is_enough) else {
        return inconclusive(format!(
            "pairs left after discarding: {} of {}, too few to show or exclude anything",
            figures.used, rules.pairs
        ));
    };
    if high < slower_from(rules) {
        return ComparisonVerdict {
            name: VerdictName::Pass,
            reason: format!("{}: an increase by {minimum} or more is excluded", words(figures)),
        };
    }
    inconclusive(format!(
        "{}: an increase by {minimum} is neither shown nor excluded; more pairs or a quieter machine would narrow it",
        words(figures)
    ))
}

/// `+6.1 % [+4.8, +7.5]`
fn words(figures: &ShiftTest) -> String {
    figures.ratio().map_or_else(|| "nothing".to_owned(), |ratio| change(ratio, figures.interval()))
}

/// `3 %`
fn percent(fraction: f64) -> String {
    // To a hundredth of a per cent, without the zeros.
    format!("{} %", (fraction * 1e4).round() / 1e2)
}

/// The verdict of all together: the worst of them, where "improved" needs that no other is in doubt.
///
/// ```
/// use regression::paired::decide::whole;
/// use records::regression::paired::VerdictName::{Improved, Inconclusive, Pass, Regressed};
/// assert_eq!(whole([Pass, Regressed, Inconclusive]), Regressed);
/// assert_eq!(whole([Improved, Inconclusive]), Inconclusive);
/// assert_eq!(whole([Pass, Improved]), Improved);
/// assert_eq!(whole([Pass, Pass]), Pass);
/// assert_eq!(whole([]), Inconclusive);
/// ```
pub fn whole(verdicts: impl IntoIterator<Item = VerdictName>) -> VerdictName {
    let weight = |verdict: &VerdictName| match verdict {
        VerdictName::Pass => 0,
        VerdictName::Improved => 1,
        VerdictName::Inconclusive => 2,
        VerdictName::Regressed => 3,
    };
    // Nothing compared is nothing shown.
    verdicts.into_iter().max_by_key(weight).unwrap_or(VerdictName::Inconclusive)
}

#[cfg(test)]
mod tests {
    use super::{Suspicion, judge, verdict};
    use crate::paired::block::ShiftTest;
    use records::regression::paired::{PairedRules, VerdictName};

    /// Ten differences around a change in per cent, half a per cent to either side.
    fn around(change: f64) -> ShiftTest {
        let differences: Vec<f64> =
            (0..10).map(|i| (1.0 + change / 100.0).ln() + (f64::from(i) - 4.5) / 1000.0).collect();
        ShiftTest::of(&differences, 0.05)
    }

    fn noisy() -> ShiftTest {
        let differences: Vec<f64> = (0..10).map(|i| 0.01 + if i % 2 == 0 { 0.08 } else { -0.08 }).collect();
        ShiftTest::of(&differences, 0.05)
    }

    fn decide(first: ShiftTest, second: Option<ShiftTest>) -> (VerdictName, String) {
        let rules = PairedRules::default();
        let second = second.map(|second| judge(&[second], &rules)[0]);
        let verdict = verdict(&judge(&[first], &rules)[0], second.as_ref(), &rules);
        (verdict.name, verdict.reason)
    }

    #[test]
    fn each_verdict_has_its_place() {
        let (name, why) = decide(around(6.0), Some(around(5.0)));
        assert_eq!(name, VerdictName::Regressed);
        assert!(why.starts_with("+5.0 % [+4.8, +5.2] (p = 0.0010) in a second"), "{why}");
        assert_eq!(decide(around(-6.0), Some(around(-5.0))).0, VerdictName::Improved);
        let (name, why) = decide(around(0.0), None);
        assert_eq!(name, VerdictName::Pass);
        assert_eq!(why, "+0.0 % [-0.2, +0.2]: an increase by 3 % or more is excluded");
    }

    #[test]
    fn a_small_but_certain_change_passes() {
        assert_eq!(judge(&[around(2.0)], &PairedRules::default())[0].suspicion, Suspicion::Nothing);
        assert_eq!(decide(around(2.0), None).0, VerdictName::Pass);
    }

    #[test]
    fn what_is_not_shown_is_never_called_a_pass() {
        for (first, second) in [
            (noisy(), None),
            (around(6.0), Some(around(0.0))),
            (around(6.0), Some(around(-6.0))),
            (around(6.0), None),
        ] {
            let (name, why) = decide(first, second);
            assert_eq!(name, VerdictName::Inconclusive);
            assert!(why.contains("neither shown nor excluded"), "{why}");
            assert!(!why.to_lowercase().contains("no regression"), "{why}");
        }
    }

    #[test]
    fn too_few_left_pairs_decide_nothing() {
        let one = ShiftTest::of(&[0.05], 0.05);
        assert_eq!((one.interval(), decide(one, None).0), (None, VerdictName::Inconclusive));
        assert!(decide(one, None).1.starts_with("pairs left after discarding: 1 of 10"));
        let three = ShiftTest::of(&[0.0, 0.001, -0.001], 0.05);
        let (name, why) = decide(three, None);
        assert_eq!(name, VerdictName::Inconclusive);
        assert!(why.starts_with("pairs left after discarding: 3 of 10"), "{why}");
        assert_eq!(decide(ShiftTest::of(&[], 0.05), None).0, VerdictName::Inconclusive);
        assert_eq!(decide(around(6.0), Some(ShiftTest::of(&[], 0.05))).0, VerdictName::Inconclusive);
    }

    #[test]
    fn holm_asks_more_of_one_among_many() {
        let five = ShiftTest::of(&[0.05, 0.06, 0.07, 0.08, 0.09], 0.05);
        let alone = judge(&[five], &PairedRules::default());
        assert_eq!(alone[0].suspicion, Suspicion::Slower);
        let many = judge(&[five, around(0.0)], &PairedRules::default());
        assert_eq!((many[0].p_slower, many[0].suspicion), (2.0 / 32.0, Suspicion::Nothing));
    }
}
