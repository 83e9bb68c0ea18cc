//! What one job of each kind takes, measured on rollups of another seed than the tree's.

use crate::fractal::batches::{Batches, other_seed};
use crate::fractal::chain::{ChainMerge, prove_chain};
use crate::fractal::memory::{self, MemoryProgram};
use crate::fractal::shape::{ShapedRollup, swap_ratio};
use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::TreeTraffic;
use crate::statistics::middle;
use prover::fractal::chain::RollupChain;
use prover::fractal::system::{FractalSystem, NodeProof};
use prover::fractal::tree::{SettlementTree, TreeNode, TreeRollup};
use prover::system::Proof;
use records::execution::MiddleRecord;
use records::fractal::{FractalStageName, FractalUnitRecord, RollupCircuitName, RollupCircuitRecord};
use std::sync::Arc;

/// Which circuit is proved with which fraction of swaps: for each traffic every circuit that can hold it.
const SAME_TRAFFIC: [(RollupCircuitName, f64); 6] = [
    (RollupCircuitName::General, 0.5),
    (RollupCircuitName::General, 0.0),
    (RollupCircuitName::Transfers, 0.0),
    (RollupCircuitName::General, 1.0),
    (RollupCircuitName::Swaps, 1.0),
    (RollupCircuitName::SwapRegisters, 1.0),
];

/// What one job of each kind took.
#[derive(Clone, Debug)]
pub(super) struct Units {
    /// Each kind of circuit for the same traffic.
    pub(super) circuits: Vec<RollupCircuitRecord>,
    /// One job of each stage.
    pub(super) unit_costs: Vec<FractalUnitRecord>,
}

/// The jobs that are timed, one of each kind a pass.
pub(super) struct UnitJobs<'a> {
    system: &'a FractalSystem,
    batches: Vec<BatchUnit<'a>>,
    chain: (&'a RollupChain, Vec<ChainMerge>),
    chain_times: Vec<JobTime>,
    nodes: Vec<NodeUnit>,
    batch_size: u32,
}

/// A batch of one traffic in one circuit.
struct BatchUnit<'a> {
    circuit: RollupCircuitName,
    ratio: f64,
    chain: &'a RollupChain,
    batches: Batches,
    times: Vec<JobTime>,
    peak_rss_bytes: Option<MiddleRecord>,
}

/// A node above the tops of two rollups, made again and again from the same proofs.
struct NodeUnit {
    stage: FractalStageName,
    tree: SettlementTree,
    traffic: Arc<TreeTraffic>,
    place: usize,
    made: Vec<NodeProof>,
    times: Vec<JobTime>,
}

/// The memory of each circuit for its traffic, each in processes of its own, while nothing else is proved.
pub(super) fn memory_of_circuits(
    study: &FractalStudy,
    program: &MemoryProgram,
    begun: &impl Fn(&str),
) -> Result<Vec<Option<MiddleRecord>>, FractalError> {
    let peaks = SAME_TRAFFIC.into_iter().map(|(circuit, ratio)| {
        begun(&format!("memory of one batch: {circuit}, {} % swaps", ratio * 100.0));
        memory::measured(study, program, circuit, ratio)
    });
    peaks.collect()
}

impl<'a> UnitJobs<'a> {
    /// Makes each job once, verified and not counted: what later ones need, and a warm-up.
    pub(super) fn prepare(
        study: &FractalStudy,
        system: &'a FractalSystem,
        memory: Vec<Option<MiddleRecord>>,
        begun: &impl Fn(&str),
    ) -> Result<Self, FractalError> {
        let mut batches = Vec::with_capacity(SAME_TRAFFIC.len());
        for ((circuit, ratio), peak_rss_bytes) in SAME_TRAFFIC.into_iter().zip(memory) {
            begun(&format!("one batch: {circuit}, {} % swaps", ratio * 100.0));
            let chain = system.chain(circuit)?;
            let mut unit = BatchUnit {
                circuit,
                ratio,
                chain,
                batches: Batches::new(study, ratio)?,
                times: Vec::new(),
                peak_rss_bytes,
            };
            unit.batches.prove(chain)?;
            batches.push(unit);
        }
        let (chain, tops, family) = family(study, system, begun)?;
        let nodes = nodes(system, &tops, family, begun)?;
        Ok(Self { system, batches, chain, chain_times: Vec::new(), nodes, batch_size: study.batch_size })
    }

    /// Times one job of each kind.
    pub(super) fn pass(&mut self) -> Result<(), FractalError> {
        for unit in &mut self.batches {
            unit.times.push(unit.batches.prove(unit.chain)?);
        }
        // The merges of a chain in turn: all have one form.
        let (circuits, merges) = &self.chain;
        let merge = &merges[self.chain_times.len() % merges.len()];
        self.chain_times.push(merge.make(circuits)?.1);
        for unit in &mut self.nodes {
            let (_, time) = unit.make(self.system)?;
            unit.times.push(time);
        }
        Ok(())
    }

