//! Batches of swaps that open each pool once: the second form of the batch circuit.
//!
//! In [`crate::circuit::slot`] each swap opens its pool's leaf and closes it again: half of all paths. Here a batch opens
//! each of its pools once, keeps them in *registers* while its slots run, and closes each once. The state, its root and
//! the statement are the same. What a slot can hold is less: a swap or padding, never a transfer.
//!
//! | room | what it constrains |
//! |---|---|
//! | [`gate`] | one number read from one of the registers, and changed there |
//! | [`pools`] | which pools the registers hold at first, and what becomes of their leaves at last |
//! | [`slot`] | one swap against a register, or padding |
//! | [`batch`] | all of it in a chain, and the public inputs |
//! | [`values`], [`block`] | the private numbers, computed natively |
//! | [`fallback`] | the circuit beside it, for batches that registers cannot hold |
//!
//! # Why a proof means the statement
//! A root is the hash of two: that of the accounts, on the left, and that of the pools, on the right. A sender's path
//! has a level less than the tree and leads to the accounts' root; a register's path leads to the pools' root. So no
//! slot can touch a pool's leaf, and no register an account's; that pools are hashed in a domain of their own says so
//! again. Both roots are private, the hash over them is public, at the beginning and at the end.
//!
//! 1. *A register holds a pool of the old state.* A used register opens its leaf, in the domain of pools, in the
//!    pools' tree as the registers before it have left it, and writes there what it holds after the last slot. Places of
//!    used registers rise strictly: each pool has one register at most, the leaves that the others write are not its
//!    own, and what it opens is what stood there before the batch.
//! 2. *A register changes by its swaps alone, in the order of the slots.* The value of a register after slot k is the
//!    value before it, plus the change of the slot where the slot chose it. The choice is one number, the same for all
//!    that a slot reads and writes; [`gate`] turns it into at most one register.
//! 3. *A swap chooses a used register, and says which.* A slot with a swap reads an identity from its register that is
//!    fee + 2^16 · first + 2^18 · second of two tokens that differ, which is not zero. A register that is not used has
//!    the identity zero, and so has the choice of none. The leaf's number that stands in the committed transaction is
//!    read from the same register.
//! 4. *The rule is that of the plain circuit.* [`crate::circuit::swap`] is used as it is. Reserves that are read need no
//!    range check: the first are checked where the register is opened, the others where they were written.
//! 5. *The root afterwards is that of native execution*, which writes the sender's leaf and the pool's in turn: their
//!    leaves are disjoint, so the order between the two trees does not matter, and roots in between are private.
//! 6. *A register that is not used changes nothing*: its path is computed and the root goes on without it.
//!
//! All pools of a batch stand in one block of 2^[`Registers::block_levels`] places, so that the way from the block to
//! the pools' root is hashed once and not for each register. The block's place is private too.

pub mod batch;
pub mod block;
pub mod fallback;
pub mod gate;
pub mod pools;
pub mod slot;
pub mod values;

use workloads::state::Depth;

/// How many pools a batch can swap against, and where they may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registers {
    /// Pools of a batch at most, 1 to [`gate::REGISTERS_MAX`].
    pub count: usize,
    /// log2 of the places of an aligned block in which all pools of a batch stand, 1 to [`pools::BLOCK_LEVELS_MAX`];
    /// in a tree with fewer places for pools, all of them.
    pub block_levels: usize,
}

impl Default for Registers {
    /// As many as a default population has pools, among 256 places.
    fn default() -> Self {
        Self { count: 16, block_levels: 8 }
    }
}

impl Registers {
    /// Levels of a block in a tree of this depth, of which one level is above accounts and pools.
    pub fn levels(self, depth: Depth) -> usize {
        self.block_levels.min(depth.levels() - 1)
    }
}
