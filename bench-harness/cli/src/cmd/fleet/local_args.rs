//! Workers on this machine, as flags, and their start.

use crate::exit::{Stopped, usage};
use crate::number::{time, whole};
use fleet::memory::{LeaseRules, MemoryQueue, real_clock};
use fleet::placement::{WorkerNeeds, place};
use fleet::process::pool::{ChildProgram, PoolRules, WorkerPool, WorkerSpec};
use fleet::queue::JobQueue;
use fleet::task::WorkerClass;
use records::fleet::job::FleetWorkRecord;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Scripted workers that fit any machine, and those that there are where their number is not given.
const SCRIPTED_MAX: usize = 1_000;
const SCRIPTED_USUAL: usize = 2;

/// How many workers, and on what.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Workers on this machine (without --nats)")]
pub(crate) struct LocalArgs {
    /// Workers; as many as fit by cores and memory where it is not given. Scripted ones take no core.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=SCRIPTED_MAX))]
    workers: Option<usize>,
    /// Of these, workers that aggregate alone; the others then prove alone. With 0 all do both.
    #[arg(long, default_value_t = 0, value_name = "COUNT", value_parser = whole(0..=SCRIPTED_MAX))]
    aggregators: usize,
    /// Cores of a worker.
    #[arg(long, default_value_t = 1, value_name = "COUNT", value_parser = whole(1..=1_024_usize))]
    cores: usize,
    /// Memory that a worker needs, MiB; 0 is not looked at.
    #[arg(long, default_value_t = 1_024, value_name = "MIB", value_parser = whole(0..=16_777_216_u64))]
    memory: u64,
    /// How long a worker may be silent before its job goes to another.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = time)]
    lease: f64,
    /// Folder of circuits: workers load from it what an earlier one built, and keep there what they build.
    #[arg(long, value_name = "FOLDER")]
    circuit_cache: Option<PathBuf>,
}

/// The places of workers on this machine.
#[derive(Clone, Debug)]
pub(crate) struct WorkerPlaces {
    /// Those that begin, aggregators first.
    pub(crate) started: Vec<WorkerSpec>,
    /// Where further ones fit that prove.
    pub(crate) free: Vec<WorkerSpec>,
}

impl LocalArgs {
    /// How long a worker may be silent, s.
    pub(crate) fn lease_s(&self) -> f64 {
        self.lease
    }

    /// Where workers have circuits from; none where each builds them.
    pub(crate) fn circuit_cache(&self) -> Option<PathBuf> {
        self.circuit_cache.clone()
    }

    /// Who works where; all that fit where their number is not given.
    pub(crate) fn places(&self, is_scripted: bool) -> anyhow::Result<WorkerPlaces> {
        let (cpus, free): (Vec<Vec<usize>>, usize) = if is_scripted {
            // They sleep: a hundred of them fit two cores.
            let workers = self.workers.unwrap_or(SCRIPTED_USUAL);
            (vec![Vec::new(); SCRIPTED_MAX], SCRIPTED_MAX - workers)
        } else {
            let needs = WorkerNeeds { cores: self.cores, memory_bytes: self.memory << 20 };
            // Refused here where they do not fit.
            let count = place(self.workers, needs)?.len();
            let all = place(None, needs)?;
            let free = all.len().saturating_sub(count);
            (all, free)
        };
        let count = cpus.len() - free;
        if self.aggregators >= count {
            return Err(usage(format!(
                "--aggregators {}: expected fewer than the {count} workers, since some must prove",
                self.aggregators
            )));
        }
        let worker = |(number, cpus): (usize, Vec<usize>)| WorkerSpec {
            name: format!("worker-{number}"),
            class: match self.aggregators {
                0 => WorkerClass::Any,
                aggregators if number < aggregators => WorkerClass::Aggregate,
                _ => WorkerClass::Prove,
            },
            cores: if is_scripted { 1 } else { self.cores },
            cpus,
        };
        let mut started: Vec<_> = cpus.into_iter().enumerate().map(worker).collect();
        let free = started.split_off(count);
        Ok(WorkerPlaces { started, free })
    }
}

/// A queue in this process, and workers that set up.
pub(crate) fn start_pool(
    specs: Vec<WorkerSpec>,
    work: &FleetWorkRecord,
    lease_s: f64,
    circuit_cache: Option<PathBuf>,
) -> anyhow::Result<(Arc<dyn JobQueue>, WorkerPool)> {
    let lease = LeaseRules { lease_s, ..LeaseRules::default() };
    let queue: Arc<dyn JobQueue> = Arc::new(MemoryQueue::new(lease, real_clock()));
    let rules = PoolRules {
        program: ChildProgram {
            program: std::env::current_exe()?,
            arguments: vec!["fleet-child".to_owned()],
        },
        work: work.clone(),
        lease_s,
        circuit_cache,
    };
    let pool = WorkerPool::start(specs, &rules, &queue);
    Ok((queue, pool))
}

/// Waits until all are set up: that is no part of a run.
pub(crate) fn wait_until_ready(pool: &WorkerPool, stop: &AtomicBool) -> anyhow::Result<()> {
    let count = u32::try_from(pool.count()).unwrap_or(u32::MAX);
    while pool.ready() < count {
        if let Some(error) = pool.trouble() {
            return Err(error.into());
        }
        if stop.load(Ordering::SeqCst) {
            return Err(Stopped("stopped before it began".to_owned()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    for note in pool.take_notes() {
        eprintln!("note: {note}");
    }
    Ok(())
}
