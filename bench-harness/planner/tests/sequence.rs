//! Batches in a sequence transaction against brute force: none that keeps the limit and fits a group is cheaper.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::domain::{
    Aggregation, BatchState, Close, DelayLimitRecord, Gas, Load, Prices, Statistic, Target, TimeDist,
};
use planner::plan::{ArrivalLaw, PlanRequest, choose, recommend};
use planner::sim::{L1, RunLength, Stage, Stream, simulate};

/// Dollars of a million gas.
const USD_PER_MILLION: f64 = 30.0;

struct Case {
    request: PlanRequest,
    interval_s: f64,
    merge_s: f64,
    aggregator_usd: f64,
    verify_gas: f64,
    sequence_gas: f64,
    limit_s: Option<f64>,
}

fn case(index: u32) -> Case {
    let mut stream = Stream::new(11, index, Stage::Bootstrap);
    let mut draw = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let interval_s = draw(5.0, 60.0);
    let merge_s = interval_s * draw(0.1, 2.0);
    let (aggregator_usd, verify_gas) = (draw(0.1, 200.0), draw(1e5, 5e5));
    let sequence_gas = draw(1e4, 1e6);
    let limit_s = (draw(0.0, 1.0) < 0.7).then(|| 12.0 + interval_s * draw(1.0, 30.0));
    let load =
        Load::new(Target::BatchesPerS(1.0 / interval_s), None, Close::Fixed { close_s: interval_s }).unwrap();
    let gas = Gas { verify_gas, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3_000.0 };
    let prices =
        Prices::new(0.0, aggregator_usd, Some(gas)).unwrap().with_sequence_gas(sequence_gas).unwrap();
    let merge = Aggregation::pairwise(TimeDist::fixed("merge", merge_s).unwrap());
    let mut request = PlanRequest::new(load, TimeDist::fixed("prove", 10.0).unwrap(), merge, 12.0)
        .and_then(|request| request.with_l1(L1::Latency(12.0)))
        .and_then(|request| request.with_headroom(0.0))
        .unwrap()
        .with_prices(prices);
    if let Some(limit_s) = limit_s {
        request = request.with_delay_limit(virtual_limit(Statistic::Mean, limit_s)).unwrap();
    }
    Case { request, interval_s, merge_s, aggregator_usd, verify_gas, sequence_gas, limit_s }
}

fn virtual_limit(statistic: Statistic, limit_s: f64) -> DelayLimitRecord {
    DelayLimitRecord { state: BatchState::Virtual, statistic, limit_s }
}

impl Case {
    /// Dollars a batch with groups of N and S batches a sequence transaction; provers are free.
    fn usd_per_batch(&self, n: u32, s: u32) -> f64 {
        let merges = f64::from(n - 1) * self.merge_s / (f64::from(n) * self.interval_s);
        let aggregators = if n == 1 { 0.0 } else { (merges - 1e-9).ceil().max(1.0) };
        let gas = self.verify_gas / f64::from(n) + self.sequence_gas / f64::from(s);
        aggregators * self.aggregator_usd * self.interval_s / 3_600.0 + gas / 1e6 * USD_PER_MILLION
    }

    fn is_soon_enough(&self, s: u32) -> bool {
        let delay_s = f64::from(s) * self.interval_s + 12.0;
        self.limit_s.is_none_or(|limit_s| delay_s <= limit_s * (1.0 + 1e-9))
    }
}

#[test]
fn nothing_that_brute_force_finds_over_n_and_s_is_cheaper() {
    let mut shared = 0;
    for index in 0..150 {
        let case = case(index);
        let choice = choose(&case.request).unwrap();
        let n = choice.batches_per_aggregation;
        let s = case.request.batches_per_sequence(n);
        // The largest group that forms within an hour.
        let n_max = (3_600.0 / case.interval_s + 1e-9).floor() as u32;
        let all = (1..=n_max).flat_map(|n| (1..=n).map(move |s| (n, s)));
        let allowed = all.filter(|&(_, s)| case.is_soon_enough(s));
        let cheapest = allowed.map(|(n, s)| case.usd_per_batch(n, s)).fold(f64::INFINITY, f64::min);
        let got = choice.usd_per_batch.unwrap();
        assert!((got / cheapest - 1.0).abs() < 1e-6, "case {index}: {got} against {cheapest}, N {n}, S {s}");
        shared += u32::from(
            recommend(&case.request).unwrap().to_record().sequencing.unwrap().batches_per_sequence > 1,
        );
    }
    assert!(shared > 50, "{shared}");
}

#[test]
fn where_batches_come_by_chance_one_more_would_be_late() {
    let case = case(3);
    let limit = virtual_limit(Statistic::P99, 12.0 + 8.0 * case.interval_s);
    let request = case
        .request
        .with_arrivals(ArrivalLaw::Poisson)
        .and_then(|request| request.with_delay_limit(limit))
        .and_then(|request| request.with_batches_per_aggregation(20))
        .unwrap();
    let plan = recommend(&request).unwrap();
    let s = plan.to_record().sequencing.unwrap().batches_per_sequence;
    assert!((2..8).contains(&s), "{s}");
    let p99 = |s: u32| {
        let with = request.clone().with_batches_per_sequence(s).unwrap();
        let pipeline = with.pipeline(4, 20, 60).unwrap();
        simulate(&pipeline, RunLength::new(60_000, 2_000, 8, 77).unwrap()).virtual_state.p99_s
    };
    let (kept, late) = (p99(s), p99(s + 1));
    assert!(kept.value - kept.half_width.unwrap() <= limit.limit_s, "{kept:?} of {limit:?}");
    assert!(late.value + late.half_width.unwrap() > limit.limit_s, "{late:?} of {limit:?}");
}

#[test]
fn s_is_one_without_a_price_and_stays_where_it_is_fixed() {
    let case = case(0);
    let n = choose(&case.request).unwrap().batches_per_aggregation;
    assert_eq!(case.request.clone().with_batches_per_sequence(3).unwrap().batches_per_sequence(n), 3);
    let gas = Gas { verify_gas: 3e5, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3e3 };
    let free = case.request.with_prices(Prices::new(1.0, 1.0, Some(gas)).unwrap());
    assert_eq!(free.batches_per_sequence(100), 1);
}
