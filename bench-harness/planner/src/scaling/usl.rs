//! Throughput over cores: `X(n) = γn / (1 + α(n−1) + βn(n−1))`.
//!
//! Gunther's universal scalability law; with β = 0 it is Amdahl's, whose serial fraction is α. γ is the rate of
//! one core, α contention, β crosstalk. `n/X = c₀ + c₁(n−1) + c₂n(n−1)` is linear, so the fit on relative
//! errors needs no start values; it is kept non-negative by trying the four subsets of (c₁, c₂). The fit on
//! absolute errors, which is what R's package `usl` does, starts there and goes on by Gauss and Newton.

use records::laws::Reach;

use crate::error::{PlanError, positive};
use crate::normal::t_975;
use crate::scaling::leave_one_out::leave_one_out;
use crate::scaling::normal_equations::solve;
use crate::scaling::reach::{self, FAR_TIMES, range};

/// Which law is fitted. `LawName` of the records names lines and merges as well, which are no curves of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// Contention and crosstalk: three unknowns.
    Usl,
    /// Contention alone: two unknowns.
    Amdahl,
}

/// Which errors are made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    /// Fractions of each value: a fast point does not outweigh a slow one. The default of this program.
    Relative,
    /// Throughput itself, as in R's `usl`.
    Absolute,
}

/// A fitted coefficient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The value.
    pub value: f64,
    /// Its standard error; none for a coefficient held at 0, or without a degree of freedom.
    pub standard_error: Option<f64>,
    /// Its 95 % interval: Student's t with n − 3 (Amdahl: n − 2) degrees of freedom.
    pub interval: Option<(f64, f64)>,
}

/// A fitted law.
#[derive(Debug, Clone, PartialEq)]
pub struct UslFit {
    /// The law.
    pub law: Law,
    /// Contention, or the serial fraction.
    pub alpha: Coefficient,
    /// Crosstalk; 0 for Amdahl.
    pub beta: Coefficient,
    /// Throughput of one core.
    pub gamma: Coefficient,
    /// Residual standard error, in the errors that were made small: fractions or throughput; none without a degree
    /// of freedom.
    pub sigma: Option<f64>,
    /// Root mean square of the errors when each point is predicted from the others, in fractions or throughput;
    /// none with too few points.
    pub leave_one_out_rms: Option<f64>,
    /// Covariances of (γ, α, β), to first order; none without a degree of freedom.
    covariance: Option<[[f64; 3]; 3]>,
    points: Vec<(f64, f64)>,
}

/// A time that a law predicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeAt {
    /// The time, s.
    pub time_s: f64,
    /// Its 95 % band; none without a degree of freedom.
    pub band_s: Option<(f64, f64)>,
    /// How far it is from what was measured.
    pub reach: Reach,
}

impl UslFit {
    /// Fits a law to `(cores, throughput)` points.
    ///
    /// ```
    /// use planner::scaling::usl::{Errors, Law, UslFit};
    /// let points: Vec<(f64, f64)> =
    ///     (1..=6).map(f64::from).map(|n| (n, n / (1.0 + 0.02 * (n - 1.0) + 0.001 * n * (n - 1.0)))).collect();
    /// let fit = UslFit::new(&points, Law::Usl, Errors::Relative)?;
    /// assert!((fit.alpha.value - 0.02).abs() < 1e-9 && (fit.beta.value - 0.001).abs() < 1e-9);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a number that is not above zero, or with fewer different core counts than
    /// unknowns.
    pub fn new(points: &[(f64, f64)], law: Law, errors: Errors) -> Result<Self, PlanError> {
        for &(cores, throughput) in points {
            positive("cores", cores)?;
            positive("throughput", throughput)?;
        }
        let unknowns = unknowns(law);
        let mut different: Vec<f64> = points.iter().map(|point| point.0).collect();
        different.sort_by(f64::total_cmp);
        different.dedup();
        if different.len() < unknowns {
            let expected = format!("at least {unknowns} different core counts to fit {law:?}");
            return Err(PlanError::bad("scaling points", &expected, different.len()));
        }
        let curve = best_curve(points, law, errors).ok_or_else(|| {
            PlanError::bad("scaling points", "points that determine a law", "points that do not")
        })?;
        Ok(Self { leave_one_out_rms: left_out(points, law, errors), ..describe(points, law, errors, curve) })
    }

