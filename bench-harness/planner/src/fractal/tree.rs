//! The tree of rollups: which settles on which. The one rule of a balanced tree, for trees that are planned and for those
//! that are proved.
//!
//! Not here: the jobs that prove it ([`crate::fractal::jobs`]).

use records::fractal::FractalRecord;

use crate::error::PlanError;

/// The most rollups: their jobs are numbered in 32 bits.
pub const ROLLUPS_MAX: u32 = 1 << 20;
/// The deepest layer.
pub const LAYER_MAX: u32 = 32;
/// The most rollups that settle on one of another rollup, in a balanced tree.
pub const FAN_OUT: u32 = 3;

/// Rollups on layers 2 to `layer_max`, each on a rollup of the layer before it; those of layer 2 settle on layer 1.
///
/// Parents stand before children, layer by layer; the rollups of a layer settle on those of the layer before in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollupTree {
    /// Rollups of each layer, from layer 2.
    widths: Vec<u32>,
}

impl RollupTree {
    /// The balanced tree of `rollups` down to `layer_max`: as few on layer 2 as carry the others with up to [`FAN_OUT`] on
    /// each rollup. Layers are filled from layer 2 on, each keeping back one rollup for each layer after it.
    ///
    /// ```
    /// use planner::fractal::RollupTree;
    /// let widths = |rollups, layers| RollupTree::balanced(rollups, layers).map(|tree| tree.widths().to_vec());
    /// assert_eq!(widths(8, 3)?, [2, 6]);
    /// assert_eq!(widths(1_000, 3)?, [250, 750]);
    /// assert_eq!(widths(8, 4)?, [1, 3, 4]);
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
        // A rollup of layer 2 with all that it carries, where every layer is full.
        let family = (0..depth).map(|layer| FAN_OUT.saturating_pow(layer)).fold(0, u32::saturating_add);
        let (mut left, mut room) = (rollups, rollups.div_ceil(family));
        let widths = (0..depth).map(|at| {
            let kept_back = depth - 1 - at;
            let is_last = kept_back == 0;
            let width = if is_last { left } else { room.min(left - kept_back) };
            left -= width;
            room = width.saturating_mul(FAN_OUT);
            width
        });
        Ok(Self { widths: widths.collect() })
    }

    /// The tree of a record.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] where a layer between the second and the deepest has no rollup.
    pub fn of_record(record: &FractalRecord) -> Result<Self, PlanError> {
        let deepest = record.rollups.iter().map(|rollup| rollup.layer).max().unwrap_or(1);
        depth(deepest)?;
        let width = |layer| record.rollups.iter().filter(|rollup| rollup.layer == layer).count();
        let widths: Vec<_> =
            (2..=deepest).map(|layer| u32::try_from(width(layer)).unwrap_or(u32::MAX)).collect();
        if let Some(empty) = widths.iter().position(|&width| width == 0) {
            return Err(PlanError::bad("rollups", &format!("a rollup on layer {}", empty + 2), "none"));
        }
        Ok(Self { widths })
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

    /// The parent of each rollup as its place in this list; none on layer 2.
    ///
    /// ```
    /// use planner::fractal::RollupTree;
    /// let parents = RollupTree::balanced(8, 3)?.parents();
    /// assert_eq!(parents, [None, None, Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)]);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn parents(&self) -> Vec<Option<usize>> {
        let mut parents = Vec::with_capacity(self.rollups() as usize);
        let mut above = 0..0;
        for &width in &self.widths {
            let begin = parents.len();
            parents.extend(
                (0..width as usize).map(|index| index.checked_rem(above.len()).map(|at| above.start + at)),
            );
            above = begin..parents.len();
        }
        parents
    }

    /// Rollups that settle on rollup `index` of a layer, as indices in the next one; none on the last.
    ///
    /// Child `i` is that of parent `i mod m` of `m`.
    pub(crate) fn children(&self, layer: u32, index: u32) -> impl Iterator<Item = u32> + use<> {
        let width = |layer: u32| self.widths.get(layer as usize - 2).copied().unwrap_or(0);
        (index..width(layer + 1)).step_by(width(layer).max(1) as usize)
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
    use super::{FAN_OUT, RollupTree};

    #[test]
    fn a_balanced_tree_has_all_rollups_and_each_a_parent() {
        for layers in 2..6 {
            for rollups in (layers - 1)..200 {
                let tree = RollupTree::balanced(rollups, layers).unwrap();
                assert_eq!((tree.rollups(), tree.layer_max()), (rollups, layers));
                let parents = tree.parents();
                let mut first = 0;
                for (layer, width) in tree.layers() {
                    let below = first + width as usize;
                    let sizes: Vec<_> = (0..width)
                        .map(|index| {
                            let children: Vec<_> =
                                tree.children(layer, index).map(|child| below + child as usize).collect();
                            let parent = first + index as usize;
                            let of_parent = (0..parents.len()).filter(|&at| parents[at] == Some(parent));
                            assert_eq!(children, of_parent.collect::<Vec<_>>(), "{tree:?}, layer {layer}");
                            children.len()
                        })
                        .collect();
                    let next = tree.widths().get(layer as usize - 1).copied().unwrap_or(0);
                    assert_eq!(sizes.iter().sum::<usize>(), next as usize, "{tree:?}, layer {layer}");
                    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                    assert!(most - least <= 1, "{tree:?}: uneven on layer {layer}: {sizes:?}");
                    assert!(*most <= FAN_OUT as usize, "{tree:?}, layer {layer}: {sizes:?}");
                    first = below;
                }
            }
        }
    }

    #[test]
    fn the_tree_of_a_record_is_that_of_its_layers() {
        let mut record = fixtures::fractal::fractal();
        assert_eq!(RollupTree::of_record(&record).unwrap(), RollupTree::balanced(8, 3).unwrap());
        record.rollups.retain(|rollup| rollup.layer == 3);
        let error = RollupTree::of_record(&record).unwrap_err().to_string();
        assert!(error.contains("a rollup on layer 2"), "{error}");
        record.rollups.clear();
        assert!(RollupTree::of_record(&record).is_err());
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
