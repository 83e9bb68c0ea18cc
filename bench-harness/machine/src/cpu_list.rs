//! A set of logical CPUs, as the kernel writes it: `0-3,8`.
//!
//! Owns reading and printing that notation. Which CPUs to use is decided in `placement`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Logical CPU numbers, ascending and without repeats.
///
/// ```
/// let cpus: machine::CpuList = "8,0-3".parse().unwrap();
/// assert_eq!(cpus.to_string(), "0-3,8");
/// assert_eq!(cpus.len(), 5);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CpuList(BTreeSet<usize>);

/// A text that is not a list of CPUs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a list of CPUs; expected numbers and ranges below {limit}, such as `0-3,8`")]
pub struct CpuListError {
    text: String,
    limit: usize,
}

/// The kernel's affinity masks end here in every call that this crate makes.
const CPU_LIMIT: usize = rustix::thread::CpuSet::MAX_CPU;

impl CpuList {
    /// How many CPUs there are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where it holds this CPU.
    #[must_use]
    pub fn contains(&self, cpu: usize) -> bool {
        self.0.contains(&cpu)
    }

    /// The CPUs, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().copied()
    }

    /// The CPUs that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).copied().collect())
    }
}

impl FromIterator<usize> for CpuList {
    fn from_iter<I: IntoIterator<Item = usize>>(cpus: I) -> Self {
        Self(cpus.into_iter().collect())
    }
}

impl FromStr for CpuList {
    type Err = CpuListError;

    fn from_str(text: &str) -> Result<Self, CpuListError> {
        let error = || CpuListError { text: text.to_owned(), limit: CPU_LIMIT };
        let mut cpus = BTreeSet::new();
        for part in text.trim().split(',').filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let first: usize = first.trim().parse().map_err(|_| error())?;
            let last: usize = last.trim().parse().map_err(|_| error())?;
            if first > last || last >= CPU_LIMIT {
                return Err(error());
            }
            cpus.extend(first..=last);
        }
        Ok(Self(cpus))
    }
}

impl fmt::Display for CpuList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cpus = self.iter().peekable();
        let mut separator = "";
        while let Some(first) = cpus.next() {
            let mut last = first;
            while let Some(next) = cpus.next_if_eq(&(last + 1)) {
                last = next;
            }
            if first == last {
                write!(f, "{separator}{first}")?;
            } else {
                write!(f, "{separator}{first}-{last}")?;
            }
            separator = ",";
        }
        Ok(())
    }
}

impl From<CpuList> for String {
    fn from(cpus: CpuList) -> Self {
        cpus.to_string()
    }
}

impl TryFrom<String> for CpuList {
    type Error = CpuListError;

    fn try_from(text: String) -> Result<Self, CpuListError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::CpuList;

    #[test]
    fn prints_what_it_reads() {
        for text in ["", "0", "0-1", "0,2", "0-3,8,10-11"] {
            assert_eq!(text.parse::<CpuList>().expect(text).to_string(), text);
        }
        assert_eq!("3,1,2,1\n".parse::<CpuList>().expect("unsorted").to_string(), "1-3");
    }

    #[test]
    fn refuses_what_is_no_list() {
        for text in ["a", "1-", "-1", "3-1", "1;2", "0-99999999999", "4096"] {
            let error = text.parse::<CpuList>().expect_err(text).to_string();
            assert!(error.contains(text) && error.contains("0-3,8"), "{error}");
        }
    }

    #[test]
    fn travels_as_text() {
        let cpus: CpuList = "0-2,5".parse().expect("a list");
        let json = serde_json::to_string(&cpus).expect("json");
        assert_eq!(json, "\"0-2,5\"");
        assert_eq!(serde_json::from_str::<CpuList>(&json).expect("back"), cpus);
    }
}
