//! `queue`: sequenced batches that wait to be proved, over a day and after an outage.

mod burst;
mod words;

use crate::cmd::plan::prove::ProveArgs;
use crate::cmd::plan::simulation::SimulationArgs;
use crate::cmd::queue::burst::{BurstAnswer, BurstArgs};
use crate::cmd::queue::words::duration;
use crate::exit::usage;
use crate::number::{number, rate_or_zero, time, time_or_zero, usd, whole};
use crate::output::{self, print};
use crate::working::Working;
use clap::{Arg, ArgGroup};
use planner::backlog::day::DayOutcome;
use planner::backlog::{
    Autoscaler, DayCurve, DayQueue, autoscaled, drain_s, fixed_fleet, provers_for_day, provers_to_drain,
};
use planner::domain::TimeDist;
use planner::sim::Simulated;
use serde_json::json;

/// The queue of sequenced batches that wait to be proved: over a day of uneven load, after an outage, and with a
/// fleet that is autoscaled with the load.
///
/// The first table is a fluid approximation, without randomness. With --simulate every batch of three days is
/// simulated, and the waits have a distribution.
#[derive(Debug, clap::Args)]
#[command(
    mut_args(in_a_queue),
    group(ArgGroup::new("chance").args(["simulate", "burst"]).multiple(true)),
    after_help = "Examples:
  bench-harness queue --prove 120s --rates 0.05,0.05,0.1,0.15,0.15,0.1 --provers 14
  bench-harness queue --prove 120s --rates 0.1 --provers 14 --backlog 100 --within 1h
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 \\
      --autoscale-start 5min --prover-usd-per-hour 2
  bench-harness queue --prove 120s --prove-cv 0.3 --rates 0.1 --provers 14 --wait 10min --burst 40
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 --simulate --prove-cv 0.3 \\
      --straggler-fraction 0.02 --straggler-factor 4"
)]
pub(crate) struct Args {
    /// Batches a second over a day, in equal slots from midnight.
    #[arg(long, value_name = "RATES", value_parser = rate_or_zero, value_delimiter = ',', required = true)]
    rates: Vec<f64>,
    /// Provers of the fixed fleet, and the maximum of the autoscaled one.
    #[arg(long, value_name = "P", value_parser = whole(1..=PROVERS_MAX))]
    provers: u32,
    /// Batches in the queue at the start.
    #[arg(long, value_name = "COUNT", value_parser = number(0.0..=1e12))]
    backlog: Option<f64>,
    /// The time within which that backlog must be drained.
    #[arg(long, value_name = "TIME", value_parser = time, requires = "backlog")]
    within: Option<f64>,
    /// Maximum wait of a batch, to find the fewest provers for the day.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero, default_value = "10min")]
    wait: f64,
    /// Compare with a fleet that is autoscaled with the load; its provers take this long to start.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero)]
    autoscale_start: Option<f64>,
    /// Target utilization of the autoscaled fleet, 0 to 1.
    #[arg(long, value_name = "FRACTION", value_parser = number(0.01..=1.0), default_value_t = 0.9, requires = "autoscale_start")]
    autoscale_use: f64,
    /// Dollars per hour for the machine of one prover.
    #[arg(long, value_name = "USD", value_parser = usd)]
    prover_usd_per_hour: Option<f64>,
    /// Print it as JSON.
    #[arg(long, conflicts_with = "simulate")]
    json: bool,
    /// Also simulate every batch: batches arrive at random around the rates.
    #[arg(long)]
    simulate: bool,
    #[command(flatten)]
    burst: BurstArgs,
    #[command(flatten)]
    prove: ProveArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
}

/// Flags of a plan in a queue: a prove time is needed, and chance is a matter of `--simulate`.
fn in_a_queue(arg: Arg) -> Arg {
    match arg.get_long() {
        Some("prove") => arg.required(true),
        Some("prove-cv" | "prove-law") => arg.requires("chance"),
        Some("plan-seed" | "mtbf" | "repair" | "on-crash" | "straggler-fraction" | "straggler-factor") => {
            arg.requires("simulate")
        }
        _ => arg,
    }
}

/// The most provers: the simulation numbers them in 20 bits.
const PROVERS_MAX: u32 = 1 << 20;

