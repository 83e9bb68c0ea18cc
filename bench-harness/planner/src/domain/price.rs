//! Prices, as the operator pays them. All are inputs with a date and a source of their own.

use crate::error::{PlanError, not_negative};
use crate::formulas::cost::{gas_usd_per_batch, usd_per_batch};

/// What L1 charges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gas {
    /// Gas to verify one proof.
    pub verify_gas: f64,
    /// Gas for each batch: data and sequencing.
    pub batch_gas: f64,
    /// Price of gas.
    pub gwei: f64,
    /// Price of ether.
    pub usd_per_eth: f64,
}

/// What machines and L1 cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    prover_usd_per_hour: f64,
    aggregator_usd_per_hour: f64,
    gas: Option<Gas>,
}

impl Prices {
    /// Prices, checked; without gas, L1 is not in the cost.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a price that is negative or not finite.
    pub fn new(
        prover_usd_per_hour: f64,
        aggregator_usd_per_hour: f64,
        gas: Option<Gas>,
    ) -> Result<Self, PlanError> {
        not_negative("prover_usd_per_hour", prover_usd_per_hour)?;
        not_negative("aggregator_usd_per_hour", aggregator_usd_per_hour)?;
        if let Some(Gas { verify_gas, batch_gas, gwei, usd_per_eth }) = gas {
            not_negative("verify_gas", verify_gas)?;
            not_negative("batch_gas", batch_gas)?;
            not_negative("gwei", gwei)?;
            not_negative("usd_per_eth", usd_per_eth)?;
        }
        Ok(Self { prover_usd_per_hour, aggregator_usd_per_hour, gas })
    }

    /// Dollars an hour for one prover.
    pub fn prover_usd_per_hour(&self) -> f64 {
        self.prover_usd_per_hour
    }

    /// Dollars an hour for one aggregator.
    pub fn aggregator_usd_per_hour(&self) -> f64 {
        self.aggregator_usd_per_hour
    }

    /// What L1 charges, if it is in the cost.
    pub fn gas(&self) -> Option<Gas> {
        self.gas
    }

    /// Whether L1 gas is among them.
    pub fn has_gas(&self) -> bool {
        self.gas.is_some()
    }

    /// Dollars an hour for a fleet.
    pub fn usd_per_hour(&self, provers: u32, aggregators: u32) -> f64 {
        f64::from(provers) * self.prover_usd_per_hour + f64::from(aggregators) * self.aggregator_usd_per_hour
    }

    /// Dollars of L1 gas for each batch with `n` batches a proof; 0 without gas.
    pub fn gas_usd_per_batch(&self, n: u32) -> f64 {
        self.gas.map_or(0.0, |Gas { verify_gas, batch_gas, gwei, usd_per_eth }| {
            gas_usd_per_batch(verify_gas, batch_gas, n, gwei, usd_per_eth)
        })
    }

    /// Dollars a batch for a fleet that carries `throughput` batches/s with `n` batches a proof.
    pub fn usd_per_batch(&self, provers: u32, aggregators: u32, n: u32, throughput: f64) -> f64 {
        usd_per_batch(self.usd_per_hour(provers, aggregators), throughput, self.gas_usd_per_batch(n))
    }
}
