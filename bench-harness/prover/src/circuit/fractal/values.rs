//! The private numbers of the circuits above the chains, computed natively. Each is a free target.

use crate::circuit::PlonkProof;
use crate::circuit::fractal::child::ChildTargets;
use crate::circuit::fractal::crossings::{CrossingTargets, SideTargets};
use crate::circuit::fractal::keys::{UpperKeyTargets, UpperKeys, VerifierKey};
use anyhow::Result;
use plonky2::field::types::Field;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use workloads::hash::{Digest, Felt, RATE};
use workloads::state::LeafIndex;

/// The numbers of [`ChildTargets`].
#[derive(Clone, Debug)]
pub struct ChildValues<'a> {
    /// The proof.
    pub proof: &'a PlonkProof,
    /// The key that it is verified with.
    pub key: &'a VerifierKey,
    /// One bit an allowed key.
    pub choice: Vec<Felt>,
    /// The rollup's identifier.
    pub id: Felt,
    /// C.
    pub commitment: Digest,
    /// E.
    pub everything: Digest,
}

/// The numbers of a join.
#[derive(Clone, Debug)]
pub struct JoinValues<'a> {
    /// The keys of both circuits.
    pub keys: UpperKeys,
    /// Left and right.
    pub children: [ChildValues<'a>; 2],
    /// One for two that settle on layer 1.
    pub is_settlement: Felt,
}

/// The numbers of one slot of a side.
#[derive(Clone, Copy, Debug)]
pub struct CrossingSlotValues {
    /// The transaction as it is committed to.
    pub elements: [Felt; RATE],
    /// One over how far sender and target are from the account.
    pub inverses: [Felt; 2],
}

/// The numbers of [`SideTargets`].
#[derive(Clone, Debug)]
pub struct SideValues {
    /// The leaf's number of the bridge, or of the portal.
    pub account: Felt,
    /// One over it.
    pub account_inverse: Felt,
    /// The slots of all batches in order, padding included.
    pub slots: Vec<CrossingSlotValues>,
}

/// The numbers of [`CrossingTargets`].
#[derive(Clone, Debug)]
pub struct CrossingValues {
    /// The rollup that is settled on.
    pub parent: SideValues,
    /// The rollup that settles on it.
    pub child: SideValues,
}

/// The numbers of an attachment.
#[derive(Clone, Debug)]
pub struct AttachValues<'a> {
    /// The keys of both circuits.
    pub keys: UpperKeys,
    /// The rollup with all that is attached to it.
    pub child: ChildValues<'a>,
    /// What crosses.
    pub crossings: CrossingValues,
}

fn inverse_or_zero(element: Felt) -> Felt {
    if element.is_zero() { Felt::ZERO } else { element.inverse() }
}

impl SideValues {
    /// The honest numbers of a side: its account and the committed elements of each slot, padding included.
    pub fn honest(account: LeafIndex, slots: &[[Felt; RATE]]) -> Self {
        let account = Felt::from_canonical_u64(account.0);
        let slots = slots
            .iter()
            .map(|elements| CrossingSlotValues {
                elements: *elements,
                inverses: [elements[1], elements[2]].map(|leaf| inverse_or_zero(leaf - account)),
            })
            .collect();
        Self { account, account_inverse: inverse_or_zero(account), slots }
    }
}

pub(crate) fn set_keys(
    witness: &mut PartialWitness<Felt>,
    targets: &UpperKeyTargets,
    keys: UpperKeys,
) -> Result<()> {
    witness.set_hash_target(targets.attach, keys.attach)?;
    witness.set_hash_target(targets.join, keys.join)
}

pub(crate) fn set_child(
    witness: &mut PartialWitness<Felt>,
    targets: &ChildTargets,
    values: &ChildValues<'_>,
) -> Result<()> {
    let ChildTargets { proof, key, choice, id, commitment, everything } = targets;
    anyhow::ensure!(values.choice.len() == choice.len(), "one bit for each allowed key");
    witness.set_proof_with_pis_target(proof, values.proof)?;
    witness.set_verifier_data_target(key, values.key)?;
    for (target, bit) in choice.iter().zip(&values.choice) {
        witness.set_target(*target, *bit)?;
    }
    witness.set_target(*id, values.id)?;
    witness.set_hash_target(*commitment, values.commitment)?;
    witness.set_hash_target(*everything, values.everything)
}

/// Sets both sides of an exchange.
///
/// # Errors
/// Another number of slots than the circuit has, or values that contradict each other.
pub fn set_crossings(
    witness: &mut PartialWitness<Felt>,
    targets: &CrossingTargets,
    values: &CrossingValues,
) -> Result<()> {
    let CrossingTargets { parent, child } = targets;
    set_side(witness, parent, &values.parent)?;
    set_side(witness, child, &values.child)
}

fn set_side(witness: &mut PartialWitness<Felt>, targets: &SideTargets, values: &SideValues) -> Result<()> {
    let SideTargets { account, account_inverse, slots } = targets;
    anyhow::ensure!(values.slots.len() == slots.len(), "one set of values for each slot");
    witness.set_target(*account, values.account)?;
    witness.set_target(*account_inverse, values.account_inverse)?;
    for (targets, values) in slots.iter().zip(&values.slots) {
        for (target, element) in targets.elements.iter().zip(values.elements) {
            witness.set_target(*target, element)?;
        }
        for (target, inverse) in targets.inverses.iter().zip(values.inverses) {
            witness.set_target(*target, inverse)?;
        }
    }
    Ok(())
}
