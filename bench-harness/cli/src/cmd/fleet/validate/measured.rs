//! A cell that is run, with real processes and a real queue.

use super::super::run::run_local;
use super::cells::Cell;
use anyhow::Context;
use fleet::chain::scripted_work;
use fleet::placement::{WorkerNeeds, place};
use fleet::process::pool::WorkerSpec;
use fleet::run::{OpenRun, unix_s};
use fleet::summary::is_batch;
use fleet::task::WorkerClass;
use prover::scripted::{Script, ScriptedStragglers, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::FleetBeganRecord;
use records::fleet::summary::{FleetSampleRecord, FleetSummaryRecord, FleetTimesRecord};
use records::fleet::validation::{FleetFiguresRecord, FleetMeasuredRecord};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How long a worker may be silent, s.
const LEASE_S: f64 = 10.0;

/// Runs a cell. A batch holds a prover from when its proof could be begun, as in the simulation: what it takes to take the
/// job is in that, and not in the wait. Of one that was begun again the lost attempt is in it too.
pub(super) fn measured(
    cell: &Cell,
    repeat: u32,
    folder: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<FleetMeasuredRecord> {
    let began_unix_s = unix_s();
    let summary = fleet_of(cell, folder, stop)?;
    let delay = summary.delay.context("no group was completed")?;
    let mean_s = |times: Option<FleetTimesRecord>| times.map_or(0.0, |times| times.mean_s);
    let proofs: Vec<_> = summary.samples.iter().filter(|sample| is_batch(sample)).collect();
    let hold_s = |sample: &&FleetSampleRecord| Some(sample.verified_s - sample.could_start_s?);
    let holds: Vec<f64> = proofs.iter().filter_map(hold_s).collect();
    let beside: Vec<f64> = summary.samples.iter().filter_map(|sample| handling_of(cell, sample)).collect();
    let provers_s = f64::from(cell.provers) * summary.elapsed_s;
    Ok(FleetMeasuredRecord {
        cell: cell.name.clone(),
        repeat,
        began_unix_s,
        groups: delay.samples,
        figures: FleetFiguresRecord {
            throughput_batches_per_s: summary.throughput_batches_per_s,
            delay_mean_s: delay.mean_s,
            delay_p50_s: delay.p50_s,
            delay_p99_s: delay.p99_s,
            prover_use: if provers_s > 0.0 { holds.iter().sum::<f64>() / provers_s } else { 0.0 },
            prover_wait_s: mean_s(summary.prover_wait),
            prover_hold_s: super::times::mean(&holds),
        },
        prove_s: super::times::mean(&proofs.iter().map(|sample| proof_s(cell, sample)).collect::<Vec<_>>()),
        merge_s: mean_s(summary.merge),
        handling_s: super::times::mean(&beside),
        restarted: summary.counts.resubmitted,
    })
}

/// What a job took of what its time is predicted from, s: a script knows nothing of the recording of a batch, which a profile
/// has measured.
pub(super) fn proof_s(cell: &Cell, sample: &FleetSampleRecord) -> f64 {
    let record_s = sample.stages.filter(|_| cell.is_scripted()).map_or(0.0, |stages| stages.record_s);
    sample.prove_s - record_s
}

/// What a job took beside that, s; none of one whose start was not heard, or that was begun more than once.
pub(super) fn handling_of(cell: &Cell, sample: &FleetSampleRecord) -> Option<f64> {
    let could_start_s = sample.could_start_s.filter(|_| sample.first_started_s.is_none())?;
    Some((sample.verified_s - could_start_s - proof_s(cell, sample)).max(0.0))
}

/// Runs the fleet of a cell.
pub(super) fn fleet_of(cell: &Cell, folder: &Path, stop: &AtomicBool) -> anyhow::Result<FleetSummaryRecord> {
    let began = FleetBeganRecord {
        run: cell.name.clone(),
        began_unix_s: 0.0,
        work: work(cell)?,
        batches: cell.batches,
        arrivals_s: cell.arrivals_s(),
        sequencing: None,
    };
    run_local(OpenRun::create(folder, began)?, workers(cell)?, LEASE_S, None, stop)
}

/// Aggregators first, then provers; real ones each on a core of its own.
fn workers(cell: &Cell) -> anyhow::Result<Vec<WorkerSpec>> {
    let (provers, aggregators) = (cell.provers as usize, cell.aggregators as usize);
    let count = provers + aggregators;
    let cpus = match cell.is_scripted() {
        // They sleep: a hundred of them fit two cores.
        true => vec![Vec::new(); count],
        false => place(Some(count), WorkerNeeds { cores: 1, memory_bytes: 0 })?,
    };
    let worker = |(number, cpus)| WorkerSpec {
        name: format!("worker-{number}"),
        class: if number < aggregators { WorkerClass::Aggregate } else { WorkerClass::Prove },
        cores: 1,
        cpus,
    };
    Ok(cpus.into_iter().enumerate().map(worker).collect())
}

fn work(cell: &Cell) -> anyhow::Result<FleetWorkRecord> {
    let batches_per_aggregation = u64::from(cell.batches_per_aggregation);
    if !cell.is_scripted() {
        return Ok(FleetWorkRecord {
            proof_system: cell.proof_system.clone(),
            script: None,
            seed: cell.seed,
            swap_ratio: 1.0,
            accounts: 10_000,
            pools: 16,
            depth: 24,
            fee_bps: 30,
            batch_transactions: cell.batch_transactions,
            batches_per_aggregation,
        });
    }
    let fixed = |fixed_s: f64| ScriptedTime::Fixed { fixed_s };
    let Cell { straggler_fraction: fraction, straggler_factor: factor, .. } = *cell;
    let script = Script {
        seed: cell.seed,
        real_time: true,
        witness: fixed(0.0),
        prove: match cell.prove_cv {
            0.0 => fixed(cell.prove_s),
            cv => ScriptedTime::LogNormal { mean_s: cell.prove_s, cv },
        },
        merge: fixed(cell.merge_s),
        verify: fixed(0.0),
        aggregates: cell.is_aggregated(),
        stragglers: (fraction > 0.0).then_some(ScriptedStragglers { fraction, factor }),
        mtbf_s: cell.mtbf_s,
        ..Script::default()
    };
    Ok(scripted_work(&script, cell.seed, batches_per_aggregation)?)
}
