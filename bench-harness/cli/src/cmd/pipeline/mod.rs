//! `pipeline`: order, then prove, live.

mod scale;
mod watch;

use crate::cmd::fleet::local_args::{LocalArgs, start_pool, wait_until_ready};
use crate::cmd::fleet::nats_args::NatsArgs;
use crate::cmd::fleet::traffic_args::TrafficArgs;
use crate::cmd::plan::closing::closing;
use crate::exit::{NotProved, Stopped, stop_on_ctrl_c, usage};
use crate::number::{rate, time, whole};
use crate::output::{print, print_json, width};
use fleet::arrivals::BatchArrivals;
use fleet::coordinator::CoordinatorRules;
use fleet::pipeline::l1::SlotClock;
use fleet::pipeline::workers::{FarWorkers, LocalWorkers, ScaleStep, control_path};
use fleet::pipeline::{LivePipeline, PipelineRules};
use fleet::run::{OpenRun, RunningFleet, unix_s};
use fleet::task::WorkerClass;
use planner::sim::Closing;
use records::fleet::ledger::FleetBeganRecord;
use records::fleet::pipeline::PipelineRecord;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use watch::{PipelineScreen, PipelineWatch, SaidWorkers};
use workloads::sequencer::ClosingRules;

/// Order, then prove, live: transactions arrive, batches are closed, sequenced, proved, aggregated and proven on L1.
///
/// The L1 is simulated: what is sent to it lands at the next slot. A transaction is virtual once its batch is sequenced
/// there, and consolidated once it is proven there. Without flags it proves with plonky2, and takes about three minutes on
/// two cores.
///
/// While it runs, a number written into the file `provers` of its folder is how many provers there are from then on; one
/// that is taken away finishes its proof first. After Ctrl-C or a crash `--resume` goes on with it: transactions have
/// arrived meanwhile, and nothing was closed. `fleet run --resume --output FOLDER` proves what was sequenced, and no more.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness pipeline --proof-system scripted --rate 200 --duration 1s --block 500ms \\
      --workers 2 --scale 300ms:+2,600ms:-1
  bench-harness pipeline --resume --workers 2
  bench-harness report bench-out/pipeline --html")]
pub(crate) struct Args {
    #[command(flatten)]
    order: OrderArgs,
    #[command(flatten)]
    traffic: TrafficArgs,
    #[command(flatten)]
    local: LocalArgs,
    /// Provers that come and go: TIME:+COUNT or TIME:-COUNT, separated by commas, as in 30s:+2,60s:-1.
    #[arg(long, value_name = "CHANGES", value_delimiter = ',', value_parser = scale::step, conflicts_with = "nats")]
    scale: Vec<ScaleStep>,
    #[command(flatten)]
    nats: NatsArgs,
    /// Folder for ledger and record.
    #[arg(long, default_value = "bench-out/pipeline", value_name = "FOLDER", help_heading = None)]
    output: PathBuf,
    /// Go on with the pipeline of that folder; what arrives and how it is proved is then what its ledger says.
    #[arg(long, help_heading = None)]
    resume: bool,
    /// Print the record as JSON.
    #[arg(long, help_heading = None)]
    json: bool,
}

/// What arrives, and what becomes of it before it is proved.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Transactions, batches and L1")]
struct OrderArgs {
    /// Transactions that arrive a second, on average.
    #[arg(long, default_value_t = 6.0, value_name = "RATE", value_parser = rate)]
    rate: f64,
    /// How long they arrive; it ends when the last is proven on L1.
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = time)]
    duration: f64,
    /// How they arrive.
    #[arg(long, default_value = "poisson", value_parser = ["fixed", "poisson"])]
    arrivals: String,
    /// Transactions in a full batch.
    #[arg(long, default_value_t = 16, value_name = "COUNT", value_parser = whole(1..=1_000_000_u64))]
    batch_size: u64,
    /// What closes a batch: full, or timeout:TIME after its oldest transaction (or full before that).
    #[arg(long, value_name = "RULE", value_parser = closing, default_value = "timeout:10s")]
    closing: Closing,
    /// Batches in an aggregation, N.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = whole(1..=65_536_u64))]
    aggregate: u64,
    /// The most batches that may be sequenced and not proved, those in proof among them: more transactions wait.
    #[arg(long, value_name = "BATCHES", value_parser = whole(1..=1_000_000_000_u64))]
    run_ahead: Option<u64>,
    /// L1 block time: the time between slots.
    #[arg(long, default_value = "12s", value_name = "TIME", value_parser = time)]
    block: f64,
}

