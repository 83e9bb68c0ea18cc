//! A child proved by another circuit, or under another key.

use super::world::{WORLD, World, quiet};
use plonky2::field::types::Field;
use plonky2::gates::noop::NoopGate;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use prover::circuit::aggregate::AggregateCircuit;
use prover::circuit::fractal::join::JoinCircuit;
use prover::circuit::fractal::keys::{TopKey, Tops, UpperKeys, key_digest};
use prover::circuit::fractal::values::{ChildValues, JoinValues};
use prover::circuit::{Builder, Circuit, Config, PlonkProof};
use prover::fractal::native::NodeStatement;
use prover::fractal::system::NodeSource;
use prover::plonk::prove_with;
use prover::statement::{PUBLIC_ELEMENTS, Statement};
use prover::system::ProverError;
use workloads::hash::{Digest, Felt};

/// The settlement of the rollups 0 and 2: what each lie begins with.
fn settled<'a>(world: &'a World, proofs: &'a [PlonkProof; 2]) -> JoinValues<'a> {
    let [left, right] = [0, 2].map(|rollup| world.top(rollup));
    let children = [world.child(left, &proofs[0]), world.child(right, &proofs[1])];
    JoinValues { keys: world.system.keys(), children, is_settlement: Felt::ONE }
}

fn proofs(world: &World) -> [PlonkProof; 2] {
    [0, 2].map(|rollup| world.decoded(world.top(rollup)))
}

/// A top that says whatever it is told: a level above a circuit without constraints.
fn forged(statement: &Statement) -> (AggregateCircuit, PlonkProof) {
    forged_under(statement, None)
}

/// The same, with a digest of a circuit that is not its own in its key and in its proofs.
fn forged_under(statement: &Statement, digest: Option<Digest>) -> (AggregateCircuit, PlonkProof) {
    let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
    let elements = builder.add_virtual_targets(PUBLIC_ELEMENTS);
    builder.register_public_inputs(&elements);
    while builder.num_gates() < 200 {
        builder.add_gate(NoopGate, vec![]);
    }
    let circuit: Circuit = builder.build::<Config>();
    let mut witness = PartialWitness::new();
    for (target, element) in elements.iter().zip(statement.elements()) {
        witness.set_target(*target, element).expect("free");
    }
    let batch = prove_with(&circuit, witness, "a forged batch").expect("says anything").proof;
    let mut top = AggregateCircuit::build_padded(&circuit);
    if let Some(digest) = digest {
        top.circuit.prover_only.circuit_digest = digest;
        top.circuit.verifier_only.circuit_digest = digest;
    }
    let inputs = top.witness(&[&batch]).expect("of the right form");
    let proof = prove_with(&top.circuit, inputs, "a forged top").expect("its own key").proof;
    (top, proof)
}

#[test]
fn each_constraint_of_a_choice_stands_alone() {
    let world = &*WORLD;
    let proofs = proofs(world);
    let honest = settled(world, &proofs);
    assert!(world.joined(&honest).is_some());
    let refuses = |what: &str, lie: &dyn Fn(&mut ChildValues<'_>)| {
        for side in 0..2 {
            let mut values = honest.clone();
            lie(&mut values.children[side]);
            assert!(world.joined(&values).is_none(), "{what}, child {side}");
        }
    };
    refuses("another kind", &|child| child.choice.swap(0, 1));
    refuses("an attachment", &|child| child.choice = [0, 0, 1, 0].map(Felt::from_canonical_u64).to_vec());
    refuses("none", &|child| child.choice.fill(Felt::ZERO));
    refuses("two", &|child| child.choice[..2].fill(Felt::ONE));
    // A sum of one from what is no bit.
    refuses("no bits", &|child| {
        child.choice = [Felt::TWO, Felt::NEG_ONE, Felt::ZERO, Felt::ZERO].to_vec();
    });
    let half = Felt::TWO.inverse();
    refuses("halves", &|child| child.choice = [half, half, Felt::ZERO, Felt::ZERO].to_vec());
    // What a top commits to is what it said, for the parent and of everything.
    refuses("another commitment", &|child| child.commitment.elements[2] += Felt::ONE);
    refuses("other transactions", &|child| child.everything.elements[1] += Felt::ONE);
    // The key of another circuit, with its own bit.
    for side in 0..2 {
        let mut values = honest.clone();
        values.children[side].choice = [0, 0, 0, 1].map(Felt::from_canonical_u64).to_vec();
        values.children[side].key = &world.system.join_circuit().circuit.verifier_only;
        assert!(world.joined(&values).is_none(), "child {side}");
    }
    // Neither a family nor a settlement.
    for mode in [Felt::TWO, Felt::NEG_ONE] {
        assert!(world.joined(&JoinValues { is_settlement: mode, ..honest.clone() }).is_none(), "{mode}");
    }
}

/// A top whose transactions are those that it commits to, for the parent and of everything: only that it said others.
#[test]
fn a_commitment_that_the_child_did_not_say() {
    let world = &*WORLD;
    let proofs = proofs(world);
    let honest = settled(world, &proofs);
    for side in 0..2 {
        let mut values = honest.clone();
        let child = &mut values.children[side];
        assert_eq!(child.everything, child.commitment);
        child.commitment.elements[2] += Felt::ONE;
        child.everything = child.commitment;
        assert!(world.joined(&values).is_none(), "child {side}");
    }
}

#[test]
fn verifier_data_that_mixes_two_keys() {
    let world = &*WORLD;
    let proofs = proofs(world);
    let honest = settled(world, &proofs);
    let other = &honest.children[1].key;
    // The digest of one with the commitments of the other, and the reverse: the digest of a key is over both.
    let mut mixed = honest.children[0].key.clone();
    mixed.circuit_digest = other.circuit_digest;
    let mut reversed = honest.children[0].key.clone();
    reversed.constants_sigmas_cap = other.constants_sigmas_cap.clone();
    for key in [&mixed, &reversed, *other] {
        let mut values = honest.clone();
        values.children[0].key = key;
        assert!(world.joined(&values).is_none());
    }
}

