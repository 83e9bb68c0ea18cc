//! Blocks over a store on disk, timed: with its pages just read, and with nothing of it in memory.

use crate::state_growth::block::{BlockResult, Stopwatch, TimedBlock};
use crate::state_growth::study::{StateGrowthError, StateGrowthStudy};
use machine::forget_pages;
use rayon::ThreadPool;
use std::path::{Path, PathBuf};
use workloads::executor::Block;
use workloads::hash::Digest;
use workloads::state::State;
use workloads::store::disk::Store;
use workloads::store::error::StoreError;
use workloads::store::shape::StoreShape;

/// A store, open.
pub(super) struct DiskState<'a> {
    file: PathBuf,
    shape: StoreShape,
    /// None only while it is opened anew.
    store: Option<Store>,
    pool: &'a ThreadPool,
}

impl<'a> DiskState<'a> {
    /// The store of this size in the folder, filled with the genesis where there is none. One that is there was kept by an
    /// earlier study: it is used as it is.
    pub(super) fn open_or_fill(
        study: &StateGrowthStudy,
        accounts: u32,
        folder: &Path,
        genesis: &State,
        pool: &'a ThreadPool,
    ) -> Result<Self, StateGrowthError> {
        let shape = StoreShape { population: study.population(accounts), seed: study.seed };
        std::fs::create_dir_all(folder)
            .map_err(|source| StateGrowthError::Folder { folder: folder.to_owned(), source })?;
        let file = folder.join(format!("state-{accounts}.redb"));
        let store = match Store::open(&file, shape) {
            Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Store::fill(&file, shape, genesis)?
            }
            opened => opened?,
        };
        Ok(Self { file, shape, store: Some(store), pool })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// How many blocks it has executed, and its root.
    pub(super) fn head(&self) -> (u64, Option<Digest>) {
        (self.store.as_ref().map_or(0, Store::blocks), self.store.as_ref().map(Store::root))
    }

    pub(super) fn file_bytes(&self) -> Result<u64, StateGrowthError> {
        let found = std::fs::metadata(&self.file);
        let found = found.map_err(|source| StoreError::Io { file: self.file.clone(), source })?;
        Ok(found.len())
    }

    /// A block whose leaves and nodes were all read just before.
    pub(super) fn warm(&mut self, block: Block<'_>) -> Result<(TimedBlock, BlockResult), StateGrowthError> {
        let store = self.open_store()?;
        self.pool.install(|| -> Result<(), StoreError> {
            let mut leaves = store.load(block.transactions)?;
            leaves.execute(block);
            store.tree_change(&leaves).map(drop)
        })?;
        self.timed(store, block)
    }

    /// A block over the store opened anew, after the system was asked to forget the file.
    pub(super) fn cold(&mut self, block: Block<'_>) -> Result<(TimedBlock, BlockResult), StateGrowthError> {
        // Closes it: the library's own memory of the file goes with it.
        self.store = None;
        forget_pages(&self.file).map_err(|source| StoreError::Io { file: self.file.clone(), source })?;
        let store = self.open_store()?;
        self.timed(store, block)
    }

    /// The store, taken out of this; [`Self::timed`] puts it back.
    fn open_store(&mut self) -> Result<Store, StoreError> {
        match self.store.take() {
            Some(store) => Ok(store),
            None => Store::open(&self.file, self.shape),
        }
    }

    fn timed(
        &mut self,
        mut store: Store,
        block: Block<'_>,
    ) -> Result<(TimedBlock, BlockResult), StateGrowthError> {
        let mut watch = Stopwatch::start();
        let mut leaves = self.pool.install(|| store.load(block.transactions))?;
        let read_s = watch.lap_s();
        let executed = leaves.execute(block);
        let execute_s = watch.lap_s();
        let change = self.pool.install(|| store.tree_change(&leaves))?;
        let root_s = watch.lap_s();
        let root = store.commit(&leaves, &change)?;
        let commit_s = watch.lap_s();
        let timed = TimedBlock {
            read_s,
            execute_s,
            root_s,
            commit_s,
            cpu_s: watch.cpu_s(),
            changed_nodes: change.hashed,
            storage_bytes: watch.storage_bytes(),
        };
        self.store = Some(store);
        Ok((timed, BlockResult { outcomes: executed.outcomes, root }))
    }
}
