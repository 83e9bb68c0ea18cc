//! A log in summary. The same log gives the same profile, whoever asks and whenever.

use crate::busy::kept_where_none_counts;
use crate::stage_sums::{CLOSE, PROVE_BATCH, StageTime, levels_of, stage_sums, sums_of_levels};
use crate::statistics::{MeasuredValue, median, summarise as summary_of};
use records::machine::MachineRecord;
use records::profile::{
    CellSummaryRecord, PROFILE_SCHEMA_VERSION, ProfileRecord, QuantityName, QuantityRecord,
};
use records::sample::{
    CellRecord, EndName, FailureRecord, LogRecord, MarkName, SampleRecord, SetUpRecord, StageName,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a profile says beside its cells.
#[derive(Clone, Copy, Debug)]
pub struct ProfileHeader<'a> {
    /// Which run.
    pub run: &'a str,
    /// The machine.
    pub machine: &'a MachineRecord,
    /// The whole spec.
    pub spec_toml: &'a str,
    /// The spec's `keep_if_all_discarded`.
    pub keep_if_all_discarded: bool,
}

/// The profile of a log. Cells come in the order given; one of which the log says nothing is not among them.
pub fn summarise(about: &ProfileHeader<'_>, cells: &[CellRecord], log: &[LogRecord]) -> ProfileRecord {
    let mut by_cell: BTreeMap<String, Gathered<'_>> = BTreeMap::new();
    for record in log {
        let (_, cell) = record.run_and_cell();
        by_cell.entry(cell.key()).or_default().take(record);
    }
    let cells = cells.iter().filter_map(|cell| {
        by_cell.get(&cell.key()).map(|found| found.summary(cell, about.keep_if_all_discarded))
    });
    ProfileRecord {
        schema_version: PROFILE_SCHEMA_VERSION,
        run: about.run.to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        machine: about.machine.clone(),
        spec_toml: about.spec_toml.to_owned(),
        cells: cells.collect(),
    }
}

/// What a log says of one cell.
#[derive(Debug, Default)]
struct Gathered<'a> {
    set_up: Option<&'a SetUpRecord>,
    samples: Vec<&'a SampleRecord>,
    repeats: BTreeSet<u64>,
    end: Option<EndName>,
    failures: Vec<&'a FailureRecord>,
}

impl<'a> Gathered<'a> {
    fn take(&mut self, record: &'a LogRecord) {
        match record {
            LogRecord::SetUp(set_up) => {
                self.set_up = Some(set_up);
                // A run that goes on with a cell has not ended it yet.
                self.end = None;
            }
            LogRecord::Sample(sample) => self.samples.push(sample),
            LogRecord::Repeat(repeat) => {
                self.repeats.insert(repeat.repeat);
            }
            LogRecord::Failure(failure) => self.failures.push(failure),
            LogRecord::CellEnd(end) => self.end = Some(end.end),
        }
    }

