//! The control group that this process runs in, v1 or v2, and what it is allowed there.
//!
//! Owns finding the folder of a controller and reading its limits up the whole hierarchy. It
//! changes nothing; `duty` does.

use crate::cpu_list::CpuList;
use crate::root::Root;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// Which interface a controller has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CgroupVersion {
    /// One hierarchy a controller.
    V1,
    /// The unified hierarchy.
    V2,
}

impl fmt::Display for CgroupVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        })
    }
}

/// Where one controller keeps the group of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Controller {
    /// Its interface.
    pub(crate) version: CgroupVersion,
    /// The mount point, as an absolute path of the system.
    pub(crate) mount: PathBuf,
    /// The folder of this process's group; the mount point or below it.
    pub(crate) dir: PathBuf,
}

/// What the control groups of this process allow; `None` is no limit found, or unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CgroupLimits {
    /// The interface of the `cpu` controller; `None` where no such controller is mounted.
    pub cpu_version: Option<CgroupVersion>,
    /// The interface of the `memory` controller; `None` where no such controller is mounted.
    pub memory_version: Option<CgroupVersion>,
    /// CPUs' worth of time, the smallest of all levels: 1.5 is one CPU and a half.
    pub quota_cpus: Option<f64>,
    /// The CPUs that the `cpuset` controller leaves.
    pub cpuset: Option<CpuList>,
    /// The smallest memory limit of all levels.
    pub memory_limit_bytes: Option<u64>,
    /// What may still be allocated below that limit: at each level the limit, less what is in use,
    /// plus the file pages that the kernel would drop first; the smallest of all levels.
    pub memory_available_bytes: Option<u64>,
}

/// v1 prints `i64::MAX` rounded down to a page where there is no limit.
const UNLIMITED_BYTES: u64 = 1 << 62;

impl Controller {
    /// Finds the named controller (`cpu`, `memory`, `cpuset`), v1 where it is mounted there, else
    /// v2 where the unified hierarchy offers it.
    #[must_use]
    pub(crate) fn find(root: &Root, name: &str) -> Option<Self> {
        let mounts = root.read("proc/self/mountinfo")?;
        let groups = root.read("proc/self/cgroup")?;
        let mounts: Vec<Mount> = mounts.lines().filter_map(Mount::parse).collect();
        let v1 = mounts
            .iter()
            .find(|mount| mount.kind == "cgroup" && mount.options.split(',').any(|option| option == name));
        if let Some(mount) = v1 {
            let group = groups.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (names, path) = rest.split_once(':')?;
                names.split(',').any(|n| n == name).then_some(path)
            })?;
            return Some(mount.controller(CgroupVersion::V1, group));
        }
        let mount = mounts.iter().find(|mount| mount.kind == "cgroup2")?;
        let offered = root.read(mount.point.join("cgroup.controllers"))?;
        if !offered.split_whitespace().any(|offered| offered == name) {
            return None;
        }
        let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
        Some(mount.controller(CgroupVersion::V2, group))
    }

    /// The group's folder and all above it, up to the mount point.
    fn levels(&self) -> impl Iterator<Item = &Path> {
        self.dir.ancestors().take_while(|dir| dir.starts_with(&self.mount))
    }
}

impl CgroupLimits {
    /// Reads all limits of this process.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        let cpu = Controller::find(root, "cpu");
        let memory = Controller::find(root, "memory");
        Self {
            cpu_version: cpu.as_ref().map(|cpu| cpu.version),
            memory_version: memory.as_ref().map(|memory| memory.version),
            quota_cpus: cpu.as_ref().and_then(|cpu| {
                let quotas = cpu.levels().filter_map(|dir| quota_cpus(root, cpu.version, dir));
                quotas.min_by(f64::total_cmp)
            }),
            cpuset: Controller::find(root, "cpuset").and_then(|set| cpuset(root, &set)),
            memory_limit_bytes: memory.as_ref().and_then(|memory| {
                let levels = memory.levels();
                levels.filter_map(|dir| memory_limit(root, memory.version, dir)).min()
            }),
            memory_available_bytes: memory.as_ref().and_then(|memory| {
                let levels = memory.levels();
                levels.filter_map(|dir| memory_available(root, memory.version, dir)).min()
            }),
        }
    }
}

