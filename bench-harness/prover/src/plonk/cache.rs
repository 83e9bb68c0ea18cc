//! Circuits kept in a folder: whoever sets up the same circuits again loads them.
//!
//! A circuit's constraints are always laid out by the code, which takes a small part of the time and says where the
//! private numbers go; the keys and all that is computed from the constraints come from the file. A file's name says of
//! which circuit it is, and its text by which version of the code: a program whose sources differ builds anew and
//! replaces it, so that a folder has one file a circuit. Files are replaced whole, by renaming.
//!
//! # What a false file can do
//! A file that was cut or changed by accident is noticed by its checksum, and the circuit is built. One that was forged,
//! checksum and all, makes a prover that proves something else, or nothing. It makes no false proof count: whoever
//! verifies takes no key from a file. The coordinator of a fleet builds its circuits from the code, has no flag for a
//! folder, and verifies each proof, merges included, under its own keys and against its own native execution. The key of
//! the level below is a constant of a merge's circuit, and so part of the key that the coordinator verifies with. A worker
//! whose circuits have another digest does no job, and one whose proofs are refused is left out. So a folder needs the
//! care that the program itself does for the work to be done, and none for the result to be right.

use crate::circuit::child_key::ChildCircuits;
use crate::circuit::registers::Registers;
use crate::circuit::{Builder, Circuit, EXTENSION};
use crate::plonk::stored::{OTHER, decode, encode, is_about};
use crate::size::key_digest;
use crate::system::{Shape, SlotKind};
use plonky2::plonk::config::GenericConfig;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use workloads::hash::Felt;

/// The digest of the sources that circuits are made of: see `build.rs`.
const SOURCES: &str = env!("CIRCUIT_SOURCES");
/// The version of plonky2, whose encoding of a circuit a file has.
const ENCODING: &str = env!("PLONKY2_VERSION");
/// Held by whoever writes into a folder.
const LOCK: &str = "lock";

/// What became of the circuits of a set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CircuitOrigins {
    /// How many were loaded.
    pub loaded: usize,
    /// How many were built.
    pub built: usize,
    /// Files that could not be used or written, a line each.
    pub notes: Vec<String>,
}

/// A folder of circuits.
#[derive(Clone, Debug)]
pub struct CircuitCache {
    folder: PathBuf,
    origins: Arc<Mutex<CircuitOrigins>>,
}