    fn summary(&self, cell: &CellRecord, keep_if_all_discarded: bool) -> CellSummaryRecord {
        let kept = keep_if_all_discarded.then(|| kept_where_none_counts(&self.samples));
        let samples = kept.as_ref().map_or_else(|| self.samples.clone(), |kept| kept.iter().collect());
        let quantities = quantities(&samples);
        let prove = quantities.iter().find(|quantity| quantity.quantity == QuantityName::ProveBatch);
        let of_stage = |stage: StageName| samples.iter().copied().filter(move |sample| sample.stage == stage);
        let (clean, discarded): (Vec<_>, Vec<_>) =
            of_stage(StageName::Prove).partition(|sample| sample.mark.counts());
        let transactions: u64 = clean.iter().map(|sample| sample.transactions).sum();
        let transactions_per_s = prove
            .filter(|prove| prove.median_s > 0.0 && !clean.is_empty())
            .map(|prove| transactions as f64 / clean.len() as f64 / prove.median_s);
        let mut discarded_proofs = BTreeMap::new();
        for sample in &discarded {
            *discarded_proofs.entry(sample.mark.key().to_owned()).or_insert(0) += 1;
        }
        let middle = |read: fn(&SampleRecord) -> Option<f64>| {
            let mut found: Vec<f64> = clean.iter().copied().filter_map(read).collect();
            found.sort_by(f64::total_cmp);
            median(&found)
        };
        let mut lengths: Vec<u64> =
            of_stage(StageName::Prove).filter_map(|sample| sample.output_bytes).collect();
        lengths.sort_unstable();
        let calls = of_stage(StageName::ProveCall).chain(of_stage(StageName::AggregateCall));
        let steals: Vec<f64> = calls.filter_map(|sample| sample.steal_s).collect();
        let is_unverified = |sample: &&SampleRecord| sample.mark == MarkName::Unverified;
        CellSummaryRecord {
            cell: cell.clone(),
            system: self.set_up.map(|set_up| set_up.system.clone()),
            repeats: self.repeats.len() as u64,
            end: self.end,
            verified: !samples.iter().any(is_unverified),
            discarded_samples: samples.iter().filter(|sample| !sample.mark.counts()).count() as u64,
            clean_samples: clean.len() as u64,
            discarded_proofs,
            kept_samples: clean.iter().filter(|sample| sample.mark == MarkName::Kept).count() as u64,
            clock_ghz: middle(|sample| sample.clock_ghz),
            core_fraction: middle(|sample| sample.core_fraction),
            steal_s: (!steals.is_empty()).then(|| steals.iter().sum()),
            core_kind: self.set_up.and_then(|set_up| set_up.core_kind.clone()),
            peak_rss_bytes: samples.iter().filter_map(|sample| sample.peak_rss_bytes).max(),
            proof_bytes: lengths.get(lengths.len() / 2).copied(),
            transactions_per_s,
            quantities,
            failures: self.failures.iter().copied().cloned().collect(),
        }
    }
}

/// Every quantity of a cell's samples that there is one of, in the order of the pipeline.
fn quantities(samples: &[&SampleRecord]) -> Vec<QuantityRecord> {
    let of_stage = |stage: StageName| samples.iter().filter(move |sample| sample.stage == stage);
    let one = |quantity, stage| {
        // The search of a level of aggregation is no search of a batch's proof.
        let values: Vec<_> = of_stage(stage)
            .filter(|sample| sample.level.is_none())
            .map(|sample| MeasuredValue::of(sample))
            .collect();
        summary_of(quantity, None, &values)
    };
    let times: Vec<_> = samples.iter().filter_map(|sample| StageTime::of(sample)).collect();
    let sum = |quantity, stages: &[(StageName, f64)]| {
        let sums: Vec<_> = stage_sums(times.iter().copied(), stages).collect();
        summary_of(quantity, None, &sums)
    };
    use QuantityName as Q;
    use StageName as S;
    let mut found = vec![
        one(Q::SetUp, S::SetUp),
        one(Q::Generate, S::Generate),
        one(Q::Execute, S::Execute),
        one(Q::Root, S::Root),
        one(Q::Encode, S::Encode),
        sum(Q::Close, &CLOSE),
        one(Q::Record, S::Record),
        one(Q::Witness, S::Witness),
        one(Q::Prove, S::Prove),
        one(Q::Grind, S::Grind),
        sum(Q::ProveWithoutGrind, &[(S::Prove, 1.0), (S::Grind, -1.0)]),
        sum(Q::ProveBatch, &PROVE_BATCH),
        one(Q::Verify, S::Verify),
    ];
    let levels = levels_of(samples);
    for level in &levels {
        let of_level = || of_stage(S::Aggregate).filter(|sample| sample.level == Some(*level));
        let whole: Vec<_> = of_level().map(|sample| MeasuredValue::of(sample)).collect();
        found.push(summary_of(Q::AggregateLevel, Some(*level), &whole));
        // A level has one time for all its merges, so a merge is known by its mean within a level only.
        let merge: Vec<_> = of_level()
            .map(|sample| {
                let merges = sample.merges.unwrap_or(1).max(1) as f64;
                let MeasuredValue { wall_s, cycles, counts } = MeasuredValue::of(sample);
                MeasuredValue {
                    wall_s: wall_s / merges,
                    cycles: cycles.map(|cycles| cycles / merges),
                    counts,
                }
            })
            .collect();
        found.push(summary_of(Q::AggregateMerge, Some(*level), &merge));
    }
    found.push(summary_of(Q::Aggregate, None, &sums_of_levels(samples)));
    found.push(one(Q::VerifyAggregate, S::VerifyAggregate));
    found.into_iter().flatten().collect()
}
