//! A figure with its interval, and ratios of two.

use records::claims::ClaimFigureRecord;
use records::execution::MiddleRecord;
use records::profile::{CellSummaryRecord, QuantityName, QuantityRecord};

/// A value, the ends of its interval where it has one, and how many samples stand behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    pub(super) value: f64,
    pub(super) ends: Option<(f64, f64)>,
    pub(super) samples: Option<u64>,
}

impl Figure {
    /// A figure that has no spread: a count, a formula, a simulation of fixed times.
    pub(super) fn exact(value: f64) -> Self {
        Self { value, ends: Some((value, value)), samples: None }
    }

    /// The median of repeats between the least and the greatest of them, which hold the true median with probability
    /// 1 − 2^(1 − n) for independent repeats; no interval of one repeat.
    pub(super) fn of_repeats(middle: MiddleRecord, repeats: u32) -> Self {
        let MiddleRecord { median, min, max } = middle;
        Self { value: median, ends: (repeats > 1).then_some((min, max)), samples: Some(u64::from(repeats)) }
    }

    /// A stage of a cell, with the interval of its median.
    pub(super) fn of_quantity(quantity: &QuantityRecord) -> Self {
        let ends = quantity.interval.map(|interval| (interval.low_s, interval.high_s));
        Self { value: quantity.median_s, ends, samples: Some(quantity.samples) }
    }

    /// The same of a cell that has it.
    pub(super) fn of_stage(cell: &CellSummaryRecord, stage: QuantityName) -> Option<Self> {
        cell.quantity(stage).filter(|quantity| quantity.samples > 0).map(Self::of_quantity)
    }

    /// This over another. Its interval is from the least over the greatest to the greatest over the least: it covers at
    /// least what the two cover together, and errs to the wide side.
    pub(super) fn over(self, other: Self) -> Self {
        let ends =
            self.ends.zip(other.ends).map(|((low, high), (least, greatest))| (low / greatest, high / least));
        let samples = [self.samples, other.samples].into_iter().flatten().min();
        Self { value: self.value / other.value, ends, samples }
    }

    /// A factor above zero times this.
    pub(super) fn times(self, factor: f64) -> Self {
        let ends = self.ends.map(|(low, high)| (low * factor, high * factor));
        Self { value: self.value * factor, ends, ..self }
    }

    /// This and another together, end to end.
    pub(super) fn plus(self, other: Self) -> Self {
        let ends = self.ends.zip(other.ends).map(|(one, two)| (one.0 + two.0, one.1 + two.1));
        let samples = [self.samples, other.samples].into_iter().flatten().min();
        Self { value: self.value + other.value, ends, samples }
    }

    /// What is left after `x` is taken off.
    pub(super) fn minus(self, x: f64) -> Self {
        Self { value: self.value - x, ends: self.ends.map(|(low, high)| (low - x, high - x)), ..self }
    }

    /// As a figure that the verdict is made of.
    pub(super) fn deciding(self, what: impl Into<String>, unit: &str, from: &str) -> ClaimFigureRecord {
        ClaimFigureRecord { decides: true, ..self.beside(what, unit, from) }
    }

    /// As a figure that is shown beside it.
    pub(super) fn beside(self, what: impl Into<String>, unit: &str, from: &str) -> ClaimFigureRecord {
        ClaimFigureRecord {
            what: what.into(),
            value: self.value,
            unit: unit.to_owned(),
            low: self.ends.map(|ends| ends.0),
            high: self.ends.map(|ends| ends.1),
            samples: self.samples,
            from: from.to_owned(),
            decides: false,
            is_extrapolated: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;
    use records::execution::MiddleRecord;

    #[test]
    fn a_ratio_is_as_wide_as_its_parts_allow() {
        let time = |value, ends, samples| Figure { value, ends, samples: Some(samples) };
        let ratio = time(6.0, Some((5.0, 8.0)), 4).over(time(2.0, Some((1.0, 2.5)), 9));
        assert_eq!(ratio, Figure { value: 3.0, ends: Some((2.0, 8.0)), samples: Some(4) });
        assert_eq!(time(6.0, None, 1).over(time(2.0, Some((1.0, 2.5)), 9)).ends, None);
        let both = time(6.0, Some((5.0, 8.0)), 4).plus(time(2.0, Some((1.0, 2.5)), 9));
        assert_eq!(both, Figure { value: 8.0, ends: Some((6.0, 10.5)), samples: Some(4) });
        assert_eq!(ratio.minus(1.0).times(2.0).ends, Some((2.0, 14.0)));
    }

    #[test]
    fn one_repeat_has_no_interval() {
        let middle = MiddleRecord { median: 2.0, min: 2.0, max: 2.0 };
        assert_eq!(Figure::of_repeats(middle, 1).ends, None);
        assert_eq!(Figure::of_repeats(middle, 2).ends, Some((2.0, 2.0)));
    }
}
