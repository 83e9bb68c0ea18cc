//! `fleet validate`: the planner's prediction is written down first, then the fleet is run, then both stand side by side.

use super::run::{WorkerCounts, run_local, scripted_specs};
use crate::exit::{Stopped, stop_on_ctrl_c, usage};
use crate::output::{print, write_whole};
use anyhow::Context;
use fleet::arrivals::BatchArrivals;
use fleet::run::{OpenRun, unix_s};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, L1, Pipeline, RunLength, simulate};
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::FleetBeganRecord;
use records::fleet::validation::{
    FleetFiguresRecord, FleetPredictionRecord, FleetValidationLog, FleetValidationRecord,
};
use records::number::{significant, time};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Hold the planner's predictions against fleets that are run: predictions are written before each run begins.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness fleet validate --cells bench-harness/fleet/examples/one-cell.toml \\
      --output bench-out/validation")]
pub(crate) struct Args {
    /// Cells to predict and to run, a TOML file.
    #[arg(long, value_name = "FILE")]
    cells: PathBuf,
    /// Folder for predictions, measurements and the ledger of each run; it must hold none.
    #[arg(long, default_value = "bench-out/validation", value_name = "FOLDER")]
    output: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    cell: Vec<Cell>,
}

/// A fleet and a load. Times in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    name: String,
    provers: u32,
    aggregators: u32,
    batches_per_aggregation: u32,
    batches: u64,
    interval_s: f64,
    /// `fixed` or `poisson`.
    arrivals: String,
    prove_s: f64,
    #[serde(default)]
    prove_cv: f64,
    merge_s: f64,
    #[serde(default = "first")]
    seed: u64,
}

fn first() -> u64 {
    1
}

/// Simulated runs of the same length behind a prediction.
const RUNS: u64 = 400;
/// Included at once: the fleet has no L1.
const NO_L1_S: f64 = 1e-6;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.cells).with_context(|| args.cells.display().to_string())?;
    let Cells { cell: cells } =
        toml::from_str(&text).map_err(|error| usage(format!("{}: {error}", args.cells.display())))?;
    let stop = stop_on_ctrl_c()?;
    std::fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;
    let mut log = FleetValidationLog::create(&args.output.join("validation.jsonl"))?;
    let mut rows = Vec::new();
    for cell in &cells {
        let predicted = predicted(cell)?;
        log.append(&FleetValidationRecord::Predicted {
            cell: cell.name.clone(),
            unix_s: unix_s(),
            figures: predicted,
        })?;
        eprintln!("{}: predicted, runs", cell.name);
        let measured = measured(cell, &args.output.join(&cell.name), &stop)?;
        log.append(&measured)?;
        if stop.load(Ordering::SeqCst) {
            return Err(Stopped("stopped; what was measured is kept".to_owned()).into());
        }
        rows.push((cell.clone(), predicted, measured));
    }
    let table = table(&rows);
    write_whole(&args.output.join("validation.md"), &table)?;
    print(&table)
}

/// What runs of this length do, by the simulation of the planner: mean and the middle 95 %.
fn predicted(cell: &Cell) -> anyhow::Result<FleetFiguresRecord<FleetPredictionRecord>> {
    let arrivals = match cell.arrivals.as_str() {
        "fixed" => Arrivals::fixed(cell.interval_s)?,
        "poisson" => Arrivals::poisson(cell.interval_s)?,
        other => {
            return Err(usage(format!("{}: arrivals: expected fixed or poisson, got {other}", cell.name)));
        }
    };
    let prove = TimeDist::log_normal("prove", cell.prove_s, cell.prove_cv)?;
    let merges = Aggregation::pairwise(TimeDist::fixed("merge", cell.merge_s)?);
    let pipeline = Pipeline::new(arrivals, prove, cell.provers, merges, L1::Latency(NO_L1_S))?
        .with_groups(cell.batches_per_aggregation, cell.aggregators)?;
    let mut runs = [const { Vec::new() }; 5];
    for run in 0..RUNS {
        let seen = simulate(&pipeline, RunLength::new(cell.batches, 0, 1, 1_000 + run)?);
        let delay = seen.consolidated;
        let figures =
            [seen.throughput_batches_per_s, delay.mean_s, delay.p50_s, delay.p99_s, seen.prover_use];
        runs.iter_mut().zip(figures).for_each(|(all, figure)| all.push(figure.value));
    }
    let [throughput, mean, p50, p99, prover_use] = runs.map(prediction);
    Ok(FleetFiguresRecord {
        throughput_batches_per_s: throughput,
        delay_mean_s: mean,
        delay_p50_s: p50,
        delay_p99_s: p99,
        prover_use,
    })
}

fn prediction(mut runs: Vec<f64>) -> FleetPredictionRecord {
    runs.sort_by(f64::total_cmp);
    let at = |fraction: f64| runs[((fraction * runs.len() as f64) as usize).min(runs.len() - 1)];
    FleetPredictionRecord {
        value: runs.iter().sum::<f64>() / runs.len() as f64,
        low: at(0.025),
        high: at(0.975),
    }
}

