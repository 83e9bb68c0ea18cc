//! A balanced tree of rollups of different kinds.

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

/// Rollups that settle on one of the layer before, where all layers are full.
pub const FAN_OUT: usize = 3;

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

/// So many rollups on the layers 2 to `layers`, parents first: each layer has up to [`FAN_OUT`] times as many as the one
/// before it, children go to parents in turn. At least one rollup a layer.
///
/// ```
/// use measure::fractal::shape::balanced;
/// let parents: Vec<_> = balanced(8, 3).iter().map(|rollup| rollup.parent).collect();
/// assert_eq!(parents, [None, None, Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)]);
/// ```
pub fn balanced(rollups: usize, layers: u32) -> Vec<ShapedRollup> {
    let below = layers.saturating_sub(2) as usize;
    let subtree: usize =
        (0..=below as u32).map(|level| FAN_OUT.saturating_pow(level)).fold(0, usize::saturating_add);
    // One is left for each layer that is still to come.
    let mut counts = vec![rollups.div_ceil(subtree).min(rollups.saturating_sub(below)).max(1)];
    let mut left = rollups.saturating_sub(counts[0]);
    for to_come in (0..below).rev() {
        let last = counts.last().copied().unwrap_or(1);
        let next = if to_come == 0 { left } else { (FAN_OUT * last).min(left.saturating_sub(to_come)) };
        counts.push(next);
        left -= next;
    }
    let mut parents = Vec::with_capacity(rollups);
    let mut above = 0..0;
    for count in counts {
        let begins = parents.len();
        for place in 0..count {
            parents.push((!above.is_empty()).then(|| above.start + place % above.len()));
        }
        above = begins..parents.len();
    }
    with_circuits(&parents)
}

fn with_circuits(parents: &[Option<usize>]) -> Vec<ShapedRollup> {
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
    use super::{FAN_OUT, balanced};
    use records::fractal::RollupCircuitName;

    /// How many rollups each layer has, from layer 2.
    fn layers(rollups: usize, layers: u32) -> Vec<usize> {
        let tree = balanced(rollups, layers);
        let mut depths: Vec<usize> = Vec::new();
        let mut counts = Vec::new();
        for rollup in &tree {
            let depth = rollup.parent.map_or(0, |parent| depths[parent] + 1);
            depths.push(depth);
            counts.resize(counts.len().max(depth + 1), 0);
            counts[depth] += 1;
        }
        assert_eq!(tree.len(), rollups);
        counts
    }

    #[test]
    fn layers_are_as_full_as_the_rollups_suffice() {
        assert_eq!(layers(8, 3), [2, 6]);
        assert_eq!(layers(8, 2), [8]);
        assert_eq!(layers(8, 4), [1, 3, 4]);
        assert_eq!(layers(64, 3), [16, 48]);
        assert_eq!(layers(1_000, 3), [250, 750]);
        // The fewest that reach so far up.
        assert_eq!(layers(3, 4), [1, 1, 1]);
        assert_eq!(layers(2, 3), [1, 1]);
    }

    #[test]
    fn no_rollup_has_far_more_children_than_another_and_parents_hold_transfers() {
        for (rollups, layers) in [(8, 3), (27, 4), (64, 3), (65, 4), (200, 5)] {
            let tree = balanced(rollups, layers);
            for (place, rollup) in tree.iter().enumerate() {
                let children = tree.iter().filter(|other| other.parent == Some(place)).count();
                assert!(children <= FAN_OUT, "{rollups} over {layers}: {children}");
                let is_swaps =
                    matches!(rollup.circuit, RollupCircuitName::Swaps | RollupCircuitName::SwapRegisters);
                assert!(children == 0 || !is_swaps, "{rollups} over {layers}: {rollup:?}");
                assert!(rollup.parent.is_none_or(|parent| parent < place));
            }
        }
    }
}
