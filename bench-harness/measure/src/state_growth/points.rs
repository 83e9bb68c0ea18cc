//! From times to points of the record.

use crate::state_growth::block::TimedBlock;
use crate::statistics::middle;
use records::state_growth::{StateGrowthPointRecord, StatePlaceName};

/// The point of a place at a size: `blocks` of so many transactions each.
pub(super) fn point(
    accounts: u32,
    transactions: u32,
    place: StatePlaceName,
    state_bytes: u64,
    blocks: &[TimedBlock],
) -> StateGrowthPointRecord {
    let of = |value: fn(&TimedBlock) -> f64| middle(blocks.iter().map(value).collect());
    let wall_s = of(TimedBlock::wall_s);
    let mean = |sum: u64| sum as f64 / blocks.len() as f64;
    // In memory nothing is fetched from anywhere; on disk it is known of all blocks or not at all.
    let storage: Option<u64> = blocks.iter().map(|block| block.storage_bytes).sum();
    StateGrowthPointRecord {
        accounts,
        place,
        tx_per_s: f64::from(transactions) / wall_s.median,
        wall_s,
        read_s: of(|block| block.read_s),
        execute_s: of(|block| block.execute_s),
        root_s: of(|block| block.root_s),
        commit_s: of(|block| block.commit_s),
        cpu_s_per_tx: of(|block| block.cpu_s).median / f64::from(transactions),
        changed_nodes: mean(blocks.iter().map(|block| block.changed_nodes).sum()),
        storage_bytes: storage.map(mean),
        state_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::point;
    use crate::state_growth::block::TimedBlock;
    use records::state_growth::StatePlaceName;

    fn block(read_s: f64, storage_bytes: Option<u64>) -> TimedBlock {
        TimedBlock {
            read_s,
            execute_s: 1.0,
            root_s: 2.0,
            commit_s: 3.0,
            cpu_s: 4.0,
            changed_nodes: 10,
            storage_bytes,
        }
    }

    #[test]
    fn a_point_is_over_all_of_its_blocks() {
        let blocks = [block(4.0, Some(100)), block(1.0, Some(50)), block(2.0, Some(0))];
        let of = point(1_024, 800, StatePlaceName::DiskCold, 7, &blocks);
        assert_eq!((of.wall_s.median, of.wall_s.min, of.wall_s.max), (8.0, 7.0, 10.0));
        assert_eq!((of.tx_per_s, of.cpu_s_per_tx, of.changed_nodes), (100.0, 0.005, 10.0));
        assert_eq!((of.read_s.median, of.storage_bytes), (2.0, Some(50.0)));
        let unknown =
            point(1_024, 800, StatePlaceName::DiskCold, 7, &[block(1.0, Some(5)), block(1.0, None)]);
        assert_eq!(unknown.storage_bytes, None, "counted for one block alone");
    }
}
