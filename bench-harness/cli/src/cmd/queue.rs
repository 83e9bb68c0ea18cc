//! `queue`: sequenced batches that wait to be proved, over a day and after an outage.

use crate::cmd::plan::prove::ProveArgs;
use crate::cmd::plan::simulation::SimulationArgs;
use crate::exit::usage;
use crate::output::{self, print};
use ::measure::spec::units::seconds;
use clap::Arg;
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
    after_help = "Examples:
  bench-harness queue --prove 120s --rates 0.05,0.05,0.1,0.15,0.15,0.1 --provers 14
  bench-harness queue --prove 120s --rates 0.1 --provers 14 --backlog 100 --within 1h
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 \\
      --autoscale-start 5min --prover-usd-per-hour 2
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 --simulate --prove-cv 0.3 \\
      --straggler-fraction 0.02 --straggler-factor 4"
)]
pub(crate) struct Args {
    /// Batches a second over a day, in equal slots from midnight.
    #[arg(long, value_name = "RATES", value_delimiter = ',', required = true)]
    rates: Vec<f64>,
    /// Provers of the fixed fleet, and the maximum of the autoscaled one.
    #[arg(long, value_name = "P")]
    provers: u32,
    /// Batches in the queue at the start.
    #[arg(long, value_name = "COUNT")]
    backlog: Option<f64>,
    /// The time within which that backlog must be drained.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "backlog")]
    within: Option<f64>,
    /// Maximum wait of a batch, to find the fewest provers for the day.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "10min")]
    wait: f64,
    /// Compare with a fleet that is autoscaled with the load; its provers take this long to start.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    autoscale_start: Option<f64>,
    /// Target utilization of the autoscaled fleet, 0 to 1.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.9, requires = "autoscale_start")]
    autoscale_use: f64,
    /// Dollars per hour for the machine of one prover.
    #[arg(long, value_name = "USD")]
    prover_usd_per_hour: Option<f64>,
    /// Print it as JSON.
    #[arg(long, conflicts_with = "simulate")]
    json: bool,
    /// Also simulate every batch: batches arrive at random around the rates.
    #[arg(long)]
    simulate: bool,
    #[command(flatten)]
    prove: ProveArgs,
    #[command(flatten)]
    simulation: SimulationArgs,
}

/// Flags of a plan in a queue: a prove time is needed, and chance is a matter of `--simulate`.
fn in_a_queue(arg: Arg) -> Arg {
    match arg.get_long() {
        Some("prove") => arg.required(true),
        Some(
            "prove-cv" | "prove-law" | "plan-seed" | "mtbf" | "repair" | "on-crash" | "straggler-fraction"
            | "straggler-factor",
        ) => arg.requires("simulate"),
        _ => arg,
    }
}

/// A fleet of the tables.
struct Row {
    name: String,
    provers: u32,
    rule: Option<Autoscaler>,
    day: DayOutcome,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let prove = args.prove.law()?.ok_or_else(|| usage("--prove is missing"))?;
    if args.provers == 0 {
        return Err(usage("--provers: expected more than zero"));
    }
    let curve = DayCurve::new(args.rates.clone())?;
    let prove_s = prove.mean_s();
    let (rows, backlog) = (rows(args, prove_s, &curve)?, backlog(args, prove_s, &curve));
    if args.json {
        return print_json(args, prove_s, &curve, &rows, backlog.as_ref());
    }
    print(&format!(
        "Load: {:.4} batches/s on average, {:.4} at the peak. Proving takes {}.\n{}",
        curve.mean(),
        curve.peak(),
        duration(prove_s),
        fluid(&rows, args.prover_usd_per_hour)
    ))?;
    if args.simulate {
        print(&simulation(args, prove, &curve, &rows)?)?;
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
    backlog: Option<&Drained>,
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
    });
    output::print_json(&record)
}

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
        rows.push(Row {
            name: format!("following, {} to start", duration(start_s)),
            provers: args.provers,
            rule: Some(rule),
            day: autoscaled(curve, prove_s, &rule),
        });
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

/// The same fleets, batch by batch.
fn simulation(args: &Args, prove: TimeDist, curve: &DayCurve, rows: &[Row]) -> anyhow::Result<String> {
    let mut queue = DayQueue::new(curve, prove)?;
    if let Some(crashes) = args.simulation.faults.crashes() {
        queue = queue.with_crashes(crashes)?;
    }
    if let Some(stragglers) = args.simulation.faults.stragglers() {
        queue = queue.with_stragglers(stragglers)?;
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
    for Row { name, provers, rule, .. } in rows {
        let Some(Simulated { provers_mean, prover_queue_max, prover_wait, prover_wait_max_s, .. }) =
            queue.simulate(*provers, *rule, args.simulation.plan_seed)?
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

/// A duration for a person.
fn duration(time_s: f64) -> String {
    match time_s {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
