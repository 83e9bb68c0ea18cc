//! `gate aa`: one program against itself, to learn what this machine can decide.

use crate::cmd::gate::comparison::{ComparisonSpec, defaults, progress};
use crate::cmd::gate::pair_args::PairArgs;
use crate::cmd::gate::refused::{OF_A_SAMPLE, refuse};
use crate::cmd::gate::revision::{self, Lock};
use crate::cmd::measure::spec_args::{SpecArgs, with_defaults};
use crate::exit::{stop_on_ctrl_c, usage};
use crate::output::{print, width, write_json};
use anyhow::Context;
use records::regression::aa::{AA_SCHEMA_VERSION, AaCellRecord, AaRecord};
use records::regression::paired::ComparedName;
use records::sample::CellRecord;
use regression::aa::{advice, rows, spread};
use regression::paired::block::ShiftTest;
use regression::paired::record::{arm, pair_record};
use regression::paired::rules::check;
use regression::paired::{Made, Many, PairedRules, one_block};
use reports::regression::aa;
use std::path::PathBuf;
use std::time::Instant;

/// Compare a program with itself in many pairs: how often the regression check would fail an unchanged build on this
/// machine, the smallest slowdown that it would detect, and which --pairs and --min-effect follow.
#[derive(Debug, clap::Args)]
#[command(mut_args(with_defaults(defaults())), mut_args(|arg| refuse(arg, &OF_A_SAMPLE)), after_help = "Examples:
  bench-harness gate aa --program ./prover --pairs 40
  bench-harness gate aa --program HEAD --pairs 40 --export-json aa.json")]
#[command(mut_arg("pairs", |pairs| pairs.help("Pairs to measure").default_value("30")))]
pub(crate) struct Args {
    /// The program, or a git revision; this program itself unless given.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    program: Option<String>,
    #[command(flatten)]
    pairs: PairArgs,
    /// Comparisons that are drawn from them for each figure.
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    trials: u64,
    /// Write the whole record as JSON.
    #[arg(long, value_name = "FILE")]
    export_json: Option<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { program, pairs, trials, export_json, spec } = args;
    let spec = ComparisonSpec::of(spec)?;
    let rules = pairs.rules(Many::Holm, spec.seed);
    check(&rules, 1).map_err(usage)?;
    let limit = pairs.limit()?;
    let stop = stop_on_ctrl_c()?;
    let name = match program {
        Some(name) => name,
        None => std::env::current_exe().context("finding this program's own file")?.display().to_string(),
    };
    let built = revision::both(&name, &name, Lock::Own, &stop)?;
    let (aggregates, started) = (pairs.times().contains(&ComparedName::Aggregate), Instant::now());
    let [mut first, mut second] =
        spec.programs([("first", &built.base), ("second", &built.head)], aggregates, limit, &stop);
    let (described, made) =
        one_block(&mut first, &mut second, &pairs.times(), &rules, &mut progress(started))?;
    let record = AaRecord {
        schema_version: AA_SCHEMA_VERSION,
        program: arm(&described, (name, built.base.commit)),
        level: rules.level,
        trials,
        cells: made.iter().filter_map(|made| cell(made, &spec.cells, &rules, trials)).collect(),
        wall_s: started.elapsed().as_secs_f64(),
    };
    print(&aa::render(&record, width()))?;
    match &export_json {
        Some(file) => write_json(file, &record),
        None => Ok(()),
    }
}

fn cell(made: &Made, cells: &[CellRecord], rules: &PairedRules, trials: u64) -> Option<AaCellRecord> {
    let Made { cell: key, time, block } = made;
    let differences: Vec<f64> = block.differences(rules.pairs).into_iter().flatten().collect();
    let figures = ShiftTest::of(&differences, rules.level);
    let (deviation, correlation) = spread(&differences);
    let rows = rows(&differences, rules, trials);
    Some(AaCellRecord {
        cell: cells.iter().find(|cell| cell.key() == *key)?.clone(),
        time: *time,
        pairs_used: figures.used as u64,
        pairs_discarded: block.discarded() as u64,
        deviation,
        correlation,
        p_slower: figures.p_slower,
        p_faster: figures.p_faster,
        advice: advice(&rows),
        rows,
        pairs: block.pairs.iter().map(|pair| pair_record(pair, *time, block.is_used(pair))).collect(),
    })
}
