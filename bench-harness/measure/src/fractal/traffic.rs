//! What native execution makes of each rollup: batches with their traces, and what the whole chain says.

use crate::fractal::shape::{ShapedRollup, swap_ratio};
use crate::fractal::study::{FractalError, FractalStudy};
use prover::fractal::tree::{SettlementTree, Settling, TreeRollup};
use prover::statement::Statement;
use prover::system::{Job, ProverError};
use prover::witness::{BatchTrace, record};
use records::fractal::RollupCircuitName;
use workloads::exchange::{ExchangeMember, ExchangeShape, RollupTraffic, exchange};
use workloads::hash::{Felt, RATE};
use workloads::transaction::Batch;

/// One rollup, executed.
#[derive(Debug)]
pub(super) struct ExecutedChain {
    /// Its batches, each with its trace.
    batches: Vec<(Batch, BatchTrace)>,
    /// What the whole chain says.
    pub(super) whole: Statement,
    /// Transfers that came in.
    pub(super) deposits: u32,
    /// Transfers that went out.
    pub(super) withdrawals: u32,
}

impl ExecutedChain {
    /// The batches to prove, in order.
    pub(super) fn jobs(&self) -> impl Iterator<Item = Job<'_>> {
        self.batches.iter().map(|(batch, trace)| Job { batch, trace, statement: trace.statement })
    }
}

/// All rollups of a tree, executed.
#[derive(Debug)]
pub(super) struct TreeTraffic {
    /// Who settles on whom.
    pub(super) tree: SettlementTree,
    /// The chains, in the order of the tree's rollups.
    pub(super) chains: Vec<ExecutedChain>,
    /// The committed elements of each rollup's slots, padding included.
    pub(super) slots: Vec<Vec<[Felt; RATE]>>,
}

impl TreeTraffic {
    /// The traffic of these rollups from a seed, executed.
    pub(super) fn of(
        study: &FractalStudy,
        rollups: &[ShapedRollup],
        seed: u64,
    ) -> Result<Self, FractalError> {
        let members: Vec<_> = rollups
            .iter()
            .map(|rollup| ExchangeMember {
                parent: rollup.parent,
                swap_ratio: swap_ratio(rollup.circuit),
                exchanges: holds_transfers(rollup.circuit),
            })
            .collect();
        let chain = study.chain();
        let shape = ExchangeShape {
            population: study.population(),
            seed,
            batches: chain.batches,
            size: chain.capacity,
        };
        let traffic = exchange(&members, &shape)?;
        let tree = rollups.iter().zip(&traffic).enumerate().map(|(place, (rollup, traffic))| {
            let gateway = rollup.parent.zip(traffic.gateway);
            let settling = gateway.map(|(parent, gateway)| Settling {
                parent,
                bridge: study.depth.account_leaf(gateway.bridge),
                portal: study.depth.account_leaf(gateway.portal),
            });
            TreeRollup { id: place as u64 + 1, circuit: rollup.circuit, settling }
        });
        let tree = SettlementTree::new(tree.collect())?;
        let mut chains = Vec::with_capacity(traffic.len());
        let mut slots = Vec::with_capacity(traffic.len());
        for rollup in traffic {
            let chain = executed(study, rollup)?;
            let elements = chain.batches.iter().flat_map(|(batch, trace)| {
                let real = batch.transactions.iter().map(|transaction| transaction.elements(study.depth));
                let padding = trace.steps.len() - batch.transactions.len();
                real.chain(std::iter::repeat_n([Felt::default(); RATE], padding))
            });
            slots.push(elements.collect());
            chains.push(chain);
        }
        Ok(Self { tree, chains, slots })
    }

    /// What native execution says of each rollup.
    pub(super) fn statements(&self) -> Vec<Statement> {
        self.chains.iter().map(|chain| chain.whole).collect()
    }
}

/// Whether a rollup of this kind can exchange with its parent.
fn holds_transfers(circuit: RollupCircuitName) -> bool {
    matches!(circuit, RollupCircuitName::General | RollupCircuitName::Transfers)
}

fn executed(study: &FractalStudy, rollup: RollupTraffic) -> Result<ExecutedChain, FractalError> {
    let RollupTraffic { seed, batches, gateway: _, deposits, withdrawals } = rollup;
    let mut replica = study.population().state(seed)?;
    let mut traced = Vec::with_capacity(batches.len());
    for batch in batches {
        let trace = record(&mut replica, &batch, study.batch_size as usize)?;
        traced.push((batch, trace));
    }
    let links: Vec<_> = traced.iter().map(|(_, trace)| trace.statement).collect();
    let whole = Statement::join_all(&links).ok_or_else(|| ProverError::Input {
        what: "batches of a rollup",
        expected: "a chain of at least one".to_owned(),
        got: format!("{} that do not meet", links.len()),
    })?;
    Ok(ExecutedChain { batches: traced, whole, deposits, withdrawals })
}
