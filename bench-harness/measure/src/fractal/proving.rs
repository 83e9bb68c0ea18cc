//! A tree proved for real, each proof verified.

use crate::fractal::chain::prove_chain;
use crate::fractal::stages::Stages;
use crate::fractal::study::FractalError;
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::TreeTraffic;
use crate::statistics::middle;
use prover::fractal::system::{FractalSystem, NodeProof};
use prover::fractal::tree::TreeNode;
use records::execution::MiddleRecord;
use records::fractal::FractalStageRecord;
use std::time::{Duration, Instant};

/// How often the one proof is verified: once is as short as the disturbances of a machine.
pub(super) const VERIFICATIONS: u32 = 9;

/// What proving a tree took.
#[derive(Clone, Debug)]
pub(super) struct ProvedTree {
    /// The stages.
    pub(super) stages: Vec<FractalStageRecord>,
    /// From the first proof to the last, verification of each included, and what was done between them left out.
    pub(super) wall_s: f64,
    /// The one proof.
    pub(super) proof: NodeProof,
    /// Time to verify it.
    pub(super) verify_s: MiddleRecord,
}

/// Proves a tree. `between` is called before each of its nodes with the node's place, for work that is not the tree's.
pub(super) fn prove_tree(
    system: &FractalSystem,
    traffic: &TreeTraffic,
    begun: &impl Fn(&str),
    mut between: impl FnMut(usize) -> Result<(), FractalError>,
) -> Result<ProvedTree, FractalError> {
    let tree = &traffic.tree;
    let said = tree.statements(&traffic.statements());
    let mut stages = Stages::default();
    let (start, mut not_ours) = (Instant::now(), Duration::ZERO);
    let mut made: Vec<NodeProof> = Vec::with_capacity(tree.nodes().len());
    for (place, node) in tree.nodes().iter().enumerate() {
        let paused = Instant::now();
        between(place)?;
        not_ours += paused.elapsed();
        begun(&format!("proof {} of {}", place + 1, tree.nodes().len()));
        let proof = match *node {
            TreeNode::Top { rollup } => {
                let circuits = system.chain(tree.rollups()[rollup].circuit)?;
                let layer = tree.layer(rollup);
                let top = prove_chain(circuits, &traffic.chains[rollup], |stage, time| {
                    stages.add(stage, layer, time);
                })?;
                system.top(tree, rollup, top.top, said[place])
            }
            _ => {
                let (proof, time) = JobTime::of(|| system.make(tree, &said, place, &made, &traffic.slots));
                let proof = proof?;
                system.verify(proof.source, &proof.bytes, &said[place])?;
                if let Some((stage, layer)) = tree.stage(*node) {
                    stages.add(stage, layer, time);
                }
                proof
            }
        };
        made.push(proof);
    }
    let wall_s = (start.elapsed() - not_ours).as_secs_f64();
    // A tree has two rollups at least, and so a last node above them.
    let proof = made.swap_remove(made.len() - 1);
    let native = &said[said.len() - 1];
    let mut times_s = Vec::new();
    for _ in 0..VERIFICATIONS {
        times_s.push(system.verify(proof.source, &proof.bytes, native)?.as_secs_f64());
    }
    Ok(ProvedTree { stages: stages.in_order(), wall_s, proof, verify_s: middle(times_s) })
}
