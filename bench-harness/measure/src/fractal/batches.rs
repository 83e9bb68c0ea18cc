//! Batches that are proved by themselves, on a seed that is not the tree's.

use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::timed::JobTime;
use prover::fractal::chain::RollupChain;
use prover::system::Job;
use prover::witness::record;
use workloads::exchange::ExchangeError;
use workloads::generate::{Generator, Traffic};
use workloads::random::Skew;
use workloads::state::State;

/// Batches of one traffic, executed as they are asked for, the same in every circuit.
pub(super) struct Batches {
    generator: Generator,
    state: State,
    size: usize,
}

impl Batches {
    /// Those with this fraction of swaps.
    pub(super) fn new(study: &FractalStudy, swap_ratio: f64) -> Result<Self, FractalError> {
        let population = study.population();
        let seed = other_seed(study);
        let traffic = Traffic { swap_ratio, skew: Skew::Uniform };
        let generator = population.generator(seed, traffic).map_err(ExchangeError::from)?;
        Ok(Self { generator, state: population.state(seed)?, size: study.batch_size as usize })
    }

    /// Proves the next one and verifies it.
    pub(super) fn prove(&mut self, chain: &RollupChain) -> Result<JobTime, FractalError> {
        let batch = self.generator.next_batch(self.size);
        let trace = record(&mut self.state, &batch, self.size)?;
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        let (proof, time) = JobTime::of(|| chain.prove(&job));
        chain.verify(&proof?, &trace.statement)?;
        Ok(time)
    }
}

/// The seed of what is measured apart: not that of the tree.
pub(super) fn other_seed(study: &FractalStudy) -> u64 {
    study.seed.wrapping_add(1)
}
