//! Takes the versions of plonky2 and Plonky3 from the lock file, so that a record never names another than the one
//! compiled in.

use std::path::Path;

fn main() -> Result<(), String> {
    let manifest_dir = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let lock_file = Path::new(&manifest_dir).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", lock_file.display());
    let lock =
        std::fs::read_to_string(&lock_file).map_err(|error| format!("{}: {error}", lock_file.display()))?;
    for (variable, package) in [("PLONKY2_VERSION", "plonky2"), ("PLONKY3_VERSION", "p3-batch-stark")] {
        let version = locked_version(&lock, package).ok_or_else(|| {
            format!(
                "{}: expected one package `{package}` with its version below its name",
                lock_file.display()
            )
        })?;
        println!("cargo::rustc-env={variable}={version}");
    }
    Ok(())
}

/// The version of the one package of this name of a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    // Of two versions it could not be said which one this crate has.
    (!lines.any(|line| line == name)).then_some(version)
}
