//! `measure`: prove, verify, aggregate, and write down what it took.

pub(crate) mod progress;
mod quiet;
pub(crate) mod spec_args;

use crate::cmd::machine;
use crate::cmd::measure::progress::{Progress, duration};
use crate::cmd::measure::spec_args::{SpecArgs, with_defaults};
use crate::cmd::plan::from_profile::CellFilter;
use crate::exit::{Stopped, stop_on_ctrl_c, usage};
use crate::fail_if::FailIf;
use crate::number::{counted, time_or_zero};
use crate::output::{print, say, width};
use ::machine::{GenericBuild, TargetFeatures};
use ::measure::host::Host;
use ::measure::run::folder::RunFiles;
use ::measure::run::launch::Launcher;
use ::measure::run::{MeasureError, MoreTime, Outcome, Run};
use ::measure::schedule::Schedule;
use ::measure::spec::{Overrides, Spec, SystemChoice};
use anyhow::Context;
use records::file::to_json;
use records::profile::ProfileRecord;
use regression::profiles::{ProfileSide, compare};
use reports::compare::terminal as terminal_of_two;
use reports::profile::terminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Measure every stage of every cell and write samples and a profile.
#[derive(Debug, clap::Args)]
#[command(
    mut_args(with_defaults(Overrides::default())),
    after_help = "Examples:
  bench-harness measure --list
  bench-harness measure --workload swap --batch-size 8,32 --cores 1,2 --output bench-out/swaps
  bench-harness measure --spec bench-harness/measure/examples/small.toml --output bench-out/small
  bench-harness measure --output bench-out/swaps --resume"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    fail_if: FailIf,
    /// List the cells, and measure nothing.
    #[arg(long)]
    list: bool,
    /// Print the profile, or with --list the cells, as JSON.
    #[arg(long)]
    json: bool,
}

/// Where a run stands.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Place {
    /// The folder of the run; it must not hold another.
    #[arg(long, value_name = "DIR", default_value = "bench-out")]
    pub(crate) output: PathBuf,
    /// Go on with the run in that folder, with its own spec.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Wait up to this long for other programs to leave the CPUs alone; what they use is said either way.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero)]
    pub(crate) wait_quiet: Option<f64>,
    /// Compare with an earlier run afterwards, cell by cell: its folder, or its profile.
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) against: Option<PathBuf>,
    /// Measure only where these checks of `bench-harness machine` pass; exit 5 otherwise.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    pub(crate) require: Vec<String>,
}

/// The run that this one is compared with.
pub(crate) struct Earlier {
    name: String,
    profile: ProfileRecord,
}

impl Place {
    /// The run to compare with; read before anything is measured, so that a wrong name costs nothing.
    ///
    /// # Errors
    /// A profile that cannot be read.
    pub(crate) fn earlier(&self) -> anyhow::Result<Option<Earlier>> {
        let read = |path: &PathBuf| -> anyhow::Result<Earlier> {
            Ok(Earlier { name: path.display().to_string(), profile: crate::profile::read(path)? })
        };
        self.against.as_ref().map(read).transpose()
    }
}

impl Earlier {
    /// What became of it, or why the two cannot be compared: both were measured all the same.
    pub(crate) fn compared(&self, now: &ProfileRecord) -> String {
        let side = |name: &str, profile| ProfileSide { name: name.to_owned(), profile, cores: None };
        match compare(&side(&self.name, &self.profile), &side("now", now)) {
            Ok(record) => terminal_of_two::brief(&record),
            Err(error) => format!("Not compared with {}: {error}.\n", self.name),
        }
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let host = Host::read(Some("system"))?;
    if args.list {
        let below = if args.place.resume { its_own_spec(&args.place.output)? } else { Overrides::default() };
        return list(&args.spec.resolve(below, &host)?, args.json);
    }
    args.fail_if.refuse_of_a_plan()?;
    let session = Session::new(args.spec, &args.place, Overrides::default(), &host)?;
    let earlier = args.place.earlier()?;
    let outcome = session.measure(&args.place)?;
    if args.json {
        print(&to_json(&outcome.profile)?)?;
    } else {
        print(&terminal::render(&outcome.profile, width(), false))?;
        let compared = earlier.map_or_else(String::new, |earlier| earlier.compared(&outcome.profile));
        print(&format!("{compared}Everything is in {}.", outcome.folder.display()))?;
    }
    CellFilter::check_measured(&outcome.profile)?;
    args.fail_if.check(Some(&outcome.profile), None)
}

fn list(spec: &Spec, as_json: bool) -> anyhow::Result<()> {
    let schedule = Schedule::new(spec).map_err(MeasureError::from)?;
    if as_json {
        let cells: Vec<_> = schedule.cells().iter().map(|cell| cell.record()).collect();
        return print(&format!("{:#}", serde_json::json!({ "schema_version": 1, "cells": cells })));
    }
    let cells: Vec<_> = schedule.cells().iter().map(|cell| cell.record().words()).collect();
    print(&cells.join("\n"))?;
    eprintln!("{}", bound(cells.len(), spec));
    Ok(())
}

/// How long the cells of a spec take at most, and what that does not count.
fn bound(cells: usize, spec: &Spec) -> String {
    let limit_s = spec.stopping.time_limit.as_secs_f64();
    let repeats = counted(usize::try_from(spec.stopping.min_repeats).unwrap_or(usize::MAX), "repeat");
    format!(
        "{}: {} at most, {} each (--time-limit); circuits, warm-ups and the first {repeats} of each are made whatever \
         they take",
        counted(cells, "cell"),
        duration(limit_s * cells as f64),
        duration(limit_s)
    )
}

/// A run from its spec to its end, with progress on standard error. Ctrl-C ends it and says how to go on.
pub(crate) struct Session<'a> {
    spec: Spec,
    host: &'a Host,
    launcher: Launcher,
    stop: Arc<AtomicBool>,
}

