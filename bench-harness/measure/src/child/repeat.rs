//! One repeat: N consecutive batches through every stage, each timed apart, each proof checked before its time is
//! written. Once the time of an aggregation is known well enough, the time is spent on proofs alone.

use crate::child::session::{Halt, Place, Session};
use crate::child::source::Chain;
use crate::child::timer::Timed;
use prover::statement::Statement;
use prover::system::{Job, Proof, ProverError};
use prover::witness;
use records::sample::StageName;
use workloads::encoding::encode;
use workloads::state::State;

/// Makes one repeat and writes each sample as soon as its proof is checked.
pub(crate) fn repeat(session: &mut Session<'_>, number: u64) -> Result<(), Halt> {
    let mut chain = session.source.chain(number)?;
    let mut replica = chain.state.clone();
    let mut proofs = Vec::new();
    let mut statements = Vec::new();
    for batch in 0..session.request.cell.batches_per_aggregation {
        let place = Place { repeat: Some(number), batch: Some(batch), level: None };
        let Some((proof, statement)) = one_batch(session, &mut chain, &mut replica, place)? else {
            break;
        };
        proofs.push(proof);
        statements.push(statement);
    }
    let aggregates = session.can.aggregation.is_some() && session.request.aggregates;
    if !aggregates || session.request.stopping.knows_aggregation(&session.progress) {
        return Ok(());
    }
    aggregate(session, &proofs, &statements, number)
}

/// What is timed of one batch before it is proved.
struct Closed {
    execute: Timed,
    root: Timed,
    encode: Timed,
    data_bytes: u64,
    statement: Statement,
}

fn one_batch(
    session: &mut Session<'_>,
    chain: &mut Chain,
    replica: &mut State,
    place: Place,
) -> Result<Option<(Proof, Statement)>, Halt> {
    let is_drawn = chain.is_drawn();
    let section = session.watch.open();
    let (batch, generate) = session.timer.time(|| chain.next_batch());
    let Some(batch) = batch else {
        return Ok(None);
    };
    let capacity = session.shape.capacity;
    let transactions = batch.transactions.len() as u64;
    let closed = close(session, &mut chain.state, &batch)?;
    let native = closed.statement;
    let (trace, record) = session.timer.time(|| witness::record(replica, &batch, capacity));
    let trace = trace?;
    if trace.statement != native {
        return Err(mismatch(trace.statement, native));
    }
    let before = session.watch.close(section);
    let section = session.watch.go_on();
    let job = Job { batch: &batch, trace: &trace, statement: native };
    let system = session.system.as_dyn_mut();
    let (proved, call) = session.timer.time(|| system.prove(&job));
    let proved = proved?;
    // From here on the proof is known to be right, and its times may count.
    let verify = session.checked(&proved.proof, &native)?;
    let during = session.watch.close(section);
    // What a prover is busy with is recording and proving: one piece of work, and judged as one.
    let recorded = before.judged_with(&during);
    let proof_bytes = Some(proved.proof.bytes.len() as u64);

    let mut write =
        |stage, timed, output_bytes| session.sample(place, stage, timed, transactions, output_bytes);
    if is_drawn {
        write(StageName::Generate, (generate, &before), None)?;
    }
    write(StageName::Execute, (closed.execute, &before), None)?;
    write(StageName::Root, (closed.root, &before), None)?;
    write(StageName::Encode, (closed.encode, &before), Some(closed.data_bytes))?;
    write(StageName::Record, (record, &recorded), None)?;
    write(StageName::Witness, (Timed::part(proved.witness, &call), &during), None)?;
    write(StageName::Prove, (Timed::part(proved.prove, &call), &during), proof_bytes)?;
    if let Some(grind) = proved.grind {
        write(StageName::Grind, (Timed::part(grind, &call), &during), None)?;
    }
    write(StageName::ProveCall, (call, &during), proof_bytes)?;
    if let Some(verify) = verify {
        write(StageName::Verify, (verify, &during), None)?;
    }
    Ok(Some((proved.proof, native)))
}

/// Executes a batch, finds the new root and encodes the data: what closing takes beside filling.
fn close(
    session: &mut Session<'_>,
    state: &mut State,
    batch: &workloads::transaction::Batch,
) -> Result<Closed, Halt> {
    let old_root = state.root();
    let (executed, execute) = session.timer.time(|| state.execute(batch));
    executed.map_err(ProverError::from)?;
    let (new_root, root) = session.timer.time(|| state.update_root());
    let (data, encode) = session.timer.time(|| encode(batch));
    let statement = Statement {
        old_root,
        new_root,
        commitment: batch.commitment(session.shape.depth, session.shape.capacity),
        transactions: batch.transactions.len() as u64,
    };
    Ok(Closed { execute, root, encode, data_bytes: data.len() as u64, statement })
}

fn aggregate(
    session: &mut Session<'_>,
    proofs: &[Proof],
    statements: &[Statement],
    number: u64,
) -> Result<(), Halt> {
    let native = Statement::join_all(statements).ok_or_else(|| ProverError::Input {
        what: "batches to aggregate",
        expected: "a chain of at least one".to_owned(),
        got: format!("{} that do not follow each other", statements.len()),
    })?;
    let section = session.watch.go_on();
    let system = session.system.as_dyn_mut();
    let (aggregated, call) = session.timer.time(|| system.aggregate(proofs));
    let aggregated = aggregated?;
    let verify = session.checked(&aggregated.proof, &native)?;
    let during = session.watch.close(section);
    let transactions = native.transactions;
    let proof_bytes = Some(aggregated.proof.bytes.len() as u64);
    let mut place = Place { repeat: Some(number), batch: None, level: None };
    session.sample(place, StageName::AggregateCall, (call, &during), transactions, proof_bytes)?;
    if let Some(verify) = verify {
        session.sample(place, StageName::VerifyAggregate, (verify, &during), transactions, None)?;
    }
    for level in aggregated.levels {
        place.level = Some((level.level as u64, level.merges as u64));
        let timed = Timed::part(level.time, &call);
        session.sample(place, StageName::Aggregate, (timed, &during), transactions, None)?;
        if let Some(grind) = level.grind {
            let timed = Timed::part(grind, &call);
            session.sample(place, StageName::Grind, (timed, &during), transactions, None)?;
        }
    }
    Ok(())
}

fn mismatch(proved: Statement, native: Statement) -> Halt {
    Halt::Prover(ProverError::Mismatch { proved: Box::new(proved), native: Box::new(native) })
}
