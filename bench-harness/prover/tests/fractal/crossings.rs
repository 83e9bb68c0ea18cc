//! What is credited twice, never, to another, or paid from nothing. The walk over both ledgers' transactions is tried in a
//! circuit of its own, without a recursion, so that many lies fit; what it stands in is tried at the end.

use super::world::{SHAPE, WORLD, quiet};
use plonky2::field::types::{Field, PrimeField64};
use plonky2::iop::witness::PartialWitness;
use plonky2::plonk::circuit_data::CircuitConfig;
use prover::circuit::fractal::crossings::{ChainShape, CrossingTargets, constrain_crossings};
use prover::circuit::fractal::values::{AttachValues, CrossingValues, SideValues, set_crossings};
use prover::circuit::{Builder, Circuit, Config};
use prover::plonk::prove_with;
use prover::statement::Statement;
use std::sync::LazyLock;
use workloads::hash::{Digest, Domain, Felt, RATE, Sponge, hash_commitments};
use workloads::random::{Draws, Purpose};
use workloads::state::LeafIndex;

type Slot = [u64; RATE];

const BRIDGE: u64 = 6;
const PORTAL: u64 = 7;
/// Above any account of a tree of depth 4.
const POOL: u64 = 8;
const SLOTS: ChainShape = ChainShape { batches: 1, capacity: 4 };
const CHAIN: ChainShape = ChainShape { batches: 3, capacity: 2 };

static WALK: LazyLock<Walk> = LazyLock::new(|| Walk::build(SLOTS));

/// Both walks, with the two commitments as public elements.
struct Walk {
    circuit: Circuit,
    targets: CrossingTargets,
    shape: ChainShape,
}

impl Walk {
    fn build(shape: ChainShape) -> Self {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let (targets, ends) = constrain_crossings(&mut builder, shape);
        builder.register_public_inputs(&ends.parent.elements);
        builder.register_public_inputs(&ends.child.elements);
        Self { circuit: builder.build::<Config>(), targets, shape }
    }

    fn honest(&self, parent: &[Slot], child: &[Slot]) -> CrossingValues {
        let side = |account, slots: &[Slot]| {
            let mut slots: Vec<_> = slots.iter().map(|slot| slot.map(Felt::from_canonical_u64)).collect();
            slots.resize(self.shape.slots(), [Felt::ZERO; RATE]);
            SideValues::honest(LeafIndex(account), &slots)
        };
        CrossingValues { parent: side(BRIDGE, parent), child: side(PORTAL, child) }
    }

    /// The commitments of parent and child, if there is a proof.
    fn proved(&self, values: &CrossingValues) -> Option<[Digest; 2]> {
        quiet();
        let mut witness = PartialWitness::new();
        set_crossings(&mut witness, &self.targets, values).ok()?;
        let proof = prove_with(&self.circuit, witness, "a walk").ok()?.proof;
        let elements = proof.public_inputs.clone();
        self.circuit.verify(proof).ok()?;
        Some([0, 4].map(|at| Digest::from_partial(&elements[at..at + 4])))
    }

    fn accepts(&self, parent: &[Slot], child: &[Slot]) -> bool {
        self.proved(&self.honest(parent, child)).is_some()
    }
}

/// A transfer of token 1.
fn transfer(from: u64, to: u64, amount: u64) -> Slot {
    [5, from, to, 3, amount & 0xffff_ffff, amount >> 32, 0, 0]
}

fn swap(from: u64, pool: u64) -> Slot {
    [2, from, pool, 3, 10, 0, 9, 0]
}

#[test]
fn deposits_and_withdrawals_in_order_and_whatever_stands_between() {
    let parent = [transfer(1, BRIDGE, 70), swap(2, POOL), transfer(BRIDGE, 2, 1 << 40), transfer(1, 2, 9)];
    let child = [transfer(3, 4, 8), transfer(PORTAL, 1, 70), transfer(2, PORTAL, 1 << 40)];
    assert!(WALK.accepts(&parent, &child));
    assert!(WALK.accepts(&parent[1..2], &child[..1]), "nothing crosses");
    assert!(WALK.accepts(&[], &[]), "padding alone");
    // In the other ledger the number of a portal or a bridge is an account like any other.
    assert!(WALK.accepts(&[transfer(PORTAL, 2, 5)], &[transfer(BRIDGE, 1, 5), swap(BRIDGE, POOL)]));
}

