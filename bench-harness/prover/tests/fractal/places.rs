//! A rollup twice, in another's place, or never attached: where there is a proof, it says so.

use super::world::{IDS, WORLD, World};
use plonky2::field::types::Field;
use prover::circuit::fractal::values::JoinValues;
use prover::fractal::native::NodeStatement;
use prover::fractal::system::{NodeProof, NodeSource};
use prover::fractal::tree::{SettlementTree, Settling, TreeRollup};
use prover::statement::Statement;
use prover::system::ProverError;
use records::fractal::RollupCircuitName;
use workloads::hash::Felt;
use workloads::state::LeafIndex;

const FAMILY: Felt = Felt::ZERO;
const SETTLEMENT: Felt = Felt::ONE;

/// A join of two, each under a name of the liar's choice, if there is such a proof.
fn joined(world: &World, children: [(&NodeProof, u64); 2], mode: Felt) -> Option<Vec<u8>> {
    let proofs = children.map(|(node, _)| world.decoded(node));
    let mut values = [world.child(children[0].0, &proofs[0]), world.child(children[1].0, &proofs[1])];
    for (child, (_, id)) in values.iter_mut().zip(children) {
        child.id = Felt::from_canonical_u64(id);
    }
    world.joined(&JoinValues { keys: world.system.keys(), children: values, is_settlement: mode })
}

/// What a verifier with this list expects.
fn expected(rollups: Vec<TreeRollup>, chains: &[Statement]) -> NodeStatement {
    let tree = SettlementTree::new(rollups).expect("a tree");
    *tree.statements(chains).last().expect("a root")
}

fn is_another_statement(world: &World, bytes: &[u8], native: &NodeStatement) -> bool {
    let verdict = world.system.verify(NodeSource::Join, bytes, native);
    matches!(verdict, Err(ProverError::Mismatch { .. }))
}

#[test]
fn a_family_is_of_one_parent() {
    let world = &*WORLD;
    let [first, third] = [(world.top(0), IDS[0]), (world.top(2), IDS[2])];
    let attached = (world.attached(), 0);
    // Two rollups that have nothing to do with each other, and one that is attached to another than it is joined with.
    assert!(joined(world, [first, third], FAMILY).is_none());
    assert!(joined(world, [third, attached], FAMILY).is_none());
    // As a settlement there is a proof, of another tree.
    let honest = world.said.last().expect("a root");
    let settled = joined(world, [third, attached], SETTLEMENT).expect("no constraint is broken");
    assert!(is_another_statement(world, &settled, honest));
    let reversed = joined(world, [attached, first], FAMILY).expect("no constraint is broken");
    let family = world.said[world.said.len() - 2];
    assert!(is_another_statement(world, &reversed, &family));
}

/// Both name one parent, so that there is a family; a number that is neither would hash it in a domain of its own.
#[test]
fn a_join_is_of_one_kind() {
    let world = &*WORLD;
    let children = [(world.attached(), 0), (world.top(0), IDS[0])];
    assert!(joined(world, children, SETTLEMENT).is_some());
    for neither in [Felt::TWO, Felt::NEG_ONE, Felt::TWO.inverse()] {
        assert!(joined(world, children, neither).is_none(), "{neither}");
    }
}

#[test]
fn a_rollup_that_is_missing_or_counted_twice() {
    let world = &*WORLD;
    let [first, third] = [(world.top(0), IDS[0]), (world.top(2), IDS[2])];
    let rollups = world.tree.rollups();
    let flat = |id, circuit| TreeRollup { id, circuit, settling: None };
    let two = expected(vec![rollups[0], rollups[2]], &[world.chains[0], world.chains[2]]);
    let without = joined(world, [first, third], SETTLEMENT).expect("two rollups");
    assert!(world.system.verify(NodeSource::Join, &without, &two).is_ok());
    assert!(is_another_statement(world, &without, world.said.last().expect("a root")));
    // The first again, under its own name and under that of the third.
    for name in [IDS[0], IDS[2]] {
        let twice =
            joined(world, [first, (world.top(0), name)], SETTLEMENT).expect("no constraint is broken");
        assert!(is_another_statement(world, &twice, &two), "{name}");
    }
    // Two rollups that executed the same are two rollups, for a verifier who has two such in the list.
    let twins = joined(world, [first, (world.top(0), 99)], SETTLEMENT).expect("no constraint is broken");
    let general = RollupCircuitName::General;
    let both = expected(vec![flat(IDS[0], general), flat(99, general)], &[world.chains[0]; 2]);
    assert!(world.system.verify(NodeSource::Join, &twins, &both).is_ok());
}

/// A child that executed the same transactions as its parent commits to the same, and needs no attachment to be joined
/// with it. The hash that it lacks is what the verifier looks for.
#[test]
fn a_child_that_was_never_attached() {
    let world = &*WORLD;
    let parent = world.tree.rollups()[0];
    let settling = Some(Settling { parent: 0, bridge: LeafIndex(1), portal: LeafIndex(2) });
    let child = TreeRollup { id: 99, settling, ..parent };
    let honest = expected(vec![parent, child], &[world.chains[0]; 2]);
    let loose = joined(world, [(world.top(0), IDS[0]), (world.top(0), 99)], FAMILY);
    let loose = loose.expect("commitments are equal");
    assert!(is_another_statement(world, &loose, &honest));
    // Nor is it two that settle on layer 1.
    let flat = expected(vec![parent, TreeRollup { settling: None, ..child }], &[world.chains[0]; 2]);
    assert!(is_another_statement(world, &loose, &flat));
}
