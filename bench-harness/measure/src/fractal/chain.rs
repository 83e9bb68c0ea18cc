//! The chain of one rollup proved up to its top, each proof verified.

use crate::fractal::study::FractalError;
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::ExecutedChain;
use prover::fractal::chain::RollupChain;
use prover::statement::Statement;
use prover::system::Proof;
use records::fractal::FractalStageName;

/// Proves all batches of a chain and merges them; `took` is told of each job, after its proof was verified.
pub(super) fn prove_chain(
    circuits: &RollupChain,
    executed: &ExecutedChain,
    mut took: impl FnMut(FractalStageName, JobTime),
) -> Result<Proof, FractalError> {
    let mut level: Vec<(Proof, Statement)> = Vec::new();
    for job in executed.jobs() {
        let (proof, time) = JobTime::of(|| circuits.prove(&job));
        let proof = proof?;
        circuits.verify(&proof, &job.statement)?;
        took(FractalStageName::Prove, time);
        level.push((proof, job.statement));
    }
    for _ in circuits.merges() {
        let mut above = Vec::with_capacity(level.len().div_ceil(2));
        for pair in level.chunks(2) {
            let children: Vec<_> = pair.iter().map(|(proof, _)| proof.clone()).collect();
            let statements: Vec<_> = pair.iter().map(|(_, statement)| *statement).collect();
            let (proof, time) = JobTime::of(|| circuits.merge(&children));
            let proof = proof?;
            // Neighbours of an executed chain meet.
            let statement = Statement::join_all(&statements).unwrap_or(executed.whole);
            circuits.verify(&proof, &statement)?;
            took(FractalStageName::Chain, time);
            above.push((proof, statement));
        }
        level = above;
    }
    Ok(level.swap_remove(0).0)
}
