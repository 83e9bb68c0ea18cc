//! A tree proved for real, each proof verified.

use crate::fractal::chain::prove_chain;
use crate::fractal::stages::took;
use crate::fractal::study::FractalError;
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::TreeTraffic;
use crate::statistics::middle;
use prover::fractal::system::{FractalSystem, NodeProof};
use prover::fractal::tree::TreeNode;
use records::execution::MiddleRecord;
use records::fractal::FractalStageRecord;
use std::time::Instant;

/// How often the one proof is verified: once is as short as the disturbances of a machine.
const VERIFICATIONS: u32 = 9;

/// What proving a tree took.
#[derive(Clone, Debug)]
pub(super) struct ProvedTree {
    /// The stages, measured.
    pub(super) stages: Vec<FractalStageRecord>,
    /// From the first proof to the last, verification of each included.
    pub(super) wall_s: f64,
    /// Bytes of the one proof.
    pub(super) proof_bytes: u64,
    /// Time to verify it.
    pub(super) verify_s: MiddleRecord,
}

/// Proves a tree. `stages` are those that were predicted.
pub(super) fn prove_tree(
    system: &FractalSystem,
    traffic: &TreeTraffic,
    mut stages: Vec<FractalStageRecord>,
    begun: &impl Fn(&str),
) -> Result<ProvedTree, FractalError> {
    let tree = &traffic.tree;
    let said = tree.statements(&traffic.statements());
    let start = Instant::now();
    let mut made: Vec<NodeProof> = Vec::with_capacity(tree.nodes().len());
    for (place, node) in tree.nodes().iter().enumerate() {
        begun(&format!("proof {} of {}", place + 1, tree.nodes().len()));
        let proof = match *node {
            TreeNode::Top { rollup } => {
                let circuits = system.chain(tree.rollups()[rollup].circuit)?;
                let layer = tree.layer(rollup);
                let top = prove_chain(circuits, &traffic.chains[rollup], |stage, time| {
                    took(&mut stages, stage, layer, time);
                })?;
                system.top(tree, rollup, top, said[place])
            }
            _ => {
                let (proof, time) = JobTime::of(|| system.make(tree, &said, place, &made, &traffic.slots));
                let proof = proof?;
                system.verify(proof.source, &proof.bytes, &said[place])?;
                if let Some((stage, layer)) = tree.stage(*node) {
                    took(&mut stages, stage, layer, time);
                }
                proof
            }
        };
        made.push(proof);
    }
    let wall_s = start.elapsed().as_secs_f64();
    // A tree has two rollups at least, and so a last node above them.
    let last = made.swap_remove(made.len() - 1);
    let native = &said[said.len() - 1];
    let mut times_s = Vec::new();
    for _ in 0..VERIFICATIONS {
        times_s.push(system.verify(last.source, &last.bytes, native)?.as_secs_f64());
    }
    Ok(ProvedTree { stages, wall_s, proof_bytes: last.bytes.len() as u64, verify_s: middle(times_s) })
}
