//! Takes the versions of plonky2 and Plonky3 from the lock file, so that a record never names another than the one
//! compiled in, and a digest of the sources that circuits are made of, so that no circuit is taken for that of other code.

use std::path::{Path, PathBuf};

/// Where the code of circuits is, and of the leaves, hashes and transactions that they are about.
const SOURCES: [&str; 2] = ["src", "../../workloads/src"];

fn main() -> Result<(), String> {
    let manifest_dir = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let folder = Path::new(&manifest_dir);
    let lock_file = folder.join("../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", lock_file.display());
    let lock = read(&lock_file)?;
    for (variable, package) in [("PLONKY2_VERSION", "plonky2"), ("PLONKY3_VERSION", "p3-batch-stark")] {
        let version = locked_version(&lock, package).ok_or_else(|| {
            format!(
                "{}: expected one package `{package}` with its version below its name",
                lock_file.display()
            )
        })?;
        println!("cargo::rustc-env={variable}={version}");
    }
    let mut sources = Fnv::default();
    // plonky2 is several packages, each with a version and a checksum.
    lock.split("\n\n")
        .filter(|package| package.contains("name = \"plonky2"))
        .for_each(|text| sources.add(text));
    for part in SOURCES {
        let root = folder.join(part);
        println!("cargo::rerun-if-changed={}", root.display());
        for file in files(&root)? {
            let name = file.strip_prefix(&root).map_err(|error| error.to_string())?;
            sources.add(&name.to_string_lossy());
            sources.add(&read(&file)?);
        }
    }
    println!("cargo::rustc-env=CIRCUIT_SOURCES={:016x}", sources.0);
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// All sources below a folder in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let words = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(words)? {
        entries.push(entry.map_err(words)?.path());
    }
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        match entry.is_dir() {
            true => found.extend(files(&entry)?),
            false if entry.extension().is_some_and(|extension| extension == "rs") => found.push(entry),
            false => {}
        }
    }
    Ok(found)
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits, over texts with an end to each.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The version of the one package of this name of a lock file.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    // Of two versions it could not be said which one this crate has.
    (!lines.any(|line| line == name)).then_some(version)
}
