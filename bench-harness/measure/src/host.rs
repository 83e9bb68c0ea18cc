//! What this crate must know of the computer, in one place: the number of cores, who the machine is, and what this
//! process has used.
//!
//! Does not own how they are found out for good: that is the `machine` crate's.

use reports::machine::{FieldRecord, MACHINE_SCHEMA_VERSION, MachineRecord, SectionRecord, ValueRecord};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use thiserror::Error;

/// A number of cores, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoreCount(NonZeroUsize);

impl CoreCount {
    /// `None` for zero.
    pub fn new(count: usize) -> Option<Self> {
        NonZeroUsize::new(count).map(Self)
    }

    /// The number.
    pub fn get(self) -> usize {
        self.0.get()
    }
}

impl fmt::Display for CoreCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a request for cores cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoresError {
    /// A text that is no request.
    #[error("`{text}` is not a number of cores: expected `all`, `powers`, or numbers such as `1,2,4`")]
    NotARequest {
        /// What came.
        text: String,
    },
    /// Zero cores.
    #[error("zero cores cannot prove anything: the fewest is 1")]
    Zero,
    /// More than there are.
    #[error("{asked} cores were asked for, and this process may use {usable}")]
    TooMany {
        /// What was asked.
        asked: usize,
        /// What there is.
        usable: usize,
    },
}

/// Which numbers of cores are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoresRequest {
    /// These, ascending and without repeats.
    These(Vec<CoreCount>),
    /// One point with every core there is.
    All,
    /// 1, 2, 4 … up to every core there is, which is the last even where it is no power of two.
    Powers,
}

impl FromStr for CoresRequest {
    type Err = CoresError;

    fn from_str(text: &str) -> Result<Self, CoresError> {
        match text.trim() {
            "all" => return Ok(Self::All),
            "powers" => return Ok(Self::Powers),
            _ => {}
        }
        let mut counts = Vec::new();
        for part in text.split(',') {
            let count: usize =
                part.trim().parse().map_err(|_| CoresError::NotARequest { text: text.to_owned() })?;
            counts.push(CoreCount::new(count).ok_or(CoresError::Zero)?);
        }
        counts.sort_unstable();
        counts.dedup();
        Ok(Self::These(counts))
    }
}

impl CoresRequest {
    /// The numbers of cores to measure, ascending.
    ///
    /// # Errors
    /// [`CoresError::TooMany`] where one is more than may be used.
    pub fn resolve(&self, usable: CoreCount) -> Result<Vec<CoreCount>, CoresError> {
        let usable = usable.get();
        let counts: Vec<CoreCount> = match self {
            Self::These(counts) => counts.clone(),
            Self::All => CoreCount::new(usable).into_iter().collect(),
            Self::Powers => std::iter::successors(Some(1_usize), |count| count.checked_mul(2))
                .take_while(|count| *count < usable)
                .chain([usable])
                .filter_map(CoreCount::new)
                .collect(),
        };
        match counts.iter().find(|count| count.get() > usable) {
            Some(asked) => Err(CoresError::TooMany { asked: asked.get(), usable }),
            None => Ok(counts),
        }
    }
}

/// A computer to measure on.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Cores that this process may use.
    pub usable: CoreCount,
    /// Who it is.
    pub record: MachineRecord,
}

impl Host {
    /// The computer that this process runs on.
    pub fn read() -> Self {
        let usable = std::thread::available_parallelism().map_or(NonZeroUsize::MIN, |n| n);
        let field = |name: &str, value: Option<ValueRecord>| FieldRecord { name: name.to_owned(), value };
        let text = |value: Option<String>| value.map(ValueRecord::Text);
        let processor = SectionRecord {
            name: "processor".to_owned(),
            identity: true,
            fields: vec![
                field("model", text(line_of("/proc/cpuinfo", "model name"))),
                field("usable_cores", Some(ValueRecord::Count(usable.get() as u64))),
                field("architecture", text(Some(std::env::consts::ARCH.to_owned()))),
            ],
        };
        let memory = line_of("/proc/meminfo", "MemTotal").and_then(|total| kib_to_bytes(&total));
        let memory = SectionRecord {
            name: "memory".to_owned(),
            identity: true,
            fields: vec![field("total_bytes", memory.map(ValueRecord::Count))],
        };
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        let system = SectionRecord {
            name: "system".to_owned(),
            identity: false,
            fields: vec![
                field("os", text(Some(std::env::consts::OS.to_owned()))),
                field("kernel", text(kernel.map(|text| text.trim().to_owned()))),
            ],
        };
        Self {
            usable: CoreCount(usable),
            record: MachineRecord {
                schema_version: MACHINE_SCHEMA_VERSION,
                sections: vec![processor, memory, system],
            },
        }
    }
}

/// CPU time of all threads of this process, in seconds.
pub(crate) fn process_cpu_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Peak resident memory since the last [`reset_peak`], or since the process started where that cannot be reset.
pub(crate) fn peak_rss_bytes() -> Option<u64> {
    kib_to_bytes(&line_of("/proc/self/status", "VmHWM")?)
}

/// Lets the peak start anew from what is resident now, where the kernel allows it (proc(5), `clear_refs`).
pub(crate) fn reset_peak() {
    // Where it fails the figure is the peak of the whole process: higher, never lower.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// What stands behind `name:` in a file of such lines.
fn line_of(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}

fn kib_to_bytes(text: &str) -> Option<u64> {
    let kib: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{CoreCount, CoresError, CoresRequest, Host, peak_rss_bytes, reset_peak};

    fn resolve(text: &str, usable: usize) -> Result<Vec<usize>, CoresError> {
        let usable = CoreCount::new(usable).expect("above zero");
        let counts = text.parse::<CoresRequest>()?.resolve(usable)?;
        Ok(counts.into_iter().map(CoreCount::get).collect())
    }

    #[test]
    fn requests_resolve() {
        assert_eq!(resolve("4, 1,2,1", 6), Ok(vec![1, 2, 4]));
        assert_eq!(resolve("all", 6), Ok(vec![6]));
        assert_eq!(resolve("powers", 6), Ok(vec![1, 2, 4, 6]));
        assert_eq!(resolve("powers", 8), Ok(vec![1, 2, 4, 8]));
        assert_eq!(resolve("1,0", 6), Err(CoresError::Zero));
        let error = resolve("3", 2).expect_err("too many").to_string();
        assert_eq!(error, "3 cores were asked for, and this process may use 2");
        assert!(resolve("two", 2).is_err() && resolve("", 2).is_err());
    }

    #[test]
    fn this_computer_is_the_same_twice() {
        let (first, second) = (Host::read(), Host::read());
        assert!(first.record.differences(&second.record).is_empty());
        let mut other = second.record;
        other.sections[1].fields[0].value = None;
        let differences = first.record.differences(&other);
        assert_eq!(differences[0].field, "memory.total_bytes");
        assert_eq!(differences[0].second, "unknown");
    }

    #[test]
    fn memory_has_a_peak() {
        reset_peak();
        assert!(peak_rss_bytes().is_none_or(|bytes| bytes > 100_000));
    }
}
