//! What a fleet costs, to compare designs by: dollars a transaction with gas, or cores where there is no price.
//!
//! One figure for every design of a plan, whatever its batch size: that is what makes batch sizes comparable. Not here:
//! the prices themselves ([`crate::domain::Prices`]), and which fleets are compared ([`crate::plan::search`]).

use crate::plan::fleet::Fleet;
use crate::plan::request::PlanRequest;

/// A cost, and the cores behind it, which decide between fleets of one cost: where machines are free, fewer are better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// Dollars a transaction (a batch, where its size is not known), or cores where there is no price.
    pub(crate) amount: f64,
    /// Cores of provers, spares and aggregators.
    pub(crate) cores: f64,
}

impl Cost {
    /// Whether this is the lower cost, by more than rounding.
    pub(crate) fn is_below(self, other: Self) -> bool {
        self.amount < other.amount * (1.0 - 1e-9)
            || (self.amount <= other.amount * (1.0 + 1e-9) && self.cores < other.cores - 1e-9)
    }

    /// In ascending order.
    pub(crate) fn compare(self, other: Self) -> std::cmp::Ordering {
        self.amount.total_cmp(&other.amount).then(self.cores.total_cmp(&other.cores))
    }
}

/// What `fleet` costs at the load of `request`; spares are paid for.
pub(crate) fn cost(request: &PlanRequest, fleet: Fleet) -> Cost {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let (provers, aggregators) = (request.provers_rented(provers), request.aggregators_rented(aggregators));
    let cores = f64::from(provers) * f64::from(request.cores_per_prover)
        + f64::from(aggregators) * f64::from(request.cores_per_aggregator);
    let amount = match request.prices_for(n) {
        Some(prices) => {
            let usd = prices.usd_per_batch(provers, aggregators, n, request.batches_per_s());
            usd / transactions_per_batch(request)
        }
        None => cores,
    };
    Cost { amount, cores }
}

/// Transactions in a batch as it closes; 1 where the size is not known, so that a batch is the unit.
pub(crate) fn transactions_per_batch(request: &PlanRequest) -> f64 {
    request.load.batch_transactions().map_or(1.0, |size| f64::from(size) * request.fill_fraction())
}