/// A fleet of the tables.
struct Row {
    name: String,
    provers: u32,
    rule: Option<Autoscaler>,
    day: DayOutcome,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let prove = args.prove.law()?.ok_or_else(|| usage("--prove is missing"))?;
    let curve = DayCurve::new(args.rates.clone())?;
    let queue = args.simulate.then(|| day_queue(args, &prove, &curve)).transpose()?;
    // Where faults are simulated, provers lose time to them in the fluid too.
    let prove_s = queue.as_ref().map_or(prove.mean_s(), DayQueue::prove_effective_s);
    let (rows, backlog) = (rows(args, prove_s, &curve)?, backlog(args, prove_s, &curve));
    let burst = Working::during("simulating bursts", || {
        args.burst.answer(args.provers, &prove, args.wait, curve.peak())
    })?;
    if args.json {
        return print_json(args, prove_s, &curve, &rows, (backlog.as_ref(), burst.as_ref()));
    }
    print(&format!(
        "Load: {:.4} batches/s on average, {:.4} at the peak. Proving takes {}{}.\n{}",
        curve.mean(),
        curve.peak(),
        duration(prove_s),
        if prove_s > prove.mean_s() * (1.0 + 1e-9) { ", crashes and stragglers included" } else { "" },
        fluid(&rows, args.prover_usd_per_hour)
    ))?;
    if let Some(queue) = &queue {
        print(&Working::during("simulating three days", || simulation(args, queue, rows))?)?;
    }
    if let Some(burst) = burst {
        print(&burst.words(args.provers, args.wait))?;
    }
    let Some(Drained { batches, drained_s, within }) = backlog else { return Ok(()) };
    let drained = match drained_s {
        Some(time_s) => {
            format!("gone in {} with {} provers at the average load", duration(time_s), args.provers)
        }
        None => format!("never gone: {} provers carry no more than the average load", args.provers),
    };
    let within = within.map_or_else(String::new, |(within_s, provers)| {
        format!("; {provers} provers would need {}", duration(within_s))
    });
    print(&format!("A backlog of {batches:.0} batches is {drained}{within}."))
}

/// What becomes of a backlog.
struct Drained {
    batches: f64,
    /// When it is gone; none for never.
    drained_s: Option<f64>,
    /// The time that was asked for, and the provers that it takes.
    within: Option<(f64, u32)>,
}

fn backlog(args: &Args, prove_s: f64, curve: &DayCurve) -> Option<Drained> {
    let batches = args.backlog?;
    Some(Drained {
        batches,
        drained_s: drain_s(batches, args.provers, prove_s, curve.mean()),
        within: args
            .within
            .map(|within_s| (within_s, provers_to_drain(batches, prove_s, curve.mean(), within_s))),
    })
}

fn print_json(
    args: &Args,
    prove_s: f64,
    curve: &DayCurve,
    rows: &[Row],
    (backlog, burst): (Option<&Drained>, Option<&BurstAnswer>),
) -> anyhow::Result<()> {
    let fleets: Vec<_> = rows
        .iter()
        .map(|Row { name, day, .. }| {
            json!({
                "name": name,
                "provers_max": day.provers_max,
                "prover_hours_per_day": day.prover_hours,
                "queue_max_batches": day.queue_max,
                "wait_max_s": day.wait_max_s,
                "behind_s": day.behind_s,
                "settles": day.settles,
                "usd_per_day": args.prover_usd_per_hour.map(|usd| usd * day.prover_hours),
            })
        })
        .collect();
    let backlog = backlog.map(|Drained { batches, drained_s, within }| {
        json!({
            "batches": batches,
            "drained_s": drained_s,
            "within_s": within.map(|(within_s, _)| within_s),
            "provers_within": within.map(|(_, provers)| provers),
        })
    });
    let record = json!({
        "schema_version": 1,
        "prove_s": prove_s,
        "load_mean_batches_per_s": curve.mean(),
        "load_peak_batches_per_s": curve.peak(),
        "fleets": fleets,
        "backlog": backlog,
        "burst": burst.map(|burst| burst.json(args.wait)),
    });
    output::print_json(&record)
}

/// Where among the rows the fewest provers for the wait are.
const FEWEST: usize = 1;

