//! The file of a state: filled whole or not at all, opened, read, and written a block at a time.

use super::bands::Band;
use super::error::StoreError;
use super::loaded::LoadedLeaves;
use super::shape::StoreShape;
use super::tables::{
    BLOCKS, GROUPS, LEAVES, NUMBERS, ROOTS, digest_bytes, digest_of, group_bytes, group_of, leaf_bytes,
    leaf_of,
};
use crate::account::AccountId;
use crate::hash::{Digest, hash_pair};
use crate::leaf::{LeafId, LeafWrite};
use crate::merkle::of_each;
use crate::pool::PoolId;
use crate::rules::declared;
use crate::state::State;
use crate::transaction::Transaction;
use redb::backends::FileBackend;
use redb::{Database, ReadOnlyTable, ReadableDatabase};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The library that keeps the file.
pub const ENGINE: &str = "redb";

/// What the library may keep of a file in memory: room for the pages of a block and the upper nodes, and little against
/// a state of millions of accounts.
pub const CACHE_BYTES: usize = 256 << 20;

/// A state on disk, open. No other process can open it meanwhile.
#[derive(Debug)]
pub struct Store {
    database: Database,
    file: PathBuf,
    shape: StoreShape,
    blocks: u64,
    /// Of the halves: accounts, pools.
    roots: [Digest; 2],
}

/// What a block changes in the tree.
#[derive(Clone, Debug)]
pub struct TreeChange {
    /// By key.
    groups: Vec<(u64, Vec<u8>)>,
    roots: [Digest; 2],
    /// Inner nodes below the root that were hashed, each once.
    pub hashed: u64,
}

impl TreeChange {
    /// The root of the whole tree after it.
    pub fn root(&self) -> Digest {
        hash_pair(self.roots[0], self.roots[1])
    }
}

/// A group after a change: its key and bytes, its parent's position and digest, and the hashes that it took.
struct Rebuilt {
    key: u64,
    bytes: Vec<u8>,
    parent: (u64, Digest),
    hashed: u64,
}

