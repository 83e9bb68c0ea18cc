//! The statement as constraints: what a batch must satisfy, and what an aggregation must.
//!
//! | room | what it constrains |
//! |---|---|
//! | [`u16_gate`] | fifteen numbers below 2^16 a row: the only range check there is |
//! | [`amount`] | 64-bit amounts as limbs; adding and taking away without wrapping |
//! | [`leaf`] | hashing a leaf, reading and writing one token of it |
//! | [`path`] | a leaf stands in a tree, and what the root becomes |
//! | [`swap`] | the constant-product formula, exact in the integers |
//! | [`slot`] | one transaction or padding |
//! | [`values`] | the private numbers of a slot, computed natively |
//! | [`batch`] | all slots in a chain, and the public inputs |
//! | [`registers`] | batches of swaps that open each pool once |
//! | [`aggregate`] | two proofs become one, or four |
//! | [`child_key`] | the key of a merge's child: of one circuit, or of one of two |
//! | [`fan_in`] | how many proofs a merge takes |
//! | [`fractal`] | many rollups of different circuits become one proof |
//!
//! Every private number that is not forced by another is a free target set from [`values`], never by a hidden
//! generator: a test can therefore hand the circuit any lie that a dishonest prover could.

pub mod aggregate;
pub mod amount;
pub mod batch;
pub mod child_key;
pub mod fan_in;
pub mod fractal;
pub mod leaf;
pub mod path;
pub mod registers;
pub mod slot;
pub mod swap;
pub mod u16_gate;
pub mod values;

use plonky2::plonk::circuit_builder::CircuitBuilder;
use plonky2::plonk::circuit_data::CircuitData;
use plonky2::plonk::config::PoseidonGoldilocksConfig;
use plonky2::plonk::proof::ProofWithPublicInputs;
use workloads::hash::Felt;

/// The degree of the field extension in which challenges live.
pub const EXTENSION: usize = 2;

/// The configuration under which proofs can be aggregated: Goldilocks, Poseidon.
pub type Config = PoseidonGoldilocksConfig;

/// A circuit under construction. It knows no configuration yet: the constraints are the same under each.
pub type Builder = CircuitBuilder<Felt, EXTENSION>;

/// A circuit with its keys.
pub type Circuit<C = Config> = CircuitData<Felt, C, EXTENSION>;

/// A proof with its public inputs, as plonky2 holds it.
pub type PlonkProof<C = Config> = ProofWithPublicInputs<Felt, C, EXTENSION>;
