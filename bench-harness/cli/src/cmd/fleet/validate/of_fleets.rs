//! What a few fleets say of a further one.

use super::times::mean;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Values of several fleets, of one kind.
#[derive(Clone, Debug)]
pub(super) struct OfFleets {
    fleets: Vec<Vec<f64>>,
}

impl OfFleets {
    pub(super) fn of(mut fleets: Vec<Vec<f64>>) -> Self {
        fleets.retain(|fleet| !fleet.is_empty());
        Self { fleets }
    }

    fn means(&self) -> Vec<f64> {
        self.fleets.iter().map(|fleet| mean(fleet)).collect()
    }

    /// The mean over the fleets.
    pub(super) fn mean(&self) -> f64 {
        mean(&self.means())
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.fleets.is_empty()
    }

    /// The mean of a further fleet at quantile `u`.
    pub(super) fn mean_at(&self, u: f64) -> f64 {
        self.mean() + self.further(u)
    }

    /// Fleets, and the values of all of them.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.fleets.len() as u64, self.fleets.iter().map(Vec::len).sum::<usize>() as u64)
    }

    /// Half of the 95 % interval in which the mean of a further fleet lies; 0 of a single fleet.
    pub(super) fn half_width(&self) -> f64 {
        self.further(0.975)
    }

    /// How far the mean of a further fleet lies above the mean of these at quantile `u`. Of n normal means with deviation s
    /// the next differs from their mean by s·√(1 + 1/n) times a variate of Student's t with n − 1 degrees of freedom.
    fn further(&self, u: f64) -> f64 {
        let means = self.means();
        let (count, middle) = (means.len() as f64, mean(&means));
        let freedom = count - 1.0;
        let Ok(t) = StudentsT::new(0.0, 1.0, freedom) else { return 0.0 };
        let squares: f64 = means.iter().map(|mean_of| (mean_of - middle).powi(2)).sum();
        t.inverse_cdf(u) * (squares / freedom * (1.0 + 1.0 / count)).sqrt()
    }

    /// Values of a further fleet whose mean is at quantile `u`, none below 0: those of all fleets, as they scatter within
    /// each.
    pub(super) fn values(&self, u: f64) -> Vec<f64> {
        let further = self.mean_at(u);
        let moved = |fleet: &Vec<f64>| {
            let by = further - mean(fleet);
            fleet.iter().map(move |value| (value + by).max(0.0)).collect::<Vec<_>>()
        };
        self.fleets.iter().flat_map(moved).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::OfFleets;
    use crate::cmd::fleet::validate::times::mean;

    #[test]
    fn a_further_fleet_lies_where_student_s_t_says() {
        // Five fleets of two jobs each, with means of 1 to 5 ms.
        let five = OfFleets::of(
            (1..=5).map(|ms| vec![f64::from(ms) * 1e-3 - 5e-4, f64::from(ms) * 1e-3 + 5e-4]).collect(),
        );
        assert!((five.mean() - 3e-3).abs() < 1e-12);
        assert_eq!(five.counts(), (5, 10));
        // The means have a variance of 2.5 ms², the 97.5 % point with 4 degrees of freedom is 2.776: 2.776·√(2.5·1.2).
        assert!((five.half_width() - 4.808e-3).abs() < 1e-6, "{}", five.half_width());
        assert!((mean(&five.values(0.5)) - 3e-3).abs() < 1e-9);
        // Jobs scatter about the mean of the further fleet as they did about that of their own.
        let above = five.values(0.75);
        let spread = above.iter().copied().fold(0.0, f64::max) - above.iter().copied().fold(1.0, f64::min);
        assert!(mean(&above) > 3.5e-3 && (spread - 1e-3).abs() < 1e-9, "{above:?}");
        // No job takes less than nothing.
        assert!(five.values(0.01).iter().all(|value| *value >= 0.0));
    }

    #[test]
    fn fleets_that_agree_leave_no_width_and_one_alone_says_nothing_of_a_further_one() {
        let equal = OfFleets::of(vec![vec![1e-3, 3e-3]; 5]);
        assert_eq!(equal.half_width(), 0.0);
        let values = equal.values(0.9);
        assert_eq!((values.len(), mean(&values)), (10, 2e-3));
        let one = OfFleets::of(vec![vec![1e-3, 3e-3], Vec::new()]);
        assert_eq!((one.half_width(), one.counts()), (0.0, (1, 2)));
    }
}