#[test]
fn what_does_not_arrive_as_it_left_has_no_proof() {
    let deposit = transfer(1, BRIDGE, 70);
    let arrival = transfer(PORTAL, 1, 70);
    assert!(WALK.accepts(&[deposit], &[arrival]));
    let lies: [(&str, Vec<Slot>, Vec<Slot>); 14] = [
        ("credited twice", vec![deposit], vec![arrival, arrival]),
        ("never credited", vec![deposit], vec![]),
        ("credited from nothing", vec![], vec![arrival]),
        ("paid twice, credited once", vec![deposit, deposit], vec![arrival]),
        ("another user", vec![deposit], vec![transfer(PORTAL, 2, 70)]),
        ("more", vec![deposit], vec![transfer(PORTAL, 1, 71)]),
        ("2^32 times as much", vec![deposit], vec![transfer(PORTAL, 1, 70 << 32)]),
        ("another token", vec![deposit], vec![[9, PORTAL, 1, 3, 70, 0, 0, 0]]),
        ("a withdrawal in its place", vec![deposit], vec![transfer(1, PORTAL, 70)]),
        ("a withdrawal that is not paid", vec![], vec![transfer(1, PORTAL, 70)]),
        ("paid without a withdrawal", vec![transfer(BRIDGE, 1, 70)], vec![]),
        (
            "a withdrawal that is paid to another",
            vec![transfer(BRIDGE, 2, 70)],
            vec![transfer(1, PORTAL, 70)],
        ),
        ("from the bridge to itself", vec![transfer(BRIDGE, BRIDGE, 70)], vec![]),
        ("from the portal to itself", vec![], vec![transfer(PORTAL, PORTAL, 70)]),
    ];
    for (what, parent, child) in lies {
        assert!(!WALK.accepts(&parent, &child), "{what}");
    }
    let (second, arrival_of_second) = (transfer(2, BRIDGE, 5), transfer(PORTAL, 2, 5));
    assert!(WALK.accepts(&[deposit, second], &[arrival, arrival_of_second]));
    assert!(!WALK.accepts(&[deposit, second], &[arrival_of_second, arrival]), "in another order");
}

/// It moves nothing, and is no deposit though both sides have it: the same number on both, so that both name one user.
#[test]
fn what_an_account_sends_itself_does_not_cross() {
    let mut slots = [[Felt::ZERO; RATE]; 4];
    slots[0] = transfer(BRIDGE, BRIDGE, 70).map(Felt::from_canonical_u64);
    let side = || SideValues::honest(LeafIndex(BRIDGE), &slots);
    assert!(WALK.proved(&CrossingValues { parent: side(), child: side() }).is_none());
}

#[test]
fn a_bridge_does_nothing_but_transfer() {
    assert!(!WALK.accepts(&[swap(BRIDGE, POOL)], &[]));
    assert!(!WALK.accepts(&[], &[swap(PORTAL, POOL)]));
    // The same on both sides would be equal messages.
    assert!(!WALK.accepts(&[swap(1, BRIDGE)], &[swap(PORTAL, 1)]));
    for header in [0, 3, 4, 6, 13, 21] {
        let with = |from, to| [header, from, to, 3, 70, 0, 0, 0];
        assert!(!WALK.accepts(&[with(1, BRIDGE)], &[with(PORTAL, 1)]), "header {header}");
    }
}

#[test]
fn the_account_of_padding_is_no_bridge() {
    // Otherwise padding would cross, and account 0 would be a bridge that pays in padding.
    for (bridge, portal) in [(0, PORTAL), (BRIDGE, 0)] {
        let mut values = WALK.honest(&[], &[]);
        let slots = [[Felt::ZERO; RATE]; 4];
        values.parent = SideValues::honest(LeafIndex(bridge), &slots);
        values.child = SideValues::honest(LeafIndex(portal), &slots);
        for inverse in [Felt::ZERO, Felt::ONE, Felt::NEG_ONE] {
            for side in [&mut values.parent, &mut values.child] {
                if side.account.is_zero() {
                    side.account_inverse = inverse;
                }
            }
            assert!(WALK.proved(&values).is_none(), "bridge {bridge}, portal {portal}");
        }
    }
}

