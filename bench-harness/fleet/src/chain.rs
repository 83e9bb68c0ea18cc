//! The batches of a run by number, and what the proof of each must say. Coordinator and workers make them from the
//! seed: only proofs travel.

use crate::error::FleetError;
use plonky2::field::types::{Field, Field64};
use prover::built_in::BuiltIn;
use prover::capabilities::Capabilities;
use prover::plonk::cache::CircuitCache;
use prover::scripted::{Script, Scripted};
use prover::statement::{PUBLIC_ELEMENTS, Statement};
use prover::system::{ProofSystem, ProverError, Shape, SlotKind};
use prover::witness::{BatchTrace, record};
use records::fleet::job::FleetWorkRecord;
use records::fleet::pipeline::ClosedByName;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use workloads::batcher::{BatchRoom, BatchRooms};
use workloads::generate::{Generator, Traffic};
use workloads::hash::{Digest, Felt};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Batch, BatchId, Transaction};

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
    system_with(work, None)
}

/// The same, with circuits from a folder where there is one. For who proves: who verifies takes no key from a file.
///
/// # Errors
/// As above.
pub fn system_with(
    work: &FleetWorkRecord,
    cache: Option<CircuitCache>,
) -> Result<Box<dyn ProofSystem + Send>, FleetError> {
    if work.proof_system == SCRIPTED {
        return Ok(Box::new(Scripted::new(script_of(work)?)?));
    }
    match BuiltIn::named(&work.proof_system) {
        Some(system) => {
            check_traffic(work, system)?;
            Ok(system.make_with(cache))
        }
        None => Err(FleetError::Input {
            what: "proof system",
            expected: BuiltIn::ALL.map(BuiltIn::name).join(", ") + " or scripted",
            got: work.proof_system.clone(),
        }),
    }
}

/// A system that proves swaps over few pools alone has no proof of any other batch of the run.
fn check_traffic(work: &FleetWorkRecord, system: BuiltIn) -> Result<(), FleetError> {
    let FleetWorkRecord { swap_ratio, pools, .. } = *work;
    let Capabilities { swaps_over_pools_max: Some(max), falls_back, .. } = system.capabilities() else {
        return Ok(());
    };
    let expected = match falls_back {
        false if swap_ratio < 1.0 || pools as usize > max => {
            format!("swaps alone, over at most {max} pools")
        }
        true if swap_ratio == 0.0 => "swaps among the transactions".to_owned(),
        _ => return Ok(()),
    };
    Err(FleetError::Input {
        what: "traffic",
        expected: format!("{expected}, as {} takes them", system.name()),
        got: format!("{} % swaps over {pools} pools", 100.0 * swap_ratio),
    })
}

/// Work whose proofs follow a script, in groups of so many batches. A batch stands for one transaction, which nobody
/// executes.
///
/// # Errors
/// A script that cannot be written.
pub fn scripted_work(
    script: &Script,
    seed: u64,
    batches_per_aggregation: u64,
) -> Result<FleetWorkRecord, FleetError> {
    Ok(FleetWorkRecord {
        proof_system: SCRIPTED.to_owned(),
        script: Some(serde_json::to_string(script).map_err(|error| input("script", error))?),
        seed,
        swap_ratio: 0.0,
        accounts: 1,
        pools: 1,
        depth: 8,
        fee_bps: 30,
        batch_transactions: 1,
        batches_per_aggregation,
    })
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

/// Which transactions of the run's traffic a batch has: the next ones after the batch before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchRange {
    /// The batch's number, from 0.
    pub batch: u64,
    /// The place of its first transaction in the traffic, from 0.
    pub first_transaction: u64,
    /// How many it has, at least 1 and at most the circuit's capacity.
    pub transactions: u64,
}

/// A batch that may be proved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedBatch {
    /// Its transactions.
    pub range: BatchRange,
    /// When it could be proved, s since the beginning.
    pub ready_s: f64,
    /// Why a sequencer closed it; none where its time was known before.
    pub closed_by: Option<ClosedByName>,
    /// What closing it took; none of a scripted run, which executes nothing.
    pub times: Option<CloseTimes>,
    /// Which room it takes of a proof system that has two.
    pub room: Option<BatchRoom>,
}

/// What the coordinator's own native execution of a batch took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseTimes {
    /// Execution, without roots.
    pub execute: Duration,
    /// The new state root.
    pub root: Duration,
}

/// A batch with what it touches.
#[derive(Clone, Debug)]
pub struct TracedBatch {
    /// Its transactions.
    pub batch: Batch,
    /// The leaves that they touch, with their paths.
    pub trace: BatchTrace,
    /// What keeping those took.
    pub record: Duration,
}

