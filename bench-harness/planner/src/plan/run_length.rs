//! How long to simulate a fleet: a first look, and twice as long at each step of effort.

use std::ops::RangeInclusive;

use crate::domain::Aggregation;
use crate::domain::time::DAY_S;
use crate::error::PlanError;
use crate::formulas::capacity::prover_capacity;
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::fleet::Fleet;
use crate::plan::long_day::LongDay;
use crate::plan::needs::capacity_of;
use crate::plan::rare_proofs::{self, SCATTERED};
use crate::plan::request::PlanRequest;
use crate::sim::{RunLength, Simulated, simulate};

/// Replications of a first look.
const REPLICATIONS_FIRST: u32 = 4;
/// Replications after that, of a fleet that is not too large for so many.
const REPLICATIONS: u32 = 8;
/// Groups of each replication of a first look.
const GROUPS_FIRST: u64 = 50;
/// Groups of each replication after that: two of them lie beyond the 99th percentile.
const GROUPS: u64 = 200;
/// Batches of each replication, at least.
const BATCHES_MIN: u64 = 1_000;
/// Batches of each replication, at most and before effort, unless so few groups would say nothing.
const BATCHES_MAX: u64 = 6_000;
/// Groups of each replication, at least: fewer of larger ones, since chance is averaged out within each.
const GROUPS_MIN: RangeInclusive<u64> = 2..=8;
/// Batches that so many groups may take.
const GROUPS_BATCHES: u64 = 20_000;
/// Batches of a group from which on one fills the pipeline.
const LARGE: u64 = GROUPS_BATCHES / 8;
/// Batches of a first look above which only the recommended fleet is simulated, and nothing around it.
const LOOK_MAX: u64 = 400_000;
/// Batches of all replications that a fleet takes to fill, above which there are fewer replications.
const FILLING_MAX: u64 = 60_000;
/// Batches of a group above which one of them after another that fills the pipeline is simulated at first.
const HUGE: u64 = 60_000;
/// Batches of a group above which one alone is simulated at first, where it is like any other.
const ALONE: u64 = 10_000;
/// So many provers have hardly a queue, where they are in use for less than [`FULL`] of the time.
const MANY_PROVERS: u32 = 256;
/// A use of provers from which on their queue takes long to settle.
const FULL: f64 = 0.9;
/// Batches of a warm-up on account of proofs that scatter, at most, where a fleet begins without work: one of which it takes more
/// is simulated from a state that has not settled, and its delays are too short.
const SETTLING_MAX: u64 = 20_000;
/// No run is longer on account of its scatter than so many times.
const HEAVY_MAX: f64 = 8.0;
/// Nor is that of more provers: one long proof of theirs holds up a small part of them.
const HEAVY_PROVERS_MAX: u32 = 256;
/// A longer simulation has at least so many times the batches: what is hardly longer says nothing new.
const LONGER: f64 = 1.5;
/// No effort is higher.
const EFFORT_MAX: Effort = Effort(20);

/// How long a simulation is: each step is twice the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effort(pub(crate) u32);

/// The shortest simulation that decides.
pub(crate) const DECIDES: Effort = Effort(1);

impl Effort {
    fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The next effort at which `fleet` is simulated for half as long again: the warm-up of a large fleet is most of a
    /// short simulation, and grows with no effort.
    pub(crate) fn longer(self, request: &PlanRequest, fleet: Fleet) -> Self {
        let batches = batches_of(request, fleet, self) as f64;
        let mut effort = self.next();
        while effort < EFFORT_MAX && (batches_of(request, fleet, effort) as f64) < LONGER * batches {
            effort = effort.next();
        }
        effort
    }
}

/// A simulation of `fleet` at this effort, and what it took, all replications together.
///
/// # Errors
/// [`PlanError::BadInput`] if the fleet has none of something.
pub(crate) fn simulated_for(
    request: &PlanRequest,
    fleet: Fleet,
    effort: Effort,
) -> Result<(Simulated, u64), PlanError> {
    let (batches, warmup, replications) = match day_batches(request) {
        // Whole days: the first leaves its queue to those that count.
        Some(day) => (2 * day, day, REPLICATIONS_FIRST << effort.0),
        None => length(request, fleet, effort),
    };
    simulated_over(request, fleet, (batches, warmup, replications))
}

