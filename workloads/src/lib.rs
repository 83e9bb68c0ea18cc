//! Everything that happens before a proof: transactions, the state they change, and where they come from.
//!
//! | room | what it owns |
//! |---|---|
//! | [`hash`] | the field, the digest and the uses of Poseidon, each with its own domain |
//! | [`account`], [`pool`] | the two kinds of leaf |
//! | [`depth`] | the depth of the state tree, and where its leaves stand |
//! | [`transaction`] | a transfer or a swap, and its commitment |
//! | [`swap`] | the constant-product formula, exact in the integers |
//! | [`leaf`] | a leaf by its number, and with what it holds |
//! | [`rules`] | what one transaction does, over a view of the leaves |
//! | [`ledger`] | all leaves, and native execution in order without roots |
//! | [`executor`] | sequential and parallel executors of a block, with one result |
//! | [`merkle`] | a Poseidon Merkle tree over a dense prefix of leaves |
//! | [`state`] | a ledger with its tree: execute, root, open, replace |
//! | [`evm`] | the same traffic in a real virtual machine |
//! | [`store`] | a state on disk, written a whole block at a time |
//! | [`random`] | draws that are the same on every machine |
//! | [`population`] | the genesis: how many accounts and pools, and what they hold |
//! | [`generate`] | batches from a seed |
//! | [`exchange`] | batches of many rollups, of which some settle on others |
//! | [`batcher`] | which transactions the next batch takes, where room hangs on their kind |
//! | [`sequencer`] | arrivals, and the rules that close batches |
//! | [`signature`] | keys of accounts, signed transactions, their verification |
//! | [`encoding`] | the bytes of a batch that go to L1 |
//! | [`data`] | these bytes compressed, as calldata and in blobs |
//! | [`trace`] | batches from and to CSV |
//!
//! This crate reads no clock, and touches files only in [`trace`] and [`store`].

pub mod account;
pub mod batcher;
pub mod data;
pub mod depth;
pub mod encoding;
pub mod evm;
pub mod exchange;
pub mod executor;
pub mod generate;
pub mod hash;
pub mod leaf;
pub mod ledger;
pub mod merkle;
pub mod pool;
pub mod population;
pub mod random;
pub mod rules;
pub mod sequencer;
pub mod signature;
pub mod state;
pub mod store;
pub mod swap;
pub mod trace;
pub mod transaction;
