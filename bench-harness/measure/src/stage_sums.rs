//! Sums of several stages of one batch: what closing, or proving, takes as a whole.

use crate::statistics::MeasuredValue;
use records::sample::{SampleRecord, StageName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What closes a batch once it is filled.
pub const CLOSE: [(StageName, f64); 3] =
    [(StageName::Execute, 1.0), (StageName::Root, 1.0), (StageName::Encode, 1.0)];

/// What a prover is busy with for each batch: the p of the formulas.
pub const PROVE_BATCH: [(StageName, f64); 3] =
    [(StageName::Record, 1.0), (StageName::Witness, 1.0), (StageName::Prove, 1.0)];

/// What a sum needs of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageTime {
    /// Which repeat, from 0; none for the set-up.
    pub repeat: Option<u64>,
    /// The batch's place in the repeat; none for an aggregation.
    pub batch: Option<u64>,
    /// What was timed.
    pub stage: StageName,
    /// Its time, and whether it enters the estimate.
    pub value: MeasuredValue,
}

impl StageTime {
    /// The time of a sample; none of one level of aggregation, which is a part of a batch's or a tree's time.
    pub fn of(sample: &SampleRecord) -> Option<Self> {
        let SampleRecord { repeat, batch, stage, level, .. } = *sample;
        level.is_none().then(|| Self { repeat, batch, stage, value: MeasuredValue::of(sample) })
    }
}

/// The signed sum of several stages for each batch of which all of them are there, by repeat and batch. Of two times
/// of the same stage of a batch the first stands.
pub fn stage_sums(
    times: impl IntoIterator<Item = StageTime>,
    stages: &[(StageName, f64)],
) -> impl Iterator<Item = MeasuredValue> {
    let mut sums: BTreeMap<_, Vec<(StageName, MeasuredValue, f64)>> = BTreeMap::new();
    for StageTime { repeat, batch, stage, value } in times {
        if let Some((_, sign)) = stages.iter().find(|(wanted, _)| *wanted == stage) {
            let parts = sums.entry((repeat, batch)).or_default();
            if !parts.iter().any(|(known, ..)| *known == stage) {
                parts.push((stage, value, *sign));
            }
        }
    }
    let wanted = stages.len();
    sums.into_values()
        .filter(move |parts| parts.len() == wanted)
        .map(|parts| sum_of(parts.into_iter().map(|(_, value, sign)| (value, sign))))
}

/// The levels of aggregation that were timed, from 1.
pub(crate) fn levels_of(samples: &[&SampleRecord]) -> BTreeSet<u64> {
    let merges = samples.iter().filter(|sample| sample.stage == StageName::Aggregate);
    merges.filter_map(|sample| sample.level).collect()
}

/// The sum of all levels for each aggregation of which all levels are there.
pub(crate) fn sums_of_levels(samples: &[&SampleRecord]) -> Vec<MeasuredValue> {
    let levels = levels_of(samples).len();
    let mut sums: BTreeMap<Option<u64>, Vec<MeasuredValue>> = BTreeMap::new();
    for sample in samples {
        if sample.stage == StageName::Aggregate {
            sums.entry(sample.repeat).or_default().push(MeasuredValue::of(sample));
        }
    }
    let whole = sums.into_values().filter(|parts| parts.len() == levels);
    whole.map(|parts| sum_of(parts.into_iter().map(|part| (part, 1.0)))).collect()
}

/// A signed sum; it counts where all of its parts do, and its cycles are known where theirs are.
fn sum_of(parts: impl Iterator<Item = (MeasuredValue, f64)>) -> MeasuredValue {
    let none = MeasuredValue { wall_s: 0.0, cycles: Some(0.0), counts: true };
    parts.fold(none, |sum, (part, sign)| MeasuredValue {
        wall_s: sum.wall_s + sign * part.wall_s,
        cycles: sum.cycles.zip(part.cycles).map(|(sum, part)| sum + sign * part),
        counts: sum.counts && part.counts,
    })
}
