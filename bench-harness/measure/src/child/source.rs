//! The batches of a repeat, and the state that they start from.

use crate::cell::Workload;
use crate::child::request::{CellRequest, seed_of};
use prover::system::{ProverError, Shape};
use std::collections::VecDeque;
use std::path::Path;
use workloads::account::Account;
use workloads::generate::{Generator, Traffic};
use workloads::ledger::Ledger;
use workloads::population::Population;
use workloads::state::State;
use workloads::trace::{TraceError, batches, read_file};
use workloads::transaction::Batch;

/// The batches of a trace, over the genesis of a seed.
///
/// # Errors
/// A trace that cannot be read, or that breaks a rule.
pub fn trace_batches(
    file: &Path,
    population: &Population,
    seed: u64,
    batch_transactions: usize,
) -> Result<Vec<Batch>, TraceError> {
    let rows = read_file(file)?;
    // The population was checked with the spec; one that cannot be has no accounts, which each row then reports.
    let genesis = population.ledger(seed).unwrap_or_else(|_| Ledger::new(Vec::new(), Vec::new()));
    batches(&rows, genesis, batch_transactions)
}

/// Where all batches of a cell come from.
#[derive(Debug)]
pub(crate) struct Source {
    population: Population,
    seed: u64,
    batch_transactions: usize,
    in_a_repeat: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Drawn(Traffic),
    Trace(Vec<Batch>),
}

/// The batches of one repeat, in order.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The state before the first.
    pub(crate) state: State,
    batches: Batches,
}

#[derive(Debug)]
enum Batches {
    Drawn(Box<Generator>, usize),
    Trace(VecDeque<Batch>),
}

fn input(what: &'static str, error: impl std::fmt::Display) -> ProverError {
    ProverError::Input { what, expected: "what the spec was checked for".to_owned(), got: error.to_string() }
}

impl Source {
    /// The source of a cell, and the shape of its circuit.
    pub(crate) fn new(request: &CellRequest) -> Result<(Self, Shape), ProverError> {
        let batch_transactions = request.cell.batch_transactions as usize;
        let population = request.population;
        let kind = match &request.workload {
            Workload::Trace { file } => {
                let batches = trace_batches(file, &population, request.seed, batch_transactions);
                Kind::Trace(batches.map_err(|error| input("trace", error))?)
            }
            drawn => {
                let swap_ratio = drawn.swap_ratio().unwrap_or_default();
                Kind::Drawn(Traffic { swap_ratio, skew: request.skew })
            }
        };
        let shape = Shape {
            depth: population.depth,
            capacity: request.cell.capacity_transactions as usize,
            slots: request.workload.slots(),
        };
        let source = Self {
            population,
            seed: request.seed,
            batch_transactions,
            in_a_repeat: request.cell.batches_per_aggregation as usize,
            kind,
        };
        Ok((source, shape))
    }

    /// The batches of a repeat. Drawn ones are new in each repeat. A trace is what it is: repeats take its stretches
    /// in turn, and the owners of the accounts, which no rule looks at, are drawn anew, so that every root and with
    /// it the luck of a proof's grinding is another.
    pub(crate) fn chain(&self, repeat: u64) -> Result<Chain, ProverError> {
        let seed = seed_of(self.seed, repeat);
        match &self.kind {
            Kind::Drawn(traffic) => {
                let generator = self.population.generator(seed, *traffic);
                let generator = generator.map_err(|error| input("traffic", error))?;
                let state = self.population.state(seed);
                Ok(Chain {
                    state: state.map_err(|error| input("population", error))?,
                    batches: Batches::Drawn(Box::new(generator), self.batch_transactions),
                })
            }
            Kind::Trace(batches) => {
                let stretches = (batches.len() / self.in_a_repeat).max(1) as u64;
                let start = (repeat % stretches) as usize * self.in_a_repeat;
                let genesis = self.population.ledger(self.seed);
                let genesis = genesis.map_err(|error| input("population", error))?;
                let mut ledger = with_other_owners(&genesis, seed);
                for batch in &batches[..start] {
                    ledger.apply_all(&batch.transactions)?;
                }
                let state = State::new(self.population.depth, ledger);
                let end = (start + self.in_a_repeat).min(batches.len());
                Ok(Chain {
                    state: state.map_err(|error| input("population", error))?,
                    batches: Batches::Trace(batches[start..end].to_vec().into()),
                })
            }
        }
    }
}

impl Chain {
    /// The next batch; none where a trace ends.
    pub(crate) fn next_batch(&mut self) -> Option<Batch> {
        match &mut self.batches {
            Batches::Drawn(generator, size) => Some(generator.next_batch(*size)),
            Batches::Trace(batches) => batches.pop_front(),
        }
    }

    /// Whether batches are drawn, so that the time of it means something.
    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self.batches, Batches::Drawn(..))
    }
}

fn with_other_owners(genesis: &Ledger, seed: u64) -> Ledger {
    let accounts = genesis.accounts().iter().zip(0..);
    let accounts = accounts.map(|(account, id)| Account {
        // Below 2^53, and so below the 2^63 that an owner must stay under.
        owner: seed_of(seed, id),
        ..*account
    });
    Ledger::new(accounts.collect(), genesis.pools().to_vec())
}
