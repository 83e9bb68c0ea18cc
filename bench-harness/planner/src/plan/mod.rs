//! From a request to a recommendation.
//!
//! | module | what |
//! |---|---|
//! | [`request`] | [`PlanRequest`]: what is asked |
//! | [`arrival_law`] | [`ArrivalLaw`]: how the times between batches vary |
//! | [`designs`] | each design by the published formulas |
//! | `needs` | the fewest provers, the limit and the time to form a group: what a request needs whatever the fleet |
//! | [`recommendation`], `search` | the search for P, N and A |
//! | `infeasible` | what forbids a plan |
//! | [`mod@fleet_estimate`] | what a given fleet would do: published formula, corrected form and simulation |
//! | [`mod@curves`] | fleets around the one recommended, for the report to draw |
//! | [`sensitivity`] | how the number of provers moves with prove time, and its interval |
//! | [`pareto`] | cost against delay |
//! | `notes` | why, in sentences |
//! | [`record`] | a plan as the record that is written and rendered |
//! | [`mod@what_if`] | the answers around a plan, at every position of a few sliders |
//! | [`timeline`] | the recommended fleet at work, for a timeline |

pub mod arrival_law;
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

pub use arrival_law::ArrivalLaw;
pub use curves::curves;
pub use fleet_estimate::{ClosedForm, Fleet, closed_form, fleet_estimate};
pub use request::PlanRequest;
pub use what_if::what_if;

use records::plan::{
    Design, DesignRecord, FleetEstimateRecord, ParetoRecord, RecommendationRecord, SensitivityRecord,
};

use crate::error::PlanError;

/// A recommendation with everything that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was asked.
    pub request: PlanRequest,
    /// What is recommended.
    pub choice: RecommendationRecord,
    /// Each design by the published formulas, at the N = P that meets the target.
    pub designs: Vec<DesignRecord>,
    /// The fleet recommended, the N = P of the published formulas, and where times are random the fleet
    /// recommended with its spares at work.
    pub fleet_estimates: Vec<FleetEstimateRecord>,
    /// How the number of provers moves with prove time.
    pub sensitivity: SensitivityRecord,
    /// The fleets that no other beats in both cost and 99th percentile.
    pub pareto: Vec<ParetoRecord>,
}

/// The fleet alone, without all that explains it: what [`crate::hardware::rank()`] starts from.
///
/// # Errors
/// As [`recommend`].
pub fn choose(request: &PlanRequest) -> Result<RecommendationRecord, PlanError> {
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
    let recommended = Fleet::of(&choice);
    let mut fleets = vec![recommended];
    if let Some(published) = designs.iter().find(|figures| figures.design == Design::HorizontalAggregated) {
        fleets.push(Fleet {
            provers: published.provers,
            batches_per_aggregation: published.batches_per_aggregation,
            // The published aggregation time takes for granted that each level of the tree runs at once.
            aggregators: choice.aggregators.max(published.aggregators),
        });
    }
    if !request.is_deterministic() {
        // While nothing is broken the spares work too.
        fleets.push(Fleet { provers: choice.provers.saturating_add(request.spares), ..recommended });
    }
    let mut fleet_estimates = Vec::new();
    for (index, &fleet) in fleets.iter().enumerate() {
        if !fleets[..index].contains(&fleet) {
            fleet_estimates.push(fleet_estimate(request, fleet)?);
        }
    }
    let sensitivity = sensitivity::of(request, &choice)?;
    let pareto = pareto::front(request, &choice)?;
    Ok(Plan { request: request.clone(), choice, designs, fleet_estimates, sensitivity, pareto })
}
