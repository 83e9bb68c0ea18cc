//! Each constraint of a merge alone, of two children and of four, over children that say anything.

use plonky2::field::types::Field;
use plonky2::gates::noop::NoopGate;
use plonky2::iop::target::Target;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use prover::circuit::aggregate::AggregateCircuit;
use prover::circuit::child_key::ChildCircuits;
use prover::circuit::fan_in::FanIn;
use prover::circuit::{Builder, Circuit, Config, PlonkProof};
use prover::plonk::prove_with;
use prover::statement::{PUBLIC_ELEMENTS, Statement};
use workloads::hash::{Digest, Felt};

/// One query alone: the constraints are the same, and a merge of four has few rows.
fn weak() -> CircuitConfig {
    let mut config = CircuitConfig::standard_recursion_config();
    config.fri_config.num_query_rounds = 1;
    config.fri_config.proof_of_work_bits = 1;
    config.security_bits = 4;
    config
}

/// What a child counts of the first element of its commitment; nothing else tells the circuits apart.
#[derive(Clone, Copy, PartialEq)]
enum Bound {
    Nothing,
    Once,
    Twice,
}

/// A child that states whatever it is told: what an aggregate of lies would be made from.
fn child(bound: Bound) -> (Circuit, Vec<Target>) {
    let mut builder = Builder::new(weak());
    let elements = builder.add_virtual_targets(PUBLIC_ELEMENTS);
    builder.register_public_inputs(&elements);
    let twice = builder.add(elements[8], elements[8]);
    match bound {
        Bound::Nothing => {}
        Bound::Once => builder.connect(elements[8], elements[PUBLIC_ELEMENTS - 1]),
        Bound::Twice => builder.connect(twice, elements[PUBLIC_ELEMENTS - 1]),
    }
    while builder.num_gates() < 100 {
        builder.add_gate(NoopGate, vec![]);
    }
    (builder.build::<Config>(), elements)
}

fn link(from: Digest, to: Digest, transactions: u64) -> Statement {
    Statement { old_root: from, new_root: to, commitment: root(transactions), transactions }
}

fn root(number: u64) -> Digest {
    Digest { elements: [0, 1, 2, 3].map(|lane| Felt::from_canonical_u64(number + lane)) }
}

/// A proof of any statement.
fn proof((circuit, elements): &(Circuit, Vec<Target>), statement: &Statement) -> Option<PlonkProof> {
    let mut witness = PartialWitness::new();
    for (target, element) in elements.iter().zip(statement.elements()) {
        witness.set_target(*target, element).expect("free");
    }
    prove_with(circuit, witness, "a child").ok().map(|timed| timed.proof)
}

/// The statement of a merge with any values for the bits, or `None` where there is no proof.
fn merged(level: &AggregateCircuit, children: &[&PlonkProof], bits: &[Felt]) -> Option<Statement> {
    let witness = level.witness_with(children, bits).expect("of the right shape");
    let proof = prove_with(&level.circuit, witness, "a merge").ok()?.proof;
    let statement = Statement::from_elements(&proof.public_inputs);
    level.circuit.verify(proof).ok().and(statement)
}

/// The statement of a merge as it is made of these.
fn honestly(level: &AggregateCircuit, children: &[&PlonkProof]) -> Option<Statement> {
    let witness = level.witness(children).ok()?;
    let proof = prove_with(&level.circuit, witness, "a merge").ok()?.proof;
    Statement::from_elements(&proof.public_inputs)
}

fn more(proof: &PlonkProof) -> PlonkProof {
    let mut lie = proof.clone();
    lie.public_inputs[PUBLIC_ELEMENTS - 1] += Felt::ONE;
    lie
}

const ONE: Felt = Felt::ONE;
const ZERO: Felt = Felt::ZERO;
const TWO: Felt = Felt::TWO;