/// The same gates, rows and settings, and no constraint: what a prover would build who wants to say more.
#[test]
fn a_forged_top_with_the_same_common_data_has_no_place() {
    let world = &*WORLD;
    quiet();
    let lie = Statement { transactions: 1_000, ..world.chains[0] };
    let (top, proof) = forged(&lie);
    let honest_top = world.system.circuit(world.top(0).source).expect("set up");
    assert_eq!(top.circuit.common, honest_top.common, "nothing but the key tells them apart");
    assert!(top.circuit.verify(proof.clone()).is_ok() && honest_top.verify(proof.clone()).is_err());
    let proofs = proofs(world);
    let honest = settled(world, &proofs);
    for key in [&top.circuit.verifier_only, honest.children[0].key] {
        for chosen in 0..4 {
            let mut values = honest.clone();
            values.children[0].proof = &proof;
            values.children[0].key = key;
            values.children[0].choice.fill(Felt::ZERO);
            values.children[0].choice[chosen] = Felt::ONE;
            assert!(world.joined(&values).is_none(), "choice {chosen}");
        }
    }
}

/// plonky2 draws its challenges from a circuit's digest, and takes for that whatever it is told: a key is its commitments
/// too.
#[test]
fn forged_commitments_under_an_honest_digest() {
    let world = &*WORLD;
    quiet();
    let lie = Statement { transactions: 1_000, ..world.chains[0] };
    let honest_top = world.system.circuit(world.top(0).source).expect("set up");
    let (top, proof) = forged_under(&lie, Some(honest_top.verifier_only.circuit_digest));
    assert!(top.circuit.verify(proof.clone()).is_ok(), "a proof under such a key can be made");
    let proofs = proofs(world);
    let mut values = settled(world, &proofs);
    values.children[0].proof = &proof;
    values.children[0].key = &top.circuit.verifier_only;
    assert!(world.joined(&values).is_none());
}

/// A join over forged tops is of the same form again. Whoever names its key may go on from it, and says so.
#[test]
fn a_forged_join_shows_in_the_keys_that_are_sealed() {
    let world = &*WORLD;
    quiet();
    let lie = Statement { transactions: 1_000, ..world.chains[0] };
    let (top, proof) = forged(&lie);
    let digest = key_digest(&top.circuit.verifier_only);
    let keys = [1, 2].map(|number| TopKey { number, digest });
    let forged_join = JoinCircuit::build(Tops { common: &top.circuit.common, keys: &keys });
    let honest_join = &world.system.join_circuit().circuit;
    assert_eq!(forged_join.circuit.common, honest_join.common);
    let forged_keys = UpperKeys {
        attach: world.system.keys().attach,
        join: key_digest(&forged_join.circuit.verifier_only),
    };
    let child = |place: usize| {
        let mut choice = vec![Felt::ZERO; 4];
        choice[place] = Felt::ONE;
        let (commitment, everything) = (lie.commitment, lie.commitment);
        let id = Felt::from_canonical_u64(70);
        ChildValues { proof: &proof, key: &top.circuit.verifier_only, choice, id, commitment, everything }
    };
    // The forged proof names the forged keys, or the honest ones.
    for inner in [forged_keys, world.system.keys()] {
        let values = JoinValues { keys: inner, children: [child(0), child(0)], is_settlement: Felt::ONE };
        let inputs = forged_join.witness(&values).expect("of the right form");
        let settled = prove_with(&forged_join.circuit, inputs, "a forged join").expect("its own key").proof;
        let everything =
            workloads::hash::hash_two(workloads::hash::Domain::Settlement, lie.commitment, lie.commitment);
        let honest_top = world.decoded(world.top(2));
        let upper = ChildValues {
            proof: &settled,
            key: &forged_join.circuit.verifier_only,
            choice: [0, 0, 0, 1].map(Felt::from_canonical_u64).to_vec(),
            id: Felt::ZERO,
            commitment: everything,
            everything,
        };
        for outer in [world.system.keys(), forged_keys] {
            let children = [upper.clone(), world.child(world.top(2), &honest_top)];
            let values = JoinValues { keys: outer, children, is_settlement: Felt::ONE };
            let made = world.joined(&values);
            // There is a proof where both name the forged key, and it shows: no verifier expects that key.
            assert_eq!(made.is_some(), outer == forged_keys && inner == forged_keys, "{inner:?} {outer:?}");
            let Some(bytes) = made else { continue };
            let said = public(&bytes, honest_join);
            let native = NodeStatement {
                old_root: said.old_root,
                new_root: said.new_root,
                commitment: sealed_everything(world, everything),
                everything: sealed_everything(world, everything),
                transactions: said.transactions,
            };
            assert_eq!(native.sealed(forged_keys), said);
            let verdict = world.system.verify(NodeSource::Join, &bytes, &native);
            assert!(matches!(verdict, Err(ProverError::Mismatch { .. })), "{verdict:?}");
        }
    }
}

fn sealed_everything(world: &World, left: Digest) -> Digest {
    workloads::hash::hash_two(workloads::hash::Domain::Settlement, left, world.chains[2].commitment)
}

fn public(bytes: &[u8], circuit: &Circuit) -> Statement {
    let proof: PlonkProof = PlonkProof::from_bytes(bytes.to_vec(), &circuit.common).expect("a proof");
    Statement::from_elements(&proof.public_inputs).expect("thirteen")
}
