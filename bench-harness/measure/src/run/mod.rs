//! The parent: starts children, writes what they say, stops, resumes.
//!
//! | room | what it owns |
//! |---|---|
//! | `inputs` | what a run is made of |
//! | [`launch`] | starting a child and hearing what it says |
//! | [`events`] | what a progress display hears |
//! | [`folder`] | the files of a run, and refusing to overwrite another |
//! | `done` | what a log says is done already |
//! | `memory` | whether a cell will fit, by what smaller ones took |
//! | `reservation` | what a cell holds of the machine: CPUs for each prover, a clock |
//! | `one_cell` | one cell to its end, over as many children as it takes |
//! | [`error`] | why a run ends early |

mod done;
pub mod error;
pub mod events;
pub mod folder;
mod inputs;
pub mod launch;
mod memory;
mod one_cell;
mod reservation;

use crate::child::request::CellRequest;
use crate::profile;
use crate::run::done::Done;
pub use crate::run::error::MeasureError;
use crate::run::events::{Events, RunEvent};
use crate::run::folder::Opened;
pub use crate::run::inputs::Run;
use crate::run::launch::Launcher;
use crate::run::one_cell::{CellRun, Life};
use crate::schedule::Schedule;
use crate::spec::SystemChoice;
use crate::stopping::Stopping;
use machine::Standard;
use records::file::write_json;
use records::profile::ProfileRecord;
use records::sample::{CellRecord, EndName};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// More time for some cells of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct MoreTime {
    /// Which.
    pub cells: Vec<CellRecord>,
    /// For each, beyond what was spent on it before.
    pub further: Duration,
}

fn request(request: CellRequest, extended: Option<&MoreTime>) -> CellRequest {
    match extended {
        None => request,
        Some(MoreTime { further, .. }) => {
            let time_limit = *further + Duration::from_secs_f64(request.progress.spent_s());
            let stopping = Stopping { time_limit, ..request.stopping };
            CellRequest { stopping, ..request }
        }
    }
}

/// What came of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellOutcome {
    /// Which.
    pub cell: CellRecord,
    /// Complete repeats, those of an earlier run included.
    pub repeats: u64,
    /// Why it ended; none where the run was stopped before or in it.
    pub end: Option<EndName>,
    /// Whether an earlier run had done it already.
    pub was_done: bool,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The folder with everything.
    pub folder: PathBuf,
    /// Samples that this run wrote.
    pub samples: u64,
    /// Failures that this run wrote.
    pub failures: u64,
    /// Samples that an earlier run had written.
    pub samples_before: u64,
    /// Whether it was stopped: `resume` goes on.
    pub is_interrupted: bool,
    /// Each cell.
    pub cells: Vec<CellOutcome>,
    /// The summary, as it stands in `profile.json`.
    pub profile: ProfileRecord,
}

