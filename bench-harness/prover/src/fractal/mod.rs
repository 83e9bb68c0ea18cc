//! Many rollups proved as one: the tree, what its proof must say, and the circuits with their keys.
//!
//! | file | what it owns |
//! |---|---|
//! | [`tree`] | the rollups, who settles on whom, and the order of all jobs |
//! | [`native`] | what each proof of a tree must say, from native execution |
//! | [`chain`] | the batches of one kind of rollup, up to its top |
//! | [`system`] | circuits and keys of everything, proving and verifying |
//!
//! Owns no constraint: those are [`crate::circuit::fractal`]'s, where it is argued why a proof means the statement.

pub mod chain;
pub mod native;
pub mod system;
pub mod tree;
