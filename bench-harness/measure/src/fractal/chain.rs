//! The chain of one rollup proved up to its top, each proof verified.

use crate::fractal::study::FractalError;
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::ExecutedChain;
use prover::fractal::chain::RollupChain;
use prover::statement::Statement;
use prover::system::Proof;
use records::fractal::FractalStageName;

/// A merge of a chain: what it merges, and what native execution says of it.
#[derive(Clone, Debug)]
pub(super) struct ChainMerge {
    children: Vec<Proof>,
    statement: Statement,
}

impl ChainMerge {
    /// Makes it, and verifies it.
    pub(super) fn make(&self, circuits: &RollupChain) -> Result<(Proof, JobTime), FractalError> {
        let (proof, time) = JobTime::of(|| circuits.merge(&self.children));
        let proof = proof?;
        circuits.verify(&proof, &self.statement)?;
        Ok((proof, time))
    }
}

/// The top of a chain, and the merges that led to it.
#[derive(Debug)]
pub(super) struct ProvedChain {
    pub(super) top: Proof,
    pub(super) merges: Vec<ChainMerge>,
}

/// Proves all batches of a chain and merges them; `took` is told of each job, after its proof was verified.
pub(super) fn prove_chain(
    circuits: &RollupChain,
    executed: &ExecutedChain,
    mut took: impl FnMut(FractalStageName, JobTime),
) -> Result<ProvedChain, FractalError> {
    let mut level: Vec<(Proof, Statement)> = Vec::new();
    for job in executed.jobs() {
        let (proof, time) = JobTime::of(|| circuits.prove(&job));
        let proof = proof?;
        circuits.verify(&proof, &job.statement)?;
        took(FractalStageName::Prove, time);
        level.push((proof, job.statement));
    }
    let mut merges = Vec::new();
    for _ in circuits.merges() {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        for pair in level.chunks(2) {
            let statements: Vec<_> = pair.iter().map(|(_, statement)| *statement).collect();
            // Neighbours of an executed chain meet.
            let statement = Statement::join_all(&statements).unwrap_or(executed.whole);
            let children = pair.iter().map(|(proof, _)| proof.clone()).collect();
            let merge = ChainMerge { children, statement };
            let (proof, time) = merge.make(circuits)?;
            took(FractalStageName::Chain, time);
            merges.push(merge);
            above.push((proof, statement));
        }
        level = above;
    }
    Ok(ProvedChain { top: level.swap_remove(0).0, merges })
}