/// A simulation of `fleet` as long as that of another, on the same random numbers, and what it took.
///
/// # Errors
/// As above.
pub(crate) fn simulated_like(
    request: &PlanRequest,
    fleet: Fleet,
    other: &Simulated,
) -> Result<(Simulated, u64), PlanError> {
    simulated_over(request, fleet, (other.batches, other.warmup, other.replications))
}

/// Batches, warm-up and replications of `fleet`.
fn simulated_over(
    request: &PlanRequest,
    fleet: Fleet,
    (batches, warmup, replications): (u64, u64, u32),
) -> Result<(Simulated, u64), PlanError> {
    let length = RunLength::new(batches, warmup, replications, request.seed)?;
    let length = if begins_at_work(request) { length.in_progress() } else { length };
    let took = work(request, batches * u64::from(replications));
    if request.is_day_too_long()
        && request.closings().is_none()
        && let Some(day) = LongDay::of(request, capacity_of(request, fleet))
    {
        return Ok((simulated_slot(request, fleet, &day, length)?, took));
    }
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let simulated = simulate(&request.pipeline(provers, n, aggregators)?, length);
    Ok((rare_proofs::known(request, fleet, request.batches_per_s(), simulated), took))
}

/// The busiest slot of a day, and what the rest of the day adds.
fn simulated_slot(
    request: &PlanRequest,
    fleet: Fleet,
    day: &LongDay,
    length: RunLength,
) -> Result<Simulated, PlanError> {
    let slot = simulate(&request.pipeline_in_slot(day.simulated(), fleet)?, length);
    Ok(day.over(request, fleet, rare_proofs::known(request, fleet, day.simulated(), slot)))
}

/// What simulating so many batches takes, as batches whose proofs are begun once: one that crashes is begun again, and each
/// time is an event.
fn work(request: &PlanRequest, batches: u64) -> u64 {
    let attempts = request.crashes.map_or(1.0, |crashes| (request.prove.mean_s() / crashes.mtbf_s).exp());
    whole(batches as f64 * attempts.max(1.0))
}

/// Whether a first look at `fleet` takes so many batches that nothing around it is simulated.
pub(crate) fn is_large(request: &PlanRequest, fleet: Fleet) -> bool {
    look_batches(request, fleet) > LOOK_MAX
}

/// Batches of a first look at `fleet`, all replications together.
pub(crate) fn look_batches(request: &PlanRequest, fleet: Fleet) -> u64 {
    batches_of(request, fleet, Effort(0))
}

/// Batches of a simulation at this effort, all replications together.
pub(crate) fn batches_of(request: &PlanRequest, fleet: Fleet, effort: Effort) -> u64 {
    if let Some(day) = day_batches(request) {
        return work(request, 2 * day * u64::from(REPLICATIONS_FIRST << effort.0));
    }
    let (batches, _, replications) = length(request, fleet, effort);
    work(request, batches * u64::from(replications))
}

/// Batches of a day, where the load follows one and it is simulated as it is.
pub(crate) fn day_batches(request: &PlanRequest) -> Option<u64> {
    let ArrivalLaw::Daily { .. } = request.arrival_law else { return None };
    (!request.is_day_too_long()).then(|| whole(DAY_S / request.interval_s()).max(1))
}

/// Batches, warm-up and replications.
fn length(request: &PlanRequest, fleet: Fleet, effort: Effort) -> (u64, u64, u32) {
    let n = u64::from(fleet.batches_per_aggregation);
    if request.is_deterministic() {
        // Without chance every group is like the last one, once the pipeline has filled.
        let groups = match n {
            0..=2_000 => 20,
            2_001..=100_000 => 4,
            _ => 2,
        };
        return (groups * n, groups / 2 * n, 1);
    }
    // The time in which the provers are settled, and every group on its way when it began is through.
    let filled = proofs_to_fill(request, fleet).max(if n < LARGE { 2 * n } else { n });
    let first = effort == Effort(0);
    let is_alone = is_first_enough(request, n);
    let groups_min = if is_alone || n > HUGE { 1 } else { *GROUPS_MIN.start() };
    let (groups, scale) = if first { (GROUPS_FIRST, 1) } else { (GROUPS, 1 << (effort.0 - 1)) };
    let most = if first { BATCHES_MAX } else { 2 * BATCHES_MAX };
    let counted = (groups * n)
        .max(BATCHES_MIN)
        .min(most)
        .max((GROUPS_BATCHES / n).clamp(groups_min, *GROUPS_MIN.end()) * n)
        * scale;
    // Of proofs that scatter much a few long ones hold up all after them: a run without one of them says too little, and
    // says it with confidence.
    let counted = match first || fleet.provers > HEAVY_PROVERS_MAX {
        true => counted,
        false => counted.max(whole(BATCHES_MIN as f64 * heavy(request.prove().cv()))),
    };
    let replications = match filled * u64::from(REPLICATIONS) {
        all if all > 4 * FILLING_MAX => 2,
        all if all > FILLING_MAX || first => REPLICATIONS_FIRST,
        _ => REPLICATIONS,
    };
    let warmup = if is_alone { 0 } else { filled.max(counted / 10) };
    (warmup + counted, warmup, replications)
}

