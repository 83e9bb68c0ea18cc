//! CPU time of a whole recommendation over 200 random requests, from 0.3 to 3,000 batches/s and under every arrival law:
//! the distribution, as `cargo bench -p planner --bench requests` prints it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints its result")]

use planner::domain::{
    Aggregation, BatchState, Close, DelayLimitRecord, Gas, Load, Prices, Statistic, Target, TimeDist,
};
use planner::plan::{ArrivalLaw, PlanRequest, recommend};
use planner::sim::{L1, Stage, Stream};
use rustix::time::{ClockId, clock_gettime};

/// What 95 of 100 requests may take, s.
const SLOW_S: f64 = 2.0;

fn pick<T: Clone>(stream: &mut Stream, from: &[T]) -> T {
    from[((stream.uniform() * from.len() as f64) as usize).min(from.len() - 1)].clone()
}

/// A request of 10 to 100,000 transactions a second in batches of 32.
fn request(index: u32) -> PlanRequest {
    let mut stream = Stream::new(2_026, index, Stage::Bootstrap);
    let s = &mut stream;
    let transactions_per_s = 10.0 * 10_f64.powf(4.0 * s.uniform());
    let close = Close::Filled { execute_s: 1e-5, root_s: 1e-4, encode_s: 0.0 };
    let load = Load::new(Target::TransactionsPerS(transactions_per_s), Some(32), close).unwrap();
    let prove =
        TimeDist::log_normal("prove", 0.5 + 5.0 * s.uniform(), pick(s, &[0.0, 0.05, 0.3, 1.0, 5.0])).unwrap();
    let merge = TimeDist::log_normal("merge", 0.5 + 4.0 * s.uniform(), pick(s, &[0.0, 0.1])).unwrap();
    let day = vec![1.0, 1.0, 2.0, 4.0];
    let law = pick(
        s,
        &[
            ArrivalLaw::Fixed,
            ArrivalLaw::Poisson,
            ArrivalLaw::Erlang(32),
            ArrivalLaw::LogNormal(1.0),
            ArrivalLaw::Daily { shape: day, poisson: true },
        ],
    );
    let l1 = pick(
        s,
        &[
            L1::Serial(12.0),
            L1::Latency(12.0),
            L1::Slots { slot_s: 12.0, missed: 0.01, phase_s: None, proofs_max: None },
            L1::Poisson { mean_s: 12.0 },
        ],
    );
    let mut request = PlanRequest::new(load, prove, Aggregation::pairwise(merge), 12.0)
        .and_then(|request| request.with_arrivals(law))
        .and_then(|request| request.with_l1(l1))
        .unwrap();
    if s.uniform() < 0.7 {
        let statistic = pick(s, &[Statistic::Mean, Statistic::P99]);
        let limit_s = 40.0 + 260.0 * s.uniform();
        let limit = DelayLimitRecord { state: BatchState::Consolidated, statistic, limit_s };
        request = request.with_delay_limit(limit).unwrap();
    }
    if s.uniform() < 0.5 {
        let gas = Gas { verify_gas: 3e5, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3e3 };
        request = request.with_prices(Prices::new(0.5, 0.5, Some(gas)).unwrap());
    }
    request
}

/// CPU time of this process so far, s.
fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    // A part of them, `FROM..TO`, where a number is looked at again; cargo itself gives `--bench`.
    let asked = std::env::args().skip(1).find_map(|word| {
        let (from, to) = word.split_once("..")?;
        Some(from.parse::<u32>().ok()?..to.parse().ok()?)
    });
    let mut times: Vec<(f64, u32, bool)> = asked
        .unwrap_or(0..200)
        .map(|index| {
            let request = request(index);
            let start_s = cpu_s();
            let plan = pool.install(|| recommend(&request));
            let time_s = cpu_s() - start_s;
            if time_s > SLOW_S {
                println!(
                    "request {index} took {time_s:.2} s: {:?}",
                    plan.as_ref().map(|plan| &plan.choice.provers)
                );
            }
            (time_s, index, plan.is_ok())
        })
        .collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let planned = times.iter().filter(|time| time.2).count();
    let count = times.len();
    let within = times.iter().filter(|time| time.0 <= SLOW_S).count();
    println!("{count} requests, {planned} with a plan; CPU seconds of a whole recommendation:");
    for (name, percent) in
        [("median", 50), ("90th percentile", 90), ("95th percentile", 95), ("slowest", 100)]
    {
        let at = (count * percent / 100).clamp(1, count) - 1;
        println!("{name:<16} {:.2} s (request {})", times[at].0, times[at].1);
    }
    println!("{within} of {count} within {SLOW_S} s");
}