    /// Time of one job on `cores` cores, the inverse of the throughput, with the 95 % band of the curve: to first
    /// order, Student's t. No band without a degree of freedom.
    ///
    /// # Errors
    /// As [`UslFit::predict`].
    pub fn time_s(&self, cores: f64, far: bool) -> Result<TimeAt, PlanError> {
        let (rate, reach) = self.predict(cores, far)?;
        let slopes = slopes(self.curve(), cores);
        let band = self.covariance.map(|covariance| {
            let variance: f64 = (0..3)
                .flat_map(|i| (0..3).map(move |j| (i, j)))
                .map(|(i, j)| slopes[i] * covariance[i][j] * slopes[j])
                .sum();
            let half_s = t_975(self.degrees_of_freedom() as f64) * variance.max(0.0).sqrt() / (rate * rate);
            ((1.0 / rate - half_s).max(0.0), 1.0 / rate + half_s)
        });
        Ok(TimeAt { time_s: 1.0 / rate, band_s: band, reach })
    }

    /// Points beyond those that the law's unknowns take up.
    pub fn degrees_of_freedom(&self) -> usize {
        self.points.len().saturating_sub(unknowns(self.law))
    }

    fn curve(&self) -> [f64; 3] {
        [self.gamma.value, self.alpha.value, self.beta.value]
    }

    /// Throughput on `cores` cores, and how far that is from what was measured.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] beyond twice the largest core count measured, unless `far` says to go on.
    pub fn predict(&self, cores: f64, far: bool) -> Result<(f64, Reach), PlanError> {
        let cores = positive("cores", cores)?;
        let (min, max) = range(self.points.iter().map(|point| point.0));
        let reach = reach::of(cores, min, max);
        if let (Reach::Far, false) = (reach, far) {
            let expected = format!("at most {} (twice the largest measured)", FAR_TIMES * max);
            return Err(PlanError::bad("cores", &expected, cores));
        }
        Ok((throughput(self.curve(), cores), reach))
    }

    /// Cores at which throughput is highest, `√((1 − α)/β)`; none without crosstalk.
    pub fn peak_cores(&self) -> Option<f64> {
        (self.beta.value > 0.0).then(|| ((1.0 - self.alpha.value) / self.beta.value).sqrt())
    }

    /// Throughput that contention alone would allow on cores without number, `γ/α`.
    pub fn limit(&self) -> Option<f64> {
        (self.alpha.value > 0.0).then(|| self.gamma.value / self.alpha.value)
    }
}

/// Coefficients of a law.
pub(crate) fn unknowns(law: Law) -> usize {
    match law {
        Law::Usl => 3,
        Law::Amdahl => 2,
    }
}

/// `[γ, α, β]` at `n` cores.
fn throughput([gamma, alpha, beta]: [f64; 3], n: f64) -> f64 {
    gamma * n / (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0))
}

fn squares(points: &[(f64, f64)], curve: [f64; 3], errors: Errors) -> f64 {
    let errors = points.iter().map(|&(n, x)| match errors {
        // The linear form's own error, n/X: to first order the fraction of X.
        Errors::Relative => (n / throughput(curve, n)) / (n / x) - 1.0,
        Errors::Absolute => throughput(curve, n) - x,
    });
    errors.map(|e| e * e).sum()
}

/// The best `[γ, α, β]` with α and β not negative: free, or held at 0 one by one.
fn best_curve(points: &[(f64, f64)], law: Law, errors: Errors) -> Option<[f64; 3]> {
    let subsets: &[[bool; 2]] = match law {
        Law::Usl => &[[true, true], [true, false], [false, true], [false, false]],
        Law::Amdahl => &[[true, false], [false, false]],
    };
    let fitted = subsets.iter().filter_map(|&free| {
        let start = linear(points, free)?;
        Some(if errors == Errors::Absolute { descend(points, free, start) } else { start })
    });
    fitted
        .filter(|curve| curve[1] >= 0.0 && curve[2] >= 0.0 && curve[0] > 0.0)
        .min_by(|a, b| squares(points, *a, errors).total_cmp(&squares(points, *b, errors)))
}

/// The weighted linear fit of `n/X`, with c₁ and c₂ free or 0.
fn linear(points: &[(f64, f64)], free: [bool; 2]) -> Option<[f64; 3]> {
    let weighted = |&(n, x): &(f64, f64)| {
        let y = n / x;
        [1.0 / y, (n - 1.0) / y, n * (n - 1.0) / y]
    };
    let rows: Vec<[f64; 3]> = points.iter().map(weighted).collect();
    let [c0, c1, c2] = least_squares(&rows, &vec![1.0; points.len()], free)?;
    Some([1.0 / c0, c1 / c0, c2 / c0])
}

