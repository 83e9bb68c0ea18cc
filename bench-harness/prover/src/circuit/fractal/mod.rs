//! Many rollups become one proof: the circuits above the chains of different batch circuits.
//!
//! | room | what it constrains |
//! |---|---|
//! | [`keys`] | the keys that a proof may be verified with |
//! | `choice` | which of the allowed keys that is |
//! | [`child`] | one proof of whatever stage is verified, and what it says |
//! | [`join`] | two become one: a family, or two that settle on layer 1 |
//! | [`crossings`] | what leaves one ledger arrives in the other |
//! | [`attach`] | a rollup is bound to the transactions of the one that it settles on |
//! | [`values`] | the private numbers, computed natively |
//!
//! A rollup is a chain of batches that [`crate::circuit::aggregate`] makes one proof of: its *top*. Tops of all kinds of
//! batch circuits, and the two circuits of this module, have one form (plonky2's common data) and the same thirteen
//! public elements, so that one gadget verifies any of them.
//!
//! # What a proof says
//! A proof of this module says `old`, `new`, `Sealed(keys; C, E)` and a number of transactions. `old` and `new` are
//! hashes of one shape, over the states before and after; `C` is the commitment to the transactions of one rollup, the
//! one that others may be attached to; `E` is over the commitments of every rollup below. With hashes in domains of their
//! own, side standing for old or new:
//!
//! | stage | side | C | E |
//! |---|---|---|---|
//! | a rollup's top, as a child | `Rollup(root, id, kind)` | its commitment | its commitment |
//! | attach | `Attached(child's side, bridge, portal)` | the parent's commitment | the child's E |
//! | join | `Family(left, right)` | that of both | `Family(left, right)` |
//! | settle | `Settlement(left, right)` | E | `Settlement(left, right)` |
//!
//! # Why a proof means the statement
//! 1. *The last verifier knows all of it.* It computes the hashes over its own list of rollups, in the tree's own shape
//!    ([`crate::fractal::tree`]). Each hash has one preimage that anyone can find, so each node of the tree is of the stage,
//!    in the place and over the rollups that the verifier expects: no rollup is missing, counted twice or in another's
//!    place, and a child that was never attached lacks a hash. What a circuit allows beyond that makes a proof of
//!    another statement.
//! 2. *Each rollup was proved by the circuit of its kind.* A child's key is private; its digest must be one of a constant
//!    list of tops, or one of two digests that a proof hands on (`keys`). The number of the kind that stands in the
//!    rollup's hash follows from the choice.
//! 3. *Every proof above the tops is of this module's two circuits.* A circuit cannot hold its own key, so `keys` is a
//!    private number: it is hashed into what a proof commits to, must be the same in each child that is no top, and the
//!    last verifier compares it with that of the circuits that it has built. Down from the root, each child is a top or a
//!    proof under those keys which says the same of its children.
//! 4. *What is attached exchanges exactly with its parent.* [`attach`] recomputes two commitments from private
//!    transactions: that of the child's chain, which is proved, and one that it calls the parent's. [`join`] demands that
//!    both of its children name the same parent's, and a family has the parent's own top in it, whose commitment is
//!    proved. Why equal messages mean exactly once: [`crossings`].
//! 5. *Accounts are not shared.* Two siblings with one bridge account would both be credited for one deposit, and a portal
//!    that is a bridge too would pay twice. Accounts are public, in the hash of the attached, and the verifier's list is
//!    refused where two of one rollup are the same.

pub mod attach;
pub mod child;
mod choice;
pub mod crossings;
pub mod join;
pub mod keys;
pub mod values;
