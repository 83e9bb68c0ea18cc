//! How much memory there is, and how much may still be taken.
//!
//! Owns `/proc/meminfo`, and the smallest of it and the control group's limit. What this process
//! uses is in `usage`; what a cell will need, in `memory_law`.

use crate::cgroup::CgroupLimits;
use crate::root::Root;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Memory of the computer; what `/proc/meminfo` does not say is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// All that the kernel manages.
    pub total_bytes: Option<u64>,
    /// What new work can take without swapping, by the kernel's estimate.
    pub available_bytes: Option<u64>,
    /// Size of the swap space.
    pub swap_total_bytes: Option<u64>,
    /// Swap space not in use.
    pub swap_free_bytes: Option<u64>,
}

impl Memory {
    /// Reads `/proc/meminfo`.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        let text = root.read("proc/meminfo").unwrap_or_default();
        let field = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                (key == name).then(|| kib_to_bytes(value)).flatten()
            })
        };
        Self {
            total_bytes: field("MemTotal"),
            available_bytes: field("MemAvailable"),
            swap_total_bytes: field("SwapTotal"),
            swap_free_bytes: field("SwapFree"),
        }
    }
}

/// Reads the `1234 kB` of `/proc`; the kernel's kB are of 1024 bytes.
pub(crate) fn kib_to_bytes(text: &str) -> Option<u64> {
    let number = text.trim().strip_suffix("kB")?.trim();
    number.parse::<u64>().ok()?.checked_mul(1024)
}

/// What ends first when memory is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryBound {
    /// The computer's own memory.
    Computer,
    /// The limit of a control group.
    Cgroup,
    /// What the user allows.
    User,
}

impl fmt::Display for MemoryBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Computer => "the computer's memory",
            Self::Cgroup => "a control group's memory limit",
            Self::User => "the limit that was asked for",
        })
    }
}

/// Memory that may still be taken before swapping or being killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headroom {
    /// How much.
    pub bytes: u64,
    /// What sets it.
    pub bound: MemoryBound,
}

impl Headroom {
    /// The smaller of the kernel's estimate and the control group's rest; `None` where neither is
    /// known. Swap is not counted: a proof that swaps is not a measurement.
    #[must_use]
    pub fn read(root: &Root) -> Option<Self> {
        let computer =
            Memory::read(root).available_bytes.map(|bytes| Self { bytes, bound: MemoryBound::Computer });
        let cgroup = CgroupLimits::read(root)
            .memory_available_bytes
            .map(|bytes| Self { bytes, bound: MemoryBound::Cgroup });
        [computer, cgroup].into_iter().flatten().min_by_key(|room| room.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Headroom, Memory, MemoryBound};
    use crate::root::tests::fake;

    const MEMINFO: &str = "MemTotal:       24684084 kB\nMemAvailable:   1000 kB\nSwapTotal: 0 kB\n\
        HugePages_Total:       3\n";

    #[test]
    fn kib_become_bytes() {
        let (_dir, root) = fake(&[("proc/meminfo", MEMINFO)]);
        let memory = Memory::read(&root);
        assert_eq!(memory.total_bytes, Some(24_684_084 * 1024));
        assert_eq!(memory.available_bytes, Some(1_024_000));
        assert_eq!((memory.swap_total_bytes, memory.swap_free_bytes), (Some(0), None));
    }

    #[test]
    fn the_tighter_bound_counts() {
        let mounts = "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw";
        let with_limit = |limit: &str| {
            let (_dir, root) = fake(&[
                ("proc/meminfo", MEMINFO),
                ("proc/self/mountinfo", mounts),
                ("proc/self/cgroup", "0::/"),
                ("cg/cgroup.controllers", "memory"),
                ("cg/memory.max", limit),
                ("cg/memory.current", "24"),
            ]);
            Headroom::read(&root).expect("a headroom")
        };
        let tight = with_limit("1024");
        assert_eq!((tight.bytes, tight.bound), (1000, MemoryBound::Cgroup));
        let wide = with_limit("2048000");
        assert_eq!((wide.bytes, wide.bound), (1_024_000, MemoryBound::Computer));
        assert_eq!(Headroom::read(&fake(&[]).1), None);
    }
}
