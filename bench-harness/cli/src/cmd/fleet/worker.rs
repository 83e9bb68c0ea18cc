//! `fleet worker`: one prover of a fleet on a NATS server.

use super::metrics::serve_metrics;
use super::nats_args::NatsArgs;
use crate::exit::{STOPPED, stop_on_ctrl_c, usage};
use crate::number::time_or_zero;
use ::measure::host::Host;
use fleet::metrics::WorkerMetrics;
use fleet::queue::{Lease, QueueError};
use fleet::task::WorkerClass;
use fleet::worker::{WorkerRules, WorkerWatcher, serve};
use machine::{CpuList, pin_thread};
use prover::plonk::cache::CircuitOrigins;
use records::fleet::job::FleetResultRecord;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Take jobs from a NATS server and prove them, until Ctrl-C or SIGTERM.
///
/// The job at hand is finished first, and the exit code is 0. Where that takes longer than --grace the job is given back
/// for another worker, and the exit code is 130.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness fleet worker --nats nats://127.0.0.1:4222 --cores 4-7 --class prove \\
      --metrics 127.0.0.1:9464")]
pub(crate) struct Args {
    #[command(flatten)]
    nats: NatsArgs,
    /// CPUs of its threads, 4-7 or 0,2; all that are allowed where it is not given.
    #[arg(long, value_name = "CPUS")]
    cores: Option<String>,
    /// Jobs that it takes: prove, aggregate or any.
    #[arg(long, default_value = "any", value_parser = ["prove", "aggregate", "any"])]
    class: String,
    /// Its name, unique in the fleet; host and process where it is not given.
    #[arg(long, value_name = "NAME")]
    worker_name: Option<String>,
    /// How long the job at hand may go on once it is to stop, before it is given back.
    #[arg(long, default_value = "10min", value_name = "TIME", value_parser = time_or_zero)]
    grace: f64,
    /// Serve figures for Prometheus at http://ADDRESS/metrics; 127.0.0.1:9464 is seen on this machine alone.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Folder of circuits: it loads from it what an earlier worker built, and keeps there what it builds.
    #[arg(long, value_name = "FOLDER")]
    circuit_cache: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    // Before it is held to CPUs: then they would be all that is seen.
    let machine = Host::read(Some("system")).map_err(usage)?.record;
    hold_cores(args.cores.as_deref())?;
    let queue = args.nats.work()?;
    let stop = stop_on_ctrl_c()?;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let name = args.worker_name.clone().unwrap_or_else(|| format!("{host}-{}", std::process::id()));
    // clap has refused every other name.
    let class = WorkerClass::named(&args.class).unwrap_or(WorkerClass::Any);
    let rules = WorkerRules {
        grace: Duration::from_secs_f64(args.grace),
        cores: Some(rayon::current_num_threads() as u64),
        machine: Some(Box::new(machine)),
        circuit_cache: args.circuit_cache.clone(),
        ..WorkerRules::new(name.clone(), class, Duration::from_secs_f64(args.nats.beat_s()))
    };
    let figures = Arc::new(WorkerMetrics::default());
    if let Some(address) = args.metrics {
        let figures = Arc::clone(&figures);
        serve_metrics(address, Arc::new(move || figures.text()))?;
    }
    eprintln!("{name}: takes jobs");
    let told = Told { name: name.clone(), figures, last: Mutex::default() };
    let done = serve(&queue, &rules, &stop, &told);
    eprintln!("{name}: stopped after {done} jobs");
    Ok(())
}

/// Counts what happens, and says what goes wrong.
struct Told {
    name: String,
    figures: Arc<WorkerMetrics>,
    /// What was said last: a server that is away says the same many times.
    last: Mutex<String>,
}

impl WorkerWatcher for Told {
    fn trouble(&self, error: &QueueError) {
        self.figures.trouble(error);
        let trouble = error.to_string();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != trouble {
            eprintln!("{}: {trouble}; trying again", self.name);
            *last = trouble;
        }
    }

    fn set_up(&self, origins: &CircuitOrigins) {
        for note in &origins.notes {
            eprintln!("{}: {note}", self.name);
        }
    }

    fn began(&self, lease: &Lease) {
        self.figures.began(lease);
    }

    fn ended(&self, result: &FleetResultRecord) {
        self.figures.ended(result);
    }

    fn gave_back(&self, lease: &Lease) {
        self.figures.gave_back(lease);
        eprintln!("{}: the grace is over, {} was given back", self.name, lease.job.job);
        // The proof runs on another thread and cannot be interrupted.
        std::process::exit(i32::from(STOPPED))
    }
}

/// The pool is sized before any thread is pinned: a pinned thread sees one core.
fn hold_cores(cores: Option<&str>) -> anyhow::Result<()> {
    let Some(text) = cores else { return Ok(()) };
    let cpus: CpuList = text.parse().map_err(usage)?;
    let list: Vec<usize> = cpus.iter().collect();
    let own = move |thread: usize| list.get(thread).copied().into_iter().collect::<CpuList>();
    let first = own(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cpus.len().max(1)).use_current_thread();
    let pool = pool.start_handler(move |thread| {
        // It could be done for the first, so it can for each.
        if let Ok(pin) = pin_thread(&own(thread)) {
            pin.keep();
        }
    });
    pool.build_global().map_err(usage)?;
    pin_thread(&first).map_err(usage)?.keep();
    Ok(())
}
