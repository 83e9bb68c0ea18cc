//! The lies that are told to the circuits of plonky2, told to the tables: numbers of a slot, with all that follows
//! from them rebuilt.

// The lies find these beside them.
use super::{forge, world};

#[path = "../proofs/lies.rs"]
pub(crate) mod movements;
#[path = "../proofs/swap_lies.rs"]
pub(crate) mod swaps;
