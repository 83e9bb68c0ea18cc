//! From a request to a recommendation.
//!
//! | module | what |
//! |---|---|
//! | [`request`] | [`PlanRequest`]: what is asked |
//! | `closing` | how its batches close: by a rule and a law, or as they were measured |
//! | [`arrival_law`] | [`ArrivalLaw`]: how the times between batches vary |
//! | [`designs`] | each design by the published formulas |
//! | `needs` | the fewest machines, the range of N and the limit: what a request needs whatever the fleet |
//! | [`fleet`], `objective` | a fleet, and what it costs |
//! | `run_length`, `judge` | how long to simulate, and whether a fleet meets the limit |
//! | `long_day` | a day of more batches than are simulated |
//! | `rare_proofs` | intervals that know of proofs too rare to have been seen |
//! | `frontier`, `search`, [`recommendation`] | the cheapest P and A for one N, the search over N, the fleet recommended |
//! | `climb` | the last word before a request is refused |
//! | `fewer` | machines of a fleet that make no difference are taken back |
//! | [`options`], `systems` | the cheapest of several batch sizes and cores; of each proof system, and of all |
//! | `infeasible` | what forbids a plan |
//! | [`mod@fleet_estimate`] | what a given fleet would do: published formula, corrected form and simulation |
//! | [`mod@curves`] | fleets around the one recommended, for the report to draw |
//! | `simulations` | the simulations that explain a plan, each made once |
//! | `stress`, `alternatives` | what more load or a machine less does; the nearest other designs |
//! | [`sensitivity`] | how the number of provers moves with prove time, and its interval |
//! | [`pareto`] | cost against delay |
//! | `run_ahead` | how far sequencing may run ahead of proving |
//! | `sequencing` | how many batches share a sequence transaction |
//! | `notes` | why, in sentences |
//! | `delay_record` | a simulated delay as the record that is written |
//! | [`record`] | a plan as the record that is written and rendered |
//! | [`mod@what_if`] | the answers around a plan, at every position of a few sliders |
//! | [`timeline`] | the recommended fleet at work, for a timeline |

mod alternatives;
pub mod arrival_law;
mod climb;
mod closing;
pub mod curves;
pub(crate) mod delay_record;
pub mod designs;
mod fewer;
pub mod fleet;
pub mod fleet_estimate;
mod frontier;
mod infeasible;
mod judge;
mod long_day;
pub(crate) mod needs;
mod notes;
mod objective;
pub mod options;
pub mod pareto;
mod rare_proofs;
pub mod recommendation;
pub mod record;
pub mod request;
mod run_ahead;
mod run_length;
pub(crate) mod search;
pub mod sensitivity;
mod sequencing;
mod simulations;
mod stress;
mod systems;
pub mod timeline;
pub mod what_if;

pub use arrival_law::ArrivalLaw;
pub use curves::curves;
pub use fleet::Fleet;
pub use fleet_estimate::{ClosedForm, closed_form, fleet_estimate};
use fleet_estimate::{estimate_by, precise};
pub use options::{OptionSystem, PlanOption};
pub use request::PlanRequest;
pub use what_if::what_if;

use records::plan::{
    AlternativeRecord, Design, DesignRecord, FleetEstimateRecord, OptionRecord, ParetoRecord,
    RecommendationRecord, SearchRecord, SensitivityRecord, StressRecord, SystemsRecord,
};

use crate::error::PlanError;
use crate::plan::run_length::is_large;
use crate::plan::simulations::Simulations;

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
    /// What more load, or a machine or block less, does to it.
    pub stress: Vec<StressRecord>,
    /// The nearest other designs.
    pub alternatives: Vec<AlternativeRecord>,
    /// The cheapest plan of each option; empty where there was one request alone.
    pub options: Vec<OptionRecord>,
    /// The cheapest plan with each proof system; none where there is one alone.
    pub systems: Option<SystemsRecord>,
    /// How far the search went.
    pub search: SearchRecord,
}

/// The fleet alone, without all that explains it: what [`crate::hardware::rank()`] starts from.
///
/// # Errors
/// As [`recommend`].
pub fn choose(request: &PlanRequest) -> Result<RecommendationRecord, PlanError> {
    recommendation::smallest(&sequencing::resolved(request)?)
}

/// The cheapest fleet that carries the target within the delay limit and keeps the headroom.
///
/// ```
/// use planner::domain::{Aggregation, Close, Design, Load, Target, TimeDist};
/// use planner::plan::{PlanRequest, recommend};
///
/// let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 })?;
/// let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0)?);
/// let request = PlanRequest::new(load, TimeDist::fixed("prove", 120.0)?, aggregation, 15.0)?;
/// // Twelve provers carry the load with nothing left; at most 80 % of each stage is planned.
/// assert_eq!(recommend(&request.clone().with_headroom(0.0)?)?.choice.provers, 12);
/// let plan = recommend(&request)?;
///
/// assert_eq!(plan.choice.provers, 15);
/// let aggregated = plan.designs.iter().find(|d| d.design == Design::HorizontalAggregated).unwrap();
/// assert_eq!((aggregated.batches_per_aggregation, aggregated.delay_consolidated_s), (12, 267.0));
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::Infeasible`] with the term that forbids it and the figure it allows.
pub fn recommend(request: &PlanRequest) -> Result<Plan, PlanError> {
    let request = sequencing::resolved(request)?;
    let chosen = recommendation::chosen_or_given(&request, judge::SEARCH_BATCHES)?;
    explained(&request, &chosen)
}

/// The cheapest plan of several ways to run a prover, and the index of the way.
///
/// # Errors
/// [`PlanError::Infeasible`] where none has a plan; [`PlanError::BadInput`] where there is none.
pub fn recommend_among(options: &[PlanOption]) -> Result<(usize, Plan), PlanError> {
    let resolved = |option: &PlanOption| -> Result<_, PlanError> {
        Ok(PlanOption { request: sequencing::resolved(&option.request)?, ..option.clone() })
    };
    let options: Vec<_> = options.iter().map(resolved).collect::<Result<_, _>>()?;
    let systems::Compared { index, chosen, options: rows, systems } = systems::compared(&options)?;
    Ok((index, Plan { systems, options: rows, ..explained(&options[index].request, &chosen)? }))
}

/// A fleet with everything that explains it.
fn explained(request: &PlanRequest, chosen: &recommendation::Chosen) -> Result<Plan, PlanError> {
    let choice = recommendation::figures(request, chosen);
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
    let mut simulations = Simulations::new(request);
    if let Some(simulated) = &chosen.simulated {
        simulations.keep(recommended, simulated.clone());
    }
    let mut fleet_estimates = Vec::new();
    for (index, &fleet) in fleets.iter().enumerate() {
        if !fleets[..index].contains(&fleet) && (index == 0 || !is_large(request, fleet)) {
            fleet_estimates.push(estimate_by(request, fleet, || {
                if index == 0 && chosen.simulated.is_none() {
                    simulations.keep(fleet, precise(request, fleet)?);
                }
                simulations.fair(fleet).cloned()
            })?);
        }
    }
    Ok(Plan {
        sensitivity: sensitivity::of(request, &choice)?,
        pareto: pareto::front(request, &choice)?,
        stress: stress::of(&mut simulations, &choice)?,
        alternatives: alternatives::of(&mut simulations, &choice)?,
        request: request.clone(),
        choice,
        designs,
        fleet_estimates,
        options: Vec::new(),
        systems: None,
        search: chosen.search,
    })
}
