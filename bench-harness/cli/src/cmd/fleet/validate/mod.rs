//! `fleet validate`: the planner's prediction is written down first, then the fleet is run, then both stand side by side.

mod calibration;
mod cells;
mod compared;
mod measured;
mod of_fleets;
mod predict;
mod times;

use crate::exit::{Stopped, stop_on_ctrl_c};
use crate::output::{print, write_whole};
use anyhow::Context;
use calibration::Calibration;
use cells::Cell;
use fleet::run::unix_s;
use of_fleets::OfFleets;
use records::fleet::validation::{
    FleetComparedRecord, FleetPredictedRecord, FleetTimesUsedRecord, FleetValidationLog,
    FleetValidationRecord,
};
use records::profile::ProfileRecord;
use reports::fleet::validation;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use times::{Times, mean};

/// Hold the planner's predictions against fleets that are run: predictions are written before each run begins.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness fleet validate --cells bench-harness/fleet/examples/one-cell.toml \\
      --output bench-out/validation")]
pub(crate) struct Args {
    /// Cells to predict and to run, a TOML file.
    #[arg(long, value_name = "FILE", required_unless_present = "read")]
    cells: Option<PathBuf>,
    /// Profile with the times of real proof systems, measured with as many provers at once as a fleet has workers.
    #[arg(long, value_name = "FILE|FOLDER")]
    profile: Option<PathBuf>,
    /// How often each cell is predicted and run, each time with other arrivals and other times of proofs.
    #[arg(long, default_value_t = 1, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeats: u32,
    /// Folder for predictions, measurements and the ledger of each run; it must hold none.
    #[arg(long, default_value = "bench-out/validation", value_name = "FOLDER")]
    output: PathBuf,
    /// Run nothing, and print one table of what these folders hold: parts of one validation, or one that was stopped.
    #[arg(long, value_name = "FOLDER", num_args = 1.., conflicts_with_all = ["cells", "profile", "repeats", "output"])]
    read: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let Some(cells) = &args.cells else {
        let all: Vec<_> = args.read.iter().map(|folder| compared::read(folder)).collect::<Result<_, _>>()?;
        return print(&validation::markdown(&all.concat()));
    };
    let cells = cells::read(cells)?;
    let profile: Option<ProfileRecord> = args.profile.as_deref().map(crate::profile::read).transpose()?;
    let times: Vec<Times> =
        cells.iter().map(|cell| Times::of(cell, profile.as_ref())).collect::<Result<_, _>>()?;
    let stop = stop_on_ctrl_c()?;
    std::fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;
    let mut log = FleetValidationLog::create(&args.output.join(compared::LOG))?;
    let mut all = Vec::new();
    for repeat in 1..=args.repeats {
        // Each round has a folder of its own, where there is more than one.
        let folder = match args.repeats {
            1 => args.output.clone(),
            _ => args.output.join(repeat.to_string()),
        };
        let calibrations = calibrations(&cells, &times, &folder, &stop)?;
        for (cell, times) in cells.iter().zip(&times) {
            let (cell, calibration) = (cell.repeated(repeat), &calibrations[&calibration::words(cell)]);
            let predicted = predicted(&cell, repeat, times, calibration)?;
            log.append(&FleetValidationRecord::Predicted(Box::new(predicted.clone())))?;
            eprintln!("{}, run {repeat} of {}: predicted, runs", cell.name, args.repeats);
            let measured = measured::measured(&cell, repeat, &folder.join(&cell.name), &stop)?;
            if stop.load(Ordering::SeqCst) {
                return Err(Stopped("stopped; what was measured is kept".to_owned()).into());
            }
            log.append(&FleetValidationRecord::Measured(Box::new(measured.clone())))?;
            all.push(FleetComparedRecord { predicted, measured });
        }
    }
    let table = validation::markdown(&all);
    write_whole(&args.output.join("validation.md"), &table)?;
    write_whole(&args.output.join("validation.svg"), &validation::picture(&all))?;
    print(&table)
}

fn predicted(
    cell: &Cell,
    repeat: u32,
    times: &Times,
    calibration: &Calibration,
) -> anyhow::Result<FleetPredictedRecord> {
    let (handling_fleets, handling_samples) = calibration.beside.counts();
    let middle = calibration.further(0.5, 0.5).pace;
    let pace = Some(&calibration.pace).filter(|pace| !pace.is_empty());
    Ok(FleetPredictedRecord {
        cell: cell.record(),
        repeat,
        seed: cell.seed,
        unix_s: unix_s(),
        times: FleetTimesUsedRecord {
            prove_s: middle[0] * mean(&times.prove_s),
            merge_s: middle[1] * mean(&times.merge_s),
            handling_s: calibration.beside.mean(),
            handling_half_width_s: calibration.beside.half_width(),
            handling_fleets,
            handling_samples,
            pace: pace.map(OfFleets::mean),
            pace_half_width: pace.map(OfFleets::half_width),
        },
        figures: predict::predicted(cell, times, calibration)?,
    })
}

/// What small fleets say of each kind of fleet: they are run before any prediction of the round.
fn calibrations(
    cells: &[Cell],
    times: &[Times],
    folder: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<BTreeMap<String, Calibration>> {
    let mut found = BTreeMap::new();
    for (cell, times) in cells.iter().zip(times) {
        if let Entry::Vacant(new) = found.entry(calibration::words(cell)) {
            new.insert(Calibration::measured(cell, times, folder, stop)?);
        }
    }
    Ok(found)
}
