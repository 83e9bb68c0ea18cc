//! Executors side by side, in this process: over state size, contention, work and threads.
//!
//! | file | what it owns |
//! |---|---|
//! | [`grid`] | what is to be measured, and what cannot be |
//! | `calibration` | how many iterations of the work a microsecond has |
//! | `evm_cost` | what the transactions cost in a virtual machine, as a work beside the others |
//! | `cell` | one cell: all executors at all numbers of threads on one block, interleaved and checked |
//! | `points` | from times to points of the record |
//! | `break_even` | from which work on more threads pay |
//!
//! **Invariant:** every timed execution is compared with execution in order: state, outcome of each transaction, and
//! root. One that differs ends the measurement.

mod break_even;
mod calibration;
mod cell;
mod evm_cost;
pub mod grid;
mod points;

use crate::execution::cell::Bench;
use crate::execution::evm_cost::evm_cost;
use crate::execution::grid::{ExecutionGrid, ExecutionGridError};
use machine::{Processor, Root};
use records::execution::{EXECUTION_SCHEMA_VERSION, ExecutionRecord, ExecutionWorkloadRecord};
use workloads::random::Skew;

/// Measures a grid. `begun` is told which cell begins, from 0, of how many.
///
/// # Errors
/// What was asked for cannot be, or an executor gave another result than execution in order.
pub fn measure(
    grid: &ExecutionGrid,
    mut begun: impl FnMut(usize, usize),
) -> Result<ExecutionRecord, ExecutionGridError> {
    grid.check()?;
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let mut points = Vec::new();
    let iterations_per_us = calibration::iterations_per_us();
    let (mut works_us, mut evm) = (grid.work_us.clone(), None);
    let works = works_us.len() + usize::from(grid.work_of_evm);
    let cells = grid.accounts.len() * grid.hot_pool.len() * works;
    let mut cell = 0;
    for &accounts in &grid.accounts {
        let genesis = grid.population(accounts).state(grid.seed)?;
        for &hot_pool in &grid.hot_pool {
            let bench = Bench::new(grid, &genesis, accounts, hot_pool)?;
            if grid.work_of_evm && evm.is_none() {
                let cost = evm_cost(genesis.ledger(), &bench.transactions, &bench.outcomes, grid.repeats)?;
                works_us.push(cost.us_per_tx.median);
                evm = Some(cost);
            }
            for &work_us in &works_us {
                begun(cell, cells);
                cell += 1;
                let times = bench.run(grid, (work_us * iterations_per_us) as u64)?;
                points.extend(points::points(&bench, work_us, &times));
            }
        }
    }
    Ok(ExecutionRecord {
        schema_version: EXECUTION_SCHEMA_VERSION,
        processor: Processor::read(&Root::system()).name,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        iterations_per_us,
        workload: workload(grid),
        repeats: grid.repeats,
        break_even: break_even::break_even(&points),
        points,
        evm,
    })
}

fn workload(grid: &ExecutionGrid) -> ExecutionWorkloadRecord {
    ExecutionWorkloadRecord {
        transactions: grid.transactions,
        pools: grid.pools,
        fee_bps: grid.fee_bps,
        depth: grid.depth.into(),
        swap_ratio: grid.traffic.swap_ratio,
        zipf: match grid.traffic.skew {
            Skew::Uniform => None,
            Skew::Zipf { exponent } => Some(exponent),
        },
        chain: grid.chain,
        seed: grid.seed,
    }
}