impl OrderArgs {
    fn rules(&self) -> anyhow::Result<PipelineRules> {
        let mean_s = 1.0 / self.rate;
        let timeout_s = match self.closing {
            Closing::Full => None,
            Closing::Timeout(timeout_s) => Some(timeout_s),
            Closing::ProverFree => {
                return Err(usage(
                    "--closing prover-free: expected full or timeout:TIME, with --run-ahead for a bound",
                ));
            }
        };
        let arrivals = match self.arrivals.as_str() {
            "fixed" => BatchArrivals::Fixed { mean_s },
            _ => BatchArrivals::Poisson { mean_s },
        };
        Ok(PipelineRules {
            arrivals,
            duration_s: self.duration,
            closing: ClosingRules {
                capacity: self.batch_size,
                count: None,
                timeout_s,
                unproved_max: self.run_ahead,
            },
            l1: SlotClock { block_s: self.block },
        })
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let open = open(&args)?;
    let stop = stop_on_ctrl_c()?;
    let record = match args.nats.queue(args.resume)? {
        Some(queue) => {
            let running = open.coordinator(CoordinatorRules::far(args.nats.lease_s()), false)?;
            let pipeline = live(&args, running)?;
            let screen = PipelineScreen::new();
            let mut watch = PipelineWatch::new(&screen);
            let record = pipeline.run(&*queue, &mut FarWorkers, &stop, &mut watch);
            screen.finish();
            record?
        }
        None => run_local(&args, open, &stop)?,
    };
    match args.json {
        true => print_json(&record)?,
        false => print(&reports::pipeline::terminal::render(&record, width()))?,
    }
    let folder = args.output.display();
    if !record.given_up.is_empty() {
        return Err(NotProved(format!("not proved: {}", record.given_up.join("; "))).into());
    }
    if !record.is_complete {
        let resume = format!("pipeline --resume --output {folder} goes on with it");
        return Err(Stopped(format!("stopped; what is known is in {folder}; {resume}")).into());
    }
    if !args.json {
        print(&format!("A page of it: bench-harness report {folder} --html\n"))?;
    }
    Ok(())
}

/// A run that begins, or that goes on.
fn open(args: &Args) -> anyhow::Result<OpenRun> {
    if args.resume {
        return Ok(OpenRun::resume(&args.output)?);
    }
    let began = FleetBeganRecord {
        run: format!("pipeline-{:.0}-{}", unix_s(), std::process::id()),
        began_unix_s: 0.0,
        work: args.traffic.work(args.order.batch_size, args.order.aggregate)?,
        batches: 0,
        arrivals_s: Vec::new(),
        sequencing: Some(args.order.rules()?.record()),
    };
    Ok(OpenRun::create(&args.output, began)?)
}

/// Its pipeline.
fn live(args: &Args, running: RunningFleet) -> anyhow::Result<LivePipeline> {
    match args.resume {
        true => Ok(LivePipeline::resume(running)?),
        false => Ok(LivePipeline::new(running, args.order.rules()?)),
    }
}

fn run_local(args: &Args, open: OpenRun, stop: &AtomicBool) -> anyhow::Result<PipelineRecord> {
    let is_scripted = open.began().work.proof_system == fleet::chain::SCRIPTED;
    let places = args.local.places(is_scripted)?;
    let proves = places.started.iter().filter(|spec| spec.class != WorkerClass::Aggregate);
    let provers: Vec<String> = proves.map(|spec| spec.name.clone()).collect();
    let steps = scale::script(args.scale.clone(), provers.len(), places.free.len())?;
    eprintln!(
        "workers that set up: {}; a number written into {} is how many prove from then on",
        places.started.len(),
        control_path(&args.output).display()
    );
    let (queue, pool) =
        start_pool(places.started, &open.began().work, args.local.lease_s(), args.local.circuit_cache())?;
    let running = open.coordinator(CoordinatorRules::default(), true)?;
    wait_until_ready(&pool, stop)?;
    let screen = PipelineScreen::new();
    let pipeline = live(args, running)?;
    let workers = LocalWorkers::new(pool, provers, places.free, steps, &args.output, pipeline.age_s())?;
    let mut workers = SaidWorkers { workers, screen: std::rc::Rc::clone(&screen) };
    let record = pipeline.run(&*queue, &mut workers, stop, &mut PipelineWatch::new(&screen));
    screen.finish();
    Ok(record?)
}
