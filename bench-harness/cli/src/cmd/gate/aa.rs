//! `gate aa`: one program against itself, to learn what this machine can decide.

use crate::cmd::gate::paired::{Asked, Tell, Time, names, program, share, spec_of, standard};
use crate::cmd::gate::revision::{self, Lock};
use crate::cmd::gate::{planted, stop_on_ctrl_c};
use crate::cmd::measure::spec_args::SpecArgs;
use crate::exit::usage;
use crate::output::{print, width, write_whole};
use ::measure::run::MeasureError;
use ::measure::schedule::Schedule;
use anyhow::Context;
use records::regression::aa::{AA_SCHEMA_VERSION, AaCellRecord, AaRecord};
use records::sample::CellRecord;
use regression::aa::study::{advice, rows, spread};
use regression::paired::block::Figures;
use regression::paired::record::{arm, pair_record};
use regression::paired::{Made, Many, Rules, one_block};
use reports::regression::aa;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Compare a program with itself in many pairs: how often the gate would fail an unchanged build on this machine, the
/// least slowdown that it would catch, and which --pairs and --min-effect follow.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness gate aa --program ./prover --pairs 40
  bench-harness gate aa --scripted --trials 100")]
pub(crate) struct Args {
    /// The program, or a git revision; this program itself unless given.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    program: Option<String>,
    /// Pairs to measure.
    #[arg(long, value_name = "COUNT", default_value_t = 30)]
    pairs: usize,
    /// Comparisons that are drawn from them for each figure.
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    trials: u64,
    /// The level of each one-sided test, as 5% or 0.05.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "5%")]
    level: f64,
    /// The most pairs of a cell that are repeated because the probes marked them; as many as there are pairs unless
    /// given.
    #[arg(long, value_name = "COUNT")]
    repeat_discarded: Option<usize>,
    /// Which times are compared.
    #[arg(long = "time", value_enum, value_delimiter = ',', default_values_t = [Time::Prove, Time::Aggregate])]
    times: Vec<Time>,
    /// How long the program may take for one sample.
    #[arg(long, value_name = "TIME", value_parser = crate::units::seconds, default_value = "10min")]
    sample_timeout: f64,
    /// Measure nothing: try the gate on machines with planted noise, and print a table in Markdown.
    #[arg(long)]
    scripted: bool,
    /// Write the whole record as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "scripted")]
    export_json: Option<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args {
        program: named,
        pairs,
        trials,
        level,
        repeat_discarded,
        times,
        sample_timeout,
        scripted,
        export_json,
        spec,
    } = args;
    let (spec, told) = spec_of(spec)?;
    let repeat_discarded = repeat_discarded.unwrap_or(pairs);
    let rules =
        Rules { pairs, level, repeat_discarded, many: Many::Holm, seed: spec.seed, ..Rules::default() };
    rules.check(1).map_err(usage)?;
    if scripted {
        return print(&planted::table(&rules, trials));
    }
    let limit = Duration::try_from_secs_f64(sample_timeout)
        .map_err(|error| usage(format!("--sample-timeout: {error}")))?;
    let schedule = Schedule::new(&spec).map_err(MeasureError::from)?;
    let cells: Vec<_> = schedule.cells().iter().map(|cell| cell.record()).collect();
    let stop = stop_on_ctrl_c()?;
    let name = match named {
        Some(name) => name,
        None => std::env::current_exe().context("finding this program's own file")?.display().to_string(),
    };
    let built = revision::both(&name, &name, Lock::Own, &stop)?;
    let started = Instant::now();
    let asked = Asked { told: &told, cells: &cells, limit, stop: &stop, best: standard(&spec) };
    let (mut first, mut second) =
        (program("first", &built.base, &asked), program("second", &built.head, &asked));
    let mut tell = Tell { started };
    let on = &mut |event: &regression::paired::Event<'_>| tell.on(event);
    let (described, made) = one_block(&mut first, &mut second, &names(&times), &rules, on)?;
    let record = AaRecord {
        schema_version: AA_SCHEMA_VERSION,
        program: arm(&described, (name, built.base.commit)),
        level,
        trials,
        cells: made.iter().filter_map(|made| cell(made, &cells, &rules, trials)).collect(),
        wall_s: started.elapsed().as_secs_f64(),
    };
    print(&aa::render(&record, width()))?;
    match &export_json {
        Some(file) => write_whole(file, &(serde_json::to_string_pretty(&record)? + "\n")),
        None => Ok(()),
    }
}

fn cell(made: &Made, cells: &[CellRecord], rules: &Rules, trials: u64) -> Option<AaCellRecord> {
    let Made { cell: key, time, block } = made;
    let differences: Vec<f64> = block.differences(rules.pairs).into_iter().flatten().collect();
    let figures = Figures::of(&differences, rules.level);
    let (deviation, correlation) = spread(&differences);
    let rows = rows(&differences, rules, trials);
    Some(AaCellRecord {
        cell: cells.iter().find(|cell| cell.key() == *key)?.clone(),
        time: *time,
        pairs_used: figures.used as u64,
        pairs_discarded: block.marked() as u64,
        deviation,
        correlation,
        p_slower: figures.p_slower,
        p_faster: figures.p_faster,
        advice: advice(&rows),
        rows,
        pairs: block.pairs.iter().map(|pair| pair_record(pair, block.is_used(pair))).collect(),
    })
}
