//! The configurations of plonky2 that are proved with: what hashes commitments, and what follows from that.

use crate::circuit::{Config, EXTENSION};
use crate::plonk::tree::{MergeTree, NoTree, Tree};
use plonky2::plonk::config::{GenericConfig, Hasher, KeccakGoldilocksConfig};
use workloads::hash::Felt;

/// A configuration of plonky2. The statement and its circuits are the same under each.
pub trait PlonkConfig: GenericConfig<EXTENSION, F = Felt> {
    /// The name of the proof system.
    const NAME: &'static str;
    /// What hashes commitments.
    const COMMITMENTS: &'static str;
    /// What aggregates.
    type Tree: Tree<Self>;

    /// Bits of security of the commitments against collisions: half the length of a digest.
    fn collision_bits() -> u32 {
        4 * <<Self as GenericConfig<EXTENSION>>::Hasher as Hasher<Felt>>::HASH_SIZE as u32
    }
}

/// Commitments by Poseidon, which a circuit verifies at a bearable cost.
impl PlonkConfig for Config {
    const NAME: &'static str = "plonky2";
    const COMMITMENTS: &'static str = "Poseidon";
    type Tree = MergeTree;
}

/// Commitments by Keccak, cut to 200 bits: several times faster on a processor, and too costly inside a circuit.
impl PlonkConfig for KeccakGoldilocksConfig {
    const NAME: &'static str = "plonky2-keccak";
    const COMMITMENTS: &'static str = "Keccak-256, 200 bits";
    type Tree = NoTree;
}
