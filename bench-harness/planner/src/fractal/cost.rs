//! What a transaction of the tree costs, with its parts.

use records::plan::FractalCostRecord;

use crate::formulas::cost::usd_per_batch;
use crate::fractal::request::FractalRequest;
use crate::fractal::sim::FractalFleet;

/// The parts of the cost; none without a price of machines.
pub(crate) fn cost(request: &FractalRequest, fleet: FractalFleet) -> Option<FractalCostRecord> {
    let prices = request.prices.as_ref()?;
    let provers = fleet.provers.saturating_add(request.spares);
    let aggregators = fleet.aggregators.saturating_add(request.aggregator_spares);
    let machines_usd_per_hour = prices.usd_per_hour(provers, aggregators);
    // A round is what shares a proof: its transactions share one verification.
    let per_s = request.transactions_per_s();
    let machines_usd_per_transaction = usd_per_batch(machines_usd_per_hour, per_s, 0.0);
    let per_round = per_s * request.cadence.round_s();
    let verification = prices.has_gas().then(|| prices.gas_usd_per_batch(1) / per_round);
    let size = request.batch_transactions;
    let layers: Vec<(u32, u32)> = request.tree.layers().collect();
    let data: Vec<Option<f64>> = layers.iter().map(|&(layer, _)| request.data.usd(layer, size)).collect();
    let rollups = f64::from(request.tree.rollups());
    let mean =
        layers.iter().zip(&data).map(|(&(_, width), usd)| usd.map(|usd| usd * f64::from(width) / rollups));
    let data_mean: Option<f64> = mean.sum();
    Some(FractalCostRecord {
        machines_usd_per_hour,
        machines_usd_per_transaction,
        verification_usd_per_transaction: verification,
        data_usd_per_transaction: data,
        usd_per_transaction: machines_usd_per_transaction
            + verification.unwrap_or(0.0)
            + data_mean.unwrap_or(0.0),
        has_data: data_mean.is_some(),
    })
}

/// All known parts together.
pub(crate) fn usd_per_transaction(request: &FractalRequest, fleet: FractalFleet) -> Option<f64> {
    cost(request, fleet).map(|cost| cost.usd_per_transaction)
}
