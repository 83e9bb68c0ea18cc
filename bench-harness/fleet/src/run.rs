//! A whole run: its folder, its ledger, the coordinator's turns, and what comes of it.
//!
//! | file | what |
//! |---|---|
//! | `ledger.jsonl` | everything that is known for certain, line by line |
//! | `fleet.json` | the summary |
//! | `samples.jsonl` | the samples |

use crate::coordinator::job::Progress;
use crate::coordinator::{Coordinator, CoordinatorRules};
use crate::error::FleetError;
use crate::queue::JobQueue;
use crate::samples::{log_of, samples_path};
use crate::summary::summarise;
use records::file::write_json;
use records::fleet::ledger::{
    FleetBeganRecord, FleetEventRecord, FleetLedger, FleetLedgerRecord, read_ledger,
};
use records::fleet::summary::FleetSummaryRecord;
use records::sample::write_log;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The longest that a turn waits for an answer.
const TURN_MAX: Duration = Duration::from_millis(200);

/// Now, s since 1970.
pub fn unix_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The ledger of a folder.
pub fn ledger_path(folder: &Path) -> PathBuf {
    folder.join("ledger.jsonl")
}

/// A run that can be gone on with.
#[derive(Debug)]
pub struct OpenRun {
    folder: PathBuf,
    began: FleetBeganRecord,
    ledger: FleetLedger,
    /// What stands in it below its first line; none of a run that has not begun.
    lines: Option<Vec<FleetLedgerRecord>>,
}

impl OpenRun {
    /// Begins a run in a folder that holds none. Its time begins with the first turn.
    ///
    /// # Errors
    /// [`FleetError`].
    pub fn create(folder: &Path, began: FleetBeganRecord) -> Result<Self, FleetError> {
        let path = ledger_path(folder);
        if path.metadata().is_ok_and(|file| file.len() > 0) {
            let why = "it holds a run already: --resume goes on with it".to_owned();
            return Err(FleetError::Folder { folder: folder.to_owned(), why });
        }
        if samples_path(folder).metadata().is_ok_and(|file| file.len() > 0) {
            let why = "it holds samples of another run".to_owned();
            return Err(FleetError::Folder { folder: folder.to_owned(), why });
        }
        std::fs::create_dir_all(folder)
            .map_err(|error| FleetError::Folder { folder: folder.to_owned(), why: error.to_string() })?;
        let ledger = FleetLedger::create(&path)?;
        Ok(Self { folder: folder.to_owned(), began, ledger, lines: None })
    }

    /// Opens the run of a folder to go on with it.
    ///
    /// # Errors
    /// [`FleetError`], also while another coordinator is at it.
    pub fn resume(folder: &Path) -> Result<Self, FleetError> {
        let path = ledger_path(folder);
        let contents = read_ledger(&path)?;
        let ledger = FleetLedger::resume(&path, &contents)?;
        let mut lines = contents.records;
        let first = if lines.is_empty() { None } else { Some(lines.remove(0).event) };
        let Some(FleetEventRecord::Began(began)) = first else {
            let why = "its ledger does not say how it began".to_owned();
            return Err(FleetError::Folder { folder: folder.to_owned(), why });
        };
        Ok(Self { folder: folder.to_owned(), began: *began, ledger, lines: Some(lines) })
    }

    /// What the run is.
    pub fn began(&self) -> &FleetBeganRecord {
        &self.began
    }

    /// The run's coordinator, set up, which may take seconds. It goes on where the ledger ends.
    ///
    /// # Errors
    /// [`FleetError`].
    pub fn coordinator(
        self,
        rules: CoordinatorRules,
        is_new_queue: bool,
    ) -> Result<RunningFleet, FleetError> {
        let Self { folder, began, ledger, lines } = self;
        let began_unix_s = lines.is_some().then_some(began.began_unix_s);
        let mut coordinator = Coordinator::new(began, rules, ledger)?;
        if let (Some(lines), Some(began_unix_s)) = (lines, began_unix_s) {
            coordinator.restore(lines, is_new_queue, (unix_s() - began_unix_s).max(0.0))?;
        }
        Ok(RunningFleet { folder, coordinator, began_unix_s })
    }
}

/// What a run is told and asked meanwhile.
pub trait RunWatcher {
    /// After each turn. An error ends the run: no worker can be kept alive, say.
    ///
    /// # Errors
    /// Why it must end.
    fn look(&mut self, progress: &Progress, trouble: Option<&str>) -> Result<(), FleetError>;
}

/// A run with its coordinator.
#[derive(Debug)]
pub struct RunningFleet {
    folder: PathBuf,
    coordinator: Coordinator,
    /// None of a run that has not begun.
    began_unix_s: Option<f64>,
}

impl RunningFleet {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn coordinator(&self) -> &Coordinator {
        &self.coordinator
    }

    /// Its folder, its coordinator, and when it began, s since 1970; none of a run that has not.
    pub(crate) fn into_parts(self) -> (PathBuf, Coordinator, Option<f64>) {
        (self.folder, self.coordinator, self.began_unix_s)
    }

    /// Turns until all is done or given up, or `stop` is set; then writes the summary. `provers` are the workers for
    /// batches, where their number is known.
    ///
    /// # Errors
    /// [`FleetError`]. What was proved until then stands in the ledger.
    pub fn run(
        mut self,
        queue: &dyn JobQueue,
        provers: Option<u64>,
        stop: &AtomicBool,
        watcher: &mut dyn RunWatcher,
    ) -> Result<FleetSummaryRecord, FleetError> {
        let start = Instant::now();
        let before_s = match self.began_unix_s {
            Some(began_unix_s) => {
                let before_s = (unix_s() - began_unix_s).max(0.0);
                // A sequencer that has gone closes no further batch: what it closed is finished.
                self.coordinator.close_last(before_s)?;
                before_s
            }
            None => {
                self.coordinator.begin_now(unix_s())?;
                0.0
            }
        };
        let now = || before_s + start.elapsed().as_secs_f64();
        while !self.coordinator.is_over() && !stop.load(Ordering::SeqCst) {
            let now_s = now();
            let wait = match self.coordinator.next_arrival_s() {
                Some(at_s) => Duration::from_secs_f64((at_s - now_s).clamp(0.0, TURN_MAX.as_secs_f64())),
                None => TURN_MAX,
            };
            let trouble = self.coordinator.turn(queue, &now, wait)?;
            watcher.look(&self.coordinator.progress(now_s), trouble.as_deref())?;
        }
        let now_s = now();
        if self.coordinator.is_over() {
            self.coordinator.end(now_s)?;
        }
        let summary = summarise(&self.coordinator, provers);
        write_log(&samples_path(&self.folder), &log_of(&self.coordinator))?;
        write_json(&self.folder.join("fleet.json"), &summary)?;
        Ok(summary)
    }
}
