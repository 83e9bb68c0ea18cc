//! What a batch costs. Every price is an input; none is written here.

use records::plan::HOURS_PER_MONTH;

/// Dollars for each batch: `(P·h_p + A·h_a)/(3600·X) + (G_fix/N + G_batch)·gwei·1e−9·ETH`.
///
/// `machines_usd_per_hour` is the first bracket, everything that is provisioned, idle or not; `gas_usd` the
/// second part, from [`gas_usd_per_batch`]. `throughput` in batches per second.
///
/// ```
/// use planner::formulas::cost::usd_per_batch;
/// // 14 provers and an aggregator at $2 an hour, 360 batches an hour.
/// assert!((usd_per_batch(30.0, 0.1, 0.0) - 30.0 / 360.0).abs() < 1e-12);
/// ```
pub fn usd_per_batch(machines_usd_per_hour: f64, throughput: f64, gas_usd: f64) -> f64 {
    machines_usd_per_hour / (3600.0 * throughput) + gas_usd
}

/// Dollars a month, for something that is paid every hour of it: [`HOURS_PER_MONTH`] of them.
pub fn usd_per_month(usd_per_hour: f64) -> f64 {
    usd_per_hour * f64::from(HOURS_PER_MONTH)
}

/// Dollars of L1 gas for each batch: `(G_fix/N + G_batch)·gwei·1e−9·ETH`.
///
/// `verify_gas` is paid once a proof on L1, `batch_gas` once a batch (data and sequencing); `n` batches
/// share a proof (1 for the naive design).
///
/// ```
/// use planner::formulas::cost::gas_usd_per_batch;
/// let alone = gas_usd_per_batch(350_000.0, 50_000.0, 1, 10.0, 3000.0);
/// assert!((alone - 12.0).abs() < 1e-9);
/// assert!((gas_usd_per_batch(350_000.0, 50_000.0, 10, 10.0, 3000.0) - 2.55).abs() < 1e-9);
/// ```
pub fn gas_usd_per_batch(verify_gas: f64, batch_gas: f64, n: u32, gwei: f64, usd_per_eth: f64) -> f64 {
    (verify_gas / f64::from(n) + batch_gas) * gwei * 1e-9 * usd_per_eth
}

/// The cost of one verification on L1 at which two ways cost the same: `(m₁ − m₂)/(v₂ − v₁)`, where way i costs mᵢ in
/// machines and needs vᵢ verifications for each transaction. In the unit of m; above it the way with fewer verifications
/// is the cheaper. None where one way has neither more of the one nor of the other, and so is cheaper at any price.
///
/// ```
/// use planner::formulas::cost::break_even;
/// // Aggregation costs 30 core-seconds a transaction more and saves 0.9 of a verification.
/// let cost = break_even((40.0, 0.1), (10.0, 1.0)).unwrap();
/// assert!((cost - 30.0 / 0.9).abs() < 1e-12);
/// assert_eq!(break_even((10.0, 0.1), (40.0, 1.0)), None); // cheaper, and fewer of them
/// ```
pub fn break_even(first: (f64, f64), second: (f64, f64)) -> Option<f64> {
    let (machines, verifications) = (first.0 - second.0, second.1 - first.1);
    (machines * verifications > 0.0).then(|| machines / verifications)
}