    /// What the passes took.
    pub(super) fn units(self) -> Units {
        let mut unit_costs = Vec::new();
        let mut circuits = Vec::new();
        for BatchUnit { circuit, ratio, chain, batches: _, times, peak_rss_bytes } in self.batches {
            let size = chain.batch_size();
            let timed = unit(FractalStageName::Prove, Some(circuit), &times);
            circuits.push(RollupCircuitRecord {
                circuit,
                swap_ratio: ratio,
                transactions: self.batch_size,
                rows: size.rows,
                rows_padded: size.padded_rows,
                repeats: timed.repeats,
                cpu_s: timed.cpu_s,
                peak_rss_bytes,
            });
            if ratio.total_cmp(&swap_ratio(circuit)).is_eq() {
                unit_costs.push(timed);
            }
        }
        unit_costs.push(unit(FractalStageName::Chain, None, &self.chain_times));
        unit_costs.extend(self.nodes.iter().map(|node| unit(node.stage, None, &node.times)));
        Units { circuits, unit_costs }
    }
}

impl NodeUnit {
    fn make(&self, system: &FractalSystem) -> Result<(NodeProof, JobTime), FractalError> {
        let said = self.tree.statements(&self.traffic.statements());
        let make = || system.make(&self.tree, &said, self.place, &self.made, &self.traffic.slots);
        let (proof, time) = JobTime::of(make);
        let proof = proof?;
        system.verify(proof.source, &proof.bytes, &said[self.place])?;
        Ok((proof, time))
    }
}

fn unit(stage: FractalStageName, circuit: Option<RollupCircuitName>, times: &[JobTime]) -> FractalUnitRecord {
    FractalUnitRecord {
        stage,
        circuit,
        repeats: u32::try_from(times.len()).unwrap_or(u32::MAX),
        cpu_s: middle(times.iter().map(|time| time.cpu_s).collect()),
        wall_s: middle(times.iter().map(|time| time.wall_s).collect()),
    }
}

/// The circuits of a chain with its merges, to be made again; the tops of both rollups; and what was executed.
type Family<'a> = ((&'a RollupChain, Vec<ChainMerge>), Vec<Proof>, TreeTraffic);

/// Two rollups, one of which settles on the other, proved up to their tops.
fn family<'a>(
    study: &FractalStudy,
    system: &'a FractalSystem,
    begun: &impl Fn(&str),
) -> Result<Family<'a>, FractalError> {
    let parent = ShapedRollup { parent: None, circuit: RollupCircuitName::General };
    let child = ShapedRollup { parent: Some(0), circuit: RollupCircuitName::Transfers };
    let family = TreeTraffic::of(study, &[parent, child], other_seed(study))?;
    begun("merges of a chain");
    let of = |rollup: usize| {
        let circuits = system.chain(family.tree.rollups()[rollup].circuit)?;
        Ok::<_, FractalError>((circuits, prove_chain(circuits, &family.chains[rollup], |_, _| {})?))
    };
    let ((circuits, first), (_, second)) = (of(0)?, of(1)?);
    Ok(((circuits, first.merges), vec![first.top, second.top], family))
}

/// The nodes above the tops: the child attached to its parent, both joined, and both settled on layer 1 instead.
fn nodes(
    system: &FractalSystem,
    tops: &[Proof],
    family: TreeTraffic,
    begun: &impl Fn(&str),
) -> Result<Vec<NodeUnit>, FractalError> {
    let traffic = Arc::new(family);
    let flat: Vec<_> =
        traffic.tree.rollups().iter().map(|rollup| TreeRollup { settling: None, ..*rollup }).collect();
    let mut units = Vec::new();
    for tree in [traffic.tree.clone(), SettlementTree::new(flat)?] {
        let said = tree.statements(&traffic.statements());
        let mut made: Vec<NodeProof> = Vec::new();
        for (place, node) in tree.nodes().iter().enumerate() {
            if let TreeNode::Top { rollup } = *node {
                made.push(system.top(&tree, rollup, tops[rollup].clone(), said[place]));
                continue;
            }
            let Some((stage, _)) = tree.stage(*node) else { continue };
            begun(stage.words());
            let (tree, traffic) = (tree.clone(), Arc::clone(&traffic));
            let unit = NodeUnit { stage, tree, traffic, place, made: made.clone(), times: Vec::new() };
            made.push(unit.make(system)?.0);
            units.push(unit);
        }
    }
    Ok(units)
}
