//! Slowing a process down by letting it run for a part of the time only.
//!
//! Owns making a control group with a CPU quota, and the check that the quota was what bound. The
//! group's files are in `group`. It is removed when the guard is dropped, and by `restore` after a
//! crash.
//!
//! A duty cycle is no frequency: memory keeps its speed, so it is linear for compute-bound work
//! only. The quota is the group's, not each core's: k threads share `k · percent`. While fewer of
//! them have work they run faster than their part, and the sample is refused by [`DutyMeter::accept`].

use crate::cgroup::{CgroupVersion, Controller};
use crate::clock::DutyPercent;
use crate::cores::CoreCount;
use crate::duty_error::DutyError;
use crate::group::{Group, Throttling};
use crate::owner::Owner;
use crate::root::Root;
use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a sample under a duty cycle does not count.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DutyRefusal {
    /// It was over too soon.
    #[error("the sample lasted {periods} periods of the quota; at least {MIN_PERIODS} are needed")]
    TooFewPeriods {
        /// How many.
        periods: u64,
    },
    /// The quota did not bind.
    #[error("the quota never held the sample up, so it did not slow it down")]
    NotThrottled,
    /// It ran for another part of the time.
    #[error("the sample used {used_cpus:.3} CPUs, more than 3 % off its quota of {quota_cpus:.3}")]
    OffQuota {
        /// CPU time over time on the clock.
        used_cpus: f64,
        /// What it was to be.
        quota_cpus: f64,
    },
}

/// Fewer periods make the first and the last one count too much.
const MIN_PERIODS: u64 = 20;

/// CPU time over wall time may differ from the quota by this part of it.
const WITHIN: f64 = 0.03;

/// The kernel grants no less.
const MIN_QUOTA_US: u64 = 1_000;

/// Distinguishes the groups of one process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A control group with a quota; it is removed when this is dropped.
#[derive(Debug)]
#[must_use = "the group is removed as soon as this is dropped"]
pub struct DutyCycle {
    root: Root,
    group: Group,
    /// Where processes that are still in it go when it is removed.
    home: PathBuf,
    /// `None` at 100 %.
    quota_cpus: Option<f64>,
}

impl DutyCycle {
    /// Makes a group that may use `percent` of so many cores, in periods of 10 ms, or 20 ms where
    /// the quota would be below what the kernel grants. At 100 % there is a group without a quota,
    /// so that all percentages take the same way.
    ///
    /// # Errors
    /// [`DutyError`] that says why not, and what would be needed.
    pub fn create(root: &Root, percent: DutyPercent, cores: CoreCount) -> Result<Self, DutyError> {
        let cpus = percent.part() * cores.get() as f64;
        let quota = if percent.get() == 100 {
            None
        } else {
            Some(quota(cpus).ok_or(DutyError::TooSmall { percent: percent.get(), cores })?)
        };
        let (version, base, home) = base(root)?;
        let owner = Owner::this(&Root::system()).ok_or_else(|| DutyError::Unavailable {
            why: "/proc/self/stat cannot be read".to_owned(),
            needed: "a readable /proc",
        })?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let group = Group::named(version, &base, owner, number);
        std::fs::create_dir(root.path(&group.dir)).map_err(|error| DutyError::Unavailable {
            why: format!("no group can be made in {}: {error}", base.display()),
            needed: "root, or a control group whose `cpu` controller is delegated to this user",
        })?;
        // From here on an early return drops the guard, which removes the group.
        let duty = Self { root: root.clone(), group, home, quota_cpus: quota.map(|_| cpus) };
        if let Some(quota) = quota {
            duty.group.set_quota(root, quota)?;
        }
        Ok(duty)
    }

    /// Puts a process with all its threads, and all that it starts later, under the quota.
    ///
    /// # Errors
    /// [`DutyError::Refused`] where it is gone or is somebody else's.
    pub fn add_process(&self, process: u32) -> Result<(), DutyError> {
        self.group.move_in(&self.root, process)
    }

