//! A circuit with its keys as one file: what it is of, its key's digest, plonky2's encoding, and a checksum over all.
//!
//! ```text
//! bench-harness circuit 1\n
//! length (8 bytes, lowest first), what the circuit is of: text
//! length,                         the digest of the verifier's key: text
//! length,                         the circuit
//! checksum (8 bytes) of all before it
//! ```
//!
//! The checksum finds what happens to files, and comes before anything is made of the bytes: plonky2 takes lengths in them
//! at their word. It is none against a forger, who can compute it; what a forged file can do is said in
//! [`crate::plonk::cache`].

use crate::circuit::{Circuit, EXTENSION};
use crate::plonk::serial::{CircuitBytes, Gates, Generators};
use crate::size::key_digest;
use foldhash::quality::FixedState;
use plonky2::field::types::Field;
use plonky2::plonk::config::{GenericConfig, GenericHashOut, Hasher};
use plonky2::util::serialization::Read as _;
use std::hash::{BuildHasher, Hasher as _};
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use workloads::hash::Felt;

const MAGIC: &[u8] = b"bench-harness circuit 1\n";
/// Bytes of a length and of the checksum.
const WORD: usize = 8;
/// No description is as long.
const ABOUT_MAX: u64 = 10_000;
/// Why a file is of no use that is whole.
pub(crate) const OTHER: &str = "it is of another circuit or another version of the program";

pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::with_seed(0).build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The file of a circuit; none where plonky2 cannot write it.
pub(crate) fn encode<C: GenericConfig<EXTENSION, F = Felt>>(
    about: &str,
    circuit: &Circuit<C>,
) -> Option<Vec<u8>> {
    let body = circuit.to_bytes(&Gates, &Generators).ok()?;
    let mut bytes = Vec::with_capacity(body.len() + about.len() + 256);
    bytes.extend_from_slice(MAGIC);
    for piece in [about.as_bytes(), key_digest(circuit).as_bytes(), &body] {
        bytes.extend_from_slice(&(piece.len() as u64).to_le_bytes());
        bytes.extend_from_slice(piece);
    }
    bytes.extend_from_slice(&checksum(&bytes).to_le_bytes());
    Some(bytes)
}

/// Takes a length and as many bytes.
fn piece<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<WORD>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (piece, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(piece)
}

/// The circuit of a file and what it says that it is of, which begins with `about`; or why it has none.
pub(crate) fn decode<C: GenericConfig<EXTENSION, F = Felt>>(
    bytes: &[u8],
    about: &str,
) -> Result<(String, Circuit<C>), &'static str> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or("it is no circuit of this form")?;
    let mut next = || piece(&mut rest).ok_or("it ends early");
    let (written_about, digest, body) = (next()?, next()?, next()?);
    let whole = bytes.len() - rest.len();
    if rest != checksum(&bytes[..whole]).to_le_bytes() {
        return Err("its checksum is wrong");
    }
    let written_about = str::from_utf8(written_about).ok().filter(|written| written.starts_with(about));
    let written_about = written_about.ok_or(OTHER)?;
    // A forged one can still make plonky2 panic.
    let read = || CircuitBytes::new(body).read_circuit_data::<Felt, C, EXTENSION>(&Gates, &Generators);
    let read = catch_unwind(AssertUnwindSafe(read));
    let Ok(Ok(circuit)) = read else { return Err("its bytes are no circuit") };
    if digest != key_digest(&circuit).as_bytes() || !is_one_key(&circuit) {
        return Err("its key is not the one that it names");
    }
    Ok((written_about.to_owned(), circuit))
}

/// Whether prover and verifier have the same key, and its digest is over its commitments: as plonky2 1.1.0 makes it.
fn is_one_key<C: GenericConfig<EXTENSION, F = Felt>>(circuit: &Circuit<C>) -> bool {
    let key = &circuit.verifier_only;
    let prover = &circuit.prover_only;
    let no_separator = C::Hasher::hash_pad(&[]).to_vec();
    let degree = vec![Felt::from_canonical_usize(circuit.common.degree_bits())];
    let parts = [key.constants_sigmas_cap.flatten(), no_separator, degree].concat();
    C::Hasher::hash_no_pad(&parts) == key.circuit_digest
        && prover.circuit_digest == key.circuit_digest
        && prover.constants_sigmas_commitment.merkle_tree.cap == key.constants_sigmas_cap
}

/// Whether a file says that it is of this circuit. Only its beginning is read.
pub(crate) fn is_about(file: &Path, about: &str) -> bool {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(file)?.take(ABOUT_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let Ok(bytes) = read() else { return false };
    bytes.strip_prefix(MAGIC).and_then(|mut rest| piece(&mut rest)) == Some(about.as_bytes())
}
