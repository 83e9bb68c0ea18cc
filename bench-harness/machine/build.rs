//! Tells the crate which commit it was built from, whether the tree was dirty, and by which
//! compiler.
//!
//! It never fails: outside a git checkout, or without git, the commit is simply not set and reads
//! as unknown. It runs again when a tracked file or the checked-out commit changes, so the dirty
//! flag of a binary is that of the sources it was built from.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for name in ["RUSTC", "TARGET", "PROFILE", "OPT_LEVEL"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let manifest_dir = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    if let Some(version) = output(&manifest_dir, &rustc, &["--version"]) {
        println!("cargo::rustc-env=BENCH_BUILD_RUSTC={version}");
    }
    for name in ["TARGET", "PROFILE", "OPT_LEVEL"] {
        if let Ok(value) = std::env::var(name) {
            println!("cargo::rustc-env=BENCH_BUILD_{name}={value}");
        }
    }
    // Watched even where nothing is told below: these sources may be tracked later.
    watch(&manifest_dir);
    // Sources unpacked inside somebody else's repository are not tracked there, and that
    // repository's commit says nothing about them.
    if git(&manifest_dir, &["ls-files", "--error-unmatch", "build.rs"]).is_none() {
        return;
    }
    if let Some(commit) = git(&manifest_dir, &["rev-parse", "HEAD"]) {
        println!("cargo::rustc-env=BENCH_BUILD_COMMIT={commit}");
    }
    // Optional locks off: a status that refreshes the index would race with the user's own git.
    let status = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"];
    if let Some(changes) = git(&manifest_dir, &status) {
        println!("cargo::rustc-env=BENCH_BUILD_DIRTY={}", !changes.is_empty());
    }
}

/// Asks to run again when a tracked file changes, or the commit that is checked out.
///
/// Only paths that exist are named: cargo takes a missing one as changed, every time.
fn watch(dir: &Path) {
    for name in ["HEAD", "logs/HEAD", "packed-refs"] {
        if let Some(path) = git(dir, &["rev-parse", "--git-path", name]) {
            watch_file(&dir.join(path));
        }
    }
    if let Some(branch) = git(dir, &["symbolic-ref", "--quiet", "HEAD"])
        && let Some(path) = git(dir, &["rev-parse", "--git-path", &branch])
    {
        watch_file(&dir.join(path));
    }
    let Some(top) = git(dir, &["rev-parse", "--show-toplevel"]) else {
        return;
    };
    let top = PathBuf::from(top);
    if let Some(files) = git(&top, &["ls-files", "-z"]) {
        for file in files.split('\0').filter(|file| !file.is_empty()) {
            watch_file(&top.join(file));
        }
    }
}

fn watch_file(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

fn git(dir: &Path, args: &[&str]) -> Option<String> {
    output(dir, "git", args)
}

/// What a command prints, or `None` where it cannot be started, fails or prints no UTF-8.
fn output(dir: &Path, program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).current_dir(dir).output().ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