#[test]
fn each_constraint_of_a_merge_of_two_stands_alone() {
    std::panic::set_hook(Box::new(|_| {}));
    let child = child(Bound::Nothing);
    let proof = |statement: &Statement| proof(&child, statement).expect("says anything");
    let level = AggregateCircuit::build_with(&child.0, FanIn::Two, weak());
    let [first, second] = [link(root(1), root(20), 5), link(root(20), root(300), 7)];
    let [left, right] = [proof(&first), proof(&second)];
    assert_eq!(merged(&level, &[&left, &right], &[ONE]), first.join(&second));
    // Whatever stands on the right of a lifted proof changes nothing.
    assert_eq!(merged(&level, &[&left, &right], &[ZERO]), Some(first));
    // The second counted twice, or taken away.
    for bit in [TWO, Felt::NEG_ONE] {
        assert_eq!(merged(&level, &[&left, &right], &[bit]), None, "{bit}");
    }
    // A gap in one element of the root alone.
    for lane in 0..4 {
        let mut begin = root(20);
        begin.elements[lane] += Felt::ONE;
        let apart = proof(&link(begin, root(300), 7));
        assert_eq!(merged(&level, &[&left, &apart], &[ONE]), None, "element {lane}");
    }
    // A child that says something else than was proved: on the left, on the right, and where it is not used.
    assert_eq!(merged(&level, &[&more(&left), &right], &[ONE]), None);
    assert_eq!(merged(&level, &[&left, &more(&right)], &[ONE]), None);
    assert_eq!(merged(&level, &[&left, &more(&right)], &[ZERO]), None);
    assert!(level.witness(&[]).is_err() && level.witness(&[&left, &right, &left]).is_err());
}

/// Four links of a chain, with roots that differ in every element.
fn chain() -> [Statement; 4] {
    let roots = [1, 20, 300, 4_000, 50_000].map(root);
    [0, 1, 2, 3].map(|at| link(roots[at], roots[at + 1], [5, 7, 11, 13][at]))
}

#[test]
fn a_merge_of_four_says_what_two_levels_of_pairs_would() {
    let child = child(Bound::Nothing);
    let level = AggregateCircuit::build_with(&child.0, FanIn::Four, weak());
    let links = chain();
    let proofs = links.map(|link| proof(&child, &link).expect("says anything"));
    let proofs: Vec<_> = proofs.iter().collect();
    let [a, b, c, d] = links;
    let pair = |left: &Statement, right: &Statement| left.join(right).expect("a chain");
    let wanted = [a, pair(&a, &b), pair(&pair(&a, &b), &c), pair(&pair(&a, &b), &pair(&c, &d))];
    for (count, wanted) in (1..).zip(wanted) {
        assert_eq!(honestly(&level, &proofs[..count]), Some(wanted), "{count} children");
        assert_eq!(Statement::join_all(&links[..count]), Some(wanted));
    }
    assert!(level.witness(&[]).is_err() && level.witness(&[proofs[0]; 5]).is_err());
}

#[test]
fn each_constraint_of_a_merge_of_four_stands_alone() {
    std::panic::set_hook(Box::new(|_| {}));
    let child = child(Bound::Nothing);
    let proof = |statement: &Statement| proof(&child, statement).expect("says anything");
    let level = AggregateCircuit::build_with(&child.0, FanIn::Four, weak());
    let links = chain();
    let proofs = links.map(|link| proof(&link));
    let with = |place: usize, other: &PlonkProof, bits: [Felt; 3]| {
        let mut children = proofs.each_ref();
        children[place] = other;
        merged(&level, &children, &bits)
    };
    let all = [ONE; 3];
    assert_eq!(with(0, &proofs[0], all), Statement::join_all(&links));
    // What stands in the places of the missing changes nothing.
    assert_eq!(with(3, &proofs[0], [ONE, ZERO, ZERO]), links[0].join(&links[1]));
    // One counted twice, or taken away: no bit, and nothing else is wrong.
    for place in 0..3 {
        for bit in [TWO, Felt::NEG_ONE] {
            let mut bits = [ZERO; 3];
            bits[..place].fill(ONE);
            bits[place] = bit;
            assert_eq!(with(0, &proofs[0], bits), None, "{bit} in place {place}");
        }
    }
    // A gap before the second, the third and the fourth, in one element of the root alone.
    for (place, link) in links.iter().enumerate().skip(1) {
        for lane in 0..4 {
            let mut apart = *link;
            apart.old_root.elements[lane] += ONE;
            assert_eq!(with(place, &proof(&apart), all), None, "element {lane} before {place}");
        }
    }
    // One missing in the middle, of children that meet all the same.
    let meets = proof(&link(links[0].new_root, links[2].new_root, 11));
    for bits in [[ZERO, ONE, ONE], [ZERO, ONE, ZERO], [ONE, ZERO, ONE], [ZERO, ZERO, ONE]] {
        let is_second_missing = bits[0] == ZERO;
        let third = if is_second_missing { &meets } else { &proofs[2] };
        assert_eq!(with(2, third, bits), None, "{bits:?}");
    }
    // A child that says something else than was proved, in each place, used or not.
    for (place, honest) in proofs.iter().enumerate() {
        for bits in [all, [ZERO; 3]] {
            assert_eq!(with(place, &more(honest), bits), None, "{place}, {bits:?}");
        }
    }
}