impl CircuitCache {
    /// A folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), origins: Arc::default() }
    }

    /// What became of the circuits since this was last asked.
    pub fn take_origins(&self) -> CircuitOrigins {
        std::mem::take(&mut *self.origins.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, change: impl FnOnce(&mut CircuitOrigins)) {
        change(&mut self.origins.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The circuit of constraints that are complete: loaded where the folder has it, built and kept where not.
    fn circuit<C: GenericConfig<EXTENSION, F = Felt>>(
        &self,
        file: &Path,
        about: &str,
        builder: Builder,
        kept: Kept<C>,
    ) -> Circuit<C> {
        let unusable = match fitting(kept, about, &builder) {
            Ok(Some(circuit)) => {
                self.tell(|origins| origins.loaded += 1);
                return circuit;
            }
            Ok(None) => None,
            Err(why) => Some(why),
        };
        if let Some(why) = &unusable {
            let note = format!("{}: {why}; the circuit is built anew", file.display());
            self.tell(|origins| origins.notes.push(note));
        }
        let circuit = builder.build::<C>();
        self.tell(|origins| origins.built += 1);
        if let Err(why) = self.keep(file, about, &circuit, unusable.is_some()) {
            let note = format!("{}: {why}; the circuit is not kept", file.display());
            self.tell(|origins| origins.notes.push(note));
        }
        circuit
    }

    /// Writes a circuit, unless another process has done so meanwhile.
    fn keep<C: GenericConfig<EXTENSION, F = Felt>>(
        &self,
        file: &Path,
        about: &str,
        circuit: &Circuit<C>,
        replaces: bool,
    ) -> Result<(), String> {
        let words = |error: std::io::Error| error.to_string();
        std::fs::create_dir_all(&self.folder).map_err(words)?;
        // Given back when the file is closed, also by the end of the process.
        let lock = File::create(self.folder.join(LOCK)).map_err(words)?;
        lock.lock().map_err(words)?;
        if !replaces && is_about(file, about) {
            return Ok(());
        }
        let bytes = encode(about, circuit).ok_or("plonky2 cannot write it")?;
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, bytes).map_err(words)?;
        std::fs::rename(&unfinished, file).map_err(words)
    }
}

/// What a file has: a circuit and what it says that it is of, nothing where there is no file, or why it is of no use.
type Kept<C> = Result<Option<(String, Circuit<C>)>, String>;

/// Reads a file that is of what begins with `about`.
fn read<C: GenericConfig<EXTENSION, F = Felt>>(file: &Path, about: &str) -> Kept<C> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(decode::<C>(&bytes, about)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The circuit of a file if it is that of these constraints.
fn fitting<C: GenericConfig<EXTENSION, F = Felt>>(
    kept: Kept<C>,
    about: &str,
    builder: &Builder,
) -> Result<Option<Circuit<C>>, String> {
    let Some((written_about, circuit)) = kept? else { return Ok(None) };
    if written_about != about {
        return Err(OTHER.to_owned());
    }
    let common = &circuit.common;
    // Building adds rows, for constants and the hash of what is public.
    let fits = common.config == builder.config
        && common.num_public_inputs == builder.num_public_inputs()
        && (builder.num_gates()..=2 * builder.num_gates().next_power_of_two()).contains(&common.degree());
    if fits { Ok(Some(circuit)) } else { Err("it is of a circuit of another form".to_owned()) }
}

/// Where the circuits of one set-up come from.
#[derive(Debug)]
pub struct CircuitSource<C: GenericConfig<EXTENSION, F = Felt>> {
    cache: Option<CircuitCache>,
    /// For the names of files.
    name: String,
    /// All that decides what the circuits are, but which of them.
    about: String,
    /// What was read before it was asked for, by part.
    read: Mutex<BTreeMap<String, Kept<C>>>,
}

impl<C: GenericConfig<EXTENSION, F = Felt>> Default for CircuitSource<C> {
    /// No folder: every circuit is built.
    fn default() -> Self {
        Self { cache: None, name: String::new(), about: String::new(), read: Mutex::default() }
    }
}

impl<C: GenericConfig<EXTENSION, F = Felt>> CircuitSource<C> {
    /// Circuits of this system and shape from a folder, or built where there is none.
    pub(crate) fn of(
        cache: Option<&CircuitCache>,
        system: &str,
        shape: Shape,
        registers: Option<Registers>,
    ) -> Self {
        let slots = match shape.slots {
            SlotKind::Transfer => "transfers",
            SlotKind::Swap => "swaps",
            SlotKind::Any => "any",
        };
        let Shape { depth, capacity, .. } = shape;
        let registers = registers.map_or_else(String::new, |Registers { count, block_levels }| {
            format!("-{count}-registers-{block_levels}-block-levels")
        });
        let name = format!("{system}-depth-{}-{capacity}-{slots}{registers}", depth.levels());
        let about = format!("{name}\nplonky2 {ENCODING}\nsources {SOURCES}");
        Self { cache: cache.cloned(), name, about, read: Mutex::default() }
    }

    /// Reads the files of these parts side by side, on the threads of the pool, before they are asked for.
    #[must_use]
    pub(crate) fn reading(self, parts: &[String]) -> Self {
        if let Some(cache) = &self.cache {
            let read = parts.par_iter().map(|part| (part.clone(), self.kept(cache, part))).collect();
            return Self { read: Mutex::new(read), ..self };
        }
        self
    }

    /// The circuit of constraints that are complete. `part` says which of the set-up's circuits it is, and `below` has
    /// the keys that are constants of it.
    pub(crate) fn circuit(
        &self,
        part: &str,
        below: Option<&ChildCircuits<'_, C>>,
        builder: Builder,
    ) -> Circuit<C> {
        let Some(cache) = &self.cache else { return builder.build::<C>() };
        let below = below.map_or_else(|| "nothing".to_owned(), keys_below);
        let about = format!("{}{below}\n", self.about(part));
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).remove(part);
        let kept = read.unwrap_or_else(|| self.kept(cache, part));
        cache.circuit(&self.file(cache, part), &about, builder, kept)
    }

    fn kept(&self, cache: &CircuitCache, part: &str) -> Kept<C> {
        read(&self.file(cache, part), &self.about(part))
    }

    fn file(&self, cache: &CircuitCache, part: &str) -> PathBuf {
        cache.folder.join(format!("{}-{part}.circuit", self.name))
    }

    /// What the file of a part says first; the key of the circuit below it follows.
    fn about(&self, part: &str) -> String {
        format!("{}\n{part} over ", self.about)
    }
}

/// The digests of the keys that are constants of a merge.
fn keys_below<C: GenericConfig<EXTENSION, F = Felt>>(circuits: &ChildCircuits<'_, C>) -> String {
    let keys: Vec<_> = [Some(circuits.first), circuits.other].into_iter().flatten().map(key_digest).collect();
    keys.join(" or ")
}

#[cfg(test)]
mod tests;