fn measured(cell: &Cell, folder: &Path, stop: &AtomicBool) -> anyhow::Result<FleetValidationRecord> {
    let fixed = |fixed_s: f64| ScriptedTime::Fixed { fixed_s };
    let script = Script {
        seed: cell.seed,
        real_time: true,
        witness: fixed(0.0),
        prove: match cell.prove_cv {
            0.0 => fixed(cell.prove_s),
            cv => ScriptedTime::LogNormal { mean_s: cell.prove_s, cv },
        },
        merge: fixed(cell.merge_s),
        verify: fixed(0.0),
        ..Script::default()
    };
    let mean_s = cell.interval_s;
    let law = if cell.arrivals == "fixed" {
        BatchArrivals::Fixed { mean_s }
    } else {
        BatchArrivals::Poisson { mean_s }
    };
    let work = FleetWorkRecord {
        proof_system: fleet::chain::SCRIPTED.to_owned(),
        script: Some(serde_json::to_string(&script)?),
        seed: cell.seed,
        swap_ratio: 0.0,
        accounts: 1,
        pools: 1,
        depth: 8,
        fee_bps: 30,
        batch_transactions: 1,
        batches_per_aggregation: u64::from(cell.batches_per_aggregation),
    };
    let began = FleetBeganRecord {
        run: cell.name.clone(),
        began_unix_s: 0.0,
        work,
        batches: cell.batches,
        arrivals_s: law.times_s(cell.seed, cell.batches),
    };
    let counts = WorkerCounts { provers: cell.provers as usize, aggregators: cell.aggregators as usize };
    let began_unix_s = unix_s();
    let open = OpenRun::create(folder, began)?;
    let summary = run_local(open, scripted_specs(counts), 10.0, stop)?;
    let delay = summary.delay.context("no group was completed")?;
    Ok(FleetValidationRecord::Measured {
        cell: cell.name.clone(),
        began_unix_s,
        groups: delay.samples,
        figures: FleetFiguresRecord {
            throughput_batches_per_s: summary.throughput_batches_per_s,
            delay_mean_s: delay.mean_s,
            delay_p50_s: delay.p50_s,
            delay_p99_s: delay.p99_s,
            prover_use: summary.prover_use.unwrap_or_default(),
        },
        handling_mean_s: summary.handling.map_or(0.0, |handling| handling.mean_s),
    })
}

type Row = (Cell, FleetFiguresRecord<FleetPredictionRecord>, FleetValidationRecord);

/// Predicted and measured, a line a cell; then the misses counted.
fn table(rows: &[Row]) -> String {
    let mut text =
        "| cell | P | A | N | batches | throughput, 1/s | mean delay, s | p50, s | p99, s | use |\n\
        |---|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    let (mut errors, mut inside) = ([const { Vec::new() }; 5], [0; 5]);
    for (cell, predicted, measured) in rows {
        let FleetValidationRecord::Measured { figures, .. } = measured else { continue };
        let pairs = [
            (predicted.throughput_batches_per_s, figures.throughput_batches_per_s),
            (predicted.delay_mean_s, figures.delay_mean_s),
            (predicted.delay_p50_s, figures.delay_p50_s),
            (predicted.delay_p99_s, figures.delay_p99_s),
            (predicted.prover_use, figures.prover_use),
        ];
        let Cell { name, provers, aggregators, batches_per_aggregation: n, batches, .. } = cell;
        text += &format!("| {name} | {provers} | {aggregators} | {n} | {batches} |");
        for (at, (expected, got)) in pairs.into_iter().enumerate() {
            let FleetPredictionRecord { value, low, high } = expected;
            let is_inside = (low..=high).contains(&got);
            inside[at] += usize::from(is_inside);
            errors[at].push((got / value - 1.0).abs());
            let [value, low, high, got] = [value, low, high, got].map(|x| significant(x, 3));
            let miss = if is_inside { "" } else { " MISS" };
            text += &format!(" {value} [{low}, {high}]: {got}{miss} |");
        }
        text.push('\n');
    }
    let names = ["throughput", "mean delay", "p50", "p99", "use"];
    text += "\nEach entry is predicted [95 % of simulated runs of the same length]: measured. Where nothing is random the \
        interval has no width, and any overhead is a miss.\n";
    let handling = rows.iter().filter_map(|(_, _, measured)| match measured {
        FleetValidationRecord::Measured { handling_mean_s, .. } => Some(*handling_mean_s),
        FleetValidationRecord::Predicted { .. } => None,
    });
    let handling_s = handling.fold(0.0, f64::max);
    text += &format!(
        "Transport, verification and ledger take up to {} a job, mean of a cell.\n\n",
        time(handling_s)
    );
    for ((name, mut errors), inside) in names.into_iter().zip(errors).zip(inside) {
        errors.sort_by(f64::total_cmp);
        let median = errors.get(errors.len().saturating_sub(1) / 2).copied().unwrap_or_default();
        text += &format!(
            "- {name}: median error {} %, largest {} %, inside the interval {inside} of {}\n",
            significant(100.0 * median, 2),
            significant(100.0 * errors.last().copied().unwrap_or_default(), 2),
            rows.len()
        );
    }
    text
}
