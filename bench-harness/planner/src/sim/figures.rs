//! The results of a simulation, each figure with its interval.

use crate::normal::t_975;

/// A figure over independent replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Mean over the replications.
    pub value: f64,
    /// Half of the 95 % interval (Student's t over the replications); unknown with one replication.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The mean of `values` with its interval.
    pub(crate) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let value = values.clone().sum::<f64>() / n;
        let spread = values.map(|x| (x - value) * (x - value)).sum::<f64>();
        Self { value, half_width: (n > 1.0).then(|| t_975(n - 1.0) * (spread / (n - 1.0) / n).sqrt()) }
    }

    /// Half-width over value.
    pub fn relative(&self) -> Option<f64> {
        self.half_width.map(|half| half / self.value.abs())
    }
}

/// The distribution of a delay, s. `DelayRecord` of the records is a twin of it for files: flat, and without the 90th
/// percentile, which the curves alone are drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DelayFigures {
    /// Mean.
    pub mean_s: Estimate,
    /// Median.
    pub p50_s: Estimate,
    /// 90th percentile.
    pub p90_s: Estimate,
    /// 99th percentile. Quantiles are exact to one part in 2,000.
    pub p99_s: Estimate,
    /// Samples behind them, all replications together.
    pub samples: u64,
}

/// The figures of a simulated pipeline, without the warm-up.
///
/// The delay of "a random transaction" depends on how transactions are weighted. To consolidated it follows the
/// pipeline's [`Flow`](crate::sim::Flow): `PerBatch` takes one transaction of each batch, so that every batch counts the
/// same, as the transactions of full batches do; `Steady` takes one in each stretch of time as long as a mean filling,
/// so that a batch that took longer counts more. Where filling times vary much the two differ, by a fifth in the p99
/// under lognormal arrivals. To virtual every sequence transaction counts the same, and its transactions come evenly
/// over its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Replications.
    pub replications: u32,
    /// Batches of each, warm-up included.
    pub batches: u64,
    /// Batches of each that are not counted: the warm-up.
    pub warmup: u64,
    /// Oldest transaction of a group to consolidated.
    pub consolidated: DelayFigures,
    /// A random transaction to consolidated, weighted by the pipeline's flow.
    pub consolidated_random: DelayFigures,
    /// Oldest transaction of a sequence transaction to virtual.
    pub virtual_state: DelayFigures,
    /// A random transaction of each sequence transaction to virtual.
    pub virtual_random: DelayFigures,
    /// Wait of a batch for a prover.
    pub prover_wait: DelayFigures,
    /// Fraction of batches that wait for a prover.
    pub prover_wait_fraction: Estimate,
    /// Time from a proof's start to its end, crashes and repairs between included.
    pub prover_hold: DelayFigures,
    /// Batches waiting for a prover, mean over time (Little's law).
    pub prover_queue_mean: Estimate,
    /// Most batches that ever waited for a prover.
    pub prover_queue_max: u64,
    /// Wait of a merge for an aggregator, s.
    pub aggregator_wait_s: Estimate,
    /// Wait of an aggregate for its turn on L1, s.
    pub l1_wait_s: Estimate,
    /// Batches consolidated per second.
    pub throughput_batches_per_s: Estimate,
    /// Fraction of the provers' time in use or in repair.
    pub prover_use: Estimate,
    /// Provers paid for, mean over time: those of the pipeline, unless the fleet follows the queue.
    pub provers_mean: Estimate,
    /// The most provers at any time.
    pub provers_max: u32,
    /// Longest wait of a batch for a prover, s.
    pub prover_wait_max_s: f64,
    /// By how much the delay grew from batch to batch, between the halves of a run, s.
    pub growth_s_per_batch: Estimate,
    /// How full batches were.
    pub fill_fraction: Estimate,
    /// Events handled, all replications together.
    pub events: u64,
}