/// The fleet asked for, the smallest for the wait, and the autoscaled one.
fn rows(args: &Args, prove_s: f64, curve: &DayCurve) -> anyhow::Result<Vec<Row>> {
    let fixed =
        |name: String, provers| Row { name, provers, rule: None, day: fixed_fleet(curve, provers, prove_s) };
    let fewest = provers_for_day(curve, prove_s, args.wait)?;
    let mut rows = vec![
        fixed(format!("{} fixed", args.provers), args.provers),
        fixed(format!("{fewest} fixed, the fewest for a wait of {}", duration(args.wait)), fewest),
    ];
    if let Some(start_s) = args.autoscale_start {
        let rule = Autoscaler::new((1, args.provers), start_s, args.autoscale_use, args.wait.max(1.0))?;
        let day = autoscaled(curve, prove_s, &rule);
        let name = format!("following, {} to start", duration(start_s));
        rows.push(Row { name, provers: args.provers, rule: Some(rule), day });
    }
    Ok(rows)
}

fn fluid(rows: &[Row], usd_per_hour: Option<f64>) -> comfy_table::Table {
    let mut table = crate::output::table([
        "fleet",
        "provers, max",
        "prover-hours a day",
        "queue, max",
        "wait, max",
        "behind",
        "cost a day",
    ]);
    for Row { name, day, .. } in rows {
        let behind = if day.settles { duration(day.behind_s) } else { "grows for ever".to_owned() };
        table.add_row([
            name.clone(),
            format!("{:.0}", day.provers_max),
            format!("{:.0}", day.prover_hours),
            format!("{:.0} batches", day.queue_max),
            duration(day.wait_max_s),
            behind,
            cost(usd_per_hour, day.prover_hours),
        ]);
    }
    table
}

/// The queue batch by batch, with the faults that were asked for.
fn day_queue(args: &Args, prove: &TimeDist, curve: &DayCurve) -> anyhow::Result<DayQueue> {
    let mut queue = DayQueue::new(curve, prove.clone())?;
    if let Some(crashes) = args.simulation.faults.crashes() {
        queue = queue.with_crashes(crashes)?;
    }
    if let Some(stragglers) = args.simulation.faults.stragglers() {
        queue = queue.with_stragglers(stragglers)?;
    }
    Ok(queue)
}

/// The same fleets, batch by batch, and the fewest provers by this simulation where the fluid has others.
fn simulation(args: &Args, queue: &DayQueue, mut rows: Vec<Row>) -> anyhow::Result<String> {
    let seed = args.simulation.seed();
    let fluid = rows[FEWEST].provers;
    let found = queue.fewest(fluid, args.wait, seed)?;
    if let Some((fewest, _)) = found.as_ref().filter(|(fewest, _)| *fewest != fluid) {
        let name = format!("{fewest} fixed, the fewest for a p99 wait of {}", duration(args.wait));
        let day = rows[FEWEST].day;
        rows.insert(FEWEST + 1, Row { name, provers: *fewest, rule: None, day });
    }
    let mut table = crate::output::table([
        "fleet, simulated",
        "prover-hours a day",
        "queue, max",
        "wait, mean",
        "wait, p99",
        "wait, max",
        "cost a day",
    ]);
    let mut batches = 0;
    for Row { name, provers, rule, .. } in &rows {
        let seen = match &found {
            Some((fewest, seen)) if fewest == provers && rule.is_none() => Some(seen.clone()),
            _ => queue.simulate(*provers, rule.clone(), seed)?,
        };
        let Some(Simulated { provers_mean, prover_queue_max, prover_wait, prover_wait_max_s, .. }) = seen
        else {
            let dash = || "-".to_owned();
            table.add_row([
                name.clone(),
                dash(),
                "grows for ever".to_owned(),
                dash(),
                dash(),
                dash(),
                dash(),
            ]);
            continue;
        };
        let hours = 24.0 * provers_mean.value;
        batches = prover_wait.samples;
        table.add_row([
            name.clone(),
            format!("{hours:.0}"),
            format!("{prover_queue_max} batches"),
            interval(prover_wait.mean_s),
            interval(prover_wait.p99_s),
            duration(prover_wait_max_s),
            cost(args.prover_usd_per_hour, hours),
        ]);
    }
    Ok(format!("{table}\nEach row of the second table is from {batches} batches after a day of warm-up."))
}

fn interval(estimate: planner::sim::Estimate) -> String {
    let half = estimate.half_width.map_or_else(String::new, |half| format!(" ± {}", duration(half)));
    duration(estimate.value) + &half
}

fn cost(usd_per_hour: Option<f64>, hours: f64) -> String {
    usd_per_hour.map_or_else(|| "-".to_owned(), |usd| format!("${:.2}", usd * hours))
}
