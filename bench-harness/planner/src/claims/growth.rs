//! State growth: what a greater state costs on disk with a cold cache, and beside it in memory.

use super::claim::Claim;
use super::contention::FROM as FROM_EXECUTION;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::execution::{ExecutionPointRecord, ExecutionRecord, ExecutorName};
use records::state_growth::{StateGrowthPointRecord, StateGrowthRecord, StatePlaceName};

const FROM: &str = "bench-harness state-growth --json";
const COMMAND: &str = "bench-harness state-growth --json > growth.json, then --state-growth growth.json";
/// The least growth, greatest over smallest state, that says anything of growth.
const GROWTH_MIN: u32 = 64;

pub(super) fn comes_first(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the time of a block over the greatest state measured, on disk with a cold cache, root and commit counted, over \
             that of a block over the smallest,",
        bound: Bound::AtLeast,
        threshold: 2.0,
        unit: "×",
    };
    let claim = Claim {
        id: "state-growth",
        title: "state growth comes first",
        source: ClaimSourceName::FractalScaling,
        quote: "At some point, though, the rollup node becomes a bottleneck. Currently, the strongest bottleneck is state \
                growth.",
        quoted: &[],
    };
    let mut figures = evidence.state_growth.map_or_else(Vec::new, on_disk);
    let is_answered = !figures.is_empty();
    figures.extend(evidence.execution.map_or_else(Vec::new, in_memory));
    if !is_answered {
        return ClaimRecord { figures, ..claim.not_measured(&RULE, COMMAND) };
    }
    let cautions = evidence.state_growth.map_or_else(Vec::new, cautions);
    claim.answered(&RULE, figures, cautions, None)
}

/// How much longer a block takes on the greatest state than on the smallest, in each place, on disk first; nothing of a
/// record whose states are nearly of one size.
fn on_disk(record: &StateGrowthRecord) -> Vec<ClaimFigureRecord> {
    let ends = |place| {
        let points = || record.points.iter().filter(move |point| point.place == place);
        let small = points().min_by_key(|point| point.accounts)?;
        let great = points().max_by_key(|point| point.accounts)?;
        (great.accounts / small.accounts.max(1) >= GROWTH_MIN).then_some((small, great))
    };
    let wall = |point: &StateGrowthPointRecord| Figure::of_repeats(point.wall_s, record.repeats);
    let places = [StatePlaceName::DiskCold, StatePlaceName::DiskWarm, StatePlaceName::Memory];
    let figures = places.into_iter().filter_map(|place| {
        let (small, great) = ends(place)?;
        let what =
            format!("{place}: a block over {} accounts, against one over {}", great.accounts, small.accounts);
        let figure = wall(great).over(wall(small)).beside(what, "×", FROM);
        Some(ClaimFigureRecord { decides: place == StatePlaceName::DiskCold, ..figure })
    });
    figures.collect()
}

fn cautions(record: &StateGrowthRecord) -> Vec<String> {
    let cold = || record.points.iter().filter(|point| point.place == StatePlaceName::DiskCold);
    let great = cold().map(|point| point.accounts).max().unwrap_or(0);
    let mut cautions = vec![format!(
        "The greatest state has {great} accounts in one store ({}); a chain of today has hundreds of millions of accounts and \
         storage slots.",
        record.store.engine
    )];
    let fetched: Option<f64> = cold().map(|point| point.storage_bytes).sum();
    if fetched == Some(0.0) {
        cautions.push(
            "The system kept the files' pages in memory: nothing came from the storage, and the cache was not cold."
                .to_owned(),
        );
    }
    cautions
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
    times.map(|times| times.beside(what, "×", FROM_EXECUTION)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::comes_first;
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{execution, middle};
    use fixtures::state_growth::state_growth;
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds, Inconclusive, NotMeasured};
    use records::state_growth::{StateGrowthRecord, StatePlaceName};

    fn answer(record: &StateGrowthRecord) -> ClaimRecord {
        comes_first(&Evidence { state_growth: Some(record), ..Evidence::default() })
    }

    /// The fixture with another time of a block over the great state, cold; over the small one it takes 100 ms.
    fn cold(great_s: f64) -> StateGrowthRecord {
        let mut record = state_growth();
        for point in record.points.iter_mut().filter(|point| point.place == StatePlaceName::DiskCold) {
            point.wall_s = middle(if point.accounts > 1 << 10 { great_s } else { 0.1 });
        }
        record
    }

    #[test]
    fn growth_on_a_cold_disk_decides() {
        let claim = answer(&cold(0.3));
        assert_eq!(claim.verdict, Holds);
        let deciding: Vec<_> = claim.figures.iter().filter(|figure| figure.decides).collect();
        assert!(deciding.len() == 1 && deciding[0].what.starts_with("on disk, cold"), "{claim:?}");
        assert!((deciding[0].value - 3.0).abs() < 1e-9);
        assert_eq!(claim.figures.len(), 3);
        assert_eq!(answer(&cold(0.11)).verdict, DoesNotHold);
        assert_eq!(answer(&cold(0.2)).verdict, Inconclusive);
    }

    #[test]
    fn one_size_is_no_growth_and_kept_pages_are_told() {
        let mut one = cold(0.3);
        one.points.retain(|point| point.accounts == 1 << 10);
        let claim = answer(&one);
        assert!(
            claim.verdict == NotMeasured && claim.figures.is_empty() && claim.needs.is_some(),
            "{claim:?}"
        );
        let mut kept = cold(0.3);
        kept.points.iter_mut().for_each(|point| point.storage_bytes = Some(0.0));
        assert!(answer(&kept).cautions.iter().any(|caution| caution.contains("the cache was not cold")));
    }

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
        assert_eq!(claim.verdict, NotMeasured);
        // 200 ms against 50 ms.
        assert!((claim.figures[0].value - 4.0).abs() < 1e-9 && !claim.figures[0].decides, "{claim:?}");
    }
}