/// The CPUs' worth of time that one group allows; `None` without a quota.
fn quota_cpus(root: &Root, version: CgroupVersion, dir: &Path) -> Option<f64> {
    let (quota_us, period_us): (f64, f64) = match version {
        CgroupVersion::V1 => {
            (root.value(dir.join("cpu.cfs_quota_us"))?, root.value(dir.join("cpu.cfs_period_us"))?)
        }
        CgroupVersion::V2 => {
            let text = root.read(dir.join("cpu.max"))?;
            let (quota, period) = text.split_once(' ')?;
            (quota.parse().ok()?, period.parse().ok()?)
        }
    };
    (quota_us > 0.0 && period_us > 0.0).then_some(quota_us / period_us)
}

fn cpuset(root: &Root, set: &Controller) -> Option<CpuList> {
    let name = match set.version {
        CgroupVersion::V1 => "cpuset.effective_cpus",
        CgroupVersion::V2 => "cpuset.cpus.effective",
    };
    let cpus: CpuList = root.value(set.dir.join(name))?;
    (!cpus.is_empty()).then_some(cpus)
}

fn memory_limit(root: &Root, version: CgroupVersion, dir: &Path) -> Option<u64> {
    let name = match version {
        CgroupVersion::V1 => "memory.limit_in_bytes",
        CgroupVersion::V2 => "memory.max",
    };
    let limit: u64 = root.value(dir.join(name))?;
    (limit < UNLIMITED_BYTES).then_some(limit)
}

fn memory_available(root: &Root, version: CgroupVersion, dir: &Path) -> Option<u64> {
    let limit = memory_limit(root, version, dir)?;
    let (used, droppable) = match version {
        CgroupVersion::V1 => ("memory.usage_in_bytes", "total_inactive_file"),
        CgroupVersion::V2 => ("memory.current", "inactive_file"),
    };
    let used: u64 = root.value(dir.join(used))?;
    let stat = root.read(dir.join("memory.stat")).unwrap_or_default();
    let droppable: u64 =
        stat.lines().find_map(|line| line.strip_prefix(droppable)?.trim().parse().ok()).unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(droppable)))
}

/// One line of `/proc/self/mountinfo`, as far as it matters here.
struct Mount<'a> {
    kind: &'a str,
    /// The folder inside the mounted file system that the mount point shows.
    shows: PathBuf,
    point: PathBuf,
    options: &'a str,
}

impl<'a> Mount<'a> {
    /// Format: `id parent device shows point options [tags…] - kind source super_options`.
    fn parse(line: &'a str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (shows, point) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let (kind, _source, options) = (after.next()?, after.next()?, after.next()?);
        // The kernel writes a blank in a path as \040.
        let path = |text: &str| PathBuf::from(text.replace("\\040", " "));
        Some(Self { kind, shows: path(shows), point: path(point), options })
    }

