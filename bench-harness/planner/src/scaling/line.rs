//! Straight lines through measured times.
//!
//! Three uses, one arithmetic: time over the inverse clock (`T = A/f + B`), time or memory over batch size
//! within one padded degree (across degrees it steps, and no line may cross a step), and aggregation over N.

use records::laws::Reach;

use crate::error::{PlanError, not_negative, positive};
use crate::normal::t_975;
use crate::scaling::leave_one_out::leave_one_out;
use crate::scaling::normal_equations::solve;
use crate::scaling::reach::{self, range};

/// A line fitted to relative errors.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFit {
    /// Value at 0.
    pub intercept: f64,
    /// Rise for each unit.
    pub slope: f64,
    /// 95 % intervals of intercept and slope: Student's t with n − 2 degrees of freedom; none with two points.
    pub intervals: Option<((f64, f64), (f64, f64))>,
    /// Root mean square of the relative errors when each point is predicted from the others.
    pub leave_one_out_relative: Option<f64>,
    /// Covariances of intercept and slope; none with two points.
    covariance: Option<[[f64; 2]; 2]>,
    points: usize,
    x_min: f64,
    x_max: f64,
}

impl LineFit {
    /// A line through `(x, y)` points, each weighted by `1/y²`.
    ///
    /// ```
    /// use planner::scaling::LineFit;
    /// let fit = LineFit::new("batch size", &[(64.0, 10.0), (128.0, 16.0), (96.0, 13.0)])?;
    /// assert!((fit.slope - 6.0 / 64.0).abs() < 1e-12 && (fit.intercept - 4.0).abs() < 1e-9);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] with fewer than two different `x`, or a `y` that is not above zero.
    pub fn new(field: &str, points: &[(f64, f64)]) -> Result<Self, PlanError> {
        for &(x, y) in points {
            not_negative(field, x)?;
            positive(&format!("value over {field}"), y)?;
        }
        let too_few = || PlanError::bad(field, "at least two different values", points.len());
        let (intercept, slope, inverse) = fit(points).ok_or_else(too_few)?;
        let freedom = points.len() as f64 - 2.0;
        let squares: f64 = points.iter().map(|&(x, y)| ((intercept + slope * x) / y - 1.0).powi(2)).sum();
        let covariance = (freedom > 0.0).then(|| inverse.map(|row| row.map(|x| x * squares / freedom)));
        let intervals = covariance.map(|covariance| {
            let t = t_975(freedom);
            let around = |x: f64, k: usize| {
                let half = t * covariance[k][k].sqrt();
                (x - half, x + half)
            };
            (around(intercept, 0), around(slope, 1))
        });
        // Two points make a line, and what is left of them no other.
        let leave_one_out_relative = (points.len() > 2)
            .then(|| {
                leave_one_out(points, |others, (x, y)| {
                    let (intercept, slope, _) = fit(others)?;
                    Some((intercept + slope * x) / y - 1.0)
                })
            })
            .flatten();
        let (x_min, x_max) = range(points.iter().map(|point| point.0));
        Ok(Self {
            intercept,
            slope,
            intervals,
            leave_one_out_relative,
            covariance,
            points: points.len(),
            x_min,
            x_max,
        })
    }

    /// `T = A/f + B` from `(clock in GHz, seconds)` points: the line over `1/f`, slope A in GHz·s.
    ///
    /// ```
    /// use planner::scaling::LineFit;
    /// let fit = LineFit::over_clock(&[(1.5, 180.0), (2.0, 140.0), (3.0, 100.0)])?;
    /// assert!((fit.slope - 240.0).abs() < 1e-9 && (fit.intercept - 20.0).abs() < 1e-9);
    /// assert!((fit.at(1.0 / 4.0).0 - 80.0).abs() < 1e-9); // scaling cycles from 2 GHz would say 70
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] with fewer than three clocks.
    pub fn over_clock(points: &[(f64, f64)]) -> Result<Self, PlanError> {
        let mut clocks: Vec<f64> = points.iter().map(|point| point.0).collect();
        clocks.sort_by(f64::total_cmp);
        clocks.dedup();
        if clocks.len() < 3 {
            return Err(PlanError::bad("clock_ghz", "at least three different clocks", clocks.len()));
        }
        let inverse: Result<Vec<(f64, f64)>, PlanError> =
            points.iter().map(|&(f, t)| Ok((1.0 / positive("clock_ghz", f)?, t))).collect();
        Self::new("clock_ghz", &inverse?)
    }

    /// Points beyond the two that a line takes up.
    pub fn degrees_of_freedom(&self) -> usize {
        self.points.saturating_sub(2)
    }

    /// The 95 % band of the line at `x`, by Student's t; none with two points.
    ///
    /// ```
    /// use planner::scaling::LineFit;
    /// let fit = LineFit::new("batch size", &[(1.0, 1.0), (2.0, 2.1), (3.0, 2.9)])?;
    /// let (low, high) = fit.band(2.0).unwrap();
    /// assert!(low < fit.at(2.0).0 && fit.at(2.0).0 < high);
    /// let (far_low, far_high) = fit.band(9.0).unwrap();
    /// assert!(far_high - far_low > high - low); // a line is best known where it was measured
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn band(&self, x: f64) -> Option<(f64, f64)> {
        let [[a, b], [_, d]] = self.covariance?;
        let half = t_975(self.degrees_of_freedom() as f64) * (a + 2.0 * x * b + x * x * d).max(0.0).sqrt();
        let y = self.at(x).0;
        Some((y - half, y + half))
    }

    /// The value at `x`, and how far `x` is from what was measured.
    pub fn at(&self, x: f64) -> (f64, Reach) {
        (self.intercept + self.slope * x, reach::of(x, self.x_min, self.x_max))
    }
}

fn fit(points: &[(f64, f64)]) -> Option<(f64, f64, [[f64; 2]; 2])> {
    let rows: Vec<[f64; 2]> = points.iter().map(|&(x, y)| [1.0 / y, x / y]).collect();
    let solved = solve(&rows, &vec![1.0; points.len()])?;
    Some((solved.x[0], solved.x[1], solved.inverse))
}
