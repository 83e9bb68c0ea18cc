//! What a run of a fleet writes for the readers of a measured run: `machine.json`, `spec.toml` and `profile.json`, so that
//! `report` and `plan --profile` read the folder of a fleet as they read one of `measure`.

use crate::exit::usage;
use crate::output::write_whole;
use ::measure::host::Host;
use ::measure::profile::{ProfileHeader, summarise};
use ::measure::run::folder::RunFiles;
use ::measure::spec::{Overrides, file};
use records::file::write_json;
use records::fleet::job::FleetWorkRecord;
use records::fleet::summary::FleetSummaryRecord;
use records::machine::MachineRecord;
use records::sample::{CellRecord, LogRecord, StageName, read_log};
use std::path::Path;

/// Writes them, from the samples of the folder. A profile is of one machine and of full batches: where workers ran on
/// several kinds, or have not said on which, or batches were cut shorter, there is none, and the user is told.
pub(super) fn write_profile(folder: &Path, summary: &FleetSummaryRecord) -> anyhow::Result<()> {
    let files = RunFiles::of(folder);
    let log = read_log(&files.samples())?;
    let cells = cells_of(&log);
    if cells.is_empty() {
        return Ok(());
    }
    if !log.iter().all(is_of_full_batches) {
        eprintln!("note: no profile.json: not all of its batches are full");
        return Ok(());
    }
    let Some(machine) = machine_of(summary)? else {
        eprintln!("note: no profile.json: its workers are not known to be of one kind of machine");
        return Ok(());
    };
    let spec_toml = file::write(&spec_of(&summary.work, &cells))?;
    let (run, keep_if_all_discarded) = (&summary.run, false);
    let about = ProfileHeader { run, machine: &machine, spec_toml: &spec_toml, keep_if_all_discarded };
    write_whole(&files.spec(), &spec_toml)?;
    write_json(&files.machine(), &machine)?;
    Ok(write_json(&files.profile(), &summarise(&about, &cells, &log))?)
}

/// Whether a record is of no batch, or of one with as many transactions as its cell says.
fn is_of_full_batches(record: &LogRecord) -> bool {
    match record {
        LogRecord::Sample(sample) if sample.stage == StageName::Prove => {
            sample.transactions == sample.cell.batch_transactions
        }
        _ => true,
    }
}

/// The cells of a log, each once.
fn cells_of(log: &[LogRecord]) -> Vec<CellRecord> {
    let mut cells: Vec<CellRecord> = Vec::new();
    for (_, cell) in log.iter().map(LogRecord::run_and_cell) {
        if !cells.contains(cell) {
            cells.push(cell.clone());
        }
    }
    cells
}

/// The machine of all workers that did a job: this one where they are its children, which do not say.
fn machine_of(summary: &FleetSummaryRecord) -> anyhow::Result<Option<MachineRecord>> {
    let at_work = || summary.workers.iter().filter(|worker| worker.jobs > 0);
    if at_work().all(|worker| worker.machine.is_none()) {
        return Ok(Some(Host::read(Some("system")).map_err(usage)?.record));
    }
    let Some(machines) = at_work().map(|worker| worker.machine.as_deref()).collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let is_one = machines.windows(2).all(|pair| pair[0].differences(pair[1]).is_empty());
    Ok(machines.first().filter(|_| is_one).map(|machine| (*machine).clone()))
}

/// The run as a spec: what was proved, by how many provers of how many cores.
fn spec_of(work: &FleetWorkRecord, cells: &[CellRecord]) -> Overrides {
    let joined = |of: fn(&CellRecord) -> u64| {
        let mut numbers: Vec<String> = cells.iter().map(|cell| of(cell).to_string()).collect();
        numbers.dedup();
        numbers.join(",")
    };
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    Overrides {
        // TOML has no whole number of 2^63 and more.
        seed: i64::try_from(work.seed).ok().map(i64::unsigned_abs),
        workloads: cells.first().map(|cell| vec![cell.workload.clone()]),
        swap_ratio: Some(work.swap_ratio),
        accounts: Some(work.accounts),
        pools: Some(work.pools),
        fee_bps: Some(work.fee_bps),
        depth: Some(u64::from(work.depth)),
        batch_sizes: Some(vec![size(work.batch_transactions)]),
        proof_system: Some(vec![work.proof_system.clone()]),
        cores: Some(joined(|cell| cell.cores)),
        provers: Some(joined(|cell| cell.provers)),
        batches_per_aggregation: Some(size(work.batches_per_aggregation)),
        ..Overrides::default()
    }
}
