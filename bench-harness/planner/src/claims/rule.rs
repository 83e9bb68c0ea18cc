//! A threshold, and what figures with intervals say of it.

use records::claims::{ClaimFigureRecord, ClaimVerdictName};
use records::number::significant;

/// Which side of its threshold a figure has to be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// At the threshold or below.
    AtMost,
    /// At the threshold or above.
    AtLeast,
}

/// When a claim holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// What is compared with the threshold, as it continues "holds where".
    pub(super) of: &'static str,
    pub(super) bound: Bound,
    pub(super) threshold: f64,
    /// `×`, `s`, …; empty for a pure number.
    pub(super) unit: &'static str,
}

impl Rule {
    /// `holds where … is at most 0.25 ×, interval included`
    pub(super) fn words(&self) -> String {
        let side = match self.bound {
            Bound::AtMost => "at most",
            Bound::AtLeast => "at least",
        };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        format!("holds where {} is {side} {}{unit}", self.of, significant(self.threshold, 4))
    }

    fn is_kept(&self, value: f64) -> bool {
        match self.bound {
            Bound::AtMost => value <= self.threshold,
            Bound::AtLeast => value >= self.threshold,
        }
    }

    /// What one figure says: both ends of its interval on one side, or nothing.
    fn of_one(&self, figure: &ClaimFigureRecord) -> ClaimVerdictName {
        let Some((low, high)) = figure.low.zip(figure.high) else { return ClaimVerdictName::Inconclusive };
        match (self.is_kept(low), self.is_kept(high)) {
            (true, true) => ClaimVerdictName::Holds,
            (false, false) => ClaimVerdictName::DoesNotHold,
            _ => ClaimVerdictName::Inconclusive,
        }
    }

    /// What all deciding figures say: one outside of the rule is enough against it, and all within it are needed for it.
    pub(super) fn verdict(&self, figures: &[ClaimFigureRecord]) -> ClaimVerdictName {
        let said: Vec<_> =
            figures.iter().filter(|figure| figure.decides).map(|figure| self.of_one(figure)).collect();
        match said.as_slice() {
            [] => ClaimVerdictName::NotMeasured,
            said if said.contains(&ClaimVerdictName::DoesNotHold) => ClaimVerdictName::DoesNotHold,
            said if said.contains(&ClaimVerdictName::Inconclusive) => ClaimVerdictName::Inconclusive,
            _ => ClaimVerdictName::Holds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Rule};
    use crate::claims::figure::Figure;
    use records::claims::ClaimVerdictName;

    fn verdict(bound: Bound, figures: &[(f64, Option<(f64, f64)>)]) -> ClaimVerdictName {
        let rule = Rule { of: "it", bound, threshold: 2.0, unit: "×" };
        let record = |(value, ends): &(f64, Option<(f64, f64)>)| {
            Figure { value: *value, ends: *ends, samples: None }.deciding("it", "×", "test")
        };
        rule.verdict(&figures.iter().map(record).collect::<Vec<_>>())
    }

    #[test]
    fn a_verdict_takes_the_whole_interval_on_one_side() {
        assert_eq!(verdict(Bound::AtMost, &[(1.5, Some((1.0, 2.0)))]), ClaimVerdictName::Holds);
        assert_eq!(verdict(Bound::AtLeast, &[(2.5, Some((2.0, 3.0)))]), ClaimVerdictName::Holds);
        assert_eq!(verdict(Bound::AtMost, &[(2.5, Some((2.1, 3.0)))]), ClaimVerdictName::DoesNotHold);
        assert_eq!(verdict(Bound::AtLeast, &[(1.5, Some((1.1, 1.9)))]), ClaimVerdictName::DoesNotHold);
        assert_eq!(verdict(Bound::AtMost, &[(1.9, Some((1.5, 2.1)))]), ClaimVerdictName::Inconclusive);
        assert_eq!(verdict(Bound::AtMost, &[(1.0, None)]), ClaimVerdictName::Inconclusive);
        assert_eq!(verdict(Bound::AtMost, &[]), ClaimVerdictName::NotMeasured);
    }

    #[test]
    fn all_figures_are_needed_for_a_claim_and_one_is_enough_against_it() {
        let (below, above, around) =
            ((1.0, Some((1.0, 1.0))), (3.0, Some((3.0, 3.0))), (2.0, Some((1.0, 3.0))));
        assert_eq!(verdict(Bound::AtMost, &[below, above, around]), ClaimVerdictName::DoesNotHold);
        assert_eq!(verdict(Bound::AtMost, &[below, around]), ClaimVerdictName::Inconclusive);
        assert_eq!(verdict(Bound::AtMost, &[below, below]), ClaimVerdictName::Holds);
    }

    #[test]
    fn the_threshold_stands_in_the_words() {
        let rule = Rule { of: "the speed-up", bound: Bound::AtMost, threshold: 1.25, unit: "×" };
        assert_eq!(rule.words(), "holds where the speed-up is at most 1.25 ×");
    }
}