/// Whether a slot crosses follows from its numbers: no inverse makes it otherwise.
#[test]
fn an_inverse_that_hides_a_crossing_or_makes_one() {
    let inverses = [Felt::ZERO, Felt::ONE, Felt::TWO, Felt::NEG_ONE];
    for inverse in inverses {
        // A deposit that is hidden in the parent, and so never credited.
        let mut values = WALK.honest(&[transfer(1, BRIDGE, 70)], &[]);
        values.parent.slots[0].inverses[1] = inverse;
        assert!(WALK.proved(&values).is_none(), "hidden, {inverse}");
        // A transfer between others that is told as a deposit, so that the portal may pay.
        for other in [2, 5] {
            let mut values = WALK.honest(&[transfer(1, other, 70)], &[transfer(PORTAL, 1, 70)]);
            values.parent.slots[0].inverses[1] = inverse;
            assert!(WALK.proved(&values).is_none(), "made from account {other}, {inverse}");
        }
    }
    // Half a crossing on each side of a slot.
    let mut values = WALK.honest(&[transfer(1, 2, 70)], &[transfer(PORTAL, 1, 70)]);
    let half = |leaf: u64| {
        (Felt::from_canonical_u64(leaf) - Felt::from_canonical_u64(BRIDGE)).inverse() * Felt::TWO.inverse()
    };
    values.parent.slots[0].inverses = [half(1), half(2)];
    assert!(WALK.proved(&values).is_none());
    // Where they are equal the inverse is free, and changes nothing.
    let mut values = WALK.honest(&[transfer(1, BRIDGE, 70)], &[transfer(PORTAL, 1, 70)]);
    values.parent.slots[0].inverses[1] = Felt::TWO;
    assert!(WALK.proved(&values).is_some());
}

/// The commitment of a chain, as batches and aggregations make it.
fn commitment(shape: ChainShape, slots: &[Slot]) -> Digest {
    let mut slots: Vec<_> = slots.iter().map(|slot| slot.map(Felt::from_canonical_u64)).collect();
    slots.resize(shape.slots(), [Felt::ZERO; RATE]);
    let links: Vec<_> = slots
        .chunks(shape.capacity)
        .map(|batch| {
            let mut sponge = Sponge::new(Domain::Batch);
            batch.iter().for_each(|slot| sponge.absorb(slot));
            let root = Digest { elements: [Felt::ZERO; 4] };
            Statement { old_root: root, new_root: root, commitment: sponge.digest(), transactions: 1 }
        })
        .collect();
    Statement::join_all(&links).expect("roots meet").commitment
}

#[test]
fn commitments_are_those_of_the_chains() {
    let walk = Walk::build(CHAIN);
    // What crosses need not stand in the same batch of both.
    let parent = [
        transfer(1, 2, 3),
        transfer(1, BRIDGE, 70),
        swap(2, POOL),
        transfer(4, 5, 6),
        transfer(BRIDGE, 2, 1),
    ];
    let child = [transfer(PORTAL, 1, 70), transfer(2, PORTAL, 1)];
    let proved = walk.proved(&walk.honest(&parent, &child)).expect("an exchange");
    assert_eq!(proved, [commitment(CHAIN, &parent), commitment(CHAIN, &child)]);
    let short = ChainShape { batches: 1, ..CHAIN };
    assert_ne!(hash_commitments(proved[0], proved[1]), commitment(short, &child));
    assert!(!walk.accepts(&parent, &child[1..]));
}

/// What a ledger's transactions say to the other, by the rule in words; `None` where there is no such proof.
fn messages(slots: &[Slot], account: u64, is_parent: bool) -> Option<Vec<[u64; 5]>> {
    let mut told = Vec::new();
    for [header, sender, target, _, low, high, _, _] in slots {
        let (sends, receives) = (*sender == account, *target == account);
        if !sends && !receives {
            continue;
        }
        if (sends && receives) || ![1, 5, 9].contains(header) {
            return None;
        }
        let user = if sends { *target } else { *sender };
        told.push([*header, u64::from(receives == is_parent), user, *low, *high]);
    }
    Some(told)
}

