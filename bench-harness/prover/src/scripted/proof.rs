//! The bytes of a scripted proof: what it states, and a checksum.

use crate::statement::{PUBLIC_ELEMENTS, Statement};
use crate::system::{Proof, ProofKind, ProverError};
use plonky2::field::types::{Field, Field64, PrimeField64};
use workloads::hash::Felt;

const MAGIC: &[u8; 8] = b"scripted";
/// Magic and level.
pub(crate) const HEAD_BYTES: usize = 16;
const PROOF_BYTES: usize = HEAD_BYTES + 8 * PUBLIC_ELEMENTS + 8;

fn level_of(kind: ProofKind) -> u64 {
    match kind {
        ProofKind::Batch => 0,
        ProofKind::Aggregate { level } => level as u64,
    }
}

/// Magic, level, public elements, checksum; numbers little-endian.
pub(crate) fn encode(kind: ProofKind, statement: &Statement) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PROOF_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&level_of(kind).to_le_bytes());
    for element in statement.elements() {
        bytes.extend_from_slice(&element.to_canonical_u64().to_le_bytes());
    }
    let sum = checksum(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

pub(crate) fn decode(proof: &Proof) -> Result<Statement, ProverError> {
    let Proof { kind, bytes } = proof;
    if bytes.len() != PROOF_BYTES || !bytes.starts_with(MAGIC) {
        return Err(rejected("not a proof of the scripted system"));
    }
    let number = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let sum_at = PROOF_BYTES - 8;
    if checksum(&bytes[..sum_at]) != number(sum_at) {
        return Err(rejected("its checksum is wrong"));
    }
    if number(MAGIC.len()) != level_of(*kind) {
        return Err(rejected("it is of another kind"));
    }
    let elements: Vec<_> = (0..PUBLIC_ELEMENTS).map(|index| number(HEAD_BYTES + 8 * index)).collect();
    if elements.iter().any(|element| *element >= Felt::ORDER) {
        return Err(rejected("a public element is no field element"));
    }
    let elements: Vec<_> = elements.into_iter().map(Felt::from_canonical_u64).collect();
    Statement::from_elements(&elements).ok_or_else(|| rejected("it lacks public elements"))
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): each step is a bijection, so that a change of any one byte always shows.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) fn rejected(why: &str) -> ProverError {
    ProverError::Rejected { why: why.to_owned() }
}
