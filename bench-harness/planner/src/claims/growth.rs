//! State growth: what executors in memory say of it, which is not what the source speaks of.

use super::claim::Claim;
use super::execution::FROM;
use super::figure::Figure;
use crate::claims::evidence::Evidence;
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::execution::{ExecutionPointRecord, ExecutionRecord, ExecutorName};

const NEEDS: &str = "A state in a store on disk, read with a cold cache, over sizes from thousands to millions of accounts: \
                     this program keeps the state in memory. What growth costs there is shown for an execution record of \
                     several sizes: bench-harness execute --accounts 1024,1048576 --json.";

pub(super) fn comes_first(evidence: &Evidence<'_>) -> ClaimRecord {
    let claim = Claim {
        id: "state-growth",
        title: "state growth comes first",
        source: ClaimSourceName::FractalScaling,
        quote: "At some point, though, the rollup node becomes a bottleneck. Currently, the strongest bottleneck is state \
                growth.",
        quoted: &[],
    };
    let figures = evidence.execution.map_or_else(Vec::new, in_memory);
    ClaimRecord { figures, ..claim.untestable(NEEDS) }
}

/// How much longer a block takes in order on one thread, root counted, on the greatest state than on the smallest; nothing
/// of a record of one size.
fn in_memory(record: &ExecutionRecord) -> Vec<ClaimFigureRecord> {
    let in_order = || record.points.iter().filter(|point| point.executor == ExecutorName::Sequential);
    let small = in_order().min_by_key(|point| point.accounts);
    let great = in_order().max_by_key(|point| point.accounts);
    let Some((small, great)) = small.zip(great).filter(|(small, great)| small.accounts < great.accounts)
    else {
        return vec![];
    };
    // Both in the same cell, but for the size: the first of the smallest state.
    let same = |point: &&ExecutionPointRecord| {
        let cell = |point: &ExecutionPointRecord| (point.hot_pool, point.work_us, point.threads);
        point.accounts == great.accounts && cell(point) == cell(small)
    };
    let wall = |point: &ExecutionPointRecord| Figure::of_repeats(point.with_root.wall_s, record.repeats);
    let times = in_order().find(same).map(|great| wall(great).over(wall(small)));
    let what = format!(
        "in memory, root counted: a block over {} accounts, against one over {}",
        great.accounts, small.accounts
    );
    times.map(|times| times.beside(what, "×", FROM)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::comes_first;
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{execution, middle};
    use records::claims::ClaimVerdictName::Untestable;

    #[test]
    fn memory_is_shown_and_decides_nothing() {
        let mut record = execution(1.0, 1.9, 2);
        let of_one = comes_first(&Evidence { execution: Some(&record), ..Evidence::default() });
        assert_eq!(of_one.figures, vec![], "one size");
        let mut grown = record.points.clone();
        for point in &mut grown {
            point.accounts = 1 << 20;
            point.with_root.wall_s = middle(0.2);
        }
        record.points.extend(grown);
        let claim = comes_first(&Evidence { execution: Some(&record), ..Evidence::default() });
        assert_eq!(claim.verdict, Untestable);
        // 200 ms against 50 ms.
        assert!((claim.figures[0].value - 4.0).abs() < 1e-9 && !claim.figures[0].decides, "{claim:?}");
    }
}
