//! `fleet worker`: one prover of a fleet on a NATS server.

use super::nats_args::NatsArgs;
use crate::exit::{stop_on_ctrl_c, usage};
use fleet::task::WorkerClass;
use fleet::worker::{WorkerRules, serve};
use machine::{CpuList, pin_thread};
use std::time::Duration;

/// Take jobs from a NATS server and prove them, until Ctrl-C or SIGTERM: the job at hand is finished first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness fleet worker --nats nats://127.0.0.1:4222 --cores 4-7 --class prove")]
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
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    hold_cores(args.cores.as_deref())?;
    let queue = args.nats.work()?;
    let stop = stop_on_ctrl_c()?;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let name = args.worker_name.clone().unwrap_or_else(|| format!("{host}-{}", std::process::id()));
    let rules = WorkerRules {
        name: name.clone(),
        // clap has refused every other name.
        class: WorkerClass::named(&args.class).unwrap_or(WorkerClass::Any),
        beat: Duration::from_secs_f64(args.nats.beat_s()),
    };
    eprintln!("{name}: takes jobs");
    let mut last = String::new();
    let done = serve(&queue, &rules, &stop, &mut |trouble| {
        if trouble != last {
            eprintln!("{name}: {trouble}; trying again");
            trouble.clone_into(&mut last);
        }
    });
    eprintln!("{name}: stopped after {done} jobs");
    Ok(())
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
