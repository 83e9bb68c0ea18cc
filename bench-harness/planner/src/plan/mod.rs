//! From a request to a recommendation.
//!
//! | module | what |
//! |---|---|
//! | [`request`] | [`PlanRequest`]: what is asked |
//! | [`designs`] | each design by the seed's formulas |
//! | [`choice`] | [`Recommendation`]: the search for P, N and A, and what forbids them |
//! | [`mod@outlook`] | what a given fleet would do: seed, corrected form and simulation side by side |
//! | [`mod@curves`] | fleets around the one recommended, for the report to draw |
//! | [`sensitivity`] | how the number of provers moves with prove time, and its interval |
//! | [`pareto`] | cost against delay |
//! | [`record`] | a plan as the record that is written and rendered |
//! | [`mod@what_if`] | the answers around a plan, at every position of a few sliders |
//! | [`timeline`] | the recommended fleet at work, for a timeline |

pub mod curves;
pub mod designs;
pub mod fleet_estimate;
mod infeasible;
pub(crate) mod needs;
mod notes;
pub mod pareto;
pub mod recommendation;
pub mod record;
pub mod request;
pub(crate) mod search;
pub mod sensitivity;
pub mod timeline;
pub mod what_if;

pub use curves::curves;
pub use designs::DesignFigures;
pub use fleet_estimate::{ClosedForm, Fleet, FleetEstimate, Outcome, closed_form, fleet_estimate};
pub use pareto::Point;
pub use recommendation::Recommendation;
pub use request::{ArrivalLaw, PlanRequest};
pub use sensitivity::Sensitivity;
pub use what_if::what_if;

use crate::domain::Design;
use crate::error::PlanError;

/// A recommendation with everything that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was asked.
    pub request: PlanRequest,
    /// What is recommended.
    pub choice: Recommendation,
    /// Each design by the seed's formulas, at the N = P that meets the target.
    pub designs: Vec<DesignFigures>,
    /// Seed, corrected form and simulation side by side: the fleet recommended, the seed's own N = P, and where
    /// chance plays a part the fleet recommended with its spares at work.
    pub fleet_estimates: Vec<FleetEstimate>,
    /// How the number of provers moves with prove time.
    pub sensitivity: Sensitivity,
    /// The fleets that no other beats in both cost and 99th percentile.
    pub pareto: Vec<Point>,
}

/// The fleet alone, without all that explains it: what [`crate::hardware::rank()`] starts from.
///
/// # Errors
/// As [`recommend`].
pub fn choose(request: &PlanRequest) -> Result<Recommendation, PlanError> {
    recommendation::smallest(request)
}

/// The smallest fleet that carries the target within the delay limit.
///
/// ```
/// use planner::domain::{Aggregation, Close, Design, Load, Target, TimeDist};
/// use planner::plan::{PlanRequest, recommend};
///
/// let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 })?;
/// let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0)?);
/// let plan = recommend(&PlanRequest::new(load, TimeDist::fixed("prove", 120.0)?, aggregation, 15.0)?)?;
///
/// assert_eq!(plan.choice.provers, 12);
/// let aggregated = plan.designs.iter().find(|d| d.design == Design::HorizontalAggregated).unwrap();
/// assert_eq!((aggregated.batches_per_aggregation, aggregated.delay_consolidated_s), (12, 267.0));
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::Infeasible`] with the term that forbids it and the figure it allows.
pub fn recommend(request: &PlanRequest) -> Result<Plan, PlanError> {
    let choice = recommendation::smallest(request)?;
    let designs = designs::all(request);
    let mut fleet_estimates = vec![fleet_estimate(request, choice.fleet())?];
    let seeds = designs.iter().find(|figures| figures.design == Design::HorizontalAggregated);
    if let Some(seeds) = seeds {
        let fleet = Fleet {
            provers: seeds.provers,
            batches_per_aggregation: seeds.batches_per_aggregation,
            // The seed's aggregation time takes for granted that each level of the tree runs at once.
            aggregators: choice.aggregators.max(seeds.aggregators),
        };
        if fleet != choice.fleet() {
            fleet_estimates.push(fleet_estimate(request, fleet)?);
        }
    }
    // While nothing is broken the spares work too.
    let rested = Fleet { provers: choice.provers.saturating_add(request.spares()), ..choice.fleet() };
    if !request.is_deterministic()
        && fleet_estimates.iter().all(|fleet_estimate| fleet_estimate.fleet != rested)
    {
        fleet_estimates.push(fleet_estimate(request, rested)?);
    }
    let sensitivity = sensitivity::of(request, &choice)?;
    let pareto = pareto::front(request, &choice)?;
    Ok(Plan { request: request.clone(), choice, designs, fleet_estimates, sensitivity, pareto })
}
