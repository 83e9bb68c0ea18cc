//! How many workers fit a machine, by cores and by memory, and which CPUs each is held to.

use crate::error::FleetError;
use machine::{Allowance, CoreCount, Headroom, Placement, Root, Topology};

/// What one worker needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerNeeds {
    /// CPUs, which are its threads too; at least 1.
    pub cores: usize,
    /// Memory, bytes; 0 where it is not known.
    pub memory_bytes: u64,
}

/// How many such workers fit beside each other, at least one of them; `why` says what limits them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerRoom {
    /// By cores.
    pub by_cores: usize,
    /// By memory; none where it is not known.
    pub by_memory: Option<usize>,
}

impl WorkerRoom {
    /// Of so many allowed CPUs and so much free memory.
    ///
    /// ```
    /// use fleet::placement::{WorkerRoom, WorkerNeeds};
    /// let needs = WorkerNeeds { cores: 2, memory_bytes: 40 << 30 };
    /// // Two machines of 96 GiB hold four such provers, one of 192 GiB holds four too, and one of 96 GiB two.
    /// assert_eq!(WorkerRoom::of(needs, 64, Some(96 << 30)).workers(), 2);
    /// assert_eq!(WorkerRoom::of(needs, 5, Some(192 << 30)).workers(), 2);
    /// assert_eq!(WorkerRoom::of(needs, 64, Some(8 << 30)).workers(), 0);
    /// ```
    pub fn of(needs: WorkerNeeds, cpus: usize, free_bytes: Option<u64>) -> Self {
        let by_memory = free_bytes.filter(|_| needs.memory_bytes > 0).map(|free| free / needs.memory_bytes);
        Self {
            by_cores: cpus / needs.cores.max(1),
            by_memory: by_memory.map(|workers| usize::try_from(workers).unwrap_or(usize::MAX)),
        }
    }

    /// The smaller of both.
    pub fn workers(self) -> usize {
        self.by_memory.map_or(self.by_cores, |by_memory| by_memory.min(self.by_cores))
    }
}

/// The CPUs of each of `workers` workers on this machine; all that fit where the number is not given.
///
/// # Errors
/// More than fit.
pub fn place(workers: Option<usize>, needs: WorkerNeeds) -> Result<Vec<Vec<usize>>, FleetError> {
    let root = Root::system();
    let cannot = |error: &dyn std::fmt::Display| FleetError::Input {
        what: "CPUs for workers",
        expected: "to be readable".to_owned(),
        got: error.to_string(),
    };
    let allowance = Allowance::read(&root).map_err(|error| cannot(&error))?;
    let room = WorkerRoom::of(needs, allowance.cpus.len(), Headroom::read(&root).map(|room| room.bytes));
    let count = workers.unwrap_or_else(|| room.workers());
    if count == 0 || count > room.workers() {
        let limit = match room.by_memory {
            Some(by_memory) if by_memory < room.by_cores => {
                format!("{by_memory}, by memory of {} MiB each", needs.memory_bytes >> 20)
            }
            _ => format!("{}, by {} CPUs of {} each", room.by_cores, allowance.cpus.len(), needs.cores),
        };
        return Err(FleetError::Input {
            what: "workers on this machine",
            expected: format!("1 to {limit}"),
            got: count.to_string(),
        });
    }
    let all = CoreCount::new(count * needs.cores).ok_or_else(|| cannot(&"no core"))?;
    let topology = Topology::read(&root);
    let placed =
        Placement::choose(all, &allowance.cpus, topology.as_ref()).map_err(|error| cannot(&error))?;
    Ok(placed.cpus.chunks(needs.cores).map(<[usize]>::to_vec).collect())
}
