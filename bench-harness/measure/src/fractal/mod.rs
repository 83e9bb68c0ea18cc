//! Many rollups proved as one, in this process: what each kind of job takes, and a whole tree.
//!
//! | file | what it owns |
//! |---|---|
//! | [`study`] | what is asked for, and what cannot be |
//! | [`shape`] | rollups of different kinds for a tree of any shape |
//! | `traffic` | what native execution makes of each rollup |
//! | `timed` | CPU time and wall time of one job |
//! | `batches` | batches that are proved by themselves |
//! | [`memory`] | what a circuit holds at most, in a process of its own |
//! | `units` | what one job of each kind takes, on other rollups |
//! | [`one_proof`] | the one proof of a tree, to be verified again and again |
//! | `stages` | the tree's jobs by stage and layer |
//! | `chain` | the batches of one rollup, up to its top |
//! | `proving` | the tree proved for real |
//!
//! Unit costs are measured on rollups of another seed, between the proofs of the tree, so that both have the same machine:
//! with the tree in as many equal parts as each job is repeated, one job of each kind in the middle of every part. Which rollup settles on which, and what the tree should take by these
//! costs, is the planner's; the record that is made here has no prediction yet.
//!
//! **Invariant:** each proof is verified and compared with native execution before its time counts: of a batch, of a merge,
//! and of every node of the tree.

mod batches;
mod chain;
pub mod memory;
pub mod one_proof;
mod proving;
pub mod shape;
mod stages;
pub mod study;
mod timed;
mod traffic;
mod units;

use crate::fractal::memory::MemoryProgram;
use crate::fractal::proving::{ProvedTree, VERIFICATIONS, prove_tree};
use crate::fractal::shape::CIRCUITS;
use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::traffic::TreeTraffic;
use crate::fractal::units::{UnitJobs, memory_of_circuits};
use crate::pool::pool_of;
use machine::{Processor, Root};
use prover::fractal::system::FractalSystem;
use records::fractal::{FRACTAL_SCHEMA_VERSION, FractalRecord, RollupRecord};
use std::time::Instant;

/// Measures a study; `program` proves with one circuit in a process of its own; `begun` is told what is done. `same_traffic` and `predicted` of the record are for
/// the planner, and empty here.
///
/// # Errors
/// What was asked for cannot be, there is no proof, or one says something else than native execution.
pub fn measure(
    study: &FractalStudy,
    program: &MemoryProgram,
    begun: impl Fn(&str) + Send + Sync,
) -> Result<FractalRecord, FractalError> {
    study.check()?;
    let pool = pool_of(study.threads.get())?;
    pool.install(|| measured(study, program, &begun))
}

fn measured(
    study: &FractalStudy,
    program: &MemoryProgram,
    begun: &(impl Fn(&str) + Sync),
) -> Result<FractalRecord, FractalError> {
    // What cannot be executed is said before anything is proved.
    begun("executing the transactions of every rollup");
    let traffic = TreeTraffic::of(study, &study.members(), study.seed)?;
    let memory = memory_of_circuits(study, program, begun)?;
    begun("building circuits and keys");
    let start = Instant::now();
    let system = FractalSystem::set_up(&CIRCUITS, study.depth, study.chain())?;
    let set_up_s = start.elapsed().as_secs_f64();
    let mut jobs = UnitJobs::prepare(study, &system, memory, begun)?;
    let nodes = traffic.tree.nodes().len();
    let mut passes = passes(study.repeats, nodes);
    let proved = prove_tree(&system, &traffic, begun, |place| {
        while passes.next_if(|before| *before <= place).is_some() {
            begun("one job of each kind");
            jobs.pass()?;
        }
        Ok(())
    })?;
    let units = jobs.units();
    let ProvedTree { stages, wall_s, proof, verify_s } = proved;
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Ok(FractalRecord {
        schema_version: FRACTAL_SCHEMA_VERSION,
        processor: Processor::read(&Root::system()).name,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        threads: u32::try_from(study.threads.get()).unwrap_or(u32::MAX),
        seed: study.seed,
        depth: study.depth.into(),
        capacity_transactions: study.batch_size,
        batches_per_rollup: study.batches,
        rollups: rollups(&traffic),
        circuits: units.circuits,
        same_traffic: None,
        unit_costs: units.unit_costs,
        predicted: Vec::new(),
        stages,
        set_up_s,
        wall_s,
        proof_bytes: proof.bytes.len() as u64,
        verify_repeats: VERIFICATIONS,
        verify_s,
    })
}

/// Before which nodes of a tree the passes of single jobs are made: in the middle of equal parts of it, so that both are made
/// under the same load.
fn passes(repeats: u32, nodes: usize) -> std::iter::Peekable<impl Iterator<Item = usize>> {
    (0..repeats as usize).map(move |pass| (2 * pass + 1) * nodes / (2 * repeats as usize)).peekable()
}

fn rollups(traffic: &TreeTraffic) -> Vec<RollupRecord> {
    let tree = &traffic.tree;
    let all = tree.rollups().iter().zip(&traffic.chains).enumerate();
    all.map(|(place, (rollup, chain))| RollupRecord {
        id: rollup.id,
        layer: tree.layer(place),
        parent: rollup.settling.map(|settling| tree.rollups()[settling.parent].id),
        circuit: rollup.circuit,
        transactions: chain.whole.transactions,
        deposits: chain.deposits,
        withdrawals: chain.withdrawals,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::passes;

    #[test]
    fn single_jobs_are_timed_in_the_middle_of_equal_parts_of_the_tree() {
        assert_eq!(passes(1, 21).collect::<Vec<_>>(), [10]);
        assert_eq!(passes(3, 21).collect::<Vec<_>>(), [3, 10, 17]);
        // Each of them within the tree, also where there are fewer nodes than repeats.
        assert!(passes(9, 3).all(|before| before < 3) && passes(9, 3).count() == 9);
    }
}
