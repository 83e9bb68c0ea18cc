//! What a proof system must do, whoever implements it.
//!
//! A proof travels as bytes, as it would between machines, so that one type serves every system. Durations are
//! told by the system itself: a real one measures them, a scripted one makes them up, an external one reports them.

use crate::capabilities::Capabilities;
pub use crate::error::ProverError;
use crate::statement::Statement;
use crate::witness::BatchTrace;
use records::sample::SystemRecord;
use std::time::Duration;
use workloads::batcher::BatchRooms;
use workloads::state::Depth;
use workloads::transaction::Batch;

/// What a slot of the circuit can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlotKind {
    /// Transfers alone: fewer rows.
    Transfer,
    /// Swaps alone. A system whose slots cannot be told to hold nothing else takes it for [`SlotKind::Any`].
    Swap,
    /// Transfers and swaps.
    Any,
}

/// The shape of a batch circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// The depth of the state tree.
    pub depth: Depth,
    /// How many transactions fit, at least 1.
    pub capacity: usize,
    /// What a slot can hold.
    pub slots: SlotKind,
}

/// One batch to prove.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The transactions.
    pub batch: &'a Batch,
    /// The leaves that they touch, with their paths, in order.
    pub trace: &'a BatchTrace,
    /// What native execution says of it.
    pub statement: Statement,
}

/// What a proof covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// One batch.
    Batch,
    /// The result of this level of aggregation, from 1.
    Aggregate {
        /// The level.
        level: usize,
    },
}

impl ProofKind {
    /// The level: 0 of a batch.
    pub fn level(self) -> usize {
        match self {
            Self::Batch => 0,
            Self::Aggregate { level } => level,
        }
    }

    /// The kind of a level.
    pub fn of_level(level: usize) -> Self {
        match level {
            0 => Self::Batch,
            level => Self::Aggregate { level },
        }
    }
}

/// The level of the children of a merge of at most so many.
///
/// # Errors
/// No children, too many, or of two levels.
pub(crate) fn level_of_children(children: &[Proof], children_max: usize) -> Result<usize, ProverError> {
    let levels: Vec<_> = children.iter().map(|child| child.kind.level()).collect();
    match levels.as_slice() {
        [level, others @ ..] if others.iter().all(|other| other == level) && levels.len() <= children_max => {
            Ok(*level)
        }
        _ => Err(ProverError::Input {
            what: "children of a merge",
            expected: format!("1 to {children_max} proofs of one level"),
            got: format!("levels {levels:?}"),
        }),
    }
}

/// A proof, as it would travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What it covers, and so which key verifies it.
    pub kind: ProofKind,
    /// The system's own encoding, public inputs included.
    pub bytes: Vec<u8>,
}

/// A proof of one batch and what it took.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The proof.
    pub proof: Proof,
    /// From the batch's trace to all wire values.
    pub witness: Duration,
    /// From wire values to the proof's bytes.
    pub prove: Duration,
    /// The part of that which is luck: the search that ends a proof (proof of work). None where it is not told.
    pub grind: Option<Duration>,
}

/// One level of an aggregation tree, all its merges one after the other on this prover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The level, from 1.
    pub level: usize,
    /// How many proofs it made. The last may have fewer children, at the same cost.
    pub merges: usize,
    /// The time of all of them together.
    pub time: Duration,
    /// The part of that which is luck, as in [`Proved`].
    pub grind: Option<Duration>,
}

/// One proof from many, and what it took.
#[derive(Clone, Debug)]
pub struct Aggregated {
    /// The proof.
    pub proof: Proof,
    /// Each level, from the batches upwards.
    pub levels: Vec<Level>,
}

/// One node of an aggregation tree and what it took.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The proof, one level above its children.
    pub proof: Proof,
    /// From the children's bytes to the proof's bytes.
    pub time: Duration,
}

/// What a proof turned out to say.
#[derive(Clone, Copy, Debug)]
pub struct Verified {
    /// Its public side.
    pub statement: Statement,
    /// What verifying took.
    pub time: Duration,
}

impl Verified {
    /// Compares what the proof says with native execution: the one way from a verified proof to a time that counts.
    ///
    /// # Errors
    /// [`ProverError::Mismatch`].
    pub(crate) fn against_native(self, native: &Statement) -> Result<Duration, ProverError> {
        let Self { statement, time } = self;
        if statement == *native {
            return Ok(time);
        }
        Err(ProverError::Mismatch { proved: Box::new(statement), native: Box::new(*native) })
    }
}

/// What a proof system must do.
pub trait ProofSystem {
    /// What it can do. Systems of this crate know that from the start; a user's own program says it in its set-up,
    /// before which it can do nothing but prove.
    fn capabilities(&self) -> Capabilities;

    /// Builds everything that can be built before the first batch: circuits and keys for a batch of this shape, and
    /// for aggregating up to `batches` proofs where it can. Never counted as proving.
    ///
    /// # Errors
    /// A shape that cannot be.
    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError>;

    /// The rooms by which batches are to be cut, once set up; `None` where there is room for the capacity, whatever the
    /// transactions.
    fn rooms(&self) -> Option<BatchRooms> {
        None
    }

    /// Proves one batch.
    ///
    /// # Errors
    /// No set-up for this shape, or no proof.
    fn prove(&mut self, job: &Job<'_>) -> Result<Proved, ProverError>;

    /// Makes one proof from batch proofs in the order of their chain; any number from 1.
    ///
    /// # Errors
    /// [`ProverError::NoAggregation`] where its capabilities have no aggregation; proofs that do not follow each other, too many for the set-up, or no proof.
    fn aggregate(&mut self, proofs: &[Proof]) -> Result<Aggregated, ProverError>;

    /// Makes one node of an aggregation tree: proofs of one level, in the order of their chain and at most as many as its
    /// capabilities say, become a proof of the next. A lone child is lifted. So the merges of one tree can be made on
    /// different machines, each as soon as its children are there.
    ///
    /// # Errors
    /// [`ProverError::NoAggregation`] where it cannot; children that do not follow each other, of a level without a
    /// parent in the set-up, or of two levels; or no proof.
    fn merge(&mut self, children: &[Proof]) -> Result<Merged, ProverError> {
        let _ = children;
        Err(ProverError::NoAggregation { system: "this proof system".to_owned() })
    }

    /// Verifies a proof and says what it states.
    ///
    /// # Errors
    /// [`ProverError::Rejected`] for anything that is not a valid proof, whatever its bytes are.
    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError>;
}

/// Verifies a proof of any system and compares what it says with native execution. No time counts without it, or without
/// what [`crate::fractal`] has for the proofs of a tree, which are verified by other keys and compared by the same rule.
///
/// # Errors
/// [`ProverError::Rejected`] or [`ProverError::Mismatch`].
pub fn verify_against_native(
    system: &dyn ProofSystem,
    proof: &Proof,
    native: &Statement,
) -> Result<Duration, ProverError> {
    system.verify(proof)?.against_native(native)
}