    /// What reads the counters of the group and accepts the samples of the processes in it.
    #[must_use]
    pub fn meter(&self) -> DutyMeter {
        DutyMeter { version: self.group.version, dir: self.group.dir.clone(), quota_cpus: self.quota_cpus }
    }
}

/// The counters of a [`DutyCycle`] and what they say of a sample: plain data, to be handed to the
/// process that was put into the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyMeter {
    version: CgroupVersion,
    dir: PathBuf,
    quota_cpus: Option<f64>,
}

impl DutyMeter {
    /// The counters of the group, taken before and after a sample; `None` where they cannot be read.
    #[must_use]
    pub fn throttling(&self, root: &Root) -> Option<Throttling> {
        Group { version: self.version, dir: self.dir.clone() }.throttling(root).ok()
    }

    /// False at 100 %.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.quota_cpus.is_some()
    }

    /// Says whether a sample ran under this quota and nothing else: long enough, held up by it,
    /// and with CPU time over wall time within 3 % of it. `usage` is that of the process in the
    /// group. At 100 % there is nothing to check.
    ///
    /// # Errors
    /// [`DutyRefusal`] that says which condition was not met.
    pub fn accept(&self, before: Throttling, after: Throttling, usage: &Usage) -> Result<(), DutyRefusal> {
        let Some(quota_cpus) = self.quota_cpus else { return Ok(()) };
        let periods = after.periods.saturating_sub(before.periods);
        if periods < MIN_PERIODS {
            return Err(DutyRefusal::TooFewPeriods { periods });
        }
        if after.throttled <= before.throttled {
            return Err(DutyRefusal::NotThrottled);
        }
        let used_cpus = usage.cpu_s / usage.wall_s;
        // A figure that is not a number is in no range.
        if !((1.0 - WITHIN)..=(1.0 + WITHIN)).contains(&(used_cpus / quota_cpus)) {
            return Err(DutyRefusal::OffQuota { used_cpus, quota_cpus });
        }
        Ok(())
    }
}

impl Drop for DutyCycle {
    fn drop(&mut self) {
        let home = Group { version: self.group.version, dir: self.home.clone() };
        for process in self.group.processes(&self.root) {
            let _ = home.move_in(&self.root, process);
        }
        let _ = self.group.remove(&self.root);
    }
}

/// Quota and period in µs for so many CPUs; `None` below what the kernel grants.
fn quota(cpus: f64) -> Option<(u64, u64)> {
    [10_000, 20_000].into_iter().find_map(|period_us| {
        let quota_us = (cpus * period_us as f64).round() as u64;
        (quota_us >= MIN_QUOTA_US).then_some((quota_us, period_us))
    })
}

/// Where a group can be made, and where its processes go back to.
///
/// v1: inside our own group. v2: beside it, since a group that holds processes may not hand
/// controllers down; the root of the hierarchy may.
fn base(root: &Root) -> Result<(CgroupVersion, PathBuf, PathBuf), DutyError> {
    let cpu = Controller::find(root, "cpu").ok_or_else(|| DutyError::Unavailable {
        why: "no `cpu` controller of a control group is mounted".to_owned(),
        needed: "a kernel with CONFIG_CFS_BANDWIDTH and a mounted cgroup v1 or v2 `cpu` controller",
    })?;
    if cpu.version == CgroupVersion::V1 {
        return Ok((cpu.version, cpu.dir.clone(), cpu.dir));
    }
    let base = match cpu.dir.parent() {
        Some(parent) if cpu.dir != cpu.mount => parent.to_owned(),
        _ => cpu.dir.clone(),
    };
    let handed_down = root.read(base.join("cgroup.subtree_control")).unwrap_or_default();
    if !handed_down.split_whitespace().any(|name| name == "cpu") {
        return Err(DutyError::Unavailable {
            why: format!("{} does not hand its `cpu` controller down", base.display()),
            needed: "`+cpu` in its cgroup.subtree_control, or a systemd scope with Delegate=cpu",
        });
    }
    Ok((cpu.version, base, cpu.dir))
}

