//! What the system keeps of a file in memory: asking it to forget, and seeing whether it did.
//!
//! No right is needed for it, and nothing is changed but the speed of the next reading: these pages are a copy of what
//! is on the disk. The system may keep them all the same (a file system in memory has nothing else), so that whoever
//! calls a reading cold looks at [`storage_read_bytes`] before and after.

use crate::root::Root;
use rustix::fs::{Advice, fadvise};
use std::fs::File;
use std::io;
use std::path::Path;

/// Flushes a file and asks the system to forget its pages.
///
/// # Errors
/// Where it cannot be opened or flushed, or its file system knows no such advice.
pub fn forget_pages(file: &Path) -> io::Result<()> {
    let file = File::open(file)?;
    // A page that was not written to the disk yet is not forgotten.
    file.sync_all()?;
    Ok(fadvise(&file, 0, None, Advice::DontNeed)?)
}

/// Bytes that this process has caused to be fetched from the storage, those from the system's memory left out; `None`
/// where the system does not count them.
#[must_use]
pub fn storage_read_bytes(root: &Root) -> Option<u64> {
    let text = root.read("proc/self/io")?;
    text.lines().find_map(|line| line.strip_prefix("read_bytes: ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{forget_pages, storage_read_bytes};
    use crate::root::Root;
    use crate::root::tests::fake;

    #[test]
    fn the_counter_is_read_or_unknown() {
        let (_dir, root) =
            fake(&[("proc/self/io", "rchar: 9\nread_bytes: 4096\ncancelled_write_bytes: 1\n")]);
        assert_eq!(storage_read_bytes(&root), Some(4096));
        assert_eq!(storage_read_bytes(&fake(&[]).1), None);
    }

    /// Forgotten pages are the same bytes; that they come from the storage shows where the system counts and forgets.
    #[test]
    fn forgotten_pages_are_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("pages");
        let bytes: Vec<u8> = (0..1 << 20).map(|at| (at % 251) as u8).collect();
        std::fs::write(&file, &bytes).expect("written");
        forget_pages(&file).expect("asked");
        let before = storage_read_bytes(&Root::system());
        assert_eq!(std::fs::read(&file).expect("read"), bytes);
        match storage_read_bytes(&Root::system()).zip(before) {
            Some((after, before)) if after > before => {}
            _ => println!("the system does not forget or does not count here: {}", file.display()),
        }
        let missing = forget_pages(&folder.path().join("missing")).expect_err("not there");
        assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
    }
}