impl Store {
    /// Fills a store with a genesis. It is written under the file's name with `.filling` behind it, and takes its own
    /// name once it is whole and flushed; what a killed filling left is written over.
    ///
    /// # Errors
    /// [`StoreError::Io`] where it cannot be written; [`StoreError::Busy`] where another process is filling it.
    ///
    /// # Panics
    /// If the genesis is not of the shape.
    pub fn fill(file: &Path, shape: StoreShape, genesis: &State) -> Result<Self, StoreError> {
        let [accounts, pools] = genesis.halves().map(|half| half.leaf_count() as u64);
        let counts = (shape.population.accounts.into(), shape.population.pools.into());
        assert_eq!((accounts, pools), counts, "a genesis of another shape");
        assert_eq!(genesis.depth(), shape.population.depth, "a genesis of another shape");
        let part = filling(file);
        let failed = |error: redb::Error| StoreError::of(&part, error);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&part);
        let opened = opened.map_err(|error| failed(error.into()))?;
        match opened.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy { file: part.clone() }),
            // Where files cannot be locked, the library goes without as well.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        opened.set_len(0).map_err(|error| failed(error.into()))?;
        fill_file(opened, shape, genesis).map_err(|error| {
            // A disk that is full needs the room; what is left of a store is of no use to anyone.
            let _ = std::fs::remove_file(&part);
            failed(error)
        })?;
        std::fs::rename(&part, file).map_err(|error| StoreError::of(file, error))?;
        Self::open(file, shape)
    }

    /// Opens a store of this shape. One whose last process was killed is as after its last whole block.
    ///
    /// # Errors
    /// [`StoreError::Io`] where there is none, or it cannot be read; [`StoreError::Damaged`] where it is not whole;
    /// [`StoreError::OtherShape`] where it holds another state; [`StoreError::Busy`].
    pub fn open(file: &Path, shape: StoreShape) -> Result<Self, StoreError> {
        let failed = |error: redb::Error| StoreError::of(file, error);
        let damaged = |why: &str| StoreError::Damaged { file: file.to_owned(), why: why.to_owned() };
        let database = Database::builder().set_cache_size(CACHE_BYTES).open(file);
        let database = database.map_err(|error| failed(error.into()))?;
        let read = || -> Result<_, redb::Error> {
            let transaction = database.begin_read()?;
            let numbers = transaction.open_table(NUMBERS)?;
            let number = |name: &str| -> Result<Option<u64>, redb::Error> {
                Ok(numbers.get(name)?.map(|number| number.value()))
            };
            let found = shape.numbers().map(|(what, expected)| (what, expected, number(what)));
            let roots = transaction.open_table(ROOTS)?;
            let root = |half: u8| -> Result<Option<Digest>, redb::Error> {
                Ok(roots.get(half)?.and_then(|bytes| digest_of(bytes.value())))
            };
            Ok((found, number(BLOCKS)?, [root(0)?, root(1)?]))
        };
        let (found, blocks, roots) = read().map_err(failed)?;
        for (what, expected, got) in found {
            let got = got.map_err(failed)?.ok_or_else(|| damaged(&format!("it has no {what}")))?;
            if got != expected {
                return Err(StoreError::OtherShape { file: file.to_owned(), what, expected, got });
            }
        }
        let blocks = blocks.ok_or_else(|| damaged("it has no count of blocks"))?;
        let [Some(accounts), Some(pools)] = roots else { return Err(damaged("it has no root")) };
        Ok(Self { database, file: file.to_owned(), shape, blocks, roots: [accounts, pools] })
    }

    /// Its file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// How many blocks were committed since the genesis.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The root after the last of them.
    pub fn root(&self) -> Digest {
        hash_pair(self.roots[0], self.roots[1])
    }

    /// Loads every leaf that the transactions declare, in the order of the tree and on all threads of the pool that it
    /// is called in. A leaf that is not there is left out: executing the transaction says so.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    pub fn load(&self, transactions: &[Transaction]) -> Result<LoadedLeaves, StoreError> {
        let mut ids: Vec<LeafId> = transactions.iter().flat_map(declared).collect();
        ids.retain(|id| self.shape.has(*id));
        ids.sort_unstable();
        ids.dedup();
        let table = self.reading(|transaction| Ok(transaction.open_table(LEAVES)?))?;
        let leaf = |id: &LeafId| -> Result<Option<LeafWrite>, redb::Error> {
            let bytes = table.get(self.shape.key(*id))?;
            Ok(bytes.and_then(|bytes| leaf_of(*id, bytes.value())))
        };
        let mut leaves = Vec::with_capacity(ids.len());
        for (id, leaf) in ids.iter().zip(of_each(&ids, leaf)) {
            let leaf = leaf.map_err(|error| self.failed(error))?;
            leaves.push(leaf.ok_or_else(|| self.damaged(format!("{id} is missing or no leaf")))?);
        }
        Ok(LoadedLeaves::new(self.shape, leaves))
    }

    /// What the written leaves change in the tree: each node above them hashed once, groups read and hashed on all
    /// threads of the pool. Nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    pub fn tree_change(&self, leaves: &LoadedLeaves) -> Result<TreeChange, StoreError> {
        let table = self.reading(|transaction| Ok(transaction.open_table(GROUPS)?))?;
        let mut change = TreeChange { groups: Vec::new(), roots: self.roots, hashed: 0 };
        for (half, mut changed) in (0_u8..).zip(leaves.changed()) {
            for band in Band::all(self.shape.height()) {
                let children: Vec<_> = changed.chunk_by(|a, b| band.group(a.0) == band.group(b.0)).collect();
                let rebuilt = of_each(&children, |children| self.rebuilt(&table, half, band, children));
                let mut above = Vec::with_capacity(rebuilt.len());
                for group in rebuilt {
                    let Rebuilt { key, bytes, parent, hashed } = group?;
                    change.groups.push((key, bytes));
                    change.hashed += hashed;
                    above.push(parent);
                }
                changed = above;
            }
            if let Some((_, root)) = changed.first() {
                change.roots[usize::from(half)] = *root;
            }
        }
        Ok(change)
    }

    /// Writes what a block changed: leaves, nodes, roots and the count of blocks, flushed to the disk, all of it or
    /// nothing. Returns the root.
    ///
    /// # Errors
    /// [`StoreError::Io`]: the store is then as before, and has to be opened anew.
    pub fn commit(&mut self, leaves: &LoadedLeaves, change: &TreeChange) -> Result<Digest, StoreError> {
        let blocks = self.blocks + 1;
        let written = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            {
                let mut table = transaction.open_table(LEAVES)?;
                for leaf in leaves.written() {
                    table.insert(self.shape.key(leaf.id()), &leaf_bytes(leaf))?;
                }
                let mut table = transaction.open_table(GROUPS)?;
                for (key, bytes) in &change.groups {
                    table.insert(key, bytes.as_slice())?;
                }
                let mut table = transaction.open_table(ROOTS)?;
                for (half, root) in (0_u8..).zip(change.roots) {
                    table.insert(half, &digest_bytes(root))?;
                }
                transaction.open_table(NUMBERS)?.insert(BLOCKS, blocks)?;
            }
            transaction.commit()?;
            Ok(())
        };
        written().map_err(|error| self.failed(error))?;
        (self.blocks, self.roots) = (blocks, change.roots);
        Ok(self.root())
    }

    fn rebuilt(
        &self,
        table: &ReadOnlyTable<u64, &'static [u8]>,
        half: u8,
        band: Band,
        children: &[(u64, Digest)],
    ) -> Result<Rebuilt, StoreError> {
        let group = band.group(children[0].0);
        let key = band.key(half, group);
        let bytes = table.get(key).map_err(|error| self.failed(error.into()))?;
        let nodes = bytes.and_then(|bytes| group_of(bytes.value(), band.nodes()));
        let mut nodes =
            nodes.ok_or_else(|| self.damaged(format!("group {key:#x} of nodes is missing or cut off")))?;
        let (parent, hashed) = band.replace(&mut nodes, children);
        Ok(Rebuilt { key, bytes: group_bytes(&nodes), parent: (group, parent), hashed })
    }

    fn reading<T>(
        &self,
        read: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let read = || read(&self.database.begin_read()?);
        read().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: redb::Error) -> StoreError {
        StoreError::of(&self.file, error)
    }

    fn damaged(&self, why: String) -> StoreError {
        StoreError::Damaged { file: self.file.clone(), why }
    }
}

