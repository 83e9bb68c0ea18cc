//! Lies are told to the verifier as well, told apart from a prover that refuses to tell them.
//!
//! What refuses a lie is known from its cells. One lie of each kind, by all that refuses it, is proved all the same:
//! the prover does not check what it proves, so that it is the verifier who has to find the lie, and for that reason.

use prover::plonky3::check::Fault;
use prover::plonky3::system::Plonky3;
use prover::plonky3::table::heights_max_log2;
use prover::plonky3::traces::Traces;
use prover::system::{Proof, ProofKind, ProofSystem, ProverError, Shape};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

/// What refuses a lie: constraints by table and place, buses by name.
type Reasons = (BTreeSet<(usize, usize)>, BTreeSet<String>);

static TOLD: LazyLock<Mutex<BTreeSet<(Shape, Reasons)>>> = LazyLock::new(Mutex::default);
static SYSTEMS: LazyLock<Mutex<HashMap<Shape, Arc<Plonky3>>>> = LazyLock::new(Mutex::default);

/// A test that fails elsewhere has told its lies all the same.
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A system with keys of a shape.
pub(crate) fn system(shape: Shape) -> Arc<Plonky3> {
    let mut systems = locked(&SYSTEMS);
    let system = systems.entry(shape).or_insert_with(|| {
        let mut system = Plonky3::new();
        system.set_up(shape, 1).expect("a shape");
        Arc::new(system)
    });
    Arc::clone(system)
}

/// Tells the verifier a lie of which the faults are known, if none was told that is refused by the same.
#[track_caller]
pub(crate) fn tell(shape: Shape, traces: &Traces, faults: &[Fault]) {
    let reasons = reasons(faults);
    if !locked(&TOLD).insert((shape, reasons.clone())) {
        return;
    }
    let heights =
        [&traces.hashes, &traces.slots, &traces.fixed].map(|cells| cells.values.len() / cells.width);
    let too_high = heights.iter().zip(heights_max_log2(shape)).any(|(height, max)| *height > 1 << max);
    let expected = match &reasons {
        _ if too_high => "at most".to_owned(),
        (constraints, _) => constraints.first().map_or("TerminalSumNonZero".to_owned(), |(table, _)| {
            format!("OodEvaluationMismatch {{ index: Some({table}) }}")
        }),
    };
    let system = system(shape);
    let bytes = match system.prove_cells(traces) {
        Ok(bytes) => bytes,
        // With debug assertions the prover checks its cells, and refuses.
        Err(ProverError::NoProof { .. }) if cfg!(debug_assertions) => return,
        Err(error) => panic!("the prover refuses, not the verifier: {error}"),
    };
    let verdict = system.verify(&Proof { kind: ProofKind::Batch, bytes });
    let Err(ProverError::Rejected { why }) = verdict else { panic!("believed: {reasons:?}") };
    assert!(why.contains(&expected), "{reasons:?}: {why}");
}

fn reasons(faults: &[Fault]) -> Reasons {
    let mut reasons = Reasons::default();
    for fault in faults {
        match fault {
            Fault::Constraint { table, constraint, .. } => {
                reasons.0.insert((*table, *constraint));
            }
            Fault::Message { bus, .. } => {
                reasons.1.insert(bus.clone());
            }
        }
    }
    reasons
}

/// The constraints of each of which a lie was told to a table of a shape's kind that it alone refuses.
pub(crate) fn standing_alone(slots: prover::system::SlotKind) -> BTreeSet<(usize, usize)> {
    let told = locked(&TOLD);
    let of_kind = told.iter().filter(|(shape, _)| shape.slots == slots);
    let alone = of_kind.filter(|(_, (constraints, buses))| constraints.len() == 1 && buses.is_empty());
    alone.flat_map(|(_, (constraints, _))| constraints).copied().collect()
}
