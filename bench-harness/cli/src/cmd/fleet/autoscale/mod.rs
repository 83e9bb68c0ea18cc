//! `fleet autoscale`: policies that start and stop provers, held against each other on the load of a day.

mod policies;
mod real;

use self::policies::{Rules, policies};
use crate::cmd::plan::prove::ProveArgs;
use crate::exit::{stop_on_ctrl_c, usage};
use crate::number::{number, rate_or_zero, time, time_or_zero, whole};
use crate::output::{print, print_json, table};
use crate::working::Working;
use clap::Arg;
use planner::backlog::{DayCurve, DayQueue};
use records::fleet::autoscale::{AUTOSCALE_SCHEMA_VERSION, AutoscalePolicyRecord, AutoscaleRecord};
use records::number::{significant, time as time_words};

/// Compare policies that start and stop provers, on the load of a day: what each costs, and how long batches wait.
///
/// Days are simulated batch by batch. With --real the same load is met by a real queue, coordinator and workers that only
/// take time, that many times faster. All policies see the same: arrivals counted over a window, and what waits and is in
/// proof; none stops a prover at its proof.
#[derive(Debug, clap::Args)]
#[command(
    mut_args(with_a_time),
    after_help = "Examples:
  bench-harness fleet autoscale --prove 120s --rates 0.05,0.05,0.1,0.15,0.15,0.1
  bench-harness fleet autoscale --prove 120s --prove-cv 0.3 --rates 0.02,0.2 --real 20000 --json"
)]
pub(crate) struct Args {
    /// Batches a second over a day, in equal slots from midnight.
    #[arg(long, value_name = "RATES", value_parser = rate_or_zero, value_delimiter = ',', required = true)]
    rates: Vec<f64>,
    /// The wait for a prover that our policy is to keep for 99 of 100 batches, and the drain window of the others.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10min")]
    wait: f64,
    /// From the request for a prover to its first job.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero, default_value = "2min")]
    start: f64,
    /// Time over which arrivals are counted.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10min")]
    window: f64,
    /// For how long fewer provers must be wanted before one is stopped; Kubernetes' autoscaler has five minutes.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero, default_value = "5min")]
    settle: f64,
    /// The most provers; twice what a fixed fleet needs where it is not given.
    #[arg(long, value_name = "P", value_parser = whole(1..=10_000_u32))]
    provers_max: Option<u32>,
    /// Jobs for each replica, for KEDA's policy.
    #[arg(long, value_name = "JOBS", value_parser = number(0.01..=1e6), default_value_t = 1.0)]
    jobs_per_replica: f64,
    /// Batches that a prover is taken to prove in an hour, for the policy of a fixed speed; what it really does where it is
    /// not given.
    #[arg(long, value_name = "BATCHES", value_parser = number(1e-6..=1e9))]
    fixed_speed: Option<f64>,
    /// Also run a day for real, so many times faster: queue, coordinator and workers are real, and proofs take time alone.
    #[arg(long, value_name = "TIMES", value_parser = number(1.0..=1e6))]
    real: Option<f64>,
    /// Seed of all draws.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    prove: ProveArgs,
}

fn with_a_time(arg: Arg) -> Arg {
    if arg.get_long() == Some("prove") { arg.required(true) } else { arg }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let prove = args.prove.law()?.ok_or_else(|| usage("--prove is missing"))?;
    let curve = DayCurve::new(args.rates.clone())?;
    let queue = DayQueue::new(&curve, prove.clone())?;
    let working = Working::on("simulating days");
    let prove_s = prove.mean_s();
    let carried = (prove_s * curve.mean()).ceil().max(1.0);
    let Some((fixed, _)) = queue.fewest(carried as u32, args.wait, args.seed)? else {
        return Err(usage(format!("no fleet keeps a wait of {}: raise --wait", time_words(args.wait))));
    };
    let rules = Rules {
        provers_max: args.provers_max.unwrap_or(2 * fixed),
        start_s: args.start,
        wait_s: args.wait,
        window_s: args.window,
        settle_s: args.settle,
        batches_per_s: args.fixed_speed.map_or(1.0 / prove_s, |speed| speed / 3_600.0),
        jobs_per_replica: args.jobs_per_replica,
        seed: args.seed,
    };
    let policies = policies(&prove, fixed, &rules)?;
    let mut simulated = Vec::new();
    for policy in &policies {
        let provers = policy.rule.as_ref().map_or(fixed, planner::backlog::Autoscaler::provers_max);
        let Some(seen) = queue.simulate(provers, policy.rule.clone(), args.seed)? else {
            return Err(usage(format!(
                "--provers-max {provers}: expected more than the load of the day needs"
            )));
        };
        simulated.push(AutoscalePolicyRecord {
            policy: policy.name.clone(),
            prover_hours: 24.0 * seen.provers_mean.value,
            provers_max: u64::from(seen.provers_max),
            wait_mean_s: seen.prover_wait.mean_s.value,
            wait_p99_s: seen.prover_wait.p99_s.value,
            batches: seen.prover_wait.samples,
            begun_again: None,
        });
    }
    drop(working);
    let (mut real, mut overheads_s) = (Vec::new(), Vec::new());
    if let Some(speed_up) = args.real {
        let stop = stop_on_ctrl_c()?;
        for policy in &policies {
            let _working = Working::on(format!("a real day of {:?}", policy.name));
            let day = real::Day { prove: &prove, rates: &args.rates, speed_up, seed: args.seed, fixed };
            let real::DayDone { record, overhead_s } = day.run(policy, &stop)?;
            real.push(record);
            overheads_s.push(overhead_s);
        }
    }
    let record = AutoscaleRecord {
        schema_version: AUTOSCALE_SCHEMA_VERSION,
        rates_batches_per_s: args.rates.clone(),
        prove_s,
        start_s: args.start,
        wait_limit_s: args.wait,
        simulated,
        real_speed_up: args.real,
        real_overhead_s: args.real.map(|_| overheads_s.iter().sum::<f64>() / overheads_s.len().max(1) as f64),
        real,
    };
    if args.json { print_json(&record) } else { print(&words(&record, &curve)) }
}

