//! The files of a run: `samples.jsonl`, `machine.json`, `spec.toml`, `profile.json`. Nothing is ever overwritten but
//! the profile, which is made from the others.

use crate::run::error::MeasureError;
use crate::spec::{Overrides, Spec, SpecError, file};
use records::file::{write_json, write_whole};
use records::machine::MachineRecord;
use records::sample::SampleLog;
use records::sample::log::{LogContents, read_unfinished};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const SAMPLES: &str = "samples.jsonl";
const MACHINE: &str = "machine.json";
const SPEC: &str = "spec.toml";
const PROFILE: &str = "profile.json";

/// Where the files of a run are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFiles {
    folder: PathBuf,
}

impl RunFiles {
    /// The files of a folder.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every sample and failure.
    pub fn samples(&self) -> PathBuf {
        self.folder.join(SAMPLES)
    }

    /// The machine when the run began.
    pub fn machine(&self) -> PathBuf {
        self.folder.join(MACHINE)
    }

    /// The whole spec.
    pub fn spec(&self) -> PathBuf {
        self.folder.join(SPEC)
    }

    /// The summary.
    pub fn profile(&self) -> PathBuf {
        self.folder.join(PROFILE)
    }

    /// The spec of the run, to resume it.
    ///
    /// # Errors
    /// [`SpecError`] with file and line.
    pub fn read_spec(&self) -> Result<Overrides, SpecError> {
        file::read(&self.spec())
    }
}

/// A run whose log is open.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) files: RunFiles,
    pub(crate) run: String,
    pub(crate) contents: LogContents,
    pub(crate) log: SampleLog,
}

/// Begins a run in a folder that holds none.
pub(crate) fn create(folder: &Path, spec: &Spec, machine: &MachineRecord) -> Result<Opened, MeasureError> {
    let files = RunFiles::of(folder);
    // Killed before its first line, a run leaves nothing that was measured.
    let is_left = files.samples().symlink_metadata().is_ok_and(|file| file.is_file() && file.len() == 0);
    let taken: &[&'static str] = if is_left { &[PROFILE] } else { &[SAMPLES, MACHINE, SPEC, PROFILE] };
    for &name in taken {
        if folder.join(name).symlink_metadata().is_ok() {
            return Err(MeasureError::Taken { folder: folder.to_owned(), file: name });
        }
    }
    let spec_toml = file::write(spec.effective())?;
    std::fs::create_dir_all(folder)
        .map_err(|source| MeasureError::Folder { folder: folder.to_owned(), source })?;
    // The log first: only one process can create and lock it.
    let log = SampleLog::create(&files.samples())?;
    write_whole(&files.spec(), &spec_toml)?;
    write_json(&files.machine(), machine)?;
    Ok(Opened { files, run: new_run_id(), contents: LogContents::default(), log })
}

/// Opens a run to go on with it, if it is the same run.
pub(crate) fn resume(folder: &Path, spec: &Spec, machine: &MachineRecord) -> Result<Opened, MeasureError> {
    let files = RunFiles::of(folder);
    let differences = differences(&files.read_spec()?, spec.effective());
    if !differences.is_empty() {
        return Err(MeasureError::OtherSpec {
            folder: folder.to_owned(),
            differences: differences.join("; "),
        });
    }
    let there: MachineRecord = records::file::read(&files.machine())?;
    let mut other = there.differences(machine);
    other.extend(there.other_features(machine));
    if !other.is_empty() {
        let other: Vec<_> = other.iter().map(ToString::to_string).collect();
        return Err(MeasureError::OtherMachine { folder: folder.to_owned(), differences: other.join("; ") });
    }
    let contents = read_unfinished(&files.samples())?;
    let log = SampleLog::resume(&files.samples(), &contents)?;
    let run = match contents.records.first() {
        Some(record) => record.run_and_cell().0.to_owned(),
        None => new_run_id(),
    };
    Ok(Opened { files, run, contents, log })
}

/// `run-1700000000-4711`: when it began and by which process.
fn new_run_id() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    format!("run-{seconds}-{}", std::process::id())
}

/// Where two specs differ, key by key.
fn differences(there: &Overrides, now: &Overrides) -> Vec<String> {
    let table = |layer: &Overrides| toml::Table::try_from(layer).unwrap_or_default();
    let (there, now) = (table(there), table(now));
    let mut keys: Vec<_> = there.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    let say = |value: Option<&toml::Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    keys.into_iter()
        .filter(|key| there.get(*key) != now.get(*key))
        .map(|key| {
            let (there, now) = (say(there.get(key)), say(now.get(key)));
            format!("{key}: {there} there, {now} now")
        })
        .collect()
}
