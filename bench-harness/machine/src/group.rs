//! The files of one control group with a quota, v1 or v2, and finding those of dead runs.
//!
//! Owns those files. What a quota is for is in `duty`.

use crate::cgroup::{CgroupVersion, Controller};
use crate::duty_error::DutyError;
use crate::owner::Owner;
use crate::root::Root;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of every group that this crate makes starts so.
const PREFIX: &str = "bench-harness-";

/// How often the quota was looked at, and how often it held the group up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttling {
    /// Periods in which the group wanted to run.
    pub periods: u64,
    /// Of these, those in which it used its quota up.
    pub throttled: u64,
}

/// One control group's folder.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) version: CgroupVersion,
    pub(crate) dir: PathBuf,
}

impl Group {
    /// The folder of a group that `owner` makes; its name says who that is, should the owner die.
    pub(crate) fn named(version: CgroupVersion, base: &Path, owner: Owner, number: u64) -> Self {
        let Owner { process, started_ticks } = owner;
        let dir = base.join(format!("{PREFIX}{process}-{started_ticks}-{number}"));
        Self { version, dir }
    }

    pub(crate) fn set_quota(&self, root: &Root, (quota_us, period_us): (u64, u64)) -> Result<(), DutyError> {
        let write = |file: &str, text: String| {
            let path = self.dir.join(file);
            let result = root.write(&path, &text);
            result.map_err(|source| refused("set the quota in", &path, source))
        };
        match self.version {
            CgroupVersion::V1 => {
                write("cpu.cfs_period_us", period_us.to_string())?;
                write("cpu.cfs_quota_us", quota_us.to_string())
            }
            CgroupVersion::V2 => write("cpu.max", format!("{quota_us} {period_us}")),
        }
    }

    pub(crate) fn move_in(&self, root: &Root, process: u32) -> Result<(), DutyError> {
        let path = self.dir.join("cgroup.procs");
        let result = root.write(&path, &process.to_string());
        result.map_err(|source| refused("put a process into", &path, source))
    }

    pub(crate) fn throttling(&self, root: &Root) -> Result<Throttling, DutyError> {
        let path = self.dir.join("cpu.stat");
        let text =
            std::fs::read_to_string(root.path(&path)).map_err(|source| refused("read", &path, source))?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let counters = field("nr_periods ").zip(field("nr_throttled "));
        let (periods, throttled) = counters.ok_or_else(|| {
            let what = io::Error::other("no nr_periods and nr_throttled in it");
            refused("read", &path, what)
        })?;
        Ok(Throttling { periods, throttled })
    }

    /// The processes in it.
    pub(crate) fn processes(&self, root: &Root) -> Vec<u32> {
        let text = root.read(self.dir.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Removes the folder. A process that has just ended may hold it for some ms.
    pub(crate) fn remove(&self, root: &Root) -> Result<(), DutyError> {
        let path = root.path(&self.dir);
        let mut result = std::fs::remove_dir(&path);
        for _ in 0..200 {
            if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::ResourceBusy) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
            result = std::fs::remove_dir(&path);
        }
        match result {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(refused("remove", &self.dir, source))
            }
            _ => Ok(()),
        }
    }
}

fn refused(doing: &'static str, path: &Path, source: io::Error) -> DutyError {
    let path = path.to_owned();
    DutyError::Refused { doing, path, source }
}

/// Groups whose makers no longer live, anywhere in the hierarchy.
pub(crate) fn leftovers(root: &Root) -> Vec<Group> {
    let Some(cpu) = Controller::find(root, "cpu") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![cpu.mount];
    while let Some(dir) = open.pop() {
        for name in root.names(&dir) {
            let path = dir.join(&name);
            if !root.path(&path).is_dir() {
                continue;
            }
            match maker(&name) {
                Some(owner) if !owner.is_alive(&Root::system()) => {
                    found.push(Group { version: cpu.version, dir: path })
                }
                Some(_) => {}
                None => open.push(path),
            }
        }
    }
    found
}

/// The process that made a group of this name; `None` where it is not one of ours.
fn maker(name: &str) -> Option<Owner> {
    let mut parts = name.strip_prefix(PREFIX)?.split('-');
    let owner = Owner { process: parts.next()?.parse().ok()?, started_ticks: parts.next()?.parse().ok()? };
    let _number: u64 = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(owner)
}

#[cfg(test)]
mod tests {
    use super::maker;

    #[test]
    fn only_our_names_are_ours() {
        let owner = maker("bench-harness-12-345-0").expect("ours");
        assert_eq!((owner.process, owner.started_ticks), (12, 345));
        for name in ["bench-harness-12-345", "bench-harness-a-1-0", "bench-harness-1-2-3-4", "docker"] {
            assert_eq!(maker(name), None, "{name}");
        }
    }
}
