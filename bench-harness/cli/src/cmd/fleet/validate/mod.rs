//! `fleet validate`: the planner's prediction is written down first, then the fleet is run, then both stand side by side.

mod cells;
mod measured;
mod predict;
mod times;

use crate::exit::{Stopped, stop_on_ctrl_c};
use crate::output::{print, write_whole};
use anyhow::Context;
use cells::Cell;
use fleet::run::unix_s;
use records::fleet::validation::{
    FleetComparedRecord, FleetPredictedRecord, FleetTimesUsedRecord, FleetValidationLog,
    FleetValidationRecord,
};
use records::profile::ProfileRecord;
use reports::fleet::validation;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use times::{Times, mean};

/// Hold the planner's predictions against fleets that are run: predictions are written before each run begins.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness fleet validate --cells bench-harness/fleet/examples/one-cell.toml \\
      --output bench-out/validation")]
pub(crate) struct Args {
    /// Cells to predict and to run, a TOML file.
    #[arg(long, value_name = "FILE")]
    cells: PathBuf,
    /// Profile with the times of real proof systems, measured with as many provers at once as a fleet has workers.
    #[arg(long, value_name = "FILE|FOLDER")]
    profile: Option<PathBuf>,
    /// Folder for predictions, measurements and the ledger of each run; it must hold none.
    #[arg(long, default_value = "bench-out/validation", value_name = "FOLDER")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let cells = cells::read(&args.cells)?;
    let profile: Option<ProfileRecord> = args.profile.as_deref().map(crate::profile::read).transpose()?;
    let times: Vec<Times> =
        cells.iter().map(|cell| Times::of(cell, profile.as_ref())).collect::<Result<_, _>>()?;
    let stop = stop_on_ctrl_c()?;
    std::fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;
    let mut log = FleetValidationLog::create(&args.output.join("validation.jsonl"))?;
    let handling_s = handling(&cells, args, &stop)?;
    let mut all = Vec::new();
    for (cell, times) in cells.iter().zip(&times) {
        let handling_s = &handling_s[&cell.proof_system];
        let predicted = FleetPredictedRecord {
            cell: cell.record(),
            unix_s: unix_s(),
            times: FleetTimesUsedRecord {
                prove_s: mean(&times.prove_s),
                merge_s: mean(&times.merge_s),
                handling_s: mean(handling_s),
                handling_samples: handling_s.len() as u64,
            },
            figures: predict::predicted(cell, times, handling_s)?,
        };
        log.append(&FleetValidationRecord::Predicted(Box::new(predicted.clone())))?;
        eprintln!("{}: predicted, runs", cell.name);
        let measured = measured::measured(cell, &args.output.join(&cell.name), &stop)?;
        if stop.load(Ordering::SeqCst) {
            return Err(Stopped("stopped; what was measured is kept".to_owned()).into());
        }
        log.append(&FleetValidationRecord::Measured(Box::new(measured.clone())))?;
        all.push(FleetComparedRecord { predicted, measured });
    }
    let table = validation::markdown(&all);
    write_whole(&args.output.join("validation.md"), &table)?;
    write_whole(&args.output.join("validation.svg"), &validation::picture(&all))?;
    print(&table)
}

/// What jobs take beside their proofs, by proof system: of a small fleet that is run before any prediction is made.
fn handling(cells: &[Cell], args: &Args, stop: &AtomicBool) -> anyhow::Result<BTreeMap<String, Vec<f64>>> {
    let mut found = BTreeMap::new();
    for cell in cells {
        if found.contains_key(&cell.proof_system) {
            continue;
        }
        let name = format!("handling-{}", cell.proof_system);
        eprintln!("{name}: what a job takes beside its proof");
        let calm = Cell {
            name: name.clone(),
            batches: if cell.is_scripted() { 128 } else { 6 },
            interval_s: if cell.is_scripted() { 0.05 } else { 0.01 },
            prove_s: if cell.is_scripted() { 0.1 } else { 0.0 },
            prove_cv: 0.0,
            merge_s: if cell.is_scripted() { 0.02 } else { 0.0 },
            straggler_fraction: 0.0,
            mtbf_s: None,
            closing: None,
            ..cell.clone()
        };
        let handling_s = measured::handling_s(&calm, &args.output.join(&name), stop)?;
        found.insert(cell.proof_system.clone(), handling_s);
    }
    Ok(found)
}