/// The same gates, rows and settings, and one constraint less: what a prover would build who wants to say more.
#[test]
fn a_forged_circuit_with_the_same_common_data_has_no_merge() {
    std::panic::set_hook(Box::new(|_| {}));
    let says = |child: &(Circuit, Vec<Target>), transactions: u64| {
        let commitment = root(7);
        proof(child, &Statement { old_root: root(1), new_root: root(20), commitment, transactions })
    };
    let (bound, forged) = (child(Bound::Twice), child(Bound::Nothing));
    assert_eq!(bound.0.common, forged.0.common, "nothing but the key tells them apart");
    assert!(says(&bound, 14).is_some() && says(&bound, 15).is_none());
    let lie = says(&forged, 15).expect("it says anything");
    assert!(forged.0.verify(lie.clone()).is_ok() && bound.0.verify(lie.clone()).is_err());
    for fan_in in [FanIn::Two, FanIn::Four] {
        let level = AggregateCircuit::build_with(&bound.0, fan_in, weak());
        assert_eq!(honestly(&level, &[&lie]), None);
        // A level above the forged circuit is of the same form again, and its proof is none of the honest level's.
        let above = AggregateCircuit::build_with(&forged.0, fan_in, weak());
        assert_eq!(above.circuit.common, level.circuit.common);
        let witness = above.witness(&[&lie]).expect("of the right shape");
        let lifted = prove_with(&above.circuit, witness, "a merge").expect("its own key").proof;
        assert!(above.circuit.verify(lifted.clone()).is_ok() && level.circuit.verify(lifted).is_err());
    }
}

/// Of two circuits with the same common data each child is of the one that its bit names, and of no third.
#[test]
fn a_child_is_of_the_one_of_two_circuits_that_its_bit_names() {
    std::panic::set_hook(Box::new(|_| {}));
    let (first, other, third) = (child(Bound::Twice), child(Bound::Nothing), child(Bound::Once));
    assert_eq!(first.0.common, other.0.common);
    assert_eq!(first.0.common, third.0.common);
    let said = Statement { old_root: root(1), new_root: root(1), commitment: root(7), transactions: 14 };
    let of_third = Statement { transactions: 7, ..said };
    let proofs = [&first, &other].map(|child| proof(child, &said).expect("it says that"));
    let foreign = proof(&third, &of_third).expect("it says that");
    let both = ChildCircuits { first: &first.0, other: Some(&other.0) };
    let level = AggregateCircuit::build_with(both, FanIn::Two, weak());
    let merged = |children: [&PlonkProof; 2], is_other: [Felt; 2]| {
        let witness = level.witness_told(&children, &[ONE], &is_other).expect("of the right shape");
        let proof = prove_with(&level.circuit, witness, "a merge").ok()?.proof;
        let statement = Statement::from_elements(&proof.public_inputs);
        level.circuit.verify(proof).ok().and(statement)
    };
    let bit = |place: usize| Felt::from_bool(place == 1);
    for (left, right) in [(0, 1), (1, 0)] {
        let children = [&proofs[left], &proofs[right]];
        assert_eq!(merged(children, [bit(left), bit(right)]), said.join(&said), "{left} {right}");
        // The other key for one of them.
        for [is_left, is_right] in [[right, right], [left, left]] {
            assert_eq!(merged(children, [bit(is_left), bit(is_right)]), None, "{left} {right}: a lie");
        }
    }
    // What is no bit.
    assert_eq!(merged([&proofs[0]; 2], [TWO, ZERO]), None);
    for bit in [ZERO, ONE] {
        assert_eq!(merged([&proofs[0], &foreign], [ZERO, bit]), None, "{bit}");
    }
    // A lone child is lifted, of the other circuit too; without its bit it has no witness.
    let witness = level.witness_under(&[&proofs[1]], &[ONE]).expect("one child");
    let lifted = prove_with(&level.circuit, witness, "a merge").expect("its own key").proof;
    assert_eq!(Statement::from_elements(&lifted.public_inputs), Some(said));
    assert!(level.witness(&[&proofs[1]]).is_err());
}