#[cfg(test)]
mod tests {
    use super::{DutyError, DutyMeter, DutyRefusal, base, quota};
    use crate::cgroup::CgroupVersion;
    use crate::group::{Group, Throttling};
    use crate::root::tests::fake;
    use crate::usage::Usage;
    use std::path::PathBuf;

    #[test]
    fn quotas_are_no_smaller_than_the_kernel_grants() {
        assert_eq!(quota(0.5), Some((5_000, 10_000)));
        assert_eq!(quota(1.5), Some((15_000, 10_000)));
        assert_eq!(quota(0.05), Some((1_000, 20_000)));
        assert_eq!(quota(0.04), None);
    }

    #[test]
    fn acceptance_needs_periods_throttling_and_the_quota() {
        let at = |periods, throttled| Throttling { periods, throttled };
        let meter = |quota_cpus| DutyMeter { version: CgroupVersion::V2, dir: PathBuf::new(), quota_cpus };
        let usage = |cpu_s| Usage { wall_s: 1.0, cpu_s, run_wait_s: None, steal_s: None, others_cpu_s: None };
        let run = |periods: u64, throttled: u64, used| {
            meter(Some(0.5)).accept(at(10, 5), at(10 + periods, 5 + throttled), &usage(used))
        };
        assert_eq!(run(20, 19, 0.51), Ok(()));
        assert_eq!(run(19, 19, 0.5), Err(DutyRefusal::TooFewPeriods { periods: 19 }));
        assert_eq!(run(100, 0, 0.5), Err(DutyRefusal::NotThrottled));
        for used_cpus in [0.48, 0.52, f64::NAN] {
            let refused = run(100, 90, used_cpus);
            assert!(matches!(refused, Err(DutyRefusal::OffQuota { .. })), "{refused:?}");
        }
        assert_eq!(meter(None).accept(at(10, 5), at(10, 5), &usage(0.1)), Ok(()));
    }

    #[test]
    fn v2_writes_one_line_and_makes_siblings() {
        let mounts = "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw";
        let tree = |handed_down: &str| {
            fake(&[
                ("proc/self/mountinfo", mounts),
                ("proc/self/cgroup", "0::/slice/run"),
                ("cg/cgroup.controllers", "cpu memory"),
                ("cg/slice/cgroup.subtree_control", handed_down),
                ("cg/slice/g/cpu.max", "max 100000"),
                ("cg/slice/g/cgroup.procs", ""),
                ("cg/slice/g/cpu.stat", "usage_usec 9\nnr_periods 4\nnr_throttled 3\nthrottled_usec 8\n"),
            ])
        };
        let (_dir, root) = tree("memory cpu");
        let (version, dir, home) = base(&root).expect("a base");
        assert_eq!((version, dir), (CgroupVersion::V2, PathBuf::from("/cg/slice")));
        assert_eq!(home, PathBuf::from("/cg/slice/run"));
        let group = Group { version, dir: PathBuf::from("/cg/slice/g") };
        group.set_quota(&root, (5_000, 10_000)).expect("set");
        assert_eq!(root.read("cg/slice/g/cpu.max").as_deref(), Some("5000 10000"));
        group.move_in(&root, 77).expect("moved");
        assert_eq!(group.processes(&root), [77]);
        let seen = group.throttling(&root).expect("counters");
        assert_eq!((seen.periods, seen.throttled), (4, 3));

        let (_dir, root) = tree("memory");
        let error = base(&root).expect_err("not handed down").to_string();
        assert!(error.contains("/cg/slice") && error.contains("Delegate=cpu"), "{error}");
    }

    #[test]
    fn no_controller_says_what_is_needed() {
        let error = base(&fake(&[]).1).expect_err("nothing mounted");
        assert!(matches!(&error, DutyError::Unavailable { .. }));
        assert!(error.to_string().contains("CONFIG_CFS_BANDWIDTH"), "{error}");
    }
}
