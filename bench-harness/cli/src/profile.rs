//! A profile as a user names it: the file, or the folder of the run that wrote it.

use ::measure::run::folder::RunFiles;
use records::profile::ProfileRecord;
use std::path::{Path, PathBuf};

/// The file of a profile: itself, or the one in a folder.
pub(crate) fn file_of(named: &Path) -> PathBuf {
    if named.is_dir() { RunFiles::of(named).profile() } else { named.to_owned() }
}

/// The profile of a file or a folder.
///
/// # Errors
/// [`records::file::ReadError`], with the file that was read.
pub(crate) fn read(named: &Path) -> anyhow::Result<ProfileRecord> {
    Ok(records::file::read(&file_of(named))?)
}
