//! The statement as tables of low degree over Goldilocks, proved with Plonky3: commitments by Keccak, no aggregation.
//!
//! It is the statement of [`crate::circuit`] to the letter: the same state, hashed by plonky2's Poseidon, the same
//! thirteen public elements, the same rules. Three tables exchange messages on buses (logUp), under one proof:
//!
//! ```text
//!                 transactions                    leaves
//!   slots ──────────────────────────> hashes <────────────────> slots
//!     │                                 │  ▲
//!     │ bytes                     nodes │  │ nodes
//!     ▼                                 ▼  │
//!   fixed <───────── root ─────────── hashes
//! ```
//!
//! | room | what it owns |
//! |---|---|
//! | [`hashes`] | one permutation a row: the sponge over the batch; each leaf and node that the batch touches, once before and once after |
//! | [`slots`] | one transaction a row, and the order of reads and writes with its source |
//! | [`division`] | the constant-product formula, exact in the integers |
//! | [`fixed`] | bytes, and the root as the statement has it |
//! | [`bus`] | the messages |
//! | [`permutation`] | plonky2's Poseidon in 248 columns |
//! | [`integer`] | amounts made of bytes |
//! | [`slot_columns`] | the order of a slot's columns |
//! | [`slot_values`], [`touched`], [`traces`] | what an honest prover puts into the tables |
//! | [`table`] | the three tables as one type |
//! | [`config`] | FRI, and why 100 bits |
//! | [`security`] | what of that is proven |
//! | [`check`] | the constraints over given cells, without a proof |
//! | [`system`] | keys, proofs as bytes, times |
//! | [`field`] | one field, two libraries |
//!
//! # Why a proof means the statement
//! 1. [`slots`] holds each transaction to the rules, given what its leaves held before.
//! 2. [`slots`], "The order of reads and writes": what they held is what was written last, and first of all what stood
//!    in the leaf's row of [`hashes`] before the batch; what was written last of all stands there after it.
//! 3. [`hashes`] holds those leaves to one tree, of the old root before and of the new root after, in which nothing
//!    else changes.
//! 4. [`hashes`] absorbs exactly the slots' transactions, in their order, then padding: the commitment and the count.
//!
//! Each constraint has a lie in `tests/tables` that it alone refuses, or stands there in a list with the reason why the
//! others imply it. Lies are proved as well, so that it is the verifier who refuses them.
//!
//! # How it is built
//! [`system::Plonky3::new`] is a [`crate::system::ProofSystem`] without keys; `set_up` makes them for a shape of any
//! capacity up to [`slots::CAPACITY_MAX`], in milliseconds, and ignores for how many batches. `aggregate` refuses.
//! [`security::security`] tells the bits of a shape before any proof is made.
//!
//! What is not argued here: that logUp, FRI and Keccak are what they are thought to be ([`config`], [`security`]).

pub mod bus;
pub mod check;
pub mod config;
pub mod division;
pub mod field;
pub mod fixed;
pub mod hashes;
pub mod integer;
pub mod permutation;
pub mod security;
pub mod slot_columns;
pub mod slot_values;
pub mod slots;
pub mod system;
pub mod table;
pub mod touched;
pub mod traces;
