//! A log in summary. The same log gives the same profile, whoever asks and whenever.

use crate::statistics::summarise as summary_of;
use reports::machine::MachineRecord;
use reports::profile::{
    CellSummaryRecord, PROFILE_SCHEMA_VERSION, ProfileRecord, QuantityName, QuantityRecord,
};
use reports::sample::{
    CellRecord, EndName, FailureRecord, LogRecord, MarkName, SampleRecord, StageName, SystemRecord,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a profile says beside its cells.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Which run.
    pub run: &'a str,
    /// The machine.
    pub machine: &'a MachineRecord,
    /// The whole spec.
    pub spec_toml: &'a str,
}

/// The profile of a log. Cells come in the order given; one of which the log says nothing is left out.
pub fn summarise(about: &About<'_>, cells: &[CellRecord], log: &[LogRecord]) -> ProfileRecord {
    let mut by_cell: BTreeMap<String, Gathered<'_>> = BTreeMap::new();
    for record in log {
        let (_, cell) = record.run_and_cell();
        by_cell.entry(cell.key()).or_default().take(record);
    }
    let cells =
        cells.iter().filter_map(|cell| by_cell.get(&cell.key()).map(|gathered| gathered.summary(cell)));
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
    system: Option<&'a SystemRecord>,
    samples: Vec<&'a SampleRecord>,
    repeats: BTreeSet<u64>,
    end: Option<EndName>,
    failures: Vec<&'a FailureRecord>,
}

impl<'a> Gathered<'a> {
    fn take(&mut self, record: &'a LogRecord) {
        match record {
            LogRecord::SetUp(set_up) => {
                self.system = Some(&set_up.system);
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

    fn summary(&self, cell: &CellRecord) -> CellSummaryRecord {
        let counted: Vec<_> = self.samples.iter().copied().filter(|sample| sample.mark.counts()).collect();
        let quantities = quantities(&counted);
        let prove = quantities.iter().find(|quantity| quantity.quantity == QuantityName::ProveBatch);
        let proofs = counted.iter().filter(|sample| sample.stage == StageName::Prove);
        let (batches, transactions) =
            proofs.fold((0, 0), |(batches, sum), sample| (batches + 1, sum + sample.transactions));
        let transactions_per_s = prove
            .filter(|prove| prove.median_s > 0.0 && batches > 0)
            .map(|prove| transactions as f64 / f64::from(batches) / prove.median_s);
        let is_unverified = |sample: &&SampleRecord| sample.mark == MarkName::Unverified;
        CellSummaryRecord {
            cell: cell.clone(),
            system: self.system.cloned(),
            repeats: self.repeats.len() as u64,
            end: self.end,
            verified: !self.samples.iter().any(is_unverified),
            left_out_samples: (self.samples.len() - counted.len()) as u64,
            peak_rss_bytes: self.samples.iter().filter_map(|sample| sample.peak_rss_bytes).max(),
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
        let values = of_stage(stage).map(|sample| sample.wall_s).collect();
        summary_of(quantity, None, values)
    };
    let sum = |quantity, stages: &[StageName]| summary_of(quantity, None, sums_of_batches(samples, stages));
    use QuantityName as Q;
    use StageName as S;
    let mut found = vec![
        one(Q::SetUp, S::SetUp),
        one(Q::Generate, S::Generate),
        one(Q::Execute, S::Execute),
        one(Q::Root, S::Root),
        one(Q::Encode, S::Encode),
        sum(Q::Close, &[S::Execute, S::Root, S::Encode]),
        one(Q::Record, S::Record),
        one(Q::Witness, S::Witness),
        one(Q::Prove, S::Prove),
        sum(Q::ProveBatch, &[S::Record, S::Witness, S::Prove]),
        one(Q::Verify, S::Verify),
    ];
    let levels: BTreeSet<_> = of_stage(S::Aggregate).filter_map(|sample| sample.level).collect();
    for level in &levels {
        let of_level = || of_stage(S::Aggregate).filter(|sample| sample.level == Some(*level));
        let whole = of_level().map(|sample| sample.wall_s).collect();
        found.push(summary_of(Q::AggregateLevel, Some(*level), whole));
        // A level tells one time for all its merges, so a merge is known by its mean within a level only.
        let merge = of_level().map(|sample| sample.wall_s / sample.merges.unwrap_or(1).max(1) as f64);
        found.push(summary_of(Q::AggregateMerge, Some(*level), merge.collect()));
    }
    found.push(summary_of(Q::Aggregate, None, sums_of_levels(samples, levels.len())));
    found.push(one(Q::VerifyAggregate, S::VerifyAggregate));
    found.into_iter().flatten().collect()
}

/// The sum of several stages for each batch of which all of them are there, in the order of the log.
fn sums_of_batches(samples: &[&SampleRecord], stages: &[StageName]) -> Vec<f64> {
    // By repeat and batch.
    let mut sums: BTreeMap<_, Vec<(StageName, f64)>> = BTreeMap::new();
    for sample in samples {
        if stages.contains(&sample.stage) {
            let parts = sums.entry((sample.repeat, sample.batch)).or_default();
            parts.push((sample.stage, sample.wall_s));
        }
    }
    let whole = sums
        .into_values()
        .filter(|parts| stages.iter().all(|stage| parts.iter().any(|(found, _)| found == stage)));
    whole.map(|parts| parts.iter().map(|(_, wall_s)| wall_s).sum()).collect()
}

/// The sum of all levels for each aggregation of which all levels are there.
fn sums_of_levels(samples: &[&SampleRecord], levels: usize) -> Vec<f64> {
    let mut sums: BTreeMap<Option<u64>, Vec<f64>> = BTreeMap::new();
    for sample in samples {
        if sample.stage == StageName::Aggregate {
            sums.entry(sample.repeat).or_default().push(sample.wall_s);
        }
    }
    sums.into_values().filter(|parts| parts.len() == levels).map(|parts| parts.iter().sum()).collect()
}
