//! Three rollups: a general one with one for transfers on it, and another for transfers beside them.

use prover::circuit::PlonkProof;
use prover::circuit::fractal::crossings::ChainShape;
use prover::circuit::fractal::values::{ChildValues, JoinValues};
use prover::fractal::native::NodeStatement;
use prover::fractal::system::{FractalSystem, NodeProof, NodeSource};
use prover::fractal::tree::{SettlementTree, Settling, TreeNode, TreeRollup};
use prover::plonk::prove_with;
use prover::statement::Statement;
use prover::system::{Job, Proof};
use prover::witness::{BatchTrace, record};
use records::fractal::RollupCircuitName;
use std::sync::LazyLock;
use workloads::exchange::{ExchangeMember, ExchangeShape, exchange};
use workloads::hash::{Felt, RATE};
use workloads::population::Population;
use workloads::state::Depth;
use workloads::transaction::Batch;

pub(crate) const SHAPE: ChainShape = ChainShape { batches: 1, capacity: 2 };
pub(crate) const IDS: [u64; 3] = [70, 71, 72];

pub(crate) static WORLD: LazyLock<World> = LazyLock::new(World::new);

pub(crate) struct World {
    pub(crate) system: FractalSystem,
    pub(crate) tree: SettlementTree,
    /// What native execution says of each rollup.
    pub(crate) chains: Vec<Statement>,
    /// The committed elements of each rollup's slots.
    pub(crate) slots: Vec<Vec<[Felt; RATE]>>,
    /// What each node must say.
    pub(crate) said: Vec<NodeStatement>,
    /// The honest proofs of all nodes.
    pub(crate) nodes: Vec<NodeProof>,
}

/// The committed elements of a batch's slots.
pub(crate) fn elements(batch: &Batch, depth: Depth, capacity: usize) -> Vec<[Felt; RATE]> {
    let mut slots: Vec<_> = batch.transactions.iter().map(|one| one.elements(depth)).collect();
    slots.resize(capacity, [Felt::default(); RATE]);
    slots
}

pub(crate) fn quiet() {
    // A broken constraint makes plonky2 panic inside, which is caught there: keep its message off the screen.
    std::panic::set_hook(Box::new(|_| {}));
}

impl World {
    fn new() -> Self {
        let depth = Depth::new(3).expect("in range");
        let population = Population { accounts: 4, pools: 2, depth, fee_bps: 30 };
        let member = |parent, swap_ratio| ExchangeMember { parent, swap_ratio, exchanges: true };
        let members = [member(None, 0.5), member(Some(0), 0.0), member(None, 0.0)];
        let shape = ExchangeShape { population, seed: 3, batches: SHAPE.batches, size: SHAPE.capacity };
        let traffic = exchange(&members, &shape).expect("an exchange");
        let (general, transfers) = (RollupCircuitName::General, RollupCircuitName::Transfers);
        let system = FractalSystem::set_up(&[general, transfers], depth, SHAPE).expect("one form");
        let circuits = [general, transfers, transfers];
        let rollups = (0..3).map(|place| TreeRollup {
            id: IDS[place],
            circuit: circuits[place],
            settling: traffic[place].gateway.map(|gateway| Settling {
                parent: 0,
                bridge: depth.account_leaf(gateway.bridge),
                portal: depth.account_leaf(gateway.portal),
            }),
        });
        let tree = SettlementTree::new(rollups.collect()).expect("a tree");
        let traces: Vec<BatchTrace> = traffic
            .iter()
            .map(|rollup| {
                let mut state = population.state(rollup.seed).expect("fits");
                record(&mut state, &rollup.batches[0], SHAPE.capacity).expect("valid")
            })
            .collect();
        let chains: Vec<_> = traces.iter().map(|trace| trace.statement).collect();
        let slots: Vec<_> =
            traffic.iter().map(|rollup| elements(&rollup.batches[0], depth, SHAPE.capacity)).collect();
        let said = tree.statements(&chains);
        let mut nodes = Vec::new();
        for (place, node) in tree.nodes().iter().enumerate() {
            nodes.push(match *node {
                TreeNode::Top { rollup } => {
                    let chain = system.chain(circuits[rollup]).expect("set up");
                    let trace = &traces[rollup];
                    let job = Job { batch: &traffic[rollup].batches[0], trace, statement: trace.statement };
                    let batch: Proof = chain.prove(&job).expect("a proof");
                    let top = chain.merge(&[batch]).expect("lifted");
                    chain.verify(&top, &trace.statement).expect("what was executed");
                    system.top(&tree, rollup, top, said[place])
                }
                _ => system.make(&tree, &said, place, &nodes, &slots).expect("a proof"),
            });
        }
        Self { system, tree, chains, slots, said, nodes }
    }

    /// The top of a rollup.
    pub(crate) fn top(&self, rollup: usize) -> &NodeProof {
        let is_top =
            |node: &&NodeProof| matches!(node.source, NodeSource::Top { id, .. } if id == IDS[rollup]);
        self.nodes.iter().find(is_top).expect("each has one")
    }

    /// The one attachment.
    pub(crate) fn attached(&self) -> &NodeProof {
        self.nodes.iter().find(|node| node.source == NodeSource::Attach).expect("one is attached")
    }

    pub(crate) fn decoded(&self, node: &NodeProof) -> PlonkProof {
        self.system.decoded(node).expect("a proof")
    }

    pub(crate) fn child<'a>(&'a self, node: &NodeProof, proof: &'a PlonkProof) -> ChildValues<'a> {
        self.system.child_values(node, proof).expect("set up")
    }

    /// The bytes of a join with any private numbers, if there is such a proof.
    pub(crate) fn joined(&self, values: &JoinValues<'_>) -> Option<Vec<u8>> {
        quiet();
        let circuit = self.system.join_circuit();
        let inputs = circuit.witness(values).ok()?;
        let proof = prove_with(&circuit.circuit, inputs, "a join").ok()?.proof;
        circuit.circuit.verify(proof.clone()).ok().map(|()| proof.to_bytes())
    }
}