/// Least squares over the first column and those of the others that are free.
fn least_squares(rows: &[[f64; 3]], y: &[f64], free: [bool; 2]) -> Option<[f64; 3]> {
    match free {
        [true, true] => solve(rows, y).map(|solved| solved.x),
        [true, false] => {
            let rows: Vec<[f64; 2]> = rows.iter().map(|row| [row[0], row[1]]).collect();
            solve(&rows, y).map(|solved| [solved.x[0], solved.x[1], 0.0])
        }
        [false, true] => {
            let rows: Vec<[f64; 2]> = rows.iter().map(|row| [row[0], row[2]]).collect();
            solve(&rows, y).map(|solved| [solved.x[0], 0.0, solved.x[1]])
        }
        [false, false] => {
            let rows: Vec<[f64; 1]> = rows.iter().map(|row| [row[0]]).collect();
            solve(&rows, y).map(|solved| [solved.x[0], 0.0, 0.0])
        }
    }
}

/// Slopes of the throughput over γ, α and β at `n` cores.
fn slopes([gamma, alpha, beta]: [f64; 3], n: f64) -> [f64; 3] {
    let below = 1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0);
    let x = gamma * n / below;
    [n / below, -x * (n - 1.0) / below, -x * n * (n - 1.0) / below]
}

/// Gauss and Newton on absolute errors, each step halved until it helps.
fn descend(points: &[(f64, f64)], free: [bool; 2], start: [f64; 3]) -> [f64; 3] {
    let mut curve = start;
    for _ in 0..200 {
        let rows: Vec<[f64; 3]> = points.iter().map(|&(n, _)| slopes(curve, n)).collect();
        let left: Vec<f64> = points.iter().map(|&(n, x)| x - throughput(curve, n)).collect();
        let Some(step) = least_squares(&rows, &left, free) else {
            return curve;
        };
        let before = squares(points, curve, Errors::Absolute);
        let mut step_fraction = 1.0;
        let mut next = curve;
        while step_fraction > 1e-6 {
            next = [0, 1, 2].map(|k| curve[k] + step_fraction * step[k]);
            if squares(points, next, Errors::Absolute) <= before && next[0] > 0.0 {
                break;
            }
            step_fraction /= 2.0;
        }
        let moved =
            (0..3).map(|k| ((next[k] - curve[k]) / next[k].abs().max(1e-12)).abs()).fold(0.0, f64::max);
        curve = next;
        if moved < 1e-13 {
            break;
        }
    }
    curve
}

fn describe(points: &[(f64, f64)], law: Law, errors: Errors, curve: [f64; 3]) -> UslFit {
    let freedom = points.len().saturating_sub(unknowns(law)) as f64;
    let sigma = (freedom > 0.0).then(|| (squares(points, curve, errors) / freedom).sqrt());
    // What a small change of each coefficient does to the errors that were made small.
    let rows: Vec<[f64; 3]> = points
        .iter()
        .map(|&(n, _)| {
            let of = if errors == Errors::Relative { throughput(curve, n) } else { 1.0 };
            slopes(curve, n).map(|slope| slope / of)
        })
        .collect();
    let zeros = vec![0.0; points.len()];
    let inverse: Option<[[f64; 3]; 3]> = match law {
        Law::Usl => solve(&rows, &zeros).map(|solved| solved.inverse),
        Law::Amdahl => {
            let rows: Vec<[f64; 2]> = rows.iter().map(|row| [row[0], row[1]]).collect();
            solve(&rows, &zeros).map(|solved| {
                let [[a, b], [c, d]] = solved.inverse;
                [[a, b, 0.0], [c, d, 0.0], [0.0; 3]]
            })
        }
    };
    let covariance = match (sigma, inverse) {
        (Some(sigma), Some(inverse)) => Some(inverse.map(|row| row.map(|x| x * sigma * sigma))),
        _ => None,
    };
    let coefficient = |k: usize| {
        let held = k > 0 && curve[k] == 0.0;
        let standard_error = covariance.filter(|_| !held).map(|covariance| covariance[k][k].sqrt());
        let interval = standard_error.map(|se| {
            let half = t_975(freedom) * se;
            (curve[k] - half, curve[k] + half)
        });
        Coefficient { value: curve[k], standard_error, interval }
    };
    UslFit {
        law,
        gamma: coefficient(0),
        alpha: coefficient(1),
        beta: coefficient(2),
        sigma,
        leave_one_out_rms: None,
        covariance,
        points: points.to_vec(),
    }
}

fn left_out(points: &[(f64, f64)], law: Law, errors: Errors) -> Option<f64> {
    if points.len() <= unknowns(law) {
        return None;
    }
    leave_one_out(points, |others, (n, x)| {
        let of = if errors == Errors::Relative { x } else { 1.0 };
        Some((throughput(best_curve(others, law, errors)?, n) - x) / of)
    })
}
