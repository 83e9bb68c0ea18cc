//! `fleet run`: batches under an arrival process, proved by many workers, aggregated as proofs arrive.

use super::local_args::{LocalArgs, start_pool, wait_until_ready};
use super::metrics::serve_metrics;
use super::nats_args::NatsArgs;
use super::run_files::write_profile;
use super::watch::FleetWatch;
use super::work_args::WorkArgs;
use crate::exit::{NotProved, Stopped, stop_on_ctrl_c};
use crate::output::{print, print_json};
use fleet::coordinator::CoordinatorRules;
use fleet::metrics::CoordinatorMetrics;
use fleet::process::pool::WorkerSpec;
use fleet::queue::JobQueue;
use fleet::run::{OpenRun, unix_s};
use fleet::task::WorkerClass;
use records::fleet::ledger::FleetBeganRecord;
use records::fleet::summary::FleetSummaryRecord;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Prove batches with a fleet: in child processes of this one, or by workers of a NATS server.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness fleet run --batches 4 --aggregate 2 --workers 1 --proof-system scripted \\
      --output bench-out/fleet")]
pub(crate) struct Args {
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    flags: LocalArgs,
    #[command(flatten)]
    nats: NatsArgs,
    /// Folder for ledger, summary, samples and profile.
    #[arg(long, default_value = "bench-out/fleet", value_name = "FOLDER")]
    output: PathBuf,
    /// Go on with the run of that folder, whose work is then that of its ledger.
    #[arg(long)]
    resume: bool,
    /// Serve figures of run and queue for Prometheus at http://ADDRESS/metrics.
    #[arg(long, value_name = "ADDRESS", requires = "nats")]
    metrics: Option<SocketAddr>,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { work, flags, nats, output, resume, metrics, json } = args;
    let open = match resume {
        true => OpenRun::resume(&output)?,
        false => {
            let began = FleetBeganRecord {
                run: format!("fleet-{:.0}-{}", unix_s(), std::process::id()),
                began_unix_s: 0.0,
                work: work.work()?,
                batches: work.batches,
                arrivals_s: work.arrivals_s(),
                sequencing: None,
            };
            OpenRun::create(&output, began)?
        }
    };
    let stop = stop_on_ctrl_c()?;
    let is_pipeline = open.began().batches == 0;
    let summary = match nats.queue(resume)? {
        Some(queue) => {
            let running = open.coordinator(CoordinatorRules::far(nats.lease_s()), false)?;
            let figures = metrics.map(|address| figures(address, &queue)).transpose()?;
            let mut watch = FleetWatch::new(None).with_metrics(figures);
            let summary = running.run(&*queue, None, &stop, &mut watch);
            watch.finish();
            summary?
        }
        None => {
            let is_scripted = open.began().work.proof_system == fleet::chain::SCRIPTED;
            run_local(
                open,
                flags.places(is_scripted)?.started,
                flags.lease_s(),
                flags.circuit_cache(),
                &stop,
            )?
        }
    };
    if !is_pipeline {
        // The folder of a pipeline has a record of its own, and its batches are seldom full.
        write_profile(&output, &summary)?;
    }
    match json {
        true => print_json(&summary)?,
        false => print(&reports::fleet::run::render(&summary))?,
    }
    let folder = output.display();
    if !summary.given_up.is_empty() {
        return Err(NotProved(format!("not proved: {}", summary.given_up.join("; "))).into());
    }
    if !summary.is_complete {
        return Err(
            Stopped(format!("stopped; what was proved is in {folder}: --resume goes on with it")).into()
        );
    }
    Ok(())
}

/// What is going on, served for Prometheus.
fn figures(address: SocketAddr, queue: &Arc<dyn JobQueue>) -> anyhow::Result<Arc<CoordinatorMetrics>> {
    let figures = Arc::new(CoordinatorMetrics::default());
    let (shown, queue) = (Arc::clone(&figures), Arc::clone(queue));
    serve_metrics(address, Arc::new(move || shown.text(queue.depth())))?;
    Ok(figures)
}

/// With workers that are children of this process.
pub(crate) fn run_local(
    open: OpenRun,
    specs: Vec<WorkerSpec>,
    lease_s: f64,
    circuit_cache: Option<PathBuf>,
    stop: &AtomicBool,
) -> anyhow::Result<FleetSummaryRecord> {
    let provers = specs.iter().filter(|spec| spec.class != WorkerClass::Aggregate).count();
    let (queue, pool) = start_pool(specs, &open.began().work, lease_s, circuit_cache)?;
    let running = open.coordinator(CoordinatorRules::default(), true)?;
    wait_until_ready(&pool, stop)?;
    let mut watch = FleetWatch::new(Some(&pool));
    let summary = running.run(&*queue, Some(provers as u64), stop, &mut watch);
    watch.finish();
    Ok(summary?)
}