/// Whether proofs are in progress when a simulation begins. Where nothing is random, what comes first is like what comes later
/// as soon as the fleet is filled; a day begins with what the day before left.
fn begins_at_work(request: &PlanRequest) -> bool {
    !request.is_deterministic() && request.crashes.is_none() && day_batches(request).is_none()
}

/// Whether the first of large groups is like those after it: proofs are in progress from the beginning, and the group before has
/// left its aggregators nothing, since the sum of so many merges hardly varies.
fn is_first_enough(request: &PlanRequest, n: u64) -> bool {
    let varies = matches!(&request.aggregation, Aggregation::FixedTotal { total } if !total.is_fixed());
    n > ALONE && begins_at_work(request) && !varies
}

/// Proofs until the provers of `fleet` have as much to do as they will always have. Where proofs are in progress from the first
/// that is their queue alone: one in front of many provers that are not full is short and settles within a proof, one in front of
/// few, or of full ones, takes longer.
fn proofs_to_fill(request: &PlanRequest, fleet: Fleet) -> u64 {
    let provers = u64::from(fleet.provers);
    if !begins_at_work(request) {
        return (3 * provers).max(settling(request.prove().cv(), fleet.provers));
    }
    let utilization = request.batches_per_s() / prover_capacity(fleet.provers, request.prove_effective_s());
    // Of a long day the busiest slot is simulated, which may be full.
    let is_short = fleet.provers >= MANY_PROVERS && utilization < FULL && !request.is_day_too_long();
    if is_short { provers } else { 3 * provers }
}

/// How many times as long a run is where proofs scatter: `(1 + CV²)²`, in proportion to the mean of the squares, squared. The
/// time for which a long proof holds others up grows with its square, and what a run knows of the mean of squares with the
/// fourth power.
fn heavy(cv: f64) -> f64 {
    if cv < SCATTERED { 1.0 } else { (1.0 + cv * cv).powi(2).min(HEAVY_MAX) }
}

/// Proofs a prover until a fleet that began without work has what it will always have, for a coefficient of variation of
/// the prove time: `8·CV²`.
///
/// With enough provers, of the proofs that a settled fleet has in hand those are missing after `t` that began more than
/// `t` ago: the fraction `∫_t^∞ P(S > u) du / E[S]`, the chance that the residual life of a proof is longer (Cox, Renewal
/// Theory, 1962, section 5). The mean of that life is `E[S]·(1 + CV²)/2`, so that the time is in proportion to `CV²`;
/// after 8 of it less than one in a hundred of a log-normal law's proofs is missing.
fn proofs_to_settle(cv: f64) -> f64 {
    8.0 * cv * cv
}

