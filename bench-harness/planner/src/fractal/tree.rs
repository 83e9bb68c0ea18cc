//! The tree of rollups: which settles on which.
//!
//! Not here: the jobs that prove it ([`crate::fractal::jobs`]).

use crate::error::PlanError;

/// The most rollups: their jobs are numbered in 32 bits.
pub const ROLLUPS_MAX: u32 = 1 << 20;
/// The deepest layer.
pub const LAYER_MAX: u32 = 32;

/// Rollups on layers 2 to `layer_max`, each on a rollup of the layer before it; those of layer 2 settle on layer 1.
///
/// Parents stand before children, layer by layer, and children of one parent beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupTree {
    /// Rollups of each layer, from layer 2.
    widths: Vec<u32>,
}

impl RollupTree {
    /// The balanced tree of `rollups` down to `layer_max`: the least fan-out `f` with which f + f² + … over the layers
    /// reaches `rollups`, the same on layer 1 and on each rollup. Layers are filled from layer 2 on, each keeping back one
    /// rollup for each layer after it, and children are spread evenly over the layer above.
    ///
    /// ```
    /// use planner::fractal::RollupTree;
    /// let widths = |rollups, layers| RollupTree::balanced(rollups, layers).map(|tree| tree.widths().to_vec());
    /// assert_eq!(widths(8, 3)?, [3, 5]);
    /// assert_eq!(widths(1_000, 3)?, [32, 968]);
    /// assert_eq!(widths(4, 4)?, [2, 1, 1]);
    /// assert_eq!(widths(5, 2)?, [5]);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no layer of rollups, or fewer rollups than layers of them.
    pub fn balanced(rollups: u32, layer_max: u32) -> Result<Self, PlanError> {
        let depth = depth(layer_max)?;
        if rollups < depth || rollups > ROLLUPS_MAX {
            let expected = format!("from {depth} (one on each layer) to {ROLLUPS_MAX}");
            return Err(PlanError::bad("rollups", &expected, rollups));
        }
        let reaches = |fan: u32| {
            let (mut sum, mut width) = (0_u64, 1_u64);
            for _ in 0..depth {
                width = width.saturating_mul(u64::from(fan));
                sum = sum.saturating_add(width);
            }
            sum >= u64::from(rollups)
        };
        // A fan-out of `rollups` always reaches; the least that does is found by halving.
        let (mut low, mut fan) = (0, rollups);
        while fan - low > 1 {
            let middle = low + (fan - low) / 2;
            if reaches(middle) {
                fan = middle;
            } else {
                low = middle;
            }
        }
        let (mut left, mut above) = (rollups, 1_u32);
        let widths = (0..depth).map(|at| {
            let kept_back = depth - 1 - at;
            let room = if kept_back == 0 { left } else { above.saturating_mul(fan) };
            above = room.min(left - kept_back);
            left -= above;
            above
        });
        Ok(Self { widths: widths.collect() })
    }

    /// The tree of these fan-outs: rollups on layer 1, then on each rollup of layer 2, and so on.
    ///
    /// ```
    /// use planner::fractal::RollupTree;
    /// let tree = RollupTree::of_fan_outs(&[2, 3])?;
    /// assert_eq!((tree.widths(), tree.rollups(), tree.layer_max()), ([2, 6].as_slice(), 8, 3));
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a fan-out of 0, no layer, or too many rollups.
    pub fn of_fan_outs(fan_outs: &[u32]) -> Result<Self, PlanError> {
        depth(u32::try_from(fan_outs.len()).unwrap_or(u32::MAX).saturating_add(1))?;
        let (mut width, mut sum, mut widths) = (1_u32, 0_u32, Vec::new());
        for &fan in fan_outs {
            width = width.saturating_mul(fan);
            sum = sum.saturating_add(width);
            if fan == 0 || sum > ROLLUPS_MAX {
                let expected = format!("fan-outs of 1 or above, of at most {ROLLUPS_MAX} rollups in all");
                return Err(PlanError::bad("fan_out", &expected, fan));
            }
            widths.push(width);
        }
        Ok(Self { widths })
    }

    /// Rollups of each layer, from layer 2.
    pub fn widths(&self) -> &[u32] {
        &self.widths
    }

    /// All rollups.
    pub fn rollups(&self) -> u32 {
        self.widths.iter().sum()
    }

    /// The deepest layer.
    pub fn layer_max(&self) -> u32 {
        self.layers().last().map_or(1, |(layer, _)| layer)
    }

    /// Each layer with its rollups.
    pub fn layers(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (2..).zip(self.widths.iter().copied())
    }

    /// Rollups that settle on rollup `index` of a layer, as a range of indices in the next one; empty on the last.
    ///
    /// Child `i` of `n` is that of parent `⌊i · m/n⌋` of `m`.
    pub(crate) fn children(&self, layer: u32, index: u32) -> std::ops::Range<u32> {
        let width = |layer: u32| u64::from(self.widths.get(layer as usize - 2).copied().unwrap_or(0));
        let (parents, children) = (width(layer), width(layer + 1));
        let first = |parent: u64| (parent * children).div_ceil(parents.max(1)) as u32;
        first(u64::from(index))..first(u64::from(index) + 1)
    }
}

/// Layers of rollups.
fn depth(layer_max: u32) -> Result<u32, PlanError> {
    if (2..=LAYER_MAX).contains(&layer_max) {
        Ok(layer_max - 1)
    } else {
        Err(PlanError::bad("layers", &format!("from 2 to {LAYER_MAX}"), layer_max))
    }
}

#[cfg(test)]
mod tests {
    use super::RollupTree;

    #[test]
    fn a_balanced_tree_has_all_rollups_and_each_a_parent() {
        for layers in 2..6 {
            for rollups in (layers - 1)..200 {
                let tree = RollupTree::balanced(rollups, layers).unwrap();
                assert_eq!((tree.rollups(), tree.layer_max()), (rollups, layers));
                for (layer, width) in tree.layers() {
                    let below = tree.widths().get(layer as usize - 1).copied().unwrap_or(0);
                    let mut next = 0;
                    let sizes: Vec<_> = (0..width)
                        .map(|index| {
                            let children = tree.children(layer, index);
                            assert_eq!(children.start, next, "{tree:?}, layer {layer}");
                            next = children.end;
                            children.len()
                        })
                        .collect();
                    assert_eq!(next, below, "{tree:?}, layer {layer}");
                    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                    assert!(most - least <= 1, "{tree:?}: uneven on layer {layer}: {sizes:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for (rollups, layers) in [(0, 2), (1, 3), (5, 1), (5, 33), (2_000_000, 3)] {
            assert!(RollupTree::balanced(rollups, layers).is_err(), "{rollups} {layers}");
        }
        for fan_outs in [&[][..], &[0], &[2, 0], &[1_024, 1_024]] {
            assert!(RollupTree::of_fan_outs(fan_outs).is_err(), "{fan_outs:?}");
        }
    }
}
