//! The batches of a run by number, and what the proof of each must say. Coordinator and workers make them from the
//! seed: only proofs travel.

use crate::error::FleetError;
use plonky2::field::types::{Field, Field64};
use prover::built_in::BuiltIn;
use prover::scripted::{Script, Scripted};
use prover::statement::{PUBLIC_ELEMENTS, Statement};
use prover::system::{ProofSystem, ProverError, Shape, SlotKind};
use prover::witness::{BatchTrace, record};
use records::fleet::job::FleetWorkRecord;
use workloads::generate::{Generator, Traffic};
use workloads::hash::{Digest, Felt};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Batch, BatchId};

/// The name of the system that proves nothing.
pub const SCRIPTED: &str = "scripted";

fn input(what: &'static str, error: impl std::fmt::Display) -> FleetError {
    FleetError::Input { what, expected: "what a workload can have".to_owned(), got: error.to_string() }
}

/// The proof system of a run, without keys.
///
/// # Errors
/// No such system, or a script that cannot be.
pub fn system_of(work: &FleetWorkRecord) -> Result<Box<dyn ProofSystem + Send>, FleetError> {
    if work.proof_system == SCRIPTED {
        return Ok(Box::new(Scripted::new(script_of(work)?)?));
    }
    match BuiltIn::named(&work.proof_system) {
        Some(system) => Ok(system.make()),
        None => Err(FleetError::Input {
            what: "proof system",
            expected: "plonky2, plonky2-keccak, plonky3 or scripted".to_owned(),
            got: work.proof_system.clone(),
        }),
    }
}

fn script_of(work: &FleetWorkRecord) -> Result<Script, FleetError> {
    match &work.script {
        None => Ok(Script::default()),
        Some(text) => serde_json::from_str(text).map_err(|error| input("script", error)),
    }
}

/// The shape of the circuit of a run.
///
/// # Errors
/// A depth that cannot be.
pub fn shape_of(work: &FleetWorkRecord) -> Result<Shape, FleetError> {
    let slots = if work.swap_ratio > 0.0 { SlotKind::Any } else { SlotKind::Transfer };
    Ok(Shape { depth: population(work)?.depth, capacity: capacity(work), slots })
}

fn capacity(work: &FleetWorkRecord) -> usize {
    usize::try_from(work.batch_transactions).unwrap_or(usize::MAX)
}

fn population(work: &FleetWorkRecord) -> Result<Population, FleetError> {
    let depth = Depth::new(u64::from(work.depth)).map_err(|error| input("depth", error))?;
    Ok(Population { accounts: work.accounts, pools: work.pools, depth, fee_bps: work.fee_bps })
}

/// Batches one after the other, natively executed.
#[derive(Debug)]
struct Native {
    generator: Generator,
    state: State,
    next: u64,
}

impl Native {
    fn new(work: &FleetWorkRecord) -> Result<Self, FleetError> {
        let population = population(work)?;
        let traffic = Traffic { swap_ratio: work.swap_ratio, skew: Skew::Uniform };
        let generator = population.generator(work.seed, traffic).map_err(|error| input("traffic", error))?;
        let state = population.state(work.seed).map_err(|error| input("population", error))?;
        Ok(Self { generator, state, next: 0 })
    }

    fn statement(&mut self, capacity: usize) -> Result<Statement, ProverError> {
        let batch = self.generator.next_batch(capacity);
        self.next += 1;
        let old_root = self.state.root();
        self.state.execute(&batch)?;
        Ok(Statement {
            old_root,
            new_root: self.state.update_root(),
            commitment: batch.commitment(self.state.depth(), capacity),
            transactions: batch.transactions.len() as u64,
        })
    }

    fn skip_to(&mut self, batch: u64, capacity: usize) -> Result<(), ProverError> {
        while self.next < batch {
            let skipped = self.generator.next_batch(capacity);
            self.state.execute(&skipped)?;
            self.next += 1;
        }
        self.state.update_root();
        Ok(())
    }