impl Run<'_> {
    /// Measures everything into a folder that holds no run yet; it is made where it does not exist.
    ///
    /// # Errors
    /// [`MeasureError`]. What was measured until then stands in the folder.
    pub fn start(&self, folder: &Path, events: &mut dyn Events) -> Result<Outcome, MeasureError> {
        let schedule = Schedule::new(self.spec)?;
        let opened = folder::create(folder, self.spec, &self.host.record)?;
        self.go(&schedule, opened, None, events)
    }

    /// Goes on with the run of a folder: what stands in its log is not measured again.
    ///
    /// # Errors
    /// [`MeasureError`], also where spec or machine are not those of the run.
    pub fn resume(&self, folder: &Path, events: &mut dyn Events) -> Result<Outcome, MeasureError> {
        let schedule = Schedule::new(self.spec)?;
        let opened = folder::resume(folder, self.spec, &self.host.record)?;
        if opened.contents.cut_off_bytes > 0 {
            events.on(&RunEvent::Note(format!(
                "The last line of {} was cut off after {} bytes, in the middle of writing; it was removed, and its sample is taken again.",
                opened.files.samples().display(),
                opened.contents.cut_off_bytes
            )));
        }
        self.go(&schedule, opened, None, events)
    }

    /// Goes on with those cells of a folder that ended at their time limit and that a decision hangs on.
    ///
    /// # Errors
    /// As [`Run::resume`].
    pub fn extend(
        &self,
        folder: &Path,
        more: &MoreTime,
        events: &mut dyn Events,
    ) -> Result<Outcome, MeasureError> {
        let schedule = Schedule::new(self.spec)?;
        let opened = folder::resume(folder, self.spec, &self.host.record)?;
        self.go(&schedule, opened, Some(more), events)
    }

    fn go(
        &self,
        schedule: &Schedule,
        opened: Opened,
        more: Option<&MoreTime>,
        events: &mut dyn Events,
    ) -> Result<Outcome, MeasureError> {
        let Opened { files, run, contents, mut log } = opened;
        let done = Done::of(&contents.records);
        let samples_before = done.samples();
        let mut records = contents.records;
        let mut outcome = Vec::new();
        let (mut samples, mut failures, mut is_interrupted) = (0, 0, false);
        let mut standard = self.standard(done.standard());
        let of = schedule.cells().len();
        for (place, cell) in schedule.cells().iter().enumerate() {
            let record = cell.record();
            let mut before = done.of_cell(&record, self.spec);
            let extended =
                more.filter(|more| before.end == Some(EndName::TimeLimit) && more.cells.contains(&record));
            before.is_complete &= extended.is_none();
            if is_interrupted || before.is_complete || self.is_stopped() {
                is_interrupted |= !before.is_complete;
                if before.is_complete {
                    events.on(&RunEvent::AlreadyDone { cell: &record });
                }
                outcome.push(CellOutcome {
                    cell: record,
                    repeats: before.progress.made(),
                    end: before.end,
                    was_done: before.is_complete,
                });
                continue;
            }
            events.on(&RunEvent::Cell { place, of, cell: &record });
            let mut one = CellRun {
                run: self,
                cell,
                place,
                of,
                made_before: before.progress.made(),
                known: done.keys(),
                log: &mut log,
                records: &mut records,
                standard: &mut standard,
                request: request(CellRequest::new(&run, self.spec, cell, before.progress.clone()), extended),
                life: Life::default(),
                started: Instant::now(),
                samples: 0,
                failures: 0,
            };
            let end = one.go(events)?;
            samples += one.samples;
            failures += one.failures;
            let repeats = one.request.progress.made();
            is_interrupted |= end.is_none();
            outcome.push(CellOutcome { cell: record, repeats, end, was_done: false });
            // After each cell, so that a crash leaves a summary of all before it.
            write_json(&files.profile(), &self.profile(&run, schedule, &records)?)?;
        }
        let profile = self.profile(&run, schedule, &records)?;
        write_json(&files.profile(), &profile)?;
        Ok(Outcome {
            folder: files.folder().to_owned(),
            samples,
            failures,
            samples_before,
            is_interrupted,
            cells: outcome,
            profile,
        })
    }

    /// By what samples are judged: the best reading in the log of a run that is resumed, or else of some readings of
    /// every CPU. None where times are not those of a process of its own on this machine.
    fn standard(&self, logged: Standard) -> Standard {
        let is_scripted = self.spec.systems.iter().all(SystemChoice::is_scripted);
        match self.launcher {
            Launcher::Program { .. } if logged == Standard::default() && !is_scripted => {
                Standard::measure(&self.host.allowance)
            }
            Launcher::Program { .. } | Launcher::InProcess => logged,
        }
    }

    fn profile(
        &self,
        run: &str,
        schedule: &Schedule,
        records: &[records::sample::LogRecord],
    ) -> Result<ProfileRecord, MeasureError> {
        let cells: Vec<_> = schedule.cells().iter().map(|cell| cell.record()).collect();
        let spec_toml = crate::spec::file::write(self.spec.effective())?;
        let about = profile::ProfileHeader {
            run,
            machine: &self.host.record,
            spec_toml: &spec_toml,
            keep_if_all_discarded: self.spec.keep_if_all_discarded,
        };
        Ok(profile::summarise(&about, &cells, records))
    }
}