    /// In a container the group may be printed relative to a root that the mount does not show:
    /// then its own folder is out of sight, and the mount point is the nearest that can be read.
    fn controller(&self, version: CgroupVersion, group: &str) -> Controller {
        let below = Path::new(group).strip_prefix(&self.shows).ok();
        let below = below.filter(|path| path.components().all(|part| matches!(part, Component::Normal(_))));
        Controller {
            version,
            mount: self.point.clone(),
            dir: below.map_or_else(|| self.point.clone(), |below| self.point.join(below)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CgroupLimits, CgroupVersion, Controller};
    use crate::root::tests::fake;
    use std::path::Path;

    const V1_MOUNTS: &str = "32 31 0:29 / /cg/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        33 31 0:30 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n\
        35 31 0:32 /docker/abc /cg/memory rw - cgroup cgroup rw,memory\n\
        41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw";

    #[test]
    fn v1_takes_the_tightest_level() {
        let (_dir, root) = fake(&[
            ("proc/self/mountinfo", V1_MOUNTS),
            ("proc/self/cgroup", "4:memory:/docker/abc/job\n2:cpu,cpuacct:/a/b\n3:cpuset:/s\n0::/\n"),
            ("cg/cpu/cpu.cfs_quota_us", "-1"),
            ("cg/cpu/cpu.cfs_period_us", "100000"),
            ("cg/cpu/a/cpu.cfs_quota_us", "150000"),
            ("cg/cpu/a/cpu.cfs_period_us", "100000"),
            ("cg/cpu/a/b/cpu.cfs_quota_us", "80000"),
            ("cg/cpu/a/b/cpu.cfs_period_us", "20000"),
            ("cg/cpuset/s/cpuset.effective_cpus", "0-2"),
            ("cg/memory/memory.limit_in_bytes", "1000"),
            ("cg/memory/memory.usage_in_bytes", "900"),
            ("cg/memory/memory.stat", "inactive_file 5\ntotal_inactive_file 100\n"),
            ("cg/memory/job/memory.limit_in_bytes", "9223372036854771712"),
        ]);
        let limits = CgroupLimits::read(&root);
        assert_eq!(limits.cpu_version, Some(CgroupVersion::V1));
        assert_eq!(limits.quota_cpus, Some(1.5));
        assert_eq!(limits.cpuset.map(|cpus| cpus.len()), Some(3));
        assert_eq!(limits.memory_limit_bytes, Some(1000));
        assert_eq!(limits.memory_available_bytes, Some(200));
    }

    #[test]
    fn v2_reads_the_unified_hierarchy() {
        let (_dir, root) = fake(&[
            ("proc/self/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"),
            ("proc/self/cgroup", "0::/user.slice/run"),
            ("sys/fs/cgroup/cgroup.controllers", "cpu cpuset memory"),
            ("sys/fs/cgroup/user.slice/cpu.max", "max 100000"),
            ("sys/fs/cgroup/user.slice/run/cpu.max", "50000 100000"),
            ("sys/fs/cgroup/user.slice/run/cpuset.cpus.effective", "1,3"),
            ("sys/fs/cgroup/user.slice/run/memory.max", "4096"),
            ("sys/fs/cgroup/user.slice/run/memory.current", "1096"),
        ]);
        let limits = CgroupLimits::read(&root);
        assert_eq!(limits.cpu_version, Some(CgroupVersion::V2));
        assert_eq!(limits.quota_cpus, Some(0.5));
        assert_eq!(limits.cpuset.map(|cpus| cpus.to_string()).as_deref(), Some("1,3"));
        assert_eq!(limits.memory_limit_bytes, Some(4096));
        assert_eq!(limits.memory_available_bytes, Some(3000));
    }

    #[test]
    fn a_group_outside_the_mount_reads_the_mount() {
        let (_dir, root) = fake(&[
            ("proc/self/mountinfo", V1_MOUNTS),
            ("proc/self/cgroup", "4:memory:/elsewhere\n2:cpu,cpuacct:/../up\n"),
        ]);
        let memory = Controller::find(&root, "memory").expect("memory");
        assert_eq!(memory.dir, Path::new("/cg/memory"));
        let cpu = Controller::find(&root, "cpu").expect("cpu");
        assert_eq!(cpu.dir, Path::new("/cg/cpu"));
    }

    #[test]
    fn nothing_mounted_is_no_limit() {
        assert_eq!(CgroupLimits::read(&fake(&[]).1), CgroupLimits::default());
        let (_dir, root) = fake(&[
            ("proc/self/mountinfo", "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw"),
            ("proc/self/cgroup", "0::/"),
            ("cg/cgroup.controllers", "hugetlb"),
        ]);
        assert_eq!(Controller::find(&root, "cpu"), None);
    }
}