/// The traffic of a run, natively executed up to some transaction. It does not depend on how it is cut into batches.
#[derive(Debug)]
struct Native {
    generator: Generator,
    /// Drawn, and in no batch yet.
    drawn: VecDeque<Transaction>,
    capacity: usize,
    state: State,
    next_transaction: u64,
}

impl Native {
    fn new(work: &FleetWorkRecord) -> Result<Self, FleetError> {
        let population = population(work)?;
        let traffic = Traffic { swap_ratio: work.swap_ratio, skew: Skew::Uniform };
        let generator = population.generator(work.seed, traffic).map_err(|error| input("traffic", error))?;
        let state = population.state(work.seed).map_err(|error| input("population", error))?;
        Ok(Self {
            generator,
            drawn: VecDeque::new(),
            capacity: capacity(work).max(1),
            state,
            next_transaction: 0,
        })
    }

    fn draw(&mut self, count: usize) {
        while self.drawn.len() < count {
            self.drawn.extend(self.generator.next_batch(self.capacity).transactions);
        }
    }

    /// The next transactions, as a batch.
    fn next_batch(&mut self, batch: u64, transactions: u64) -> Batch {
        let count = usize::try_from(transactions).unwrap_or(usize::MAX);
        self.draw(count);
        self.next_transaction += transactions;
        Batch { id: BatchId(batch), transactions: self.drawn.drain(..count).collect() }
    }

    fn statement(&mut self, range: BatchRange) -> Result<(Statement, CloseTimes), ProverError> {
        let batch = self.next_batch(range.batch, range.transactions);
        let old_root = self.state.root();
        let started = Instant::now();
        self.state.execute(&batch)?;
        let execute = started.elapsed();
        let new_root = self.state.update_root();
        let times = CloseTimes { execute, root: started.elapsed() - execute };
        let commitment = batch.commitment(self.state.depth(), self.capacity);
        Ok((Statement { old_root, new_root, commitment, transactions: range.transactions }, times))
    }

    fn skip_to(&mut self, first_transaction: u64) -> Result<(), ProverError> {
        while self.next_transaction < first_transaction {
            let left = first_transaction - self.next_transaction;
            let skipped = self.next_batch(0, left.min(self.capacity as u64));
            self.state.execute(&skipped)?;
        }
        self.state.update_root();
        Ok(())
    }

    fn traced(&mut self, range: BatchRange) -> Result<TracedBatch, ProverError> {
        let batch = self.next_batch(range.batch, range.transactions);
        let started = Instant::now();
        let trace = record(&mut self.state, &batch, self.capacity)?;
        Ok(TracedBatch { batch, trace, record: started.elapsed() })
    }
}

/// What each batch of a run must prove, one after the other, for the coordinator.
#[derive(Debug)]
pub struct Statements {
    work: FleetWorkRecord,
    native: Option<Native>,
}

impl Statements {
    /// Those of a run. A scripted run has made-up ones: nothing is executed, since nothing is proved.
    ///
    /// # Errors
    /// A workload that cannot be.
    pub fn new(work: &FleetWorkRecord) -> Result<Self, FleetError> {
        let native = if work.proof_system == SCRIPTED { None } else { Some(Native::new(work)?) };
        Ok(Self { work: work.clone(), native })
    }

    /// How many of the next transactions the longest batch has, where a batch has one of two rooms; and of one with at most
    /// so many transactions which room it takes. None of a scripted run.
    pub fn next_room(&mut self, rooms: BatchRooms, transactions_max: u64) -> Option<(u64, BatchRoom)> {
        let native = self.native.as_mut()?;
        let count = usize::try_from(transactions_max).map_or(rooms.max(), |max| max.min(rooms.max()));
        native.draw(count);
        let (taken, room) = rooms.next_batch(native.drawn.iter().take(count))?;
        Some((taken as u64, room))
    }

