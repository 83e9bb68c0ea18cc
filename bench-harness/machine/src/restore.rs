//! Putting back what a run that died had changed.
//!
//! Owns finding its traces: the state file of a clock that was set, and control groups whose
//! makers are gone, with the children that such a run left running in them.

use crate::duty_error::DutyError;
use crate::group::{self, Group};
use crate::root::Root;
use crate::state_file::{Changes, StateFileError};
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the state file is kept, so that `restore` finds it from any folder. Like the settings that
/// it remembers, `/run` does not outlive the system.
pub const STATE_FILE: &str = "/run/bench-harness-clock.json";

/// What was put back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Files that hold their old values again.
    pub files: Vec<String>,
    /// Control groups removed.
    pub groups: Vec<PathBuf>,
    /// Children of the dead run that were still running in them, and were ended.
    pub killed: Vec<u32>,
}

impl Restored {
    /// True where there was nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { files, groups, killed } = self;
        files.is_empty() && groups.is_empty() && killed.is_empty()
    }
}

/// Why something was not put back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The run that made the change still lives and will put it back itself.
    #[error(
        "{path} belongs to process {process}, which still runs; stop that, and it puts the clock back itself"
    )]
    StillRunning {
        /// The state file.
        path: PathBuf,
        /// The run.
        process: u32,
    },
    /// The state file cannot be followed.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// A group cannot be removed.
    #[error(transparent)]
    Group(#[from] DutyError),
}

/// Puts back all that dead runs have left. Doing it again does nothing.
///
/// A process still in a group of a dead run was put there by that run, and is ended: it would go
/// on proving for nobody, and spoil the next measurement.
///
/// # Errors
/// [`RestoreError`]; whatever does not depend on what failed is put back all the same.
pub fn restore(root: &Root, state_file: &Path) -> Result<Restored, RestoreError> {
    let mut restored = Restored::default();
    let groups = remove_groups(root, &mut restored);
    restored.files = put_back_files(root, state_file)?;
    groups?;
    Ok(restored)
}

fn put_back_files(root: &Root, state_file: &Path) -> Result<Vec<String>, RestoreError> {
    let Some(changes) = Changes::read(state_file)? else {
        return Ok(Vec::new());
    };
    if changes.owner.is_alive(&Root::system()) {
        return Err(RestoreError::StillRunning {
            path: state_file.to_owned(),
            process: changes.owner.process,
        });
    }
    Ok(changes.put_back(root, state_file)?)
}

fn remove_groups(root: &Root, restored: &mut Restored) -> Result<(), RestoreError> {
    for group in group::leftovers(root) {
        // Numbers in a tree that stands for the system are nobody's.
        if root.is_system() {
            restored.killed.extend(kill_all(root, &group));
        }
        group.remove(root)?;
        restored.groups.push(group.dir);
    }
    Ok(())
}

/// Ends all processes of a group, and those that they start meanwhile.
fn kill_all(root: &Root, group: &Group) -> Vec<u32> {
    let mut killed = Vec::new();
    for _ in 0..100 {
        let left = group.processes(root);
        if left.is_empty() {
            break;
        }
        for process in left {
            let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
            let is_killed = pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok());
            if is_killed && !killed.contains(&process) {
                killed.push(process);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    killed
}

#[cfg(test)]
mod tests {
    use super::{RestoreError, Restored, restore};
    use crate::clock::Frequency;
    use crate::cpufreq::FrequencyHold;
    use crate::cpufreq::tests::{TWO_GHZ, both, cpufreq_tree, values};
    use crate::state_file::Changes;

    /// A hold whose run dies: its guard is never dropped, and its owner is somebody who is gone.
    #[test]
    fn a_crash_is_put_back_once() {
        let (_dir, root, state_file) = cpufreq_tree();
        let before = values(&root);
        let two = Frequency::from_khz(TWO_GHZ);
        let hold = FrequencyHold::set(&root, two, &both(), &state_file).expect("held");
        std::mem::forget(hold);
        let error = restore(&root, &state_file).expect_err("we still live");
        assert!(matches!(error, RestoreError::StillRunning { .. }), "{error}");
        assert_ne!(values(&root), before);

        let mut changes = Changes::read(&state_file).expect("read").expect("a file");
        changes.owner.started_ticks -= 1;
        std::fs::remove_file(&state_file).expect("removed");
        changes.write_new(&state_file).expect("written");
        let restored = restore(&root, &state_file).expect("restored");
        assert_eq!(values(&root), before);
        assert_eq!(restored.files.len(), 4, "{restored:?}");
        assert!(!state_file.exists());
        assert_eq!(restore(&root, &state_file).expect("again"), Restored::default());
    }

    #[test]
    fn groups_of_the_dead_go_and_those_of_the_living_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = crate::root::Root::at(dir.path());
        let this = crate::owner::Owner::this(&crate::root::Root::system()).expect("this process");
        let living = format!("bench-harness-{}-{}-0", this.process, this.started_ticks);
        let dead = format!("bench-harness-{}-{}-0", this.process, this.started_ticks - 1);
        for name in [&living, &dead, "somebody/else"] {
            std::fs::create_dir_all(dir.path().join("cg/a").join(name)).expect("a folder");
        }
        std::fs::create_dir_all(dir.path().join("proc/self")).expect("a folder");
        let mounts = "32 31 0:29 / /cg rw - cgroup cgroup rw,cpu";
        std::fs::write(dir.path().join("proc/self/mountinfo"), mounts).expect("a file");
        std::fs::write(dir.path().join("proc/self/cgroup"), "2:cpu:/\n").expect("a file");
        let restored = restore(&root, &dir.path().join("no-state")).expect("restored");
        assert_eq!(restored.groups, [std::path::Path::new("/cg/a").join(&dead)]);
        let left = |name: &str| dir.path().join("cg/a").join(name).exists();
        assert!(left(&living) && left("somebody/else") && !left(&dead));
    }
}
