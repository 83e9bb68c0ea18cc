//! Takes the version of plonky2 from the lock file, so that a record never names another than the one compiled in.

use std::path::Path;

fn main() -> Result<(), String> {
    let manifest_dir = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let lock_file = Path::new(&manifest_dir).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", lock_file.display());
    let lock =
        std::fs::read_to_string(&lock_file).map_err(|error| format!("{}: {error}", lock_file.display()))?;
    let version = locked_version(&lock).ok_or_else(|| {
        format!("{}: expected one package `plonky2` with its version below its name", lock_file.display())
    })?;
    println!("cargo::rustc-env=PLONKY2_VERSION={version}");
    Ok(())
}

/// The version of the one package `plonky2` of a lock file.
fn locked_version(lock: &str) -> Option<&str> {
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"plonky2\"").skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    // Of two versions it could not be said which one this crate has.
    (!lines.any(|line| line == "name = \"plonky2\"")).then_some(version)
}
