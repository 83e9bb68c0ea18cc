//! How the times between batches vary; their mean is the load's.

use crate::domain::MeasuredClosings;
use crate::error::PlanError;
use crate::sim::Arrivals;

/// How the times between batches vary around their mean, which is the load's.
#[derive(Debug, Clone, PartialEq)]
pub enum ArrivalLaw {
    /// They do not.
    Fixed,
    /// As a Poisson process.
    Poisson,
    /// As the sum of this many exponential times.
    Erlang(u32),
    /// Lognormal with this coefficient of variation.
    LogNormal(f64),
    /// The gaps of a trace in their order, each scaled by one factor so that their mean is the load's.
    Trace(Vec<f64>),
    /// A rate that changes over the day, in equal slots from midnight, scaled so that its mean is the load's.
    Daily {
        /// The rates, in any unit.
        shape: Vec<f64>,
        /// Whether batches come at random around the rate.
        poisson: bool,
    },
    /// Batches as they were closed, scaled to the load: the rule that closed them and the work on each are in them.
    Closings(MeasuredClosings),
}

impl ArrivalLaw {
    /// The law with this mean time between batches; between full ones where closings were measured.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for numbers that make no law.
    pub fn arrivals(&self, mean_s: f64) -> Result<Arrivals, PlanError> {
        match self {
            Self::Fixed => Arrivals::fixed(mean_s),
            Self::Poisson => Arrivals::poisson(mean_s),
            Self::Erlang(k) => Arrivals::erlang(mean_s, *k),
            Self::LogNormal(cv) => Arrivals::log_normal(mean_s, *cv),
            Self::Closings(measured) => Ok(Arrivals::closings(measured.under(mean_s)?)),
            Self::Trace(gaps_s) => {
                let scale = mean_s / Arrivals::trace(gaps_s.clone())?.mean_s();
                Arrivals::trace(gaps_s.iter().map(|gap| gap * scale).collect())
            }
            Self::Daily { shape, poisson } => {
                let scale = Arrivals::daily(shape.clone(), *poisson)?.mean_s() / mean_s;
                Arrivals::daily(shape.iter().map(|rate| rate * scale).collect(), *poisson)
            }
        }
    }
}
