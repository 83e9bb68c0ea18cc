//! Proof systems side by side: the cheapest plan with each, the cheapest of all, and from which price of a verification
//! on L1 aggregation is the cheaper way.

use records::plan::{BreakEvenRecord, OptionRecord, SystemPlanRecord, SystemsRecord};

use crate::domain::{Aggregation, Gas};
use crate::error::PlanError;
use crate::formulas::cost::break_even;
use crate::plan::objective::{cost, transactions_per_batch};
use crate::plan::options::{Among, PlanOption, cheapest};
use crate::plan::recommendation::{Chosen, figures};
use crate::plan::request::PlanRequest;

/// The cheapest plan of all options, and of each proof system.
#[derive(Debug, Clone)]
pub(crate) struct Compared {
    /// The index of the cheapest option.
    pub(crate) index: usize,
    pub(crate) chosen: Chosen,
    /// Every option, in the order in which they came.
    pub(crate) options: Vec<OptionRecord>,
    /// Every system, in the order in which they came; none where there is one alone.
    pub(crate) systems: Option<SystemsRecord>,
}

/// The options of one system, and what was found for them.
struct Found<'a> {
    system: &'a str,
    /// Their indices among all options.
    places: Vec<usize>,
    among: Result<Among, PlanError>,
}

impl Found<'_> {
    /// The cheapest option, where one has a plan.
    fn best(&self) -> Option<(usize, &Chosen)> {
        let among = self.among.as_ref().ok()?;
        Some((self.places[among.index], &among.chosen))
    }
}

