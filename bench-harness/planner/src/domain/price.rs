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
    sequence_gas: f64,
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
        Ok(Self { prover_usd_per_hour, aggregator_usd_per_hour, gas, sequence_gas: 0.0 })
    }

    /// The same with this gas for each sequence transaction, whatever batches it has; 0 without this. It costs what other
    /// gas does, so that it is nothing without that.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if it is negative or not finite.
    pub fn with_sequence_gas(self, gas: f64) -> Result<Self, PlanError> {
        Ok(Self { sequence_gas: not_negative("sequence_gas", gas)?, ..self })
    }

    /// Gas for each sequence transaction.
    pub fn sequence_gas(&self) -> f64 {
        self.sequence_gas
    }

    /// Whether a sequence transaction costs something of its own.
    pub fn has_sequence_price(&self) -> bool {
        self.sequence_gas > 0.0 && self.gas.is_some_and(|gas| gas.gwei > 0.0 && gas.usd_per_eth > 0.0)
    }

    /// The same prices where so many batches share a sequence transaction: its gas is then part of a batch's.
    ///
    /// ```
    /// use planner::domain::{Gas, Prices};
    /// let gas = Gas { verify_gas: 0.0, batch_gas: 1_000.0, gwei: 10.0, usd_per_eth: 3000.0 };
    /// let prices = Prices::new(1.0, 1.0, Some(gas))?.with_sequence_gas(40_000.0)?;
    /// assert_eq!(prices.with_batches_per_sequence(4).gas().unwrap().batch_gas, 11_000.0);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    #[must_use]
    pub fn with_batches_per_sequence(self, batches: u32) -> Self {
        let each = self.sequence_gas / f64::from(batches.max(1));
        let gas = self.gas.map(|gas| Gas { batch_gas: gas.batch_gas + each, ..gas });
        Self { gas, sequence_gas: 0.0, ..self }
    }

    /// The same prices where the proof of each batch is verified by itself: that gas is then part of a batch's too.
    #[must_use]
    pub fn with_each_verified(self) -> Self {
        let each = |gas: Gas| Gas { verify_gas: 0.0, batch_gas: gas.batch_gas + gas.verify_gas, ..gas };
        Self { gas: self.gas.map(each), ..self }
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
