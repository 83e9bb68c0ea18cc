//! From what a user names to a program: a file as it is, or a revision that is built.
//!
//! Revisions are built in one temporary worktree outside the tree, one after the other in the same folder, with the
//! compiler of the folder that the user stands in, the same flags and, unless `--lock own` is given, the same lock file. The
//! worktree is removed afterwards, whatever happens.

use crate::exit::{Refused, usage};
use anyhow::Context;
use clap::ValueEnum;
use prover::process::end_group;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Last lines of a build's error output that are shown.
const ERRORS_LINES: usize = 15;

/// Which lock file a revision is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lock {
    /// That of head in both: what differs is the code, and not its dependencies.
    Head,
    /// Each its own: a change of dependencies is part of what is compared.
    Own,
}

/// A program to be compared.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    /// The file.
    pub(crate) file: PathBuf,
    /// The commit, where it was a revision.
    pub(crate) commit: Option<String>,
}

/// Base and head, and what must be kept until the comparison is over.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) base: Built,
    pub(crate) head: Built,
    /// The folder of built programs, where there is any.
    _folder: Option<TempDir>,
}

/// What a name stands for.
enum Named {
    File(PathBuf),
    Commit(String),
}

/// Finds or builds both.
///
/// # Errors
/// A name that is neither a program nor a revision is bad usage; a revision that does not build cannot be compared.
pub(crate) fn both(base: &str, head: &str, lock: Lock, stop: &AtomicBool) -> anyhow::Result<Pair> {
    let (base, head) = (named(base)?, named(head)?);
    if let (Named::File(base), Named::File(head)) = (&base, &head) {
        let file = |file: &Path| Built { file: file.to_owned(), commit: None };
        return Ok(Pair { base: file(base), head: file(head), _folder: None });
    }
    let folder = tempfile::Builder::new().prefix("bench-harness-gate-").tempdir()?;
    let locked = match (&head, lock) {
        (Named::Commit(commit), Lock::Head) => Some(commit.clone()),
        _ => None,
    };
    let worktree = Worktree { folder: folder.path().to_owned(), stop };
    let one = |named: Named, name: &str| match named {
        Named::File(file) => Ok(Built { file, commit: None }),
        Named::Commit(commit) => worktree.build(&commit, name, locked.as_deref()),
    };
    let (base, head) = (one(base, "base")?, one(head, "head")?);
    worktree.remove();
    Ok(Pair { base, head, _folder: Some(folder) })
}

fn named(name: &str) -> anyhow::Result<Named> {
    let path = Path::new(name);
    if let Ok(found) = std::fs::metadata(path)
        && found.is_file()
    {
        if found.permissions().mode() & 0o111 == 0 {
            return Err(usage(format!("{name}: the file is no program: it may not be executed")));
        }
        // Without a folder in it the system would look for the name elsewhere.
        return Ok(Named::File(path.canonicalize()?));
    }
    // A name that begins like an option would be one to git.
    let commit = match name.starts_with('-') {
        true => None,
        false => git(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]),
    };
    commit.map(Named::Commit).ok_or_else(|| {
        usage(format!("{name}: neither a program file nor a revision of a git repository in this folder"))
    })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// A worktree that is gone when this is.
struct Worktree<'a> {
    folder: PathBuf,
    stop: &'a AtomicBool,
}

impl Worktree<'_> {
    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    fn build(&self, commit: &str, name: &str, locked: Option<&str>) -> anyhow::Result<Built> {
        let tree = self.tree();
        let at = tree.display().to_string();
        let short = &commit[..commit.len().min(12)];
        eprintln!("building {name}, {short}");
        let git_failed = |why: String| Refused(format!("{name}, {short}: cannot be checked out: {why}"));
        let git = |arguments: &[&str]| self.quietly(Command::new("git").args(arguments));
        let checked_out = match tree.exists() {
            // The same folder for both, so that no path differs between the two.
            true => git(&["-C", &at, "checkout", "--quiet", "--force", "--detach", commit]),
            false => git(&["worktree", "add", "--quiet", "--force", "--detach", &at, commit]),
        };
        checked_out?.map_err(git_failed)?;
        if let Some(of_head) = locked {
            let lock = git(&["-C", &at, "checkout", "--quiet", of_head, "--", "Cargo.lock"])?;
            lock.map_err(|why| Refused(format!("{name}, {short}: head has no lock file: {why}")))?;
        }
        let target = self.folder.join("target");
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked"]);
        cargo.args(["--package", "bench-harness", "--bin", "bench-harness"]);
        cargo.arg("--target-dir").arg(&target).current_dir(&tree);
        if let Some(toolchain) = toolchain() {
            // A revision's own choice of a toolchain would compare compilers.
            cargo.env("RUSTC", toolchain.join("bin/rustc")).env("RUSTUP_TOOLCHAIN", &toolchain);
        }
        let hint = match locked {
            Some(of_head) if of_head != commit => {
                "; it was to be built with the lock file of head: --lock own builds each with its own"
            }
            _ => "",
        };
        self.quietly(&mut cargo)?
            .map_err(|why| Refused(format!("{name}, {short}: the revision does not build{hint}:\n{why}")))?;
        let file = self.folder.join(name);
        std::fs::copy(target.join("release/bench-harness"), &file).context("keeping the built program")?;
        Ok(Built { file, commit: Some(commit.to_owned()) })
    }

    /// Runs a command to its end; the end of its error output where it fails.
    fn quietly(&self, command: &mut Command) -> anyhow::Result<Result<(), String>> {
        let errors = tempfile::NamedTempFile::new()?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors.reopen()?).process_group(0);
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Ok(Err(format!("{program} cannot be started: {error}"))),
        };
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if self.stop.load(Ordering::SeqCst) {
                end_group(&mut child);
                return Err(usage("stopped before the programs were built"));
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        if status.success() {
            return Ok(Ok(()));
        }
        let text = String::from_utf8_lossy(&std::fs::read(errors.path())?).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        Ok(Err(lines[lines.len().saturating_sub(ERRORS_LINES)..].join("\n")))
    }

    fn remove(&self) {
        let tree = self.tree();
        if tree.exists() {
            let at = tree.display().to_string();
            let _ = git(&["worktree", "remove", "--force", &at]);
        }
    }
}

impl Drop for Worktree<'_> {
    fn drop(&mut self) {
        self.remove();
    }
}

/// The toolchain of this folder; none where rustc does not say.
fn toolchain() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let sysroot = PathBuf::from(text.trim());
    sysroot.join("bin/rustc").exists().then_some(sysroot)
}
