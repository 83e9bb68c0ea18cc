//! `queue`: sequenced batches that wait to be proved, over a day and after an outage.

use crate::cmd::plan::faults::FaultArgs;
use crate::exit::usage;
use crate::output::print;
use crate::units::seconds;
use planner::backlog::day::DayOutcome;
use planner::backlog::{
    Autoscaler, DayCurve, DayQueue, autoscaled, drain_s, fixed_fleet, provers_for_day, provers_to_drain,
};
use planner::domain::TimeDist;
use planner::sim::Simulated;
use serde_json::json;

/// What becomes of the queue of sequenced batches: over a day of uneven load, after an outage, and with a fleet that
/// follows the load.
///
/// The first table takes batches as a fluid, without chance. With --simulate every batch of three days is followed,
/// and the waits have a distribution.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness queue --prove 120s --rates 0.05,0.05,0.1,0.15,0.15,0.1 --provers 14
  bench-harness queue --prove 120s --rates 0.1 --provers 14 --backlog 100 --within 1h
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 \\
      --autoscale-start 5min --usd-per-hour 2
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 --simulate --prove-cv 0.3 \\
      --straggler-fraction 0.02 --straggler-factor 4")]
pub(crate) struct Args {
    /// Time to prove one batch on one prover.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    prove: f64,
    /// Batches a second over a day, in equal slots from midnight.
    #[arg(long, value_name = "RATES", value_delimiter = ',', required = true)]
    rates: Vec<f64>,
    /// Provers of the fixed fleet, and the most of the following one.
    #[arg(long, value_name = "P")]
    provers: u32,
    /// Batches that wait already.
    #[arg(long, value_name = "COUNT")]
    backlog: Option<f64>,
    /// The time in which they must be gone.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "backlog")]
    within: Option<f64>,
    /// The longest that a batch may wait, to find the fewest provers for the day.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "10min")]
    wait: f64,
    /// Compare with a fleet that follows the load, whose provers take this long to start.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    autoscale_start: Option<f64>,
    /// The use at which the following fleet is kept, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    autoscale_use: f64,
    /// Dollars an hour for one prover.
    #[arg(long, value_name = "USD")]
    usd_per_hour: Option<f64>,
    /// Print it as JSON.
    #[arg(long, conflicts_with = "simulate")]
    json: bool,
    /// Follow every batch as well: batches come at random around the rates.
    #[arg(long)]
    simulate: bool,
    /// How prove times scatter: the coefficient of variation of a lognormal law, for --simulate.
    #[arg(long, value_name = "CV", default_value_t = 0.0, requires = "simulate")]
    prove_cv: f64,
    /// The seed of the simulation.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    plan_seed: u64,
    #[command(flatten)]
    faults: FaultArgs,
}

/// A fleet of the tables.
struct Row {
    name: String,
    provers: u32,
    rule: Option<Autoscaler>,
    day: DayOutcome,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if args.prove.is_nan() || args.prove <= 0.0 || args.provers == 0 {
        return Err(usage("--prove and --provers: expected more than zero"));
    }
    if args.faults.is_asked() && !args.simulate {
        return Err(usage("crashes and stragglers are simulated: give --simulate with them"));
    }
    let curve = DayCurve::new(args.rates.clone())?;
    let (rows, backlog) = (rows(args, &curve)?, backlog(args, &curve));
    if args.json {
        return print_json(args, &curve, &rows, backlog.as_ref());
    }
    print(&format!(
        "Load: {:.4} batches/s on average, {:.4} at the peak. Proving takes {}.\n{}",
        curve.mean(),
        curve.peak(),
        duration(args.prove),
        fluid(&rows, args.usd_per_hour)
    ))?;
    if args.simulate {
        print(&simulation(args, &curve, &rows)?)?;
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

fn backlog(args: &Args, curve: &DayCurve) -> Option<Drained> {
    let batches = args.backlog?;
    Some(Drained {
        batches,
        drained_s: drain_s(batches, args.provers, args.prove, curve.mean()),
        within: args
            .within
            .map(|within_s| (within_s, provers_to_drain(batches, args.prove, curve.mean(), within_s))),
    })
}

fn print_json(args: &Args, curve: &DayCurve, rows: &[Row], backlog: Option<&Drained>) -> anyhow::Result<()> {
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
                "usd_per_day": args.usd_per_hour.map(|usd| usd * day.prover_hours),
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
        "prove_s": args.prove,
        "load_mean_batches_per_s": curve.mean(),
        "load_peak_batches_per_s": curve.peak(),
        "fleets": fleets,
        "backlog": backlog,
    });
    print(&format!("{record:#}"))
}

/// The fleet asked for, the fewest that would do, and the one that follows.
fn rows(args: &Args, curve: &DayCurve) -> anyhow::Result<Vec<Row>> {
    let fixed = |name: String, provers| Row {
        name,
        provers,
        rule: None,
        day: fixed_fleet(curve, provers, args.prove),
    };
    let fewest = provers_for_day(curve, args.prove, args.wait)?;
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
            day: autoscaled(curve, args.prove, &rule),
        });
    }
    Ok(rows)
}

fn fluid(rows: &[Row], usd_per_hour: Option<f64>) -> comfy_table::Table {
    let mut table = crate::output::table([
        "fleet",
        "provers, most",
        "prover-hours a day",
        "queue, most",
        "wait, most",
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
fn simulation(args: &Args, curve: &DayCurve, rows: &[Row]) -> anyhow::Result<String> {
    let prove = TimeDist::log_normal("prove", args.prove, args.prove_cv)?;
    let mut queue = DayQueue::new(curve, prove)?;
    if let Some(crashes) = args.faults.crashes() {
        queue = queue.with_crashes(crashes)?;
    }
    if let Some(stragglers) = args.faults.stragglers() {
        queue = queue.with_stragglers(stragglers)?;
    }
    let mut table = crate::output::table([
        "fleet, simulated",
        "prover-hours a day",
        "queue, most",
        "wait, mean",
        "wait, p99",
        "wait, most",
        "cost a day",
    ]);
    let mut batches = 0;
    for Row { name, provers, rule, .. } in rows {
        let Some(Simulated { provers_mean, prover_queue_max, prover_wait, prover_wait_max_s, .. }) =
            queue.simulate(*provers, *rule, args.plan_seed)?
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
            cost(args.usd_per_hour, hours),
        ]);
    }
    Ok(format!("{table}\nEach row of the second table stands on {batches} batches after a day of warm-up."))
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