/// Lists that are nearly an exchange: a proof exists exactly where the rule in words allows it.
fn differential(seeds: std::ops::Range<u64>) -> [usize; 2] {
    let mut outcomes = [0; 2];
    for seed in seeds {
        let mut draws = Draws::new(seed, Purpose::Crossings, 0);
        let mut below = |bound| draws.below(bound);
        let count = below(4) as usize;
        let (mut parent, mut child) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (user, amount, header) =
                (1 + below(3), below(3) << (32 * below(2)), [1, 5, 9][below(3) as usize]);
            let is_deposit = below(2) == 0;
            let [above, below_it] =
                if is_deposit { [(user, BRIDGE), (PORTAL, user)] } else { [(BRIDGE, user), (user, PORTAL)] };
            let slot = |(from, to)| [header, from, to, 3, amount & 0xffff_ffff, amount >> 32, 0, 0];
            parent.push(slot(above));
            child.push(slot(below_it));
        }
        parent.push(transfer(1, 2, 4));
        // One number of one slot is another, in most cases.
        if below(3) > 0 {
            let side = if below(2) == 0 || child.is_empty() { &mut parent } else { &mut child };
            let slot = below(side.len() as u64) as usize;
            let lane = [0, 1, 2, 4, 5, 6][below(6) as usize];
            side[slot][lane] = [0, 1, 2, 5, 6, 7][below(6) as usize];
        }
        let (sent, received) = (messages(&parent, BRIDGE, true), messages(&child, PORTAL, false));
        let allowed = sent.is_some() && sent == received;
        assert_eq!(WALK.accepts(&parent, &child), allowed, "seed {seed}: {parent:?} {child:?}");
        outcomes[usize::from(allowed)] += 1;
    }
    outcomes
}

#[test]
fn a_proof_exists_where_the_rule_allows_it() {
    let [refused, allowed] = differential(0..60);
    assert!(refused > 12 && allowed > 12, "{refused} refused, {allowed} allowed");
}

#[test]
#[ignore = "minutes"]
fn many_lists_against_the_rule() {
    differential(1_000..9_000);
}

/// In the circuit that attaches: the child's side is what the child's proof committed to.
#[test]
fn an_attachment_is_of_the_transactions_that_were_proved() {
    let world = &*WORLD;
    quiet();
    let settling = world.tree.rollups()[1].settling.expect("on another");
    let circuit = world.system.attach_circuit();
    let node = world.top(1);
    let proof = world.decoded(node);
    let honest = AttachValues {
        keys: world.system.keys(),
        child: world.child(node, &proof),
        crossings: CrossingValues {
            parent: SideValues::honest(settling.bridge, &world.slots[0]),
            child: SideValues::honest(settling.portal, &world.slots[1]),
        },
    };
    assert_eq!(honest.crossings.child.slots.len(), SHAPE.slots());
    let attached = |values: &AttachValues<'_>| {
        let inputs = circuit.witness(values).ok()?;
        prove_with(&circuit.circuit, inputs, "an attachment").ok().map(|timed| timed.proof.public_inputs)
    };
    let refuses = |what: &str, lie: &dyn Fn(&mut AttachValues<'_>)| {
        let mut values = honest.clone();
        lie(&mut values);
        assert!(attached(&values).is_none(), "{what}");
    };
    refuses("another amount on both sides", &|values| {
        values.crossings.parent.slots[0].elements[4] += Felt::ONE;
        values.crossings.child.slots[0].elements[4] += Felt::ONE;
    });
    refuses("nothing on either side", &|values| {
        for side in [&mut values.crossings.parent, &mut values.crossings.child] {
            *side = SideValues::honest(LeafIndex(side.account.to_canonical_u64()), &[[Felt::ZERO; RATE]; 2]);
        }
    });
    refuses("an account without traffic as the portal", &|values| {
        values.crossings.child = SideValues::honest(LeafIndex(999), &world.slots[1]);
    });
    refuses("the key of a join", &|values| {
        values.child.choice = [0, 0, 0, 1].map(Felt::from_canonical_u64).to_vec();
    });
    // Another parent's transactions, of which none cross: the proof names that parent, and has no other to be joined with.
    let other = SideValues::honest(settling.bridge, &world.slots[2]);
    let idle = SideValues::honest(LeafIndex(999), &world.slots[1]);
    let mut values = honest.clone();
    values.crossings = CrossingValues { parent: other, child: idle };
    let said = attached(&values);
    let honest_said = world.decoded(world.attached()).public_inputs;
    assert!(said.is_none_or(|said| said[..12] != honest_said[..12]));
}
