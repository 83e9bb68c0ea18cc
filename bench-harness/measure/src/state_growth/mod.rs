//! Execution and state root as the state grows, in memory and in a store on disk, in this process.
//!
//! | file | what it owns |
//! |---|---|
//! | [`study`] | what is asked for, and what cannot be |
//! | `block` | one timed block: what it led to, and how long each stage took |
//! | `memory` | blocks over a state in memory, timed |
//! | `disk` | blocks over a store, timed: with its pages just read, and with nothing of it in memory |
//! | `points` | from times to points of the record |
//!
//! Each repeat at each size is three blocks of the same traffic: one whose pages were read beforehand, one over the
//! store opened anew, both executed in memory as well. *Cold* is as cold as a process without rights can make it: the
//! store is closed, and the system is asked to forget the file's pages; how many bytes then came from the storage is
//! counted and stands in the record, since the system may keep them, and the device has a memory of its own.
//!
//! **Invariant:** after every block, outcomes and roots on disk are those in memory. What differs ends the study.

mod block;
mod disk;
mod memory;
mod points;
pub mod study;

use crate::pool::pool_of;
use crate::state_growth::block::TimedBlock;
use crate::state_growth::disk::DiskState;
use crate::state_growth::memory::MemoryState;
use crate::state_growth::points::point;
use crate::state_growth::study::{StateGrowthError, StateGrowthStudy};
use machine::{Processor, Root};
use rayon::ThreadPool;
use records::state_growth::{
    STATE_GROWTH_SCHEMA_VERSION, StateGrowthPointRecord, StateGrowthRecord, StateGrowthWorkloadRecord,
    StatePlaceName, StateStoreRecord,
};
use std::path::Path;
use workloads::executor::Block;
use workloads::random::Skew;
use workloads::store::disk::{CACHE_BYTES, ENGINE};

/// Measures a study; stores are kept in its folder, or in a temporary one that is removed. `begun` is told what is done.
///
/// # Errors
/// What was asked for cannot be, a store cannot be used, or a result on disk differs from that in memory.
pub fn measure(
    study: &StateGrowthStudy,
    mut begun: impl FnMut(&str),
) -> Result<StateGrowthRecord, StateGrowthError> {
    study.check()?;
    let temporary;
    let folder = match &study.folder {
        Some(folder) => folder.as_path(),
        None => {
            temporary = tempfile::tempdir()
                .map_err(|source| StateGrowthError::Folder { folder: std::env::temp_dir(), source })?;
            temporary.path()
        }
    };
    let pool = pool_of(study.threads.get())?;
    let mut points = Vec::new();
    for &accounts in &study.accounts {
        points.extend(of_size(study, accounts, folder, &pool, &mut begun)?);
    }
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Ok(StateGrowthRecord {
        schema_version: STATE_GROWTH_SCHEMA_VERSION,
        processor: Processor::read(&Root::system()).name,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        threads: u32::try_from(study.threads.get()).unwrap_or(u32::MAX),
        workload: workload(study),
        repeats: study.repeats,
        store: StateStoreRecord {
            engine: ENGINE.to_owned(),
            cache_bytes: CACHE_BYTES as u64,
            folder: folder.display().to_string(),
        },
        points,
    })
}

/// The points of one size: in memory, on disk warm, on disk cold.
fn of_size(
    study: &StateGrowthStudy,
    accounts: u32,
    folder: &Path,
    pool: &ThreadPool,
    begun: &mut impl FnMut(&str),
) -> Result<[StateGrowthPointRecord; 3], StateGrowthError> {
    study.check_memory(accounts)?;
    begun(&format!("{accounts} accounts: building the state"));
    let mut memory = MemoryState::new(study, accounts, pool)?;
    begun(&format!("{accounts} accounts: on disk"));
    let mut disk = DiskState::open_or_fill(study, accounts, folder, memory.state(), pool)?;
    let (blocks, root) = disk.head();
    if root != Some(memory.catch_up(blocks)?) {
        return Err(StateGrowthError::OtherBlocks { file: disk.file().to_owned(), blocks });
    }
    begun(&format!("{accounts} accounts: blocks"));
    let (mut in_memory, mut warm, mut cold) = (Vec::new(), Vec::new(), Vec::new());
    // The first round is checked and not counted.
    for round in 0..=study.repeats {
        for place in [StatePlaceName::DiskWarm, StatePlaceName::DiskCold] {
            let transactions = memory.next_transactions();
            let block = Block { transactions: &transactions, ..Block::default() };
            let (of_memory, expected) = memory.timed(block)?;
            let (of_disk, got) = match place {
                StatePlaceName::DiskCold => disk.cold(block)?,
                _ => disk.warm(block)?,
            };
            if let Some(what) = expected.difference(&got) {
                return Err(StateGrowthError::Differs { accounts, place, what });
            }
            if round == 0 {
                continue;
            }
            // How many nodes change is counted on disk, and is the same in memory.
            in_memory.push(TimedBlock { changed_nodes: of_disk.changed_nodes, ..of_memory });
            let on_disk = if place == StatePlaceName::DiskCold { &mut cold } else { &mut warm };
            on_disk.push(of_disk);
        }
    }
    let file_bytes = disk.file_bytes()?;
    let transactions = study.transactions;
    let of = |place, bytes, blocks: &[TimedBlock]| point(accounts, transactions, place, bytes, blocks);
    Ok([
        of(StatePlaceName::Memory, memory.bytes(), &in_memory),
        of(StatePlaceName::DiskWarm, file_bytes, &warm),
        of(StatePlaceName::DiskCold, file_bytes, &cold),
    ])
}

fn workload(study: &StateGrowthStudy) -> StateGrowthWorkloadRecord {
    StateGrowthWorkloadRecord {
        transactions: study.transactions,
        pools: study.pools,
        fee_bps: study.fee_bps,
        depth: study.depth.into(),
        swap_ratio: study.traffic.swap_ratio,
        zipf: match study.traffic.skew {
            Skew::Uniform => None,
            Skew::Zipf { exponent } => Some(exponent),
        },
        seed: study.seed,
    }
}
