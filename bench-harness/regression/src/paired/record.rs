//! A comparison as the record that is written and rendered.

use crate::paired::block::{Pair, PairBlock};
use crate::paired::decide::Judged;
use crate::paired::run::{CellComparison, Comparison, MeanCompared};
use records::regression::arm::DescribedAnswer;
use records::regression::paired::{
    ArmRecord, BlockRecord, ComparedName, ComparedRecord, PAIRED_SCHEMA_VERSION, PairedComparisonRecord,
    PairedRecord, PairedRules, SamplePairRecord, VerdictName,
};
use records::sample::CellRecord;

/// What the comparison itself does not know.
#[derive(Clone, Debug)]
pub struct PairedContext<'a> {
    /// By which rules.
    pub rules: &'a PairedRules,
    /// As the user named base, and the commit that was built for it.
    pub base: (String, Option<String>),
    /// The same of head.
    pub head: (String, Option<String>),
    /// The cells that were compared.
    pub cells: &'a [CellRecord],
    /// The file that says what is compared, where there is one.
    pub spec_file: Option<String>,
    /// How long it took.
    pub wall_s: f64,
}

/// The record, without fleet impacts. A comparison whose cell is not among those of `about` is omitted.
pub fn record(comparison: &Comparison, about: PairedContext<'_>) -> PairedRecord {
    let Comparison { base, head, comparisons, mean, verdict } = comparison;
    let PairedContext { rules, base: base_name, head: head_name, cells, spec_file, wall_s } = about;
    let comparisons: Vec<_> = comparisons.iter().filter_map(|one| compared(one, cells, rules)).collect();
    let geometric_mean = mean.as_ref().map(mean_record);
    let reasons = reasons(*verdict, &comparisons, geometric_mean.as_ref());
    PairedRecord {
        schema_version: PAIRED_SCHEMA_VERSION,
        verdict: *verdict,
        reasons,
        base: arm(base, base_name),
        head: arm(head, head_name),
        rules: *rules,
        comparisons,
        geometric_mean,
        fleet_impact: Vec::new(),
        spec_file,
        wall_s,
    }
}

/// A program as it describes itself, under the name that the user gave it.
pub fn arm(described: &DescribedAnswer, (name, commit): (String, Option<String>)) -> ArmRecord {
    let DescribedAnswer { version, build, machine, spec: _, cells: _, without_aggregation: _ } = described;
    ArmRecord { name, commit, version: version.clone(), build: build.clone(), machine: machine.clone() }
}

fn compared(
    one: &CellComparison,
    cells: &[CellRecord],
    rules: &PairedRules,
) -> Option<PairedComparisonRecord> {
    let CellComparison { cell: key, time, first, first_judged, second, verdict } = one;
    let cell = cells.iter().find(|cell| cell.key() == *key)?;
    Some(PairedComparisonRecord {
        cell: cell.clone(),
        key: key.clone(),
        time: *time,
        compared: ComparedRecord {
            verdict: verdict.name,
            reason: verdict.reason.clone(),
            first: block(first_judged, Some((first, *time, rules))),
            second: second.as_ref().map(|(pairs, judged)| block(judged, Some((pairs, *time, rules)))),
        },
    })
}

fn mean_record(mean: &MeanCompared) -> ComparedRecord {
    let MeanCompared { first, second, verdict } = mean;
    ComparedRecord {
        verdict: verdict.name,
        reason: verdict.reason.clone(),
        first: block(first, None),
        second: second.as_ref().map(|second| block(second, None)),
    }
}

/// The figures of a block; the pairs of a mean stand with the cells that it is of.
fn block(judged: &Judged, made: Option<(&PairBlock, ComparedName, &PairedRules)>) -> BlockRecord {
    let Judged { figures, p_slower, p_faster, suspicion: _ } = judged;
    let interval = figures.interval();
    let pairs = made.map_or_else(Vec::new, |(block, time, _)| {
        block.pairs.iter().map(|pair| pair_record(pair, time, block.is_used(pair))).collect()
    });
    BlockRecord {
        pairs_used: figures.used as u64,
        pairs_discarded: made.map_or(0, |(block, ..)| block.discarded()) as u64,
        pairs_repeated: made.map_or(0, |(block, _, rules)| block.repeated(rules.pairs)) as u64,
        ratio: figures.ratio(),
        ratio_low: interval.map(|(low, _)| low),
        ratio_high: interval.map(|(_, high)| high),
        coverage: interval.and(figures.shift).map(|shift| shift.coverage),
        p_slower: figures.p_slower,
        p_slower_adjusted: *p_slower,
        p_faster: figures.p_faster,
        p_faster_adjusted: *p_faster,
        pairs,
    }
}

/// One pair of times, or of sizes.
pub fn pair_record(pair: &Pair, of: ComparedName, is_used: bool) -> SamplePairRecord {
    let Pair { place, seed, is_base_first, base, head } = *pair;
    let is_memory = of == ComparedName::Memory;
    let (time_s, bytes) =
        (|value: f64| (!is_memory).then_some(value), |value: f64| is_memory.then_some(value as u64));
    SamplePairRecord {
        pair: place as u64,
        seed,
        is_base_first,
        base_s: time_s(base.value),
        head_s: time_s(head.value),
        base_bytes: bytes(base.value),
        head_bytes: bytes(head.value),
        base_mark: base.mark,
        head_mark: head.mark,
        is_used,
    }
}

/// What gives the verdict: the mean where it decides, else every comparison that has it.
fn reasons(
    verdict: VerdictName,
    comparisons: &[PairedComparisonRecord],
    mean: Option<&ComparedRecord>,
) -> Vec<String> {
    if let Some(mean) = mean {
        return vec![format!("geometric mean of {} comparisons: {}", comparisons.len(), mean.reason)];
    }
    let has = |one: &&PairedComparisonRecord| one.compared.verdict == verdict;
    let words = |one: &PairedComparisonRecord| {
        format!("{}, {}: {}", one.cell.words(), one.time.key(), one.compared.reason)
    };
    comparisons.iter().filter(has).map(words).collect()
}
