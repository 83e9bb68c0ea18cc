//! How tables are committed to and opened: FRI over Goldilocks, all hashing by Keccak.
//!
//! | | here | plonky2's `standard_recursion_config` |
//! |---|---|---|
//! | rate | 2^−1 | 2^−3 |
//! | queries | 84 | 28 |
//! | bits of proof of work before the queries | 16 | 16 |
//! | conjectured bits: rate · queries + proof of work (ethSTARK, <https://eprint.iacr.org/2021/582>, section 5.10.1) | 1 · 84 + 16 = 100 | 3 · 28 + 16 = 100 |
//! | challenges | 128 bits: degree 2 over Goldilocks | the same |
//!
//! A lower rate makes each query cheaper to answer and more of them necessary: proving takes a fraction, the proof is
//! larger. What is *proven* is less and depends on the heights of a proof's tables: see
//! [`crate::plonky3::security`].

use crate::plonky3::field::Val;
use crate::system::{Shape, SlotKind};
use p3_challenger::{HashChallenger, SerializingChallenger64};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::extension::BinomialExtensionField;
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_keccak::{Keccak256Hash, KeccakF, VECTOR_LEN};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{CompressionFunctionFromHasher, PaddingFreeSponge, SerializingHasher};
use p3_uni_stark::StarkConfig;

/// Where challenges live.
pub type Challenge = BinomialExtensionField<Val, 2>;

type WordHash = PaddingFreeSponge<KeccakF, 25, 17, 4>;
type RowHash = SerializingHasher<WordHash>;
type NodeHash = CompressionFunctionFromHasher<WordHash, 2, 4>;
type Commitments = MerkleTreeMmcs<[Val; VECTOR_LEN], [u64; VECTOR_LEN], RowHash, NodeHash, 2, 4>;
type ChallengeCommitments = ExtensionMmcs<Val, Challenge, Commitments>;
type Transcript = SerializingChallenger64<Val, HashChallenger<u8, Keccak256Hash, 32>>;
type Pcs = TwoAdicFriPcs<Val, Radix2DitParallel<Val>, Commitments, ChallengeCommitments>;

/// The configuration of proofs.
pub type TableConfig = StarkConfig<Pcs, Challenge, Transcript>;

/// log2 of how much longer a codeword is than its message.
pub const RATE_BITS: usize = 1;
/// Queries of a proof.
pub const QUERIES: usize = 84;
/// Bits of proof of work before the queries.
pub const PROOF_OF_WORK_BITS: usize = 16;
/// log2 of how many values a folding of FRI takes together, at most.
pub const FOLDING_BITS: usize = 3;

/// Bits of security that are conjectured, by the arithmetic of the table above.
pub const CONJECTURED_BITS: usize = RATE_BITS * QUERIES + PROOF_OF_WORK_BITS;
const _: () = assert!(CONJECTURED_BITS == 100);

/// The configuration of proofs of a shape. The shape is part of the transcript, so that no challenge is shared
/// between the constraints of two shapes.
pub fn config(shape: Shape) -> TableConfig {
    let words = WordHash::new(KeccakF {});
    let commitments = Commitments::new(RowHash::new(words), NodeHash::new(words), 0);
    let fri = FriParameters {
        log_blowup: RATE_BITS,
        log_final_poly_len: 0,
        max_log_arity: FOLDING_BITS,
        num_queries: QUERIES,
        batch_proof_of_work_bits: 0,
        commit_proof_of_work_bits: 0,
        query_proof_of_work_bits: PROOF_OF_WORK_BITS,
        mmcs: ChallengeCommitments::new(commitments.clone()),
    };
    let pcs = Pcs::new(Radix2DitParallel::default(), commitments, fri);
    TableConfig::new(pcs, Transcript::from_hasher(seed(shape), Keccak256Hash {}))
}

/// What a transcript begins with.
fn seed(Shape { depth, capacity, slots }: Shape) -> Vec<u8> {
    let swaps = u8::from(slots != SlotKind::Transfer);
    let mut seed = b"batch of transactions over a Poseidon tree, tables 2".to_vec();
    seed.push(u8::from(depth));
    seed.extend((capacity as u64).to_le_bytes());
    seed.push(swaps);
    seed
}

/// The version of the Plonky3 crates that are compiled in, by the lock file.
pub const VERSION: &str = env!("PLONKY3_VERSION");
