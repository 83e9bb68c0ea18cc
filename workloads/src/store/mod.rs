//! A state on disk: leaves, nodes of the tree and root in an embedded store, which holds a whole block or none of it.
//!
//! ```text
//! load the leaves that a block declares ─> execute it in order ─> root: read the nodes beside what changed, hash ─> commit
//! ```
//!
//! | file | what it owns |
//! |---|---|
//! | [`shape`] | what a store is for: population, seed, and where its leaves stand |
//! | [`loaded`] | the leaves of one block, read and then changed in memory |
//! | `bands` | nodes in groups of four levels, and which of them a change reaches |
//! | `tables` | leaves, groups and numbers as bytes |
//! | [`disk`] | the file: filled whole or not at all, opened, read, committed |
//! | [`error`] | what is wrong with a store, in words |
//!
//! **Invariant:** a file under its own name always holds a state with its root. It is filled under another name and
//! renamed; a block is one transaction of [redb](https://docs.rs/redb), which is flushed before it counts.

mod bands;
pub mod disk;
pub mod error;
pub mod loaded;
pub mod shape;
mod tables;
