//! The one proof of a tree, to be verified again and again: whether its size and the time to verify it depend on the number of
//! rollups.
//!
//! Trees of one study differ by their rollups alone, and share circuits and keys. A proof is bytes that can be kept: what it
//! must say is computed anew from the seed.

use crate::fractal::proving::prove_tree;
use crate::fractal::shape::{CIRCUITS, with_circuits};
use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::traffic::TreeTraffic;
use crate::pool::pool_of;
use prover::fractal::native::NodeStatement;
use prover::fractal::system::{FractalSystem, NodeSource};
use std::time::Duration;

/// Circuits and keys for every tree of a study.
#[derive(Debug)]
pub struct OneProofs {
    study: FractalStudy,
    system: FractalSystem,
}

/// A tree of rollups, executed.
#[derive(Debug)]
pub struct ExecutedTree {
    traffic: TreeTraffic,
    said: NodeStatement,
}

impl OneProofs {
    /// Builds circuits and keys. The rollups of the study are not looked at.
    ///
    /// # Errors
    /// What was asked for cannot be.
    pub fn set_up(study: &FractalStudy) -> Result<Self, FractalError> {
        study.check()?;
        let system = FractalSystem::set_up(&CIRCUITS, study.depth, study.chain())?;
        Ok(Self { study: study.clone(), system })
    }

    /// Executes the transactions of a tree, by the parent of each rollup.
    ///
    /// # Errors
    /// Rollups that are no tree, or have no room for what crosses.
    pub fn executed(&self, parents: &[Option<usize>]) -> Result<ExecutedTree, FractalError> {
        let traffic = TreeTraffic::of(&self.study, &with_circuits(parents), self.study.seed)?;
        let said = traffic.tree.statements(&traffic.statements());
        // A tree has two rollups at least.
        let said = said[said.len() - 1];
        Ok(ExecutedTree { traffic, said })
    }

    /// Proves a tree on the threads of the study, each proof verified; `begun` is told what is done.
    ///
    /// # Errors
    /// No proof, or a wrong one.
    pub fn prove(
        &self,
        tree: &ExecutedTree,
        begun: impl Fn(&str) + Send + Sync,
    ) -> Result<Vec<u8>, FractalError> {
        let pool = pool_of(self.study.threads.get())?;
        let proved = pool.install(|| prove_tree(&self.system, &tree.traffic, &begun, |_| Ok(())))?;
        Ok(proved.proof.bytes)
    }

    /// Verifies the one proof of a tree and compares what it says with native execution.
    ///
    /// # Errors
    /// A proof that is wrong, or of another tree.
    pub fn verify(&self, tree: &ExecutedTree, proof: &[u8]) -> Result<Duration, FractalError> {
        // The last node of a tree joins two.
        Ok(self.system.verify(NodeSource::Join, proof, &tree.said)?)
    }
}
