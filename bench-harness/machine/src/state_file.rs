//! The file that remembers what was changed on the computer, written before the change.
//!
//! Owns its format and putting the old values back. Should the run die, `restore` reads it.

use crate::owner::Owner;
use crate::root::Root;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bumped when the format changes.
const SCHEMA_VERSION: u32 = 1;

/// Nothing outside this folder is ever written, whatever a state file says.
const ALLOWED: &str = "sys/devices/system/cpu/";

/// Why the file of changes cannot be written, read or followed.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// Somebody holds the clock, or died holding it.
    #[error(
        "{path} exists: another run holds the clock, or died holding it; wait for it, or run \
         `bench-harness machine restore`"
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// It is none of ours, or was cut off.
    #[error("{path} is no state file of this program: {why}; nothing was changed back")]
    NotOne {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Some old values were not taken. The file stays.
    #[error("could not put back {}; do it by hand, then delete {path}", failed.join("; "))]
    NotPutBack {
        /// The file.
        path: PathBuf,
        /// What failed: file, old value and answer.
        failed: Vec<String>,
    },
}

/// One file of the system and what it held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// Below the root.
    pub(crate) file: String,
    /// What it held before.
    pub(crate) old: String,
}

/// All changes of one run, in the order in which they are put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes {
    schema_version: u32,
    pub(crate) owner: Owner,
    changes: Vec<Change>,
}

impl Changes {
    pub(crate) fn new(owner: Owner, changes: Vec<Change>) -> Self {
        Self { schema_version: SCHEMA_VERSION, owner, changes }
    }

    /// Writes the file whole and to the disk, or not at all; never over another.
    pub(crate) fn write_new(&self, path: &Path) -> Result<(), StateFileError> {
        let io = |doing: &'static str| {
            let path = path.to_owned();
            move |source: io::Error| StateFileError::Io { doing, path, source }
        };
        if path.exists() {
            return Err(StateFileError::Exists { path: path.to_owned() });
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(format!(".{}", std::process::id()));
        let partial = PathBuf::from(partial);
        let json = serde_json::to_vec_pretty(self).map_err(|error| io("write")(error.into()))?;
        let written = std::fs::File::create(&partial).and_then(|mut file| {
            file.write_all(&json)?;
            file.sync_all()
        });
        // The kernel, not a look beforehand, decides which of two runs comes first.
        let renamed = written.and_then(|()| {
            renameat_with(CWD, &partial, CWD, path, RenameFlags::NOREPLACE).map_err(io::Error::from)
        });
        if let Err(source) = renamed {
            let _ = std::fs::remove_file(&partial);
            return Err(match source.kind() {
                io::ErrorKind::AlreadyExists => StateFileError::Exists { path: path.to_owned() },
                _ => io("write")(source),
            });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(io("write to the disk"))
    }

    /// Reads the file; `None` where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StateFileError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                let path = path.to_owned();
                return Err(StateFileError::Io { doing: "read", path, source });
            }
        };
        let not_one = |why: String| StateFileError::NotOne { path: path.to_owned(), why };
        let changes: Self = serde_json::from_str(&text).map_err(|error| not_one(error.to_string()))?;
        if changes.schema_version != SCHEMA_VERSION {
            let found = changes.schema_version;
            return Err(not_one(format!("schema_version {found}, expected {SCHEMA_VERSION}")));
        }
        let is_ours = |file: &str| file.starts_with(ALLOWED) && !file.contains("..");
        match changes.changes.iter().find(|change| !is_ours(&change.file)) {
            Some(change) => Err(not_one(format!("it names {}, outside {ALLOWED}", change.file))),
            None => Ok(Some(changes)),
        }
    }

    /// Puts every old value back, as far as the system takes it, then removes the file. Returns
    /// the files written.
    pub(crate) fn put_back(&self, root: &Root, path: &Path) -> Result<Vec<String>, StateFileError> {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for Change { file, old } in &self.changes {
            match root.write(file, old) {
                Ok(()) => done.push(file.clone()),
                Err(error) => failed.push(format!("{old} into {file} ({error})")),
            }
        }
        if !failed.is_empty() {
            return Err(StateFileError::NotPutBack { path: path.to_owned(), failed });
        }
        match std::fs::remove_file(path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                let path = path.to_owned();
                Err(StateFileError::Io { doing: "remove", path, source })
            }
            _ => Ok(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Changes, StateFileError};
    use crate::owner::Owner;
    use crate::root::tests::fake;

    fn changes(file: &str) -> Changes {
        let owner = Owner { process: 1, started_ticks: 2 };
        let change = Change { file: file.to_owned(), old: "7".to_owned() };
        Changes::new(owner, vec![change])
    }

    #[test]
    fn is_written_once_and_read_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("state.json");
        assert_eq!(Changes::read(&path).expect("none"), None);
        let first = changes("sys/devices/system/cpu/x");
        first.write_new(&path).expect("written");
        assert_eq!(Changes::read(&path).expect("one"), Some(first));
        let second = changes("sys/devices/system/cpu/y").write_new(&path);
        assert!(matches!(second, Err(StateFileError::Exists { .. })), "{second:?}");
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1);
        let nowhere = changes("x").write_new(&dir.path().join("absent/state.json"));
        assert!(matches!(nowhere, Err(StateFileError::Io { .. })), "{nowhere:?}");
    }

    #[test]
    fn bad_files_change_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("state.json");
        let error = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            Changes::read(&path).expect_err(text).to_string()
        };
        assert!(error("{\"schema_version\": 1, \"own").contains("nothing was changed"));
        let whole = serde_json::to_string(&changes("sys/devices/system/cpu/x")).expect("json");
        assert!(error(&whole.replace(":1,\"owner\"", ":9,\"owner\"")).contains("schema_version 9"));
        for file in ["etc/passwd", "sys/devices/system/cpu/../../../etc/passwd"] {
            let text = serde_json::to_string(&changes(file)).expect("json");
            assert!(error(&text).contains(file));
        }
    }

    #[test]
    fn what_is_not_taken_keeps_the_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("state.json");
        let file = "sys/devices/system/cpu/boost";
        let changes = changes(file);
        changes.write_new(&path).expect("written");
        let error = changes.put_back(&fake(&[]).1, &path).expect_err("no such file").to_string();
        assert!(error.contains("7 into sys/devices/system/cpu/boost"), "{error}");
        assert!(path.exists());
        let (_dir, root) = fake(&[(file, "1")]);
        assert_eq!(changes.put_back(&root, &path).expect("put back"), [file]);
        assert_eq!(root.read(file).as_deref(), Some("7"));
        assert!(!path.exists());
    }
}
