//! Many rollups proved as one, in this process: what each kind of job takes, and a whole tree.
//!
//! | file | what it owns |
//! |---|---|
//! | [`study`] | what is asked for, and what cannot be |
//! | [`shape`] | a balanced tree of rollups of different kinds |
//! | `traffic` | what native execution makes of each rollup |
//! | `timed` | CPU time and wall time of one job |
//! | `units` | what one job of each kind takes, before the tree is proved |
//! | `stages` | jobs by stage and layer: predicted, and measured |
//! | `chain` | the batches of one rollup, up to its top |
//! | `proving` | the tree proved for real |
//!
//! Unit costs are measured on rollups of another seed. The prediction is jobs times unit costs and knows nothing of the
//! tree's own proofs.
//!
//! **Invariant:** each proof is verified and compared with native execution before its time counts: of a batch, of a merge,
//! and of every node of the tree.

mod chain;
mod proving;
pub mod shape;
mod stages;
pub mod study;
mod timed;
mod traffic;
mod units;

use crate::fractal::proving::{ProvedTree, prove_tree};
use crate::fractal::shape::CIRCUITS;
use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::traffic::TreeTraffic;
use crate::fractal::units::measure_units;
use crate::pool::pool_of;
use machine::{Processor, Root};
use prover::fractal::system::FractalSystem;
use records::fractal::{FRACTAL_SCHEMA_VERSION, FractalRecord, RollupRecord};
use std::time::Instant;

/// Measures a study; `begun` is told what is done.
///
/// # Errors
/// What was asked for cannot be, there is no proof, or one says something else than native execution.
pub fn measure(
    study: &FractalStudy,
    begun: impl Fn(&str) + Send + Sync,
) -> Result<FractalRecord, FractalError> {
    study.check()?;
    let pool = pool_of(study.threads.get())?;
    pool.install(|| measured(study, &begun))
}

fn measured(study: &FractalStudy, begun: &(impl Fn(&str) + Sync)) -> Result<FractalRecord, FractalError> {
    begun("executing the transactions of every rollup");
    let traffic = TreeTraffic::of(study, &study.members()?, study.seed)?;
    begun("building circuits and keys");
    let start = Instant::now();
    let system = FractalSystem::set_up(&CIRCUITS, study.depth, study.chain())?;
    let set_up_s = start.elapsed().as_secs_f64();
    let units = measure_units(study, &system, begun)?;
    let predicted = stages::predicted(&traffic.tree, study.batches as usize, &units.unit_costs);
    let ProvedTree { stages, wall_s, proof_bytes, verify_s } =
        prove_tree(&system, &traffic, predicted, begun)?;
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
        unit_costs: units.unit_costs,
        stages,
        set_up_s,
        wall_s,
        proof_bytes,
        verify_s,
    })
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
