//! Proofs of batches where there may be two circuits of one form: which of the two a proof is of.
//!
//! Bytes do not say it: a proof is of the circuit whose key verifies it.

use crate::circuit::child_key::ChildCircuits;
use crate::circuit::{EXTENSION, PlonkProof};
use crate::plonk::proof::{verify_bytes, verify_proof};
use crate::system::{ProverError, Verified};
use plonky2::field::types::Field;
use plonky2::plonk::config::GenericConfig;
use std::time::Instant;
use workloads::hash::Felt;

/// Verifies bytes with the key of one of the circuits.
///
/// # Errors
/// [`ProverError::Rejected`] for anything that is not a valid proof of either.
pub(crate) fn verify_either<C: GenericConfig<EXTENSION, F = Felt>>(
    circuits: &ChildCircuits<'_, C>,
    bytes: &[u8],
) -> Result<Verified, ProverError> {
    let start = Instant::now();
    let verified = verify_bytes(circuits.first, bytes);
    match (verified, circuits.other) {
        (Err(_), Some(other)) => {
            let verified = verify_bytes(other, bytes)?;
            Ok(Verified { time: start.elapsed(), ..verified })
        }
        (verified, _) => verified,
    }
}

/// A bit for each proof, one where it is of the other circuit; none of them where there is one circuit alone, whose merge
/// finds out what is no proof of it.
///
/// # Errors
/// [`ProverError::Rejected`] for a proof of neither.
pub(crate) fn keys_of<C: GenericConfig<EXTENSION, F = Felt>>(
    circuits: &ChildCircuits<'_, C>,
    proofs: &[PlonkProof<C>],
) -> Result<Vec<Felt>, ProverError> {
    let Some(other) = circuits.other else { return Ok(Vec::new()) };
    let is_other = |proof: &PlonkProof<C>| {
        let is_first = verify_proof(circuits.first, proof.clone()).is_ok();
        if !is_first {
            verify_proof(other, proof.clone())?;
        }
        Ok(Felt::from_bool(!is_first))
    };
    proofs.iter().map(is_other).collect()
}
