//! `gate-sample`: what a comparison asks of each of its two programs. Hidden: `gate` starts it.
//!
//! A request on standard input, an answer on standard output, one JSON line each (see `records::regression::arm` and
//! FORMAT.md). Each sample has a process of its own: this one. A wrapper may add flags of a spec, to compare two
//! provers of one's own through one harness.

use crate::cmd::measure::spec_args::SpecArgs;
use crate::exit::usage;
use ::machine::{ClockSetting, Placement, Root, Standard, Topology};
use ::measure::cell::ProverCount;
use ::measure::child::message::{FatalName, Message};
use ::measure::child::request::CellRequest;
use ::measure::host::Host;
use ::measure::schedule::Schedule;
use ::measure::spec::{Overrides, Spec};
use ::measure::stage_sums::{PROVE_BATCH, StageTime, stage_sums};
use ::measure::stopping::CellProgress;
use anyhow::Context;
use records::machine::{FieldRecord, MachineRecord};
use records::regression::arm::{
    ArmAnswer, ArmRequest, DescribedAnswer, FailedAnswer, FailedName, MemoryAnswer, SampleAnswer,
    SampleRequest, TimeAnswer, to_line,
};
use records::regression::paired::ComparedName;
use records::sample::{LogRecord, MarkName, SampleRecord, StageName};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, Cursor, stdin};

/// Give one sample of one cell to a comparison: a request on standard input, an answer on standard output.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    spec: SpecArgs,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).context("reading the request")?;
    let request: ArmRequest = serde_json::from_str(&line).map_err(|error| {
        usage(format!("standard input: expected one line with the JSON request of a comparison: {error}"))
    })?;
    if request.guard_input {
        prover::process::end_with(stdin());
    }
    let answer =
        answer(args.spec, request).unwrap_or_else(|error| failed(FailedName::Input, error.to_string()));
    crate::output::print(&to_line(&answer).context("writing the answer")?)
}

fn failed(kind: FailedName, why: String) -> ArmAnswer {
    ArmAnswer::Failed(FailedAnswer { kind, why })
}

fn answer(flags: SpecArgs, request: ArmRequest) -> anyhow::Result<ArmAnswer> {
    let mut asked: Overrides = serde_json::from_value(Value::Object(request.spec)).context("spec")?;
    // One repeat, however long it takes and whatever disturbs it: the comparison has limits of its own.
    (asked.repeats, asked.min_repeats) = (Some(1), Some(1));
    (asked.reruns, asked.interval_width) = (Some(0), Some(0.0));
    asked.seed = request.sample.as_ref().map(|sample| sample.seed).or(asked.seed);
    let host = Host::read(Some("system"))?;
    let spec = flags.resolve(asked, &host)?;
    let schedule = Schedule::new(&spec).map_err(::measure::run::MeasureError::from)?;
    match request.sample {
        None => describe(&host, &spec, &schedule),
        Some(wanted) => sample(&host, &spec, &schedule, &wanted),
    }
}

fn describe(host: &Host, spec: &Spec, schedule: &Schedule) -> anyhow::Result<ArmAnswer> {
    Ok(ArmAnswer::Described(DescribedAnswer {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: section(&host.record, "build"),
        machine: section(&host.record, "machine"),
        spec: fields(spec.effective())?.into_iter().filter(|(name, _)| name != "seed").collect(),
        cells: schedule.cells().iter().map(|cell| cell.record().key()).collect(),
        without_aggregation: schedule
            .cells()
            .iter()
            .filter(|cell| cell.system.cannot_aggregate())
            .map(|cell| cell.record().key())
            .collect(),
    }))
}

fn section(record: &MachineRecord, name: &str) -> Vec<FieldRecord> {
    let found = record.sections.iter().find(|section| section.name == name);
    found.map_or_else(Vec::new, |section| section.fields.clone())
}