/// The cheapest plan of each system, and the cheapest of them.
///
/// # Errors
/// Where no option has a plan, the error of the first system; and whatever is wrong with a request.
pub(crate) fn compared(options: &[PlanOption]) -> Result<Compared, PlanError> {
    let mut found: Vec<Found<'_>> = Vec::new();
    for option in options {
        let system = option.system.name.as_str();
        if found.iter().any(|known| known.system == system) {
            continue;
        }
        let is_of = |place: &usize| options[*place].system.name == system;
        let places: Vec<_> = (0..options.len()).filter(is_of).collect();
        let own: Vec<_> = places.iter().map(|place| options[*place].clone()).collect();
        let among = match cheapest(&own) {
            Err(error) if !matches!(error, PlanError::Infeasible { .. }) => return Err(error),
            among => among,
        };
        found.push(Found { system, places, among });
    }
    let best = found.iter().filter_map(Found::best).min_by(|one, other| {
        let of = |(place, chosen): &(usize, &Chosen)| cost(&options[*place].request, chosen.fleet);
        one.1.is_missed().cmp(&other.1.is_missed()).then(of(one).compare(of(other)))
    });
    let Some((index, chosen)) = best.map(|(index, chosen)| (index, chosen.clone())) else {
        let refused = found.into_iter().find_map(|found| found.among.err());
        return Err(
            refused.unwrap_or_else(|| PlanError::bad("options", "at least one way to run a prover", "none"))
        );
    };
    let mut rows: Vec<(usize, OptionRecord)> = Vec::new();
    for Found { places, among, .. } in &found {
        match among {
            Ok(among) => rows.extend(places.iter().copied().zip(among.rows.iter().cloned())),
            Err(error) => {
                let refused = |place: &usize| {
                    let row = crate::plan::options::row(&options[*place]);
                    (*place, OptionRecord { problem: Some(error.to_string()), ..row })
                };
                rows.extend(places.iter().map(refused));
            }
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    let systems = (found.len() > 1).then(|| SystemsRecord {
        systems: found.iter().map(|found| system(options, found)).collect(),
        break_even: between(options, &found),
    });
    Ok(Compared { index, chosen, options: rows.into_iter().map(|(_, row)| row).collect(), systems })
}

fn system(options: &[PlanOption], found: &Found<'_>) -> SystemPlanRecord {
    let first = &options[found.places[0]];
    let mut record = SystemPlanRecord {
        system: found.system.to_owned(),
        aggregates: first.request.aggregation != Aggregation::Separate,
        conjectured_security_bits: first.system.conjectured_security_bits,
        proven_security_bits: first.system.proven_security_bits,
        option: None,
        batch_transactions: None,
        cores_per_prover: None,
        fleet: None,
        spares: first.request.spares,
        usd_per_hour: None,
        verifications_per_hour: None,
        delay_consolidated_s: None,
        problem: found.among.as_ref().err().map(ToString::to_string),
    };
    if let (Some((place, chosen)), Ok(among)) = (found.best(), &found.among) {
        let PlanOption { words, request, .. } = &options[place];
        let choice = figures(request, chosen);
        record.option = Some(words.clone());
        record.batch_transactions = request.load.batch_transactions();
        record.cores_per_prover = Some(request.cores_per_prover);
        record.fleet = among.rows[among.index].fleet;
        record.usd_per_hour = choice.usd_per_hour.map(|usd| usd + choice.gas_usd_per_hour.unwrap_or(0.0));
        record.verifications_per_hour = Some(choice.verifications_per_hour);
        record.delay_consolidated_s = Some(choice.delay_consolidated_s);
    }
    record
}

/// What a transaction costs in machines, in dollars or seconds of a core, and the verifications that it needs.
fn machines_and_verifications(request: &PlanRequest, chosen: &Chosen) -> (f64, f64) {
    let fleet = chosen.fleet;
    let per_batch = match request.prices {
        Some(prices) => {
            let (provers, aggregators) =
                (request.provers_rented(fleet.provers), request.aggregators_rented(fleet.aggregators));
            prices.usd_per_hour(provers, aggregators) / (3_600.0 * request.batches_per_s())
        }
        None => cost(request, fleet).cores / request.batches_per_s(),
    };
    let transactions = transactions_per_batch(request);
    let verified = request.aggregation.batches_per_verification(fleet.batches_per_aggregation);
    (per_batch / transactions, 1.0 / (f64::from(verified) * transactions))
}

/// What a verification of one request's proof takes, in verifications of another's: proofs differ in length. 1 where it is
/// not known of both.
fn weight(request: &PlanRequest, unit: &PlanRequest) -> f64 {
    request
        .l1_room
        .zip(unit.l1_room)
        .map_or(1.0, |(room, unit)| room.verification_gas() / unit.verification_gas())
}

/// The cheapest system that aggregates against the cheapest that does not. The cost of a verification is that of the
/// aggregate's proof.
fn between(options: &[PlanOption], found: &[Found<'_>]) -> Option<BreakEvenRecord> {
    let best = |aggregates: bool| {
        let of = |(place, chosen): &(usize, &Chosen)| cost(&options[*place].request, chosen.fleet);
        let is_so = |(place, _): &(usize, &Chosen)| {
            (options[*place].request.aggregation != Aggregation::Separate) == aggregates
        };
        found.iter().filter_map(Found::best).filter(is_so).min_by(|one, other| of(one).compare(of(other)))
    };
    let ((aggregating, with), (separate, without)) = (best(true)?, best(false)?);
    let request = &options[aggregating].request;
    let (names, prices) = (|place: usize| options[place].system.name.clone(), request.prices);
    let (with_cost, with_verifications) = machines_and_verifications(request, with);
    let (without_cost, count) = machines_and_verifications(&options[separate].request, without);
    let without_verifications = count * weight(&options[separate].request, request);
    let verification_cost =
        break_even((with_cost, with_verifications), (without_cost, without_verifications));
    // Above the cost at which they are equal the one with fewer verifications wins; without one, whichever has less of
    // something and more of nothing.
    let aggregating_wins = match verification_cost {
        Some(_) => with_verifications < without_verifications,
        None => with_cost < without_cost || with_verifications < without_verifications,
    };
    let gwei = prices.and_then(|prices| prices.gas()).zip(verification_cost).and_then(|(gas, usd)| {
        let Gas { verify_gas, usd_per_eth, .. } = gas;
        let usd_per_gwei = verify_gas * 1e-9 * usd_per_eth;
        (usd_per_gwei > 0.0).then(|| usd / usd_per_gwei)
    });
    Some(BreakEvenRecord {
        aggregating: names(aggregating),
        separate: names(separate),
        verification_cost,
        is_in_usd: prices.is_some(),
        gwei,
        cheaper_above: names(if aggregating_wins { aggregating } else { separate }),
    })
}
