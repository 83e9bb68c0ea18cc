//! Straight lines through measured times.
//!
//! Three uses, one arithmetic: time over the inverse clock (`T = A/f + B`), time or memory over batch size
//! within one padded degree (across degrees it steps, and no line may cross a step), and aggregation over N.

use crate::error::{PlanError, not_negative, positive};
use crate::scaling::normal_equations::solve;
use crate::scaling::reach::Reach;
use crate::sim::figures::t_975;

/// A line fitted to relative errors.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFit {
    /// Value at 0.
    pub intercept: f64,
    /// Rise for each unit.
    pub slope: f64,
    /// Standard errors of intercept and slope; none with two points.
    pub standard_errors: Option<(f64, f64)>,
    /// 95 % intervals of intercept and slope: Student's t with n − 2 degrees of freedom.
    pub intervals: Option<((f64, f64), (f64, f64))>,
    /// Root mean square of the relative errors when each point is predicted from the others.
    pub leave_one_out_relative: Option<f64>,
    /// Covariances of intercept and slope; none with two points.
    covariance: Option<[[f64; 2]; 2]>,
    points: usize,
    least: f64,
    most: f64,
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
        let standard_errors = covariance.map(|covariance| (covariance[0][0].sqrt(), covariance[1][1].sqrt()));
        let intervals = standard_errors.map(|(a, b)| {
            let t = t_975(freedom);
            ((intercept - t * a, intercept + t * a), (slope - t * b, slope + t * b))
        });
        let least = points.iter().map(|point| point.0).fold(f64::INFINITY, f64::min);
        let most = points.iter().map(|point| point.0).fold(0.0, f64::max);
        let leave_one_out_relative = leave_one_out(points);
        Ok(Self {
            intercept,
            slope,
            standard_errors,
            intervals,
            leave_one_out_relative,
            covariance,
            points: points.len(),
            least,
            most,
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
        (self.intercept + self.slope * x, Reach::of(x, self.least, self.most))
    }
}

fn fit(points: &[(f64, f64)]) -> Option<(f64, f64, [[f64; 2]; 2])> {
    let rows: Vec<[f64; 2]> = points.iter().map(|&(x, y)| [1.0 / y, x / y]).collect();
    let solved = solve(&rows, &vec![1.0; points.len()])?;
    Some((solved.x[0], solved.x[1], solved.inverse))
}

fn leave_one_out(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    let mut sum = 0.0;
    for left_out in 0..points.len() {
        let others: Vec<(f64, f64)> =
            points.iter().enumerate().filter(|&(i, _)| i != left_out).map(|(_, &point)| point).collect();
        let (intercept, slope, _) = fit(&others)?;
        let (x, y) = points[left_out];
        sum += ((intercept + slope * x) / y - 1.0).powi(2);
    }
    Some((sum / points.len() as f64).sqrt())
}

/// Lines over batch size, one for each padded degree: `(degree, line)`, in order of degree.
///
/// `points` are `(degree, batch size, value)`. A degree with fewer than two sizes has no line and is left out.
///
/// ```
/// use planner::scaling::line::over_size;
/// let lines = over_size(&[(12, 4.0, 2.0), (12, 8.0, 2.2), (13, 16.0, 4.1), (13, 24.0, 4.3), (14, 48.0, 8.0)]);
/// assert_eq!(lines.iter().map(|line| line.0).collect::<Vec<_>>(), [12, 13]);
/// assert!((lines[0].1.slope - 0.05).abs() < 1e-9);
/// ```
pub fn over_size(points: &[(u32, f64, f64)]) -> Vec<(u32, LineFit)> {
    let mut degrees: Vec<u32> = points.iter().map(|point| point.0).collect();
    degrees.sort_unstable();
    degrees.dedup();
    let line = |degree: u32| {
        let own: Vec<(f64, f64)> =
            points.iter().filter(|point| point.0 == degree).map(|point| (point.1, point.2)).collect();
        LineFit::new("batch size", &own).ok().map(|line| (degree, line))
    };
    degrees.into_iter().filter_map(line).collect()
}