fn words(record: &AutoscaleRecord, curve: &DayCurve) -> String {
    let mut text = format!(
        "Load: {} batches/s on average, {} at the peak. Proving takes {}, starting a prover {}.\n\
         A day simulated, batch by batch:\n{}\n",
        significant(curve.mean(), 3),
        significant(curve.peak(), 3),
        time_words(record.prove_s),
        time_words(record.start_s),
        rows(&record.simulated)
    );
    if let Some(speed_up) = record.real_speed_up {
        text += &format!(
            "A day for real, {} times faster, in times of the load:\n{}\n",
            significant(speed_up, 3),
            rows(&record.real)
        );
    }
    if let Some(caution) = caution(record) {
        text += &format!("! {caution}\n");
    }
    text + &format!(
        "Ours is asked for a wait of at most {} for 99 of 100 batches.",
        time_words(record.wait_limit_s)
    )
}

/// The least that a proof of a real day must take, in times of what a job takes beside it.
const PROOF_MIN_OVERHEADS: f64 = 10.0;

/// What a reader of the real day must know: that it was run so fast that it is not that of the load.
fn caution(record: &AutoscaleRecord) -> Option<String> {
    let (speed_up, overhead_s) = (record.real_speed_up?, record.real_overhead_s?);
    let proof_s = record.prove_s / speed_up;
    (proof_s < PROOF_MIN_OVERHEADS * overhead_s).then(|| {
        format!(
            "The real day is too fast: a proof took {}, and a job {} beside it, which is {} of the load; waits and \
             prover-hours are overstated. --real {:.0} leaves a proof {PROOF_MIN_OVERHEADS} times that.",
            time_words(proof_s),
            time_words(overhead_s),
            time_words(overhead_s * speed_up),
            (record.prove_s / (PROOF_MIN_OVERHEADS * overhead_s)).floor()
        )
    })
}

fn rows(policies: &[AutoscalePolicyRecord]) -> comfy_table::Table {
    let mut rows =
        table(["policy", "prover-hours a day", "provers, max", "wait, mean", "wait, p99", "begun again"]);
    for policy in policies {
        rows.add_row([
            policy.policy.clone(),
            format!("{:.0}", policy.prover_hours),
            policy.provers_max.to_string(),
            time_words(policy.wait_mean_s),
            time_words(policy.wait_p99_s),
            policy.begun_again.map_or_else(|| "-".to_owned(), |count| count.to_string()),
        ]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{AUTOSCALE_SCHEMA_VERSION, AutoscaleRecord, caution};

    fn record(speed_up: f64, overhead_s: f64) -> AutoscaleRecord {
        AutoscaleRecord {
            schema_version: AUTOSCALE_SCHEMA_VERSION,
            rates_batches_per_s: vec![0.1],
            prove_s: 120.0,
            start_s: 120.0,
            wait_limit_s: 600.0,
            simulated: Vec::new(),
            real_speed_up: Some(speed_up),
            real_overhead_s: Some(overhead_s),
            real: Vec::new(),
        }
    }

    #[test]
    fn a_day_that_is_run_too_fast_says_so_and_how_fast_it_may_be() {
        // A proof takes 8.33 ms.
        assert_eq!(caution(&record(14_400.0, 0.000_8)), None);
        let said = caution(&record(14_400.0, 0.001)).expect("a caution");
        assert!(said.contains("8.33 ms") && said.contains("--real 12000"), "{said}");
        assert_eq!(caution(&record(12_000.0, 0.001)), None);
        assert_eq!(caution(&AutoscaleRecord { real_speed_up: None, ..record(14_400.0, 1.0) }), None);
    }
}