    fn traced(&mut self, capacity: usize) -> Result<(Batch, BatchTrace), ProverError> {
        let batch = self.generator.next_batch(capacity);
        self.next += 1;
        let trace = record(&mut self.state, &batch, capacity)?;
        Ok((batch, trace))
    }
}

/// What each batch of a run must prove, for the coordinator.
#[derive(Debug)]
pub struct Statements {
    work: FleetWorkRecord,
    native: Option<Native>,
    known: Vec<Statement>,
}

impl Statements {
    /// Those of a run. A scripted run has made-up ones: nothing is executed, since nothing is proved.
    ///
    /// # Errors
    /// A workload that cannot be.
    pub fn new(work: &FleetWorkRecord) -> Result<Self, FleetError> {
        let native = if work.proof_system == SCRIPTED { None } else { Some(Native::new(work)?) };
        Ok(Self { work: work.clone(), native, known: Vec::new() })
    }

    /// That of a batch.
    ///
    /// # Errors
    /// A batch that cannot be executed.
    pub fn of(&mut self, batch: u64) -> Result<Statement, FleetError> {
        let Some(native) = &mut self.native else { return Ok(made_up(&self.work, batch)) };
        let at = usize::try_from(batch).unwrap_or(usize::MAX);
        while self.known.len() <= at {
            self.known.push(native.statement(capacity(&self.work))?);
        }
        Ok(self.known[at])
    }
}

/// Batches with their traces, for a worker. They are best asked for in rising order.
#[derive(Debug)]
pub struct BatchTraces {
    work: FleetWorkRecord,
    native: Option<Native>,
}

impl BatchTraces {
    /// Those of a run.
    pub fn new(work: &FleetWorkRecord) -> Self {
        Self { work: work.clone(), native: None }
    }

    /// A batch with what it touches.
    ///
    /// # Errors
    /// A workload that cannot be, or a batch that cannot be executed.
    pub fn of(&mut self, batch: u64) -> Result<(Batch, BatchTrace), FleetError> {
        if self.work.proof_system == SCRIPTED {
            let statement = made_up(&self.work, batch);
            let batch = Batch { id: BatchId(batch), transactions: Vec::new() };
            return Ok((batch, BatchTrace { steps: Vec::new(), statement }));
        }
        let capacity = capacity(&self.work);
        let native = match self.native.take().filter(|native| native.next <= batch) {
            Some(native) => native,
            None => Native::new(&self.work)?,
        };
        let native = self.native.insert(native);
        native.skip_to(batch, capacity)?;
        Ok(native.traced(capacity)?)
    }
}

/// A statement for a batch that does not exist, such that neighbours follow each other.
fn made_up(work: &FleetWorkRecord, batch: u64) -> Statement {
    let digest = |kind: u64, number: u64| Digest {
        elements: [0, 1, 2, 3].map(|place| {
            let mixed = mix(mix(work.seed ^ (kind << 60)).wrapping_add(number * 4 + place));
            Felt::from_noncanonical_u64(mixed)
        }),
    };
    Statement {
        old_root: digest(1, batch),
        new_root: digest(1, batch + 1),
        commitment: digest(2, batch),
        transactions: work.batch_transactions,
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A statement as numbers, for a record.
pub fn to_numbers(statement: &Statement) -> Vec<u64> {
    use plonky2::field::types::PrimeField64;
    statement.elements().iter().map(PrimeField64::to_canonical_u64).collect()
}

/// The statement of such numbers; none where they are not 13 field elements.
pub fn of_numbers(numbers: &[u64]) -> Option<Statement> {
    let is_sound = numbers.len() == PUBLIC_ELEMENTS && numbers.iter().all(|number| *number < Felt::ORDER);
    let elements: Vec<_> = numbers.iter().map(|number| Felt::from_noncanonical_u64(*number)).collect();
    is_sound.then(|| Statement::from_elements(&elements)).flatten()
}