/// The fields of a layer that have a value.
pub(crate) fn fields(layer: &Overrides) -> anyhow::Result<serde_json::Map<String, Value>> {
    let value = serde_json::to_value(layer).context("writing a spec as JSON")?;
    let Value::Object(fields) = value else { anyhow::bail!("a spec is no JSON object") };
    Ok(fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn sample(
    host: &Host,
    spec: &Spec,
    schedule: &Schedule,
    wanted: &SampleRequest,
) -> anyhow::Result<ArmAnswer> {
    let cell = schedule.cells().iter().find(|cell| cell.record().key() == wanted.cell);
    let cell = cell.ok_or_else(|| usage(format!("no cell {} in the spec", wanted.cell)))?;
    if cell.provers != ProverCount::ONE || cell.clock != ClockSetting::AsIs {
        return Err(usage(format!("{}: a sample is one prover, at the clock that runs", wanted.cell)));
    }
    let topology = Topology::read(&Root::system());
    let placement = Placement::choose(cell.cores, &host.allowance.cpus, topology.as_ref()).map_err(usage)?;
    let request = CellRequest {
        placement: Some(placement),
        standard: Standard::new(wanted.best_adds_per_cycle),
        aggregates: !wanted.without_aggregation,
        ..CellRequest::new("gate", spec, cell, CellProgress::default())
    };
    let request = serde_json::to_string(&request)?;
    let mut output = Vec::new();
    ::measure::child::main(Cursor::new(request.into_bytes()), &mut output).context("measuring one cell")?;
    let mut samples = Vec::new();
    for line in output.lines() {
        let message: Message =
            serde_json::from_str(&line?).context("reading the measuring code's own messages")?;
        match message {
            Message::Fatal { fatal, why } => {
                let kind = match fatal {
                    FatalName::WrongProof => FailedName::WrongProof,
                    FatalName::Input => FailedName::Input,
                };
                return Ok(failed(kind, format!("{}: {why}", cell.record().words())));
            }
            Message::Record { record } => match *record {
                LogRecord::Failure(failure) => return Ok(failed(FailedName::NoProof, failure.why)),
                LogRecord::Sample(sample) => samples.push(sample),
                LogRecord::SetUp(_) | LogRecord::Repeat(_) | LogRecord::CellEnd(_) => {}
            },
            Message::WarmUp { .. } | Message::Loading | Message::Started { .. } => {}
        }
    }
    Ok(ArmAnswer::Sample(times(&samples, wanted)))
}

/// The times that are compared, from the samples of one repeat.
fn times(samples: &[SampleRecord], wanted: &SampleRequest) -> SampleAnswer {
    let of = |stage: StageName| samples.iter().filter(move |sample| sample.stage == stage);
    let mean_of = |stage| mean(of(stage).map(|sample| sample.wall_s));
    // A reason to discard any part is one to discard the whole.
    let mark = |stages: &[StageName]| {
        let mut marks = stages.iter().flat_map(|stage| of(*stage)).map(|sample| sample.mark);
        let clean = marks.clone().find(|mark| mark.counts() && *mark != MarkName::Clean);
        marks.find(|mark| !mark.counts()).or(clean).unwrap_or(MarkName::Clean)
    };
    let mut answers = BTreeMap::new();
    let parts = PROVE_BATCH.map(|(stage, _)| stage);
    let whole = stage_sums(samples.iter().filter_map(StageTime::of), &PROVE_BATCH);
    if let Some(time_s) = mean(whole.map(|sum| sum.wall_s)) {
        let stages = [parts.as_slice(), &[StageName::ProveCall]].concat();
        let mark = mark(&stages);
        answers.insert(ComparedName::Prove, TimeAnswer { time_s, mark });
        // Those of the batches alone: merges have theirs with a level.
        let grinds = of(StageName::Grind).filter(|sample| sample.level.is_none());
        if let Some(grind_s) = mean(grinds.map(|sample| sample.wall_s)) {
            let time_s = time_s - grind_s;
            answers.insert(ComparedName::ProveWithoutGrind, TimeAnswer { time_s, mark });
        }
    }
    let merges = of(StageName::Aggregate);
    let (time_s, count) = merges
        .fold((0.0, 0), |(time_s, count), level| (time_s + level.wall_s, count + level.merges.unwrap_or(1)));
    let mut stages = BTreeMap::new();
    if count > 0 {
        let mark = mark(&[StageName::Aggregate, StageName::AggregateCall]);
        answers.insert(ComparedName::Aggregate, TimeAnswer { time_s, mark });
        stages.insert("merge_s".to_owned(), time_s / count as f64);
    }
    for (name, stage) in [(ComparedName::Verify, StageName::Verify), (ComparedName::SetUp, StageName::SetUp)]
    {
        if let Some(time_s) = mean_of(stage) {
            answers.insert(name, TimeAnswer { time_s, mark: mark(&[stage]) });
        }
    }
    let closing = [StageName::Execute, StageName::Root, StageName::Encode];
    for stage in closing.into_iter().chain(parts) {
        if let Some(mean_s) = mean_of(stage) {
            stages.insert(format!("{}_s", stage.key()), mean_s);
        }
    }
    let mut standard = Standard::default();
    standard.see(samples.iter().filter_map(|sample| sample.adds_per_cycle));
    SampleAnswer {
        cell: wanted.cell.clone(),
        seed: wanted.seed,
        times: answers,
        memory: memory(samples),
        stages,
        adds_per_cycle: standard.best_adds_per_cycle(),
    }
}

/// The highest peak of any stage; none where no stage has one.
fn memory(samples: &[SampleRecord]) -> Option<MemoryAnswer> {
    let peak_rss_bytes = samples.iter().filter_map(|sample| sample.peak_rss_bytes).max()?;
    let is_unverified = samples.iter().any(|sample| sample.mark == MarkName::Unverified);
    let mark = if is_unverified { MarkName::Unverified } else { MarkName::Clean };
    Some(MemoryAnswer { peak_rss_bytes, mark })
}

/// None of none.
fn mean(times_s: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum_s, count) = times_s.fold((0.0, 0u32), |(sum_s, count), time_s| (sum_s + time_s, count + 1));
    (count > 0).then(|| sum_s / f64::from(count))
}
