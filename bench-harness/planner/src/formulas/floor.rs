//! Lower bounds of waits, from moments alone: what no fleet of a size can beat, in arithmetic that takes no time.
//!
//! Times in any one unit. Not here: the bound on a whole delay ([`crate::sim::floor`]).

/// Mean and second to fourth central moments of a time, in its unit and its powers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Variance.
    pub variance: f64,
    /// Third central moment.
    pub third: f64,
    /// Fourth central moment.
    pub fourth: f64,
}

impl Moments {
    /// Moments of a lognormal time.
    ///
    /// ```
    /// use planner::formulas::floor::Moments;
    /// let Moments { variance, third, .. } = Moments::log_normal(10.0, 0.5);
    /// assert!((variance - 25.0).abs() < 1e-9);
    /// assert!((third / 125.0 - (3.0 * 0.5 + 0.125)).abs() < 1e-9); // skewness 3·CV + CV³
    /// ```
    pub fn log_normal(mean: f64, cv: f64) -> Self {
        let w = 1.0 + cv * cv;
        let variance = mean * mean * (w - 1.0);
        let third = mean.powi(3) * (w - 1.0).powi(2) * (w + 2.0);
        let kurtosis = w.powi(4) + 2.0 * w.powi(3) + 3.0 * w * w - 3.0;
        Self { mean, variance, third, fourth: kurtosis * variance * variance }
    }

    /// Moments of the sum of `k` exponential times.
    pub fn erlang(mean: f64, k: u32) -> Self {
        let k = f64::from(k);
        let variance = mean * mean / k;
        Self {
            mean,
            variance,
            third: 2.0 * mean.powi(3) / (k * k),
            fourth: (3.0 + 6.0 / k) * variance * variance,
        }
    }

    /// Moments of values that are equally likely; 0 of none.
    pub fn of(values: &[f64]) -> Self {
        let mean_of =
            |f: &dyn Fn(f64) -> f64| values.iter().map(|&x| f(x)).sum::<f64>() / values.len().max(1) as f64;
        let mean = mean_of(&|x| x);
        let central = |power| mean_of(&|x| (x - mean).powi(power));
        Self { mean, variance: central(2), third: central(3), fourth: central(4) }
    }
}

/// Lower bound of the mean wait for one of `servers` servers, whatever the laws of service and of the independent gaps
/// between arrivals: 0 where the moments say nothing, and where it would grow for ever.
///
/// The wait is at least that for one server as fast as all of them, less what the others still have to do when a job
/// starts, `(P − 1)/(2P)·E[S²]/E[S]` (Kingman 1970, *Inequalities in the theory of queues*). The wait for one server is
/// `Σ E[X_k⁺]/k` over the random walk `X_k` of service less gaps (Spitzer 1956), and `E|X| ≥ E[X²]^{3/2}/E[X⁴]^{1/2}`
/// (Hölder) bounds each term by moments. It says something of few servers, or of many that have hardly a moment to
/// themselves: 13 servers in use for 92 % of their time are left with 0.
///
/// ```
/// use planner::formulas::floor::{Moments, wait_min};
/// use planner::formulas::queue::mmc_mean_wait;
/// let exponential = |mean| Moments::erlang(mean, 1);
/// let (bound, exact) = (wait_min(1, exponential(1.0), exponential(1.0 / 0.98)), mmc_mean_wait(1, 0.98));
/// assert!(bound > 0.3 * exact && bound < exact);
/// ```
pub fn wait_min(servers: u32, service: Moments, gap: Moments) -> f64 {
    let p = f64::from(servers);
    let drift = gap.mean - service.mean / p;
    if drift <= 0.0 {
        return 0.0;
    }
    // Moments of one step about its mean.
    let step = |service: f64, power: i32| service / p.powi(power);
    let variance = step(service.variance, 2) + gap.variance;
    let third = step(service.third, 3) - gap.third;
    let excess = |m: Moments| m.fourth - 3.0 * m.variance * m.variance;
    let excess = step(excess(service), 4) + excess(gap);
    let mut fast = 0.0;
    for k in 1..=10_000_u32 {
        let k = f64::from(k);
        let mean = -k * drift;
        let second = k * variance + mean * mean;
        let fourth = k * excess
            + 3.0 * (k * variance).powi(2)
            + 4.0 * k * third * mean
            + 6.0 * k * variance * mean * mean
            + mean.powi(4);
        let term = ((second.powf(1.5) / fourth.sqrt() + mean) / (2.0 * k)).max(0.0);
        fast += term;
        // From here on the drift is all there is.
        if k * drift * drift > variance {
            break;
        }
    }
    let others = (p - 1.0) / (2.0 * p) * (service.variance + service.mean * service.mean) / service.mean;
    (fast - others).max(0.0)
}
