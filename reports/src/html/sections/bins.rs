//! Bins of a histogram, and two kinds of values stacked in them.

use crate::chart::{Bar, Series, Table, Tone};
use records::number::time;

/// Bins of equal width, however many values there are: a page holds counts and no values.
pub(super) struct Bins {
    low: f64,
    width: f64,
    count: usize,
}

impl Bins {
    /// Between 12 and 60 bins by the cube root of the number of values (Terrell and Scott's rule, `(2n)^(1/3)`). The
    /// last thousandth of the values, if it lies far out, shares the last bin, since one of them would empty the rest.
    pub(super) fn of(values: &[f64], more: &[f64]) -> Option<Self> {
        let mut finite: Vec<f64> =
            values.iter().chain(more).copied().filter(|value| value.is_finite()).collect();
        if finite.is_empty() {
            return None;
        }
        let last = finite.len() - 1;
        let far = last - finite.len() / 1_000;
        let (_, high, _) = finite.select_nth_unstable_by(far, f64::total_cmp);
        let high = *high;
        let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let most = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let high = if most - high <= high - low { most } else { high + (high - low) * 0.05 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "12 to 60")]
        let count = (2.0 * finite.len() as f64).cbrt().clamp(12.0, 60.0) as usize;
        let width = if high > low { (high - low) / count as f64 } else { low.abs().max(1e-9) * 0.01 };
        width.is_finite().then_some(Self { low, width, count })
    }

    pub(super) fn count(&self, values: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; self.count];
        for value in values.iter().filter(|value| value.is_finite()) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, then held"
            )]
            let bin = (((value - self.low) / self.width) as usize).min(self.count - 1);
            counts[bin] += 1;
        }
        counts
    }

    pub(super) fn ends(&self, bin: usize) -> (f64, f64) {
        (self.low + bin as f64 * self.width, self.low + (bin + 1) as f64 * self.width)
    }
}

/// Values of one kind, s.
pub(super) struct Kind<'a> {
    pub(super) values: &'a [f64],
    /// In the legend.
    pub(super) name: &'static str,
    pub(super) tone: Tone,
    /// Its column in the table, for a program and for a person.
    pub(super) head: (&'static str, &'static str),
    /// What so many of them are called.
    pub(super) counted: &'static str,
}

/// A histogram of two kinds.
pub(super) struct Stacked {
    /// The second kind on the first; a kind without a value is left out.
    pub(super) series: Vec<Series>,
    /// A row a bin.
    pub(super) table: Table,
}

/// Both kinds in common bins; none without a value that is finite.
pub(super) fn stacked([below, above]: [Kind<'_>; 2]) -> Option<Stacked> {
    let bins = Bins::of(below.values, above.values)?;
    let mut table = Table::new([("from_s", "from, s"), ("to_s", "to, s"), below.head, above.head]);
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    let counts = bins.count(below.values).into_iter().zip(bins.count(above.values));
    for (bin, (first, second)) in counts.enumerate() {
        let (from, to) = bins.ends(bin);
        table.push([from.into(), to.into(), first.into(), second.into()]);
        let bar = |y: u64, base: u64, counted: &str| Bar {
            from,
            to,
            y: y as f64,
            base: base as f64,
            note: format!("{} to {}: {y} {counted}", time(from), time(to)),
        };
        lower.push(bar(first, 0, below.counted));
        upper.push(bar(second, first, above.counted));
    }
    let kinds = [(below, lower), (above, upper)];
    let there = kinds.into_iter().filter(|(kind, _)| kind.values.iter().any(|value| value.is_finite()));
    let series = there.map(|(kind, bars)| Series::columns(kind.name, kind.tone, bars)).collect();
    Some(Stacked { series, table })
}

#[cfg(test)]
mod tests {
    use super::Bins;

    #[test]
    fn every_value_is_in_a_bin() {
        let values: Vec<f64> =
            (0..1_000).map(|i| 1.0 + f64::from(i) / 1_000.0).chain([40.0, f64::NAN]).collect();
        let bins = Bins::of(&values, &[1.5]).expect("bins");
        assert_eq!(bins.count(&values).iter().sum::<u64>(), 1_001);
        // The one far out is in the last bin, and the others are spread.
        assert!(bins.ends(bins.count - 1).1 < 3.0, "{:?}", bins.ends(bins.count - 1));
        assert!(bins.count(&values).iter().filter(|count| **count > 0).count() >= bins.count - 1);
        assert!(Bins::of(&[f64::NAN], &[]).is_none());
        let same = Bins::of(&[2.0; 100], &[]).expect("bins");
        assert_eq!(same.count(&[2.0; 100])[0], 100);
    }
}
