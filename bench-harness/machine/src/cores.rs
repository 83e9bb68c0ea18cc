//! How many cores this process may use, and which numbers of cores a user asks for.
//!
//! Owns the allowance (affinity, control-group set and quota, each read apart) and the notation of
//! `--cores`. Which CPUs a number becomes is in `placement`; holding threads there, in `pin`.

use crate::cgroup::CgroupLimits;
use crate::cpu_list::CpuList;
use crate::root::Root;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

/// A number of cores, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CoreCount(NonZeroUsize);

impl CoreCount {
    /// `None` for zero.
    #[must_use]
    pub fn new(count: usize) -> Option<Self> {
        NonZeroUsize::new(count).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0.get()
    }
}

impl fmt::Display for CoreCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What this process may run on. Read it before any thread is pinned: a pinned thread sees its own
/// CPU only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allowance {
    /// The CPUs that this process may be scheduled on: the affinity mask, within the control
    /// group's set and what is online.
    pub cpus: CpuList,
    /// CPUs' worth of time, where a control group limits it.
    pub quota_cpus: Option<f64>,
}

/// Why a request for cores cannot be met.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoresError {
    /// The operating system does not say which CPUs this process may use.
    #[error("cannot read which CPUs this process may use: no `Cpus_allowed_list` in /proc/self/status")]
    UnknownAllowance,
    /// A text that is no request.
    #[error("`{text}` is not a number of cores; expected `all`, `powers`, or numbers such as `1,2,4`")]
    NotARequest {
        /// What came.
        text: String,
    },
    /// Zero cores.
    #[error("zero cores cannot prove anything; the fewest is 1")]
    Zero,
    /// More than there are.
    #[error("asked for {asked} cores, but this process may use {usable} ({why})")]
    TooMany {
        /// What was asked.
        asked: usize,
        /// What there is.
        usable: usize,
        /// What sets that number.
        why: String,
    },
}

impl Allowance {
    /// Reads the affinity mask, the control group's set and quota.
    ///
    /// # Errors
    /// [`CoresError::UnknownAllowance`] where the mask cannot be read, or leaves no CPU.
    pub fn read(root: &Root) -> Result<Self, CoresError> {
        let mut cpus = affinity(root).ok_or(CoresError::UnknownAllowance)?;
        let limits = CgroupLimits::read(root);
        let online = root.value::<CpuList>("sys/devices/system/cpu/online");
        for narrower in [limits.cpuset, online].into_iter().flatten() {
            cpus = cpus.intersection(&narrower);
        }
        if cpus.is_empty() {
            return Err(CoresError::UnknownAllowance);
        }
        Ok(Self { cpus, quota_cpus: limits.quota_cpus })
    }

    /// How many cores may be kept busy all the time: the CPUs, or the whole part of the quota
    /// where that is less. A quota below one CPU still counts as one core, which is then never
    /// all ours: see [`Self::quota_cpus`].
    #[must_use]
    pub fn usable(&self) -> usize {
        let cpus = self.cpus.len();
        match self.quota_cpus {
            Some(quota) if quota < cpus as f64 => (quota.floor() as usize).max(1),
            _ => cpus,
        }
    }

    /// What sets [`Self::usable`], in words.
    #[must_use]
    pub fn why(&self) -> String {
        let cpus = format!("CPUs {} are allowed", self.cpus);
        match self.quota_cpus {
            Some(quota) => format!("{cpus}, the control group's quota is {quota:.2} CPUs"),
            None => cpus,
        }
    }
}

/// The affinity mask of the main thread.
pub(crate) fn affinity(root: &Root) -> Option<CpuList> {
    let status = root.read("proc/self/status")?;
    status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")?.trim().parse().ok())
}

/// What `--cores` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoresRequest {
    /// These numbers, ascending and without repeats.
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
    pub fn resolve(&self, allowance: &Allowance) -> Result<Vec<CoreCount>, CoresError> {
        let usable = allowance.usable();
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
            Some(asked) => Err(CoresError::TooMany { asked: asked.get(), usable, why: allowance.why() }),
            None => Ok(counts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, CoreCount, CoresError, CoresRequest};
    use crate::root::Root;
    use crate::root::tests::fake;

    fn allowance(cpus: &str, quota_cpus: Option<f64>) -> Allowance {
        Allowance { cpus: cpus.parse().expect("a list"), quota_cpus }
    }

    fn resolve(request: &str, allowance: &Allowance) -> Vec<usize> {
        let request: CoresRequest = request.parse().expect("a request");
        let counts = request.resolve(allowance).expect("enough cores");
        counts.into_iter().map(CoreCount::get).collect()
    }

    #[test]
    fn requests_resolve() {
        let six = allowance("0-5", None);
        assert_eq!(resolve("4, 1,2,1", &six), [1, 2, 4]);
        assert_eq!(resolve("all", &six), [6]);
        assert_eq!(resolve("powers", &six), [1, 2, 4, 6]);
        assert_eq!(resolve("powers", &allowance("0-7", None)), [1, 2, 4, 8]);
        assert_eq!(resolve("powers", &allowance("3", None)), [1]);
    }

    #[test]
    fn a_quota_is_floored_and_never_below_one() {
        assert_eq!(allowance("0-7", Some(2.9)).usable(), 2);
        assert_eq!(allowance("0-7", Some(0.5)).usable(), 1);
        assert_eq!(allowance("0-1", Some(4.0)).usable(), 2);
    }

    #[test]
    fn bad_requests_are_refused_with_the_figure() {
        let parse = |text: &str| text.parse::<CoresRequest>();
        assert_eq!(parse("1,0"), Err(CoresError::Zero));
        for text in ["", "1,,2", "two", "-1", "1.5", "all,1"] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
        let error = parse("1,3")
            .expect("a request")
            .resolve(&allowance("0-7", Some(2.5)))
            .expect_err("too many")
            .to_string();
        assert!(error.contains("asked for 3") && error.contains("may use 2"), "{error}");
        assert!(error.contains("0-7") && error.contains("2.50"), "{error}");
    }

    #[test]
    fn mask_set_and_online_are_intersected() {
        let (_dir, root) = fake(&[
            ("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-7\n"),
            ("sys/devices/system/cpu/online", "0-5\n"),
            ("proc/self/mountinfo", "33 31 0:30 / /cg rw - cgroup cgroup rw,cpuset"),
            ("proc/self/cgroup", "3:cpuset:/\n"),
            ("cg/cpuset.effective_cpus", "4-7"),
        ]);
        let allowance = Allowance::read(&root).expect("an allowance");
        assert_eq!(allowance.cpus.to_string(), "4-5");
        let none = Allowance::read(&fake(&[]).1);
        assert_eq!(none, Err(CoresError::UnknownAllowance));
    }

    #[test]
    fn this_process_agrees_with_the_standard_library() {
        let allowance = Allowance::read(&Root::system()).expect("an allowance");
        let std = std::thread::available_parallelism().expect("parallelism").get();
        assert_eq!(allowance.usable(), std, "{}", allowance.why());
    }
}
