//! Holding threads to CPUs, and letting them go again.
//!
//! Owns the affinity calls. A guard remembers the mask that was there and puts it back when it is
//! dropped. Size thread pools before pinning: a pinned thread sees one core.

use crate::cpu_list::CpuList;
use rustix::io::Errno;
use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_setaffinity};
use std::marker::PhantomData;
use std::path::PathBuf;

/// Why threads could not be held to CPUs.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// No CPU was named.
    #[error("cannot pin to an empty list of CPUs")]
    Empty,
    /// The kernel refused.
    #[error(
        "cannot pin thread {thread} to CPUs {cpus}: {source}; are they online and allowed to this process?"
    )]
    Refused {
        /// The thread.
        thread: i32,
        /// The CPUs that were asked for.
        cpus: CpuList,
        /// The answer.
        source: std::io::Error,
    },
    /// The process is not there, or its threads cannot be listed.
    #[error("cannot list the threads of process {process} in {path}: {source}")]
    NoProcess {
        /// The process.
        process: u32,
        /// Where its threads are listed.
        path: PathBuf,
        /// The answer.
        source: std::io::Error,
    },
}

/// Puts the calling thread's old mask back when dropped. It stays on its thread.
#[derive(Debug)]
#[must_use = "the old mask is put back as soon as this is dropped"]
pub struct ThreadPin {
    old: CpuSet,
    // A mask goes back to the thread that it came from.
    _not_send: PhantomData<*const ()>,
}

/// Holds the calling thread to these CPUs. Threads that it starts inherit the mask.
///
/// # Errors
/// [`PinError`] where the list is empty or the kernel refuses.
pub fn pin_thread(cpus: &CpuList) -> Result<ThreadPin, PinError> {
    let old = set_mask(gettid(), &mask(cpus)?, cpus)?;
    Ok(ThreadPin { old, _not_send: PhantomData })
}

impl ThreadPin {
    /// Leaves the thread where it is, for a pool thread that is pinned for its whole life.
    pub fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for ThreadPin {
    fn drop(&mut self) {
        // A mask that has become empty, because its CPUs went offline, is all that can fail here;
        // the kernel then has placed the thread itself already.
        let _ = sched_setaffinity(None, &self.old);
    }
}

/// Puts the old masks of a process's threads back when dropped.
#[derive(Debug)]
#[must_use = "the old masks are put back as soon as this is dropped"]
pub struct ProcessPin {
    process: u32,
    old: Vec<(Pid, CpuSet)>,
}

/// Holds every thread of a process to these CPUs; threads that they start inherit the mask.
///
/// # Errors
/// [`PinError`] where the list is empty, the process is gone, or the kernel refuses; then every
/// thread has its old mask again.
pub fn pin_process(process: u32, cpus: &CpuList) -> Result<ProcessPin, PinError> {
    let mask = mask(cpus)?;
    let mut pin = ProcessPin { process, old: Vec::new() };
    // A thread may start another while this runs: look until no new one turns up.
    loop {
        let threads = threads(process)?;
        let is_known = |thread: &Pid| pin.old.iter().any(|(known, _)| known == thread);
        let new: Vec<Pid> = threads.into_iter().filter(|thread| !is_known(thread)).collect();
        if new.is_empty() {
            return Ok(pin);
        }
        for thread in new {
            match set_mask(thread, &mask, cpus) {
                Ok(old) => pin.old.push((thread, old)),
                // It has ended since it was listed.
                Err(PinError::Refused { source, .. })
                    if source.raw_os_error() == Some(Errno::SRCH.raw_os_error()) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for ProcessPin {
    fn drop(&mut self) {
        // Only threads that the process still has: a number may have gone to somebody else's.
        let threads = threads(self.process).unwrap_or_default();
        for (thread, old) in &self.old {
            if threads.contains(thread) {
                let _ = sched_setaffinity(Some(*thread), old);
            }
        }
    }
}

/// Sets a thread's mask and returns the one that was there.
fn set_mask(thread: Pid, mask: &CpuSet, cpus: &CpuList) -> Result<CpuSet, PinError> {
    let refused = |errno: Errno| PinError::Refused {
        thread: thread.as_raw_nonzero().get(),
        cpus: cpus.clone(),
        source: errno.into(),
    };
    let old = sched_getaffinity(Some(thread)).map_err(refused)?;
    sched_setaffinity(Some(thread), mask).map_err(refused)?;
    Ok(old)
}

fn mask(cpus: &CpuList) -> Result<CpuSet, PinError> {
    if cpus.is_empty() {
        return Err(PinError::Empty);
    }
    let mut mask = CpuSet::new();
    for cpu in cpus.iter() {
        mask.set(cpu);
    }
    Ok(mask)
}

fn threads(process: u32) -> Result<Vec<Pid>, PinError> {
    let path = PathBuf::from(format!("/proc/{process}/task"));
    let entries = std::fs::read_dir(&path).map_err(|source| PinError::NoProcess { process, path, source })?;
    Ok(entries.filter_map(|entry| Pid::from_raw(entry.ok()?.file_name().to_str()?.parse().ok()?)).collect())
}

#[cfg(test)]
mod tests {
    use super::{PinError, pin_process, pin_thread};
    use crate::cpu_list::CpuList;
    use rustix::thread::{CpuSet, sched_getaffinity};

    fn own_mask() -> CpuList {
        let mask = sched_getaffinity(None).expect("a mask");
        (0..CpuSet::MAX_CPU).filter(|cpu| mask.is_set(*cpu)).collect()
    }

    fn last(cpus: &CpuList) -> CpuList {
        cpus.iter().last().into_iter().collect()
    }

    #[test]
    fn a_thread_is_held_and_let_go() {
        let before = own_mask();
        let one = last(&before);
        let pin = pin_thread(&one).expect("pinned");
        assert_eq!(own_mask(), one);
        let inherited = std::thread::spawn(own_mask).join().expect("a mask");
        assert_eq!(inherited, one);
        drop(pin);
        assert_eq!(own_mask(), before);
    }

    #[test]
    fn keeping_leaves_it() {
        std::thread::spawn(|| {
            let one = last(&own_mask());
            pin_thread(&one).expect("pinned").keep();
            assert_eq!(own_mask(), one);
        })
        .join()
        .expect("the thread");
    }

    #[test]
    fn a_whole_process_is_held_and_let_go() {
        let mut child = std::process::Command::new("sleep").arg("20").spawn().expect("a child");
        let allowed = |process: u32| {
            let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("status");
            let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
            line.expect("a mask").trim().parse::<CpuList>().expect("a list")
        };
        let before = allowed(child.id());
        let one = last(&own_mask());
        let pin = pin_process(child.id(), &one).expect("pinned");
        assert_eq!(allowed(child.id()), one);
        drop(pin);
        assert_eq!(allowed(child.id()), before);
        child.kill().expect("killed");
        child.wait().expect("reaped");
        let gone = pin_process(child.id(), &one).expect_err("no such process");
        assert!(matches!(gone, PinError::NoProcess { .. }), "{gone}");
    }

    #[test]
    fn impossible_lists_are_refused() {
        assert!(matches!(pin_thread(&CpuList::default()), Err(PinError::Empty)));
        let before = own_mask();
        let error = pin_thread(&"1023".parse().expect("a list")).expect_err("no such CPU");
        assert!(error.to_string().contains("CPUs 1023"), "{error}");
        assert_eq!(own_mask(), before);
    }
}
