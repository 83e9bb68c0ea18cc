//! A cell that is run, with real processes and a real queue.

use super::super::run::run_local;
use super::cells::Cell;
use anyhow::Context;
use fleet::chain::scripted_work;
use fleet::placement::{WorkerNeeds, place};
use fleet::process::pool::WorkerSpec;
use fleet::run::{OpenRun, unix_s};
use fleet::summary::handling_s as handling_of;
use fleet::task::WorkerClass;
use prover::scripted::{Script, ScriptedStragglers, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::FleetBeganRecord;
use records::fleet::summary::{FleetSummaryRecord, FleetTimesRecord};
use records::fleet::validation::{FleetFiguresRecord, FleetMeasuredRecord};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How long a worker may be silent, s.
const LEASE_S: f64 = 10.0;

/// Runs a cell.
pub(super) fn measured(cell: &Cell, folder: &Path, stop: &AtomicBool) -> anyhow::Result<FleetMeasuredRecord> {
    let began_unix_s = unix_s();
    let summary = fleet_of(cell, folder, stop)?;
    let delay = summary.delay.context("no group was completed")?;
    let mean_s = |times: Option<FleetTimesRecord>| times.map_or(0.0, |times| times.mean_s);
    let proofs = summary.samples.iter().filter(|sample| sample.job.starts_with("prove-"));
    let holds: Vec<f64> = proofs.filter_map(|sample| Some(sample.verified_s - sample.started_s?)).collect();
    Ok(FleetMeasuredRecord {
        cell: cell.name.clone(),
        began_unix_s,
        groups: delay.samples,
        figures: FleetFiguresRecord {
            throughput_batches_per_s: summary.throughput_batches_per_s,
            delay_mean_s: delay.mean_s,
            delay_p50_s: delay.p50_s,
            delay_p99_s: delay.p99_s,
            prover_use: summary.prover_use.unwrap_or_default(),
            prover_wait_s: mean_s(summary.prover_wait),
            prover_hold_s: super::times::mean(&holds),
        },
        prove_s: mean_s(summary.prove),
        merge_s: mean_s(summary.merge),
        handling_s: mean_s(summary.handling),
        restarted: summary.counts.resubmitted,
    })
}

/// What each job of a run took beside its proof, s.
pub(super) fn handling_s(cell: &Cell, folder: &Path, stop: &AtomicBool) -> anyhow::Result<Vec<f64>> {
    let summary = fleet_of(cell, folder, stop)?;
    Ok(summary.samples.iter().filter_map(handling_of).collect())
}

fn fleet_of(cell: &Cell, folder: &Path, stop: &AtomicBool) -> anyhow::Result<FleetSummaryRecord> {
    let began = FleetBeganRecord {
        run: cell.name.clone(),
        began_unix_s: 0.0,
        work: work(cell)?,
        batches: cell.batches,
        arrivals_s: cell.arrivals_s(),
        sequencing: None,
    };
    run_local(OpenRun::create(folder, began)?, workers(cell)?, LEASE_S, stop)
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