/// The name under which a store is filled.
fn filling(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".filling");
    PathBuf::from(name)
}

fn fill_file(file: File, shape: StoreShape, genesis: &State) -> Result<(), redb::Error> {
    let backend = FileBackend::new(file)?;
    let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(backend)?;
    let transaction = database.begin_write()?;
    {
        let mut leaves = transaction.open_table(LEAVES)?;
        let ledger = genesis.ledger();
        let accounts =
            (0..).zip(ledger.accounts()).map(|(id, leaf)| LeafWrite::Account(AccountId(id), *leaf));
        let pools = (0..).zip(ledger.pools()).map(|(id, leaf)| LeafWrite::Pool(PoolId(id), *leaf));
        for leaf in accounts.chain(pools) {
            leaves.insert(shape.key(leaf.id()), &leaf_bytes(leaf))?;
        }
        let mut groups = transaction.open_table(GROUPS)?;
        let mut roots = transaction.open_table(ROOTS)?;
        for (half, tree) in (0_u8..).zip(genesis.halves()) {
            for band in Band::all(shape.height()) {
                for group in 0..band.groups(tree.leaf_count().div_ceil(1 << band.first())) {
                    let nodes = band.collected(group, |level, position| tree.node(level, position as usize));
                    groups.insert(band.key(half, group), group_bytes(&nodes).as_slice())?;
                }
            }
            roots.insert(half, &digest_bytes(tree.root()))?;
        }
        let mut numbers = transaction.open_table(NUMBERS)?;
        for (name, number) in shape.numbers() {
            numbers.insert(name, number)?;
        }
        numbers.insert(BLOCKS, 0)?;
    }
    transaction.commit()?;
    Ok(())
}
