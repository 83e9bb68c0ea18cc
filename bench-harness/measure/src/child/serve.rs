//! Set-up, warm-up, repeats, until all are made or the time is spent.

use crate::child::message::{FatalName, Message};
use crate::child::repeat::repeat;
use crate::child::request::{CellRequest, Role, seed_of};
pub use crate::child::session::Sink;
use crate::child::session::{Halt, Place, Session, SetUp};
use prover::system::{Job, ProverError};
use prover::witness;
use records::sample::{
    EndName, FailureName, LogRecord, RepeatRecord, SAMPLE_SCHEMA_VERSION, SetUpRecord, StageName,
    SystemRecord,
};
use std::time::Instant;

/// No repeat has this number, so the warm-up's batch is none that is measured.
const WARM_UP_REPEAT: u64 = u64::MAX;

/// Measures one cell in this process, on the thread pool that is there.
pub fn serve<'a>(request: &'a CellRequest, sink: Sink<'a>) {
    let started = Instant::now();
    let (mut session, set_up) = match Session::open(request, sink) {
        Ok(opened) => opened,
        Err((sink, error)) => {
            let _ = sink(fatal(&error));
            return;
        }
    };
    let outcome = after_set_up(&mut session, set_up).and_then(|()| match request.role {
        Role::Measured => repeats(&mut session, started),
        Role::Neighbour(number) => go_on_for_ever(&mut session, number),
    });
    if let Err(Halt::Prover(error)) = outcome {
        // Where nobody listens any more there is nobody to inform.
        let _ = (session.sink)(fatal(&error));
    }
}

fn fatal(error: &ProverError) -> Message {
    let fatal = if error.is_wrong_proof() { FatalName::WrongProof } else { FatalName::Input };
    Message::Fatal { fatal, why: error.to_string() }
}

/// Whether the run can go on without this proof.
fn is_survivable(error: &ProverError) -> bool {
    match error {
        ProverError::NoProof { .. } | ProverError::Command { .. } => true,
        ProverError::Input { .. }
        | ProverError::Execution(_)
        | ProverError::NoAggregation { .. }
        | ProverError::Rejected { .. }
        | ProverError::Mismatch { .. } => false,
    }
}

/// Writes what was set up, and warms up.
fn after_set_up(session: &mut Session<'_>, set_up: SetUp) -> Result<(), Halt> {
    let SetUp { described, timed, conditions } = set_up;
    let warm = described.map_err(Halt::from).and_then(|system| {
        if !session.can.verifies && !session.request.allow_unverified {
            return Err(Halt::Prover(ProverError::Input {
                what: "proof system",
                expected: "one that verifies its proofs, since a time of an unverified proof says nothing (allow_unverified = true measures it all the same, and says so)".to_owned(),
                got: "one whose set-up says that it cannot".to_owned(),
            }));
        }
        session.log(LogRecord::SetUp(set_up_record(session.request, system)))?;
        session.sample(Place::default(), StageName::SetUp, (timed, &conditions), 0, None)?;
        warm_up(session)
    });
    match warm {
        Err(Halt::Prover(error)) if is_survivable(&error) => {
            session.failure(None, FailureName::SetUp, &error)?;
            session.end(EndName::Failed)?;
            Err(Halt::Stopped)
        }
        other => other,
    }
}

fn set_up_record(request: &CellRequest, system: SystemRecord) -> SetUpRecord {
    let placement = request.placement.as_ref();
    let cpus = placement.iter().flat_map(|placement| &placement.cpus).map(|cpu| *cpu as u64);
    SetUpRecord {
        schema_version: SAMPLE_SCHEMA_VERSION,
        run: request.run.clone(),
        cell: request.cell.clone(),
        system,
        core_kind: placement.map(|placement| placement.kind.to_string()),
        cpus: cpus.collect(),
    }
}

/// One proof that is made, verified and thrown away: first calls fill caches and page memory in.
fn warm_up(session: &mut Session<'_>) -> Result<(), Halt> {
    let mut chain = session.source.chain(WARM_UP_REPEAT)?;
    let Some(batch) = chain.next_batch() else {
        return Ok(());
    };
    let trace = witness::record(&mut chain.state, &batch, session.shape.capacity)?;
    let statement = trace.statement;
    let job = Job { batch: &batch, trace: &trace, statement };
    let proved = session.system.as_dyn_mut().prove(&job)?;
    session.checked(&proved.proof, &statement)?;
    session.send(Message::WarmUp { wall_s: (proved.witness + proved.prove).as_secs_f64() })
}

fn repeats(session: &mut Session<'_>, started: Instant) -> Result<(), Halt> {
    let CellRequest { stopping, progress, .. } = session.request;
    for number in stopping.remaining(progress) {
        if let Some(end) = stopping.end(&session.progress, started.elapsed().as_secs_f64()) {
            return session.end(end);
        }
        let seed = seed_of(session.request.seed, number);
        session.send(Message::Started { repeat: number, seed })?;
        let begun = Instant::now();
        match repeat(session, number) {
            Ok(()) => session.log(LogRecord::Repeat(RepeatRecord {
                schema_version: SAMPLE_SCHEMA_VERSION,
                run: session.request.run.clone(),
                cell: session.request.cell.clone(),
                repeat: number,
                seed,
                wall_s: begun.elapsed().as_secs_f64(),
            }))?,
            Err(Halt::Prover(error)) if is_survivable(&error) => {
                session.failure(Some(number), FailureName::NoProof, &error)?;
            }
            Err(halt) => return Err(halt),
        }
    }
    let end = stopping.end(&session.progress, started.elapsed().as_secs_f64());
    session.end(end.unwrap_or(EndName::Repeats))
}

/// Proves and verifies batches that nobody measures, until the parent has enough.
fn go_on_for_ever(session: &mut Session<'_>, neighbour: u64) -> Result<(), Halt> {
    session.send(Message::Loading)?;
    // Counted down from the warm-up's number, far from those that are measured, and apart for each neighbour.
    let first = WARM_UP_REPEAT - 1 - (neighbour << 32);
    for number in (0..=first).rev() {
        match repeat(session, number) {
            Err(Halt::Prover(error)) if is_survivable(&error) => {}
            other => other?,
        }
    }
    Ok(())
}