impl<'a> Session<'a> {
    /// Checks the machine, puts back what a run that was killed had changed, and resolves the spec.
    pub(crate) fn new(
        spec: SpecArgs,
        place: &Place,
        defaults: Overrides,
        host: &'a Host,
    ) -> anyhow::Result<Self> {
        machine::demand(&place.require)?;
        // What a run that was killed had changed would be measured with this one.
        for line in machine::put_back()? {
            say(&format!("note: {line}"));
        }
        let below = if place.resume { its_own_spec(&place.output)? } else { defaults };
        let spec = spec.resolve(below, host)?;
        if let Some(generic) = generic_build(&spec) {
            say(&format!("note: {generic}"));
        }
        let program = std::env::current_exe().context("finding this program's own file")?;
        let launcher = Launcher::Program { program, arguments: vec!["cell".to_owned()] };
        Ok(Self { spec, host, launcher, stop: stop_on_ctrl_c()? })
    }

    /// What is measured.
    pub(crate) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Measures, or goes on with the run of the folder.
    pub(crate) fn measure(&self, place: &Place) -> anyhow::Result<Outcome> {
        // The times of a script are nobody's to disturb.
        if place.wait_quiet.is_some() || !self.spec.systems.iter().all(SystemChoice::is_scripted) {
            let patience = place.wait_quiet.map(Duration::from_secs_f64);
            quiet::look(&self.host.allowance, patience, &self.stop);
        }
        self.with_progress(|run, progress| match place.resume {
            true => run.resume(&place.output, progress),
            false => run.start(&place.output, progress),
        })
    }

    /// Gives some cells of a run more time.
    pub(crate) fn extend(&self, folder: &Path, more: &MoreTime) -> anyhow::Result<Outcome> {
        self.with_progress(|run, progress| run.extend(folder, more, progress))
    }

    fn with_progress(
        &self,
        go: impl FnOnce(&Run<'_>, &mut Progress) -> Result<Outcome, MeasureError>,
    ) -> anyhow::Result<Outcome> {
        let Self { spec, host, launcher, stop } = self;
        let mut progress = Progress::new();
        let outcome = go(&Run { spec, host, launcher, stop }, &mut progress);
        progress.finish();
        let outcome = outcome?;
        if outcome.is_interrupted {
            let words = format!(
                "stopped; {} samples are kept in {}. Go on with: bench-harness {} --output {} --resume",
                outcome.samples_before + outcome.samples,
                outcome.folder.display(),
                std::env::args().nth(1).unwrap_or_else(|| "measure".to_owned()),
                outcome.folder.display()
            );
            return Err(Stopped(words).into());
        }
        Ok(outcome)
    }
}

/// Whether this build leaves instructions of the processor unused by a prover that is compiled in.
fn generic_build(spec: &Spec) -> Option<GenericBuild> {
    let is_here = spec.systems.iter().any(|system| matches!(system, SystemChoice::BuiltIn(_)));
    TargetFeatures::read().generic_build().filter(|_| is_here)
}

fn its_own_spec(folder: &Path) -> anyhow::Result<Overrides> {
    let files = RunFiles::of(folder);
    if !files.spec().exists() {
        let spec = files.spec();
        return Err(usage(format!(
            "no run to go on with: there is no {}; without --resume one begins there",
            spec.display()
        )));
    }
    Ok(files.read_spec().map_err(MeasureError::from)?)
}
