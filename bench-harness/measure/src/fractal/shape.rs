//! Rollups of different kinds for a tree of any shape.
//!
//! Not here: which rollup settles on which; that is the planner's, so that the tree that is proved is the one that is planned.

use records::fractal::RollupCircuitName;

/// Every kind of rollup, in the order in which they are told.
pub const CIRCUITS: [RollupCircuitName; 4] = [
    RollupCircuitName::General,
    RollupCircuitName::Transfers,
    RollupCircuitName::Swaps,
    RollupCircuitName::SwapRegisters,
];

/// The fraction of swaps among the own transactions of a kind of rollup.
pub(super) fn swap_ratio(circuit: RollupCircuitName) -> f64 {
    match circuit {
        RollupCircuitName::General => 0.5,
        RollupCircuitName::Transfers => 0.0,
        RollupCircuitName::Swaps | RollupCircuitName::SwapRegisters => 1.0,
    }
}

/// The kinds of rollups on which nothing settles, in turn.
const LEAVES: [RollupCircuitName; 4] = [
    RollupCircuitName::Transfers,
    RollupCircuitName::SwapRegisters,
    RollupCircuitName::General,
    RollupCircuitName::Swaps,
];
/// The kinds of rollups on which others settle, in turn: each can hold the transfers of a bridge.
const PARENTS: [RollupCircuitName; 2] = [RollupCircuitName::General, RollupCircuitName::Transfers];

/// A rollup of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShapedRollup {
    /// The place of its parent, before its own; none on layer 2.
    pub parent: Option<usize>,
    /// What its circuit can hold.
    pub circuit: RollupCircuitName,
}

/// A kind of circuit for each rollup, by the places of their parents (none on layer 2): rollups on which others settle take
/// those that hold transfers in turn, the others all kinds.
///
/// ```
/// use measure::fractal::shape::with_circuits;
/// use records::fractal::RollupCircuitName::{General, SwapRegisters, Transfers};
/// let circuits: Vec<_> = with_circuits(&[None, Some(0), Some(0)]).iter().map(|rollup| rollup.circuit).collect();
/// assert_eq!(circuits, [General, Transfers, SwapRegisters]);
/// ```
pub fn with_circuits(parents: &[Option<usize>]) -> Vec<ShapedRollup> {
    let (mut leaves, mut inner) = (LEAVES.into_iter().cycle(), PARENTS.into_iter().cycle());
    let kind = |place: usize| {
        let next = if parents.contains(&Some(place)) { inner.next() } else { leaves.next() };
        next.unwrap_or(RollupCircuitName::General)
    };
    let circuits: Vec<_> = (0..parents.len()).map(kind).collect();
    parents.iter().zip(circuits).map(|(parent, circuit)| ShapedRollup { parent: *parent, circuit }).collect()
}

#[cfg(test)]
mod tests {
    use super::with_circuits;
    use records::fractal::RollupCircuitName;

    #[test]
    fn parents_hold_transfers_and_the_others_are_of_all_kinds() {
        let parents: Vec<_> = (0..4).map(|_| None).chain((0..12).map(|place| Some(place % 4))).collect();
        let rollups = with_circuits(&parents);
        let is_of_swaps =
            |circuit| matches!(circuit, RollupCircuitName::Swaps | RollupCircuitName::SwapRegisters);
        assert!(rollups[..4].iter().all(|rollup| !is_of_swaps(rollup.circuit)), "{rollups:?}");
        for circuit in super::CIRCUITS {
            let count = rollups[4..].iter().filter(|rollup| rollup.circuit == circuit).count();
            assert_eq!(count, 3, "{circuit}");
        }
        assert!(rollups.iter().zip(&parents).all(|(rollup, parent)| rollup.parent == *parent));
    }
}