/// Batches until the scatter of proofs has settled, as far as they are simulated.
fn settling(cv: f64, provers: u32) -> u64 {
    whole(proofs_to_settle(cv) * f64::from(provers)).min(SETTLING_MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; a count of batches")]
pub(crate) fn whole(x: f64) -> u64 {
    x.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Close, Load, Target, TimeDist};
    use crate::normal;

    /// The fraction of a settled fleet's proofs that one which began without work lacks after so many mean proof times,
    /// under a log-normal law: Black and Scholes' formula of a call, E[(S − t)⁺] / E[S].
    fn missing(cv: f64, times: f64) -> f64 {
        let deviation = (cv * cv).ln_1p().sqrt();
        let far = (deviation * deviation / 2.0 - times.ln()) / deviation;
        normal::cdf(far) - times * normal::cdf(far - deviation)
    }

    #[test]
    fn what_a_warm_up_leaves_out_is_one_proof_in_a_hundred() {
        for cv in [0.65, 1.0, 2.0, 3.0, 5.0] {
            let left = missing(cv, proofs_to_settle(cv));
            assert!((0.0..0.01).contains(&left), "CV {cv}: {left}");
        }
        // The three proofs that it was whatever the law: two in five were missing.
        assert!(missing(5.0, 3.0) > 0.4, "{}", missing(5.0, 3.0));
        // Where proofs scatter little the filling of the fleet is longer, and nothing changes.
        assert!(settling(0.3, 1_000) < 3 * 1_000 && settling(5.0, u32::MAX) == SETTLING_MAX);
    }

    #[test]
    fn a_fleet_whose_proofs_scatter_is_judged_as_one_that_has_settled() {
        // At 80 % of use; the longer runs begin without work and have settled when they are counted.
        for (provers, cv, settled, within) in [(60, 2.0, 6_000, 0.1), (600, 1.0, 9_600, 0.08)] {
            let rate = 0.8 * f64::from(provers) / 120.0;
            let load = Load::new(Target::BatchesPerS(rate), None, Close::Fixed { close_s: 1e-3 }).unwrap();
            let prove = TimeDist::log_normal("prove", 120.0, cv).unwrap();
            let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1e-3).unwrap());
            let request = PlanRequest::new(load, prove, nothing, 1e-3).unwrap();
            let fleet = Fleet { provers, batches_per_aggregation: 1, aggregators: 1 };
            let pipeline = request.pipeline(provers, 1, 1).unwrap();
            let long = RunLength::new(settled + 4_000, settled, 200, 7).unwrap();
            let truth_s = simulate(&pipeline, long).consolidated.mean_s.value;
            let seeds = 1..=20_u64;
            let seen = seeds.map(|seed| {
                let (seen, _) = simulated_for(&request.clone().with_seed(seed), fleet, DECIDES).unwrap();
                seen.consolidated.mean_s.value
            });
            let mean_s = seen.sum::<f64>() / 20.0;
            assert!((mean_s / truth_s - 1.0).abs() < within, "{provers} {cv}: {mean_s} {truth_s}");
        }
    }

    #[test]
    fn a_longer_simulation_is_longer_however_large_the_fleet() {
        let load = Load::new(Target::BatchesPerS(50.0), None, Close::Fixed { close_s: 1e-3 }).unwrap();
        let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let aggregation = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
        let request = PlanRequest::new(load, prove, aggregation, 12.0).unwrap();
        for (provers, n) in [(2, 1), (14, 12), (8_000, 1), (8_000, 700), (30_000, 50_000)] {
            let fleet = Fleet { provers, batches_per_aggregation: n, aggregators: 50 };
            let mut effort = Effort(0);
            for _ in 0..4 {
                let longer = effort.longer(&request, fleet);
                let batches = |effort| batches_of(&request, fleet, effort);
                assert!(2 * batches(longer) >= 3 * batches(effort), "{fleet:?} {effort:?} {longer:?}");
                effort = longer;
            }
        }
    }

    #[test]
    fn a_large_group_that_is_simulated_alone_carries_the_load() {
        let load = Load::new(Target::BatchesPerS(10.0), None, Close::Fixed { close_s: 1e-3 }).unwrap();
        let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let aggregation = Aggregation::pairwise(TimeDist::fixed("merge", 40.0).unwrap());
        let request = PlanRequest::new(load, prove, aggregation, 12.0).unwrap();
        let request = request.with_arrivals(ArrivalLaw::Poisson).unwrap();
        let fleet = Fleet { provers: 1_500, batches_per_aggregation: 20_000, aggregators: 600 };
        let (seen, _) = simulated_for(&request, fleet, DECIDES).unwrap();
        assert_eq!(seen.warmup, 0);
        // Not less by the ten merges after the last proof.
        assert!((seen.throughput_batches_per_s.value / 10.0 - 1.0).abs() < 0.01, "{seen:?}");
        assert!((seen.prover_use.value / 0.8 - 1.0).abs() < 0.02, "{:?}", seen.prover_use);
    }
}