    /// That of the next batch, which begins where the one before it ended, and what its execution took.
    ///
    /// # Errors
    /// A batch that cannot be executed, or that is not the next.
    pub fn next(&mut self, range: BatchRange) -> Result<(Statement, Option<CloseTimes>), FleetError> {
        let Some(native) = &mut self.native else { return Ok((made_up(&self.work, range), None)) };
        if native.next_transaction != range.first_transaction {
            let (expected, got) = (native.next_transaction, range.first_transaction);
            let what = "first transaction of a batch";
            return Err(FleetError::Input { what, expected: expected.to_string(), got: got.to_string() });
        }
        let (statement, times) = native.statement(range)?;
        Ok((statement, Some(times)))
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
    /// A workload that cannot be, a batch that cannot be executed, or more transactions than the circuit holds.
    pub fn of(&mut self, range: BatchRange) -> Result<TracedBatch, FleetError> {
        let capacity = self.work.batch_transactions;
        if !(1..=capacity).contains(&range.transactions) {
            let (what, expected) = ("transactions of a batch", format!("1 to {capacity}"));
            return Err(FleetError::Input { what, expected, got: range.transactions.to_string() });
        }
        if self.work.proof_system == SCRIPTED {
            let statement = made_up(&self.work, range);
            let batch = Batch { id: BatchId(range.batch), transactions: Vec::new() };
            let trace = BatchTrace { steps: Vec::new(), statement };
            return Ok(TracedBatch { batch, trace, record: Duration::ZERO });
        }
        let native = match self.native.take().filter(|it| it.next_transaction <= range.first_transaction) {
            Some(native) => native,
            None => Native::new(&self.work)?,
        };
        let native = self.native.insert(native);
        native.skip_to(range.first_transaction)?;
        Ok(native.traced(range)?)
    }
}

/// A statement for a batch that does not exist, such that neighbours follow each other.
fn made_up(work: &FleetWorkRecord, range: BatchRange) -> Statement {
    let batch = range.batch;
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
        transactions: range.transactions,
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

#[cfg(test)]
mod tests {
    use super::{BatchRange, BatchRoom, BatchRooms, BatchTraces, Statements, TracedBatch};
    use records::fleet::job::FleetWorkRecord;
    use std::collections::BTreeMap;

    fn work() -> FleetWorkRecord {
        FleetWorkRecord {
            proof_system: "plonky3".to_owned(),
            script: None,
            seed: 3,
            swap_ratio: 0.5,
            accounts: 20,
            pools: 2,
            depth: 8,
            fee_bps: 30,
            batch_transactions: 4,
            batches_per_aggregation: 2,
        }
    }

    fn ranges(sizes: &[u64]) -> Vec<BatchRange> {
        let mut first_transaction = 0;
        let numbered = sizes.iter().zip(0..).map(|(transactions, batch)| {
            let range = BatchRange { batch, first_transaction, transactions: *transactions };
            first_transaction += transactions;
            range
        });
        numbered.collect()
    }

    #[test]
    fn a_worker_makes_the_batch_that_the_coordinator_means_however_full() {
        let ranges = ranges(&[4, 1, 3, 4, 2]);
        let mut statements = Statements::new(&work()).expect("a run");
        let said: Vec<_> = ranges.iter().map(|range| statements.next(*range).expect("executes").0).collect();
        assert!(said.windows(2).all(|pair| pair[0].new_root == pair[1].old_root));
        let mut traces = BatchTraces::new(&work());
        // Also one that is handed out after a later one.
        for at in [2, 4, 1, 0, 3] {
            let TracedBatch { batch, trace, .. } = traces.of(ranges[at]).expect("executes");
            assert_eq!(batch.transactions.len() as u64, ranges[at].transactions);
            assert_eq!(trace.statement, said[at]);
        }
    }

    #[test]
    fn the_state_after_so_many_transactions_does_not_depend_on_how_they_are_cut() {
        let last_root = |sizes: &[u64]| {
            let mut statements = Statements::new(&work()).expect("a run");
            let all = ranges(sizes).into_iter().map(|range| statements.next(range).expect("executes").0);
            all.last().expect("some").new_root
        };
        assert_eq!(last_root(&[4, 4, 4]), last_root(&[1, 3, 4, 2, 2]));
        assert_ne!(last_root(&[4, 4, 4]), last_root(&[4, 4, 3]));
    }

    #[test]
    fn traffic_is_cut_where_no_longer_batch_has_room() {
        let rooms = BatchRooms { swaps: 4, pools_max: 2, block_levels: 8, any: 2 };
        let mut statements = Statements::new(&work()).expect("a run");
        let (mut first_transaction, mut seen) = (0, BTreeMap::new());
        for batch in 0..40 {
            let (transactions, room) = statements.next_room(rooms, u64::MAX).expect("traffic has no end");
            // A batch that is closed earlier has room too.
            assert!(statements.next_room(rooms, 1).is_some_and(|(count, _)| count == 1));
            statements.next(BatchRange { batch, first_transaction, transactions }).expect("executes");
            first_transaction += transactions;
            *seen.entry((transactions, room == BatchRoom::Any)).or_insert(0) += 1;
        }
        assert!(seen.keys().all(|(count, is_any)| (1..=4).contains(count) && (!is_any || *count == 2)));
        assert!(seen.contains_key(&(2, true)) && seen.keys().any(|(count, _)| *count > 2), "{seen:?}");
    }

    #[test]
    fn a_batch_with_a_gap_before_it_or_too_large_is_refused() {
        let mut statements = Statements::new(&work()).expect("a run");
        let range = BatchRange { batch: 0, first_transaction: 1, transactions: 4 };
        assert!(statements.next(range).is_err());
        let range = BatchRange { batch: 0, first_transaction: 0, transactions: 5 };
        assert!(BatchTraces::new(&work()).of(range).is_err());
    }
}
