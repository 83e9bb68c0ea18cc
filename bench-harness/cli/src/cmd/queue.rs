//! `queue`: sequenced batches that wait to be proved, over a day and after an outage.

use crate::exit::usage;
use crate::output::print;
use crate::units::seconds;
use planner::backlog::day::DayOutcome;
use planner::backlog::{
    Autoscaler, DayCurve, autoscaled, drain_s, fixed_fleet, provers_for_day, provers_to_drain,
};
use serde_json::json;

/// What becomes of the queue of sequenced batches: over a day of uneven load, after an outage, and with a fleet that
/// follows the load.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness queue --prove 120s --rates 0.05,0.05,0.1,0.15,0.15,0.1 --provers 14
  bench-harness queue --prove 120s --rates 0.1 --provers 14 --backlog 100 --within 1h
  bench-harness queue --prove 120s --rates 0.05,0.15 --provers 18 \\
      --autoscale-start 5min --usd-per-hour 2")]
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
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if args.prove.is_nan() || args.prove <= 0.0 || args.provers == 0 {
        return Err(usage("--prove and --provers: expected more than zero"));
    }
    let curve = DayCurve::new(args.rates.clone())?;
    let (fleets, backlog) = (fleets(args, &curve)?, backlog(args, &curve));
    if args.json {
        return print_json(args, &curve, &fleets, backlog.as_ref());
    }
    let mut table = crate::output::table([
        "fleet",
        "provers, most",
        "prover-hours a day",
        "queue, most",
        "wait, most",
        "behind",
        "cost a day",
    ]);
    let mut row = |name: &str, day: DayOutcome| {
        let behind = if day.settles { duration(day.behind_s) } else { "grows for ever".to_owned() };
        let cost =
            args.usd_per_hour.map_or_else(|| "-".to_owned(), |usd| format!("${:.2}", usd * day.prover_hours));
        table.add_row([
            name.to_owned(),
            format!("{:.0}", day.provers_most),
            format!("{:.0}", day.prover_hours),
            format!("{:.0} batches", day.queue_most),
            duration(day.wait_most_s),
            behind,
            cost,
        ]);
    };
    for (name, day) in fleets {
        row(&name, day);
    }
    print(&format!(
        "Load: {:.4} batches/s on average, {:.4} at the peak. Proving takes {}.\n{table}",
        curve.mean(),
        curve.peak(),
        duration(args.prove)
    ))?;
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

/// The fleets that are compared, each over the day.
fn fleets(args: &Args, curve: &DayCurve) -> anyhow::Result<Vec<(String, DayOutcome)>> {
    let fewest = provers_for_day(curve, args.prove, args.wait)?;
    let mut fleets = vec![
        (format!("{} fixed", args.provers), fixed_fleet(curve, args.provers, args.prove)),
        (
            format!("{fewest} fixed, the fewest for a wait of {}", duration(args.wait)),
            fixed_fleet(curve, fewest, args.prove),
        ),
    ];
    if let Some(start_s) = args.autoscale_start {
        let rule = Autoscaler::new((1, args.provers), start_s, args.autoscale_use, args.wait.max(1.0))?;
        let name = format!("following, {} to start", duration(start_s));
        fleets.push((name, autoscaled(curve, args.prove, &rule)));
    }
    Ok(fleets)
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

fn print_json(
    args: &Args,
    curve: &DayCurve,
    fleets: &[(String, DayOutcome)],
    backlog: Option<&Drained>,
) -> anyhow::Result<()> {
    let fleets: Vec<_> = fleets
        .iter()
        .map(|(name, day)| {
            json!({
                "name": name,
                "provers_most": day.provers_most,
                "prover_hours_per_day": day.prover_hours,
                "queue_most_batches": day.queue_most,
                "wait_most_s": day.wait_most_s,
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

/// A duration for a person.
fn duration(time_s: f64) -> String {
    match time_s {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
