//! One plan among several ways to run a prover: batch sizes, cores, proof systems, shapes of merges.
//!
//! Each way is a request of its own. They are compared by what they cost: dollars a transaction, or cores. The way with
//! the lowest bound is searched first, and none longer than it could still be the cheapest.

use records::plan::{OptionFleetRecord, OptionRecord};

use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::judge::SEARCH_BATCHES;
use crate::plan::objective::{Cost, cost};
use crate::plan::recommendation::{Chosen, Refused, chosen, given};
use crate::plan::request::PlanRequest;
use crate::plan::search::cost_min;

/// The proof system of an option, as far as a plan asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionSystem {
    /// `plonky2`, `plonky2-keccak`, …; options of one name are compared with one another first.
    pub name: String,
    /// Bits of security by the conjecture that such systems are used under; none where it does not say.
    pub conjectured_security_bits: Option<u64>,
    /// Bits of security that are proven; none where it does not say.
    pub proven_security_bits: Option<u64>,
}

/// One way to run a prover.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOption {
    /// In words, as people read it.
    pub words: String,
    /// The proof system.
    pub system: OptionSystem,
    /// Whether its times come from a law and were not measured at this size.
    pub is_predicted: bool,
    /// What is asked of it.
    pub request: PlanRequest,
}

/// The cheapest of several options.
#[derive(Debug, Clone)]
pub(crate) struct Among {
    /// Its index.
    pub(crate) index: usize,
    pub(crate) chosen: Chosen,
    /// Every option, in the order in which they came.
    pub(crate) rows: Vec<OptionRecord>,
}

/// The cheapest plan of all options. Where P or A is given and no option with it is good enough, the one that comes
/// nearest.
///
/// # Errors
/// Where no option has a plan, the error of the one that comes nearest to the target: of the first whose bound is the
/// lowest.
pub(crate) fn cheapest(options: &[PlanOption]) -> Result<Among, PlanError> {
    let mut order: Vec<(usize, Option<Cost>)> =
        options.iter().enumerate().map(|(index, option)| (index, cost_min(&option.request))).collect();
    let amount = |bound: &Option<Cost>| bound.map_or(f64::INFINITY, |bound| bound.amount);
    order.sort_by(|a, b| amount(&a.1).total_cmp(&amount(&b.1)));
    let mut rows: Vec<OptionRecord> = options.iter().map(row).collect();
    let mut best: Option<(usize, Chosen, Cost)> = None;
    let mut nearest: Option<(usize, Refused)> = None;
    for (index, bound) in order {
        let request = &options[index].request;
        let below = best.as_ref().map(|(.., cost)| *cost);
        if let (Some(below), Some(bound)) = (below, bound)
            && !bound.is_below(below)
        {
            rows[index].problem = Some(format!("costs {} at least", in_words(request, bound)));
            continue;
        }
        match chosen(request, below, SEARCH_BATCHES / 2) {
            Ok(found) => {
                let cost = cost(request, found.fleet);
                rows[index].fleet = Some(fleet_record(request, found.fleet, cost));
                if below.is_none_or(|below| cost.is_below(below)) {
                    best = Some((index, found, cost));
                }
            }
            Err(refused) if matches!(*refused.error, PlanError::Infeasible { .. }) => {
                rows[index].problem = Some(match below {
                    Some(_) => "nothing cheaper than the recommended plan".to_owned(),
                    None => refused.error.to_string(),
                });
                let is_nearer = |(_, known): &(usize, Refused)| {
                    request.is_fleet_fixed() && delay_s(&refused) < delay_s(known)
                };
                if nearest.as_ref().is_none_or(is_nearer) {
                    nearest = Some((index, refused));
                }
            }
            Err(refused) => return Err(*refused.error),
        }
    }
    match (best, nearest) {
        (Some((index, chosen, _)), _) => Ok(Among { index, chosen, rows }),
        (None, Some((index, refused))) => {
            let request = &options[index].request;
            let chosen = given(request, refused)?;
            rows[index].fleet = Some(fleet_record(request, chosen.fleet, cost(request, chosen.fleet)));
            Ok(Among { index, chosen, rows })
        }
        (None, None) => Err(PlanError::bad("options", "at least one way to run a prover", "none")),
    }
}

/// The shortest delay that was simulated, s.
fn delay_s(refused: &Refused) -> f64 {
    refused.nearest.map_or(f64::INFINITY, |(_, judged)| judged.delay_s)
}

pub(crate) fn row(option: &PlanOption) -> OptionRecord {
    OptionRecord {
        option: option.words.clone(),
        batch_transactions: option.request.load().batch_transactions().unwrap_or(1),
        cores_per_prover: option.request.cores_per_prover,
        is_predicted: option.is_predicted,
        fleet: None,
        problem: None,
    }
}

fn fleet_record(request: &PlanRequest, fleet: Fleet, cost: Cost) -> OptionFleetRecord {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of cores")]
    OptionFleetRecord {
        provers: fleet.provers,
        batches_per_aggregation: fleet.batches_per_aggregation,
        aggregators: fleet.aggregators,
        cores: cost.cores as u64,
        usd_per_transaction: request.prices.map(|_| cost.amount),
    }
}

fn in_words(request: &PlanRequest, cost: Cost) -> String {
    let amount = records::number::significant(cost.amount, 3);
    if request.prices.is_some() { format!("${amount} a transaction") } else { format!("{amount} cores") }
}
