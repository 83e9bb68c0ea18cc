//! A whole tree, its statement, and statements of other trees.

use super::world::{IDS, SHAPE, WORLD};
use prover::circuit::fractal::crossings::ChainShape;
use prover::fractal::native::NodeStatement;
use prover::fractal::system::{FractalSystem, NodeSource};
use prover::fractal::tree::{SettlementTree, TreeRollup};
use prover::statement::Statement;
use prover::system::ProverError;
use records::fractal::RollupCircuitName;
use workloads::state::Depth;

/// What a verifier with another list of rollups expects of the one proof.
fn expected(change: impl Fn(&mut Vec<TreeRollup>, &mut Vec<Statement>)) -> NodeStatement {
    let (mut rollups, mut chains) = (WORLD.tree.rollups().to_vec(), WORLD.chains.clone());
    change(&mut rollups, &mut chains);
    let tree = SettlementTree::new(rollups).expect("a tree");
    *tree.statements(&chains).last().expect("a root")
}

#[test]
fn one_proof_says_what_native_execution_says_and_nothing_else() {
    let world = &*WORLD;
    let last = world.nodes.last().expect("a root");
    let above = world.nodes.iter().zip(&world.said);
    for (node, said) in above.filter(|(node, _)| !matches!(node.source, NodeSource::Top { .. })) {
        world.system.verify(node.source, &node.bytes, said).expect("as native execution has it");
    }
    let honest = expected(|_, _| {});
    assert!(world.system.verify(last.source, &last.bytes, &honest).is_ok());
    assert_eq!(honest.transactions, 3 * SHAPE.capacity as u64);
    let refuses = |what: &str, change: &dyn Fn(&mut Vec<TreeRollup>, &mut Vec<Statement>)| {
        let verdict = world.system.verify(last.source, &last.bytes, &expected(change));
        assert!(matches!(verdict, Err(ProverError::Mismatch { .. })), "{what}: {verdict:?}");
    };
    refuses("rollups in another order", &|rollups, chains| {
        rollups.rotate_right(1);
        rollups[2].settling.as_mut().expect("on another").parent = 1;
        chains.rotate_right(1);
    });
    refuses("names swapped", &|rollups, _| (rollups[0].id, rollups[2].id) = (IDS[2], IDS[0]));
    refuses("one missing", &|rollups, chains| {
        rollups.pop();
        chains.pop();
    });
    refuses("one more", &|rollups, chains| {
        rollups.push(TreeRollup { id: 73, ..rollups[2] });
        chains.push(chains[2]);
    });
    refuses("the root of another", &|_, chains| chains[2].old_root = chains[1].old_root);
    refuses("another kind", &|rollups, _| rollups[2].circuit = RollupCircuitName::General);
    refuses("on layer 1 at once", &|rollups, _| rollups[1].settling = None);
    refuses("a transaction more", &|_, chains| chains[1].transactions += 1);
}

#[test]
fn bytes_that_were_changed_are_no_proof() {
    let world = &*WORLD;
    let last = world.nodes.last().expect("a root");
    let said = world.said.last().expect("a root");
    for place in [0, last.bytes.len() / 2, last.bytes.len() - 8] {
        let mut bytes = last.bytes.clone();
        bytes[place] ^= 1;
        assert!(world.system.verify(last.source, &bytes, said).is_err(), "byte {place}");
    }
    // Under the key of another circuit of the same form.
    let verdict = world.system.verify(NodeSource::Attach, &last.bytes, said);
    assert!(matches!(verdict, Err(ProverError::Rejected { .. })), "{verdict:?}");
}

/// The size of a proof does not depend on what it is of.
#[test]
fn proofs_of_all_stages_have_one_size() {
    let sizes: Vec<_> = WORLD.nodes.iter().map(|node| node.bytes.len()).collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

#[test]
fn every_kind_of_rollup_has_a_top_of_one_form() {
    let depth = Depth::new(4).expect("in range");
    // The other kinds are the world's, with chains of one batch.
    let swaps = [RollupCircuitName::Swaps, RollupCircuitName::SwapRegisters];
    let shape = ChainShape { batches: 3, capacity: 5 };
    let system = FractalSystem::set_up(&swaps, depth, shape).expect("one form");
    for size in system.upper_sizes() {
        assert_eq!(size.padded_rows, 1 << 13, "{size:?}");
    }
    let [_, join] = system.upper_sizes();
    assert!(join.rows <= 1 << 13, "{join:?}");
    let [attach, _] = WORLD.system.upper_sizes();
    assert_eq!(attach.padded_rows, 1 << 13, "{attach:?}");
    // A kind that was not set up has no circuit, and a chain that does not fit says so.
    assert!(WORLD.system.chain(RollupCircuitName::Swaps).is_err());
    let none = FractalSystem::set_up(&[], depth, shape).expect_err("no kind");
    assert!(none.to_string().contains("kinds of rollups: expected at least 1, got 0"), "{none}");
}
