//! Making, writing, reading and verifying one plonky2 proof, whatever the circuit and the configuration.

use crate::circuit::{Circuit, Config, EXTENSION, PlonkProof};
use crate::grind::grind_of;
use crate::statement::Statement;
use crate::system::{ProverError, Verified};
use plonky2::iop::generator::generate_partial_witness;
use plonky2::iop::witness::PartialWitness;
use plonky2::plonk::config::GenericConfig;
use plonky2::plonk::prover::prove_with_partition_witness;
use plonky2::util::timing::TimingTree;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use workloads::hash::Felt;

/// A proof of any circuit of this crate and what it took.
#[derive(Debug)]
pub struct Timed<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// The proof.
    pub proof: PlonkProof<C>,
    /// From the inputs to all wire values.
    pub witness: Duration,
    /// From wire values to the proof.
    pub prove: Duration,
    /// What of that was grinding, where plonky2 tells.
    pub grind: Option<Duration>,
}

/// Runs plonky2 over given inputs; `what` names them in an error. Where they break a constraint plonky2 panics; that
/// is caught, since the inputs came from outside.
///
/// # Errors
/// [`ProverError::NoProof`] where the inputs contradict each other or break a constraint.
pub fn prove_with<C: GenericConfig<EXTENSION, F = Felt>>(
    circuit: &Circuit<C>,
    inputs: PartialWitness<Felt>,
    what: &str,
) -> Result<Timed<C>, ProverError> {
    let run = || -> anyhow::Result<Timed<C>> {
        let start = Instant::now();
        let filled = generate_partial_witness(inputs, &circuit.prover_only, &circuit.common)?;
        let witness = start.elapsed();
        let start = Instant::now();
        let mut timing = TimingTree::default();
        let proof = prove_with_partition_witness(&circuit.prover_only, &circuit.common, filled, &mut timing)?;
        let prove = start.elapsed();
        Ok(Timed { proof, witness, prove, grind: grind_of(&timing) })
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(timed)) => Ok(timed),
        Ok(Err(error)) => Err(no_proof(what, &error)),
        Err(_) => {
            let why = "the witness breaks a constraint of the circuit".to_owned();
            Err(ProverError::NoProof { what: what.to_owned(), why })
        }
    }
}

/// The error of a proof that was not made; `what` names it.
pub(crate) fn no_proof(what: &str, error: &anyhow::Error) -> ProverError {
    ProverError::NoProof { what: what.to_owned(), why: error.to_string() }
}

/// A proof of its bytes. A proof has one encoding: bytes that decode to the same proof in another way are refused.
pub(crate) fn decode<C: GenericConfig<EXTENSION, F = Felt>>(
    circuit: &Circuit<C>,
    bytes: &[u8],
) -> Result<PlonkProof<C>, ProverError> {
    let rejected = |why: &str| ProverError::Rejected { why: why.to_owned() };
    let read =
        catch_unwind(AssertUnwindSafe(|| PlonkProof::<C>::from_bytes(bytes.to_vec(), &circuit.common)));
    let Ok(Ok(proof)) = read else {
        return Err(rejected("its bytes are not a proof of this circuit"));
    };
    if proof.to_bytes() != bytes {
        return Err(rejected("its bytes are not the proper encoding of a proof"));
    }
    Ok(proof)
}

/// Verifies bytes with the key of a circuit and says what they state. plonky2's verifier panics on some bytes that are
/// no proof; that is caught, since they came from outside.
///
/// # Errors
/// [`ProverError::Rejected`] for anything that is not a valid proof.
pub(crate) fn verify_bytes<C: GenericConfig<EXTENSION, F = Felt>>(
    circuit: &Circuit<C>,
    bytes: &[u8],
) -> Result<Verified, ProverError> {
    let start = Instant::now();
    let decoded = decode(circuit, bytes)?;
    let statement = statement_of(&decoded)?;
    verify_proof(circuit, decoded)?;
    Ok(Verified { statement, time: start.elapsed() })
}

/// The same of a proof as plonky2 holds it.
pub(crate) fn verify_proof<C: GenericConfig<EXTENSION, F = Felt>>(
    circuit: &Circuit<C>,
    proof: PlonkProof<C>,
) -> Result<(), ProverError> {
    match catch_unwind(AssertUnwindSafe(|| circuit.verify(proof))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(ProverError::Rejected { why: error.to_string() }),
        Err(_) => Err(ProverError::Rejected { why: "the verifier stopped on it".to_owned() }),
    }
}

/// What a proof states, verified or not.
pub(crate) fn statement_of<C: GenericConfig<EXTENSION, F = Felt>>(
    proof: &PlonkProof<C>,
) -> Result<Statement, ProverError> {
    Statement::from_elements(&proof.public_inputs).ok_or_else(|| ProverError::Rejected {
        why: format!(
            "{} public elements instead of {}",
            proof.public_inputs.len(),
            crate::statement::PUBLIC_ELEMENTS
        ),
    })
}
