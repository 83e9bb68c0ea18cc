//! Where the files of the operating system are read from: `/`, or a folder that stands for it.
//!
//! Owns the reading and writing of small files under that folder. It knows no file's meaning.

use std::io;
use std::path::{Path, PathBuf};

/// The folder that holds `proc`, `sys` and `etc`.
///
/// Everything in this crate that reads a system file takes one, so that each reader can be tested
/// against a tree that a test has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root(PathBuf);

impl Root {
    /// The computer itself.
    #[must_use]
    pub fn system() -> Self {
        Self(PathBuf::from("/"))
    }

    /// A folder that stands for the root.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// True where this is the computer itself, so that calls that read no file say the truth too.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.0 == Path::new("/")
    }

    /// The path of a file below the root; a leading `/` of `path` is taken as the root.
    #[must_use]
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The whole text of a file without trailing blanks, or `None` where it cannot be read.
    #[must_use]
    pub fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        let bytes = std::fs::read(self.path(path)).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// A file that holds one value, such as `scaling_max_freq`; `None` where it is not one.
    #[must_use]
    pub fn value<T: std::str::FromStr>(&self, path: impl AsRef<Path>) -> Option<T> {
        self.read(path)?.trim().parse().ok()
    }

    /// The names in a folder, sorted; none where it cannot be read.
    #[must_use]
    pub fn names(&self, path: impl AsRef<Path>) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(path)) else {
            return Vec::new();
        };
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// Writes a value into a file that exists already, as the kernel's files do.
    ///
    /// # Errors
    /// What the system answers; `NotFound` where there is no such file, which is never created.
    pub fn write(&self, path: impl AsRef<Path>, text: &str) -> io::Result<()> {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().write(true).truncate(true).open(self.path(path))?;
        file.write_all(text.as_bytes())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Root;

    /// A root with the given files, for the tests of every reader.
    pub(crate) fn fake(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(&path, text).expect("a file");
        }
        let root = Root::at(dir.path());
        (dir, root)
    }

    #[test]
    fn reads_below_the_root_only() {
        let (_dir, root) = fake(&[("proc/loadavg", "0.5 0.4 0.3 1/80 99\n"), ("sys/n", " 7\n")]);
        assert_eq!(root.read("/proc/loadavg").as_deref(), Some("0.5 0.4 0.3 1/80 99"));
        assert_eq!(root.value::<u32>("sys/n"), Some(7));
        assert_eq!(root.value::<u32>("proc/loadavg"), None);
        assert_eq!(root.read("proc/cpuinfo"), None);
        assert_eq!(root.names("/"), ["proc", "sys"]);
        assert!(!root.is_system());
    }

    #[test]
    fn writing_never_creates_a_file() {
        let (_dir, root) = fake(&[("sys/old", "a long old value")]);
        root.write("sys/old", "new").expect("an existing file");
        assert_eq!(root.read("sys/old").as_deref(), Some("new"));
        let error = root.write("sys/absent", "new").expect_err("no such file");
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }
}
