//! A day of uneven load: the fluid that `queue` answers with, against the simulation of every batch.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::backlog::planned::planned_rates;
use planner::backlog::{
    Autoscaler, DayCurve, DayQueue, RunAhead, ScalingPolicy, autoscaled, fixed_fleet, provers_for_day,
};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, L1, Pipeline, RunLength, Simulated, simulate};
use std::collections::BTreeMap;

/// Half a day at 0.75 batches/s, half at 0.25; a prover takes 60 s.
const RATES: [f64; 2] = [0.75, 0.25];
const PROVE_S: f64 = 60.0;
const DAY: u64 = 43_200;

fn curve() -> DayCurve {
    DayCurve::new(RATES.to_vec()).unwrap()
}

fn pipeline(provers: u32, cv: f64, poisson: bool) -> Pipeline {
    let arrivals = Arrivals::daily(RATES.to_vec(), poisson).unwrap();
    let prove = TimeDist::log_normal("prove", PROVE_S, cv).unwrap();
    let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
    Pipeline::new(arrivals, prove, provers, nothing, L1::Latency(1e-6)).unwrap()
}

/// Three days, the first of which leaves its queue to the others.
fn run(pipeline: &Pipeline) -> Simulated {
    simulate(pipeline, RunLength::new(3 * DAY, DAY, 4, 3).unwrap())
}

#[track_caller]
fn within(got: f64, expected: f64, share: f64, what: &str) {
    assert!((got / expected - 1.0).abs() < share, "{what}: simulated {got}, fluid {expected}");
}

#[test]
fn a_fixed_fleet_is_as_far_behind_as_the_fluid_says() {
    // 30 carry the mean, 45 the peak.
    for provers in [33, 38, 43] {
        let fluid = fixed_fleet(&curve(), provers, PROVE_S);
        for (cv, poisson) in [(0.0, false), (0.3, true)] {
            let simulated = run(&pipeline(provers, cv, poisson));
            // Four deviations of the batches of half a day at the peak; without chance the step of the fluid.
            let batches = if poisson { 4.0 * (0.75 * 43_200.0_f64).sqrt() } else { 10.0 };
            let wait_s = batches * PROVE_S / f64::from(provers) + 10.0;
            let (waited_s, queued) = (simulated.prover_wait_max_s, simulated.prover_queue_max as f64);
            assert!((waited_s - fluid.wait_max_s).abs() < wait_s, "{provers}: {waited_s} {fluid:?}");
            assert!((queued - fluid.queue_max).abs() < batches, "{provers}: {queued} {fluid:?}");
        }
    }
    // Where the fluid sees no queue, chance makes one, and a short one: this is what it cannot tell.
    assert_eq!(fixed_fleet(&curve(), 46, PROVE_S).queue_max, 0.0);
    let chance = run(&pipeline(46, 0.3, true)).prover_queue_max;
    assert!((5..500).contains(&chance), "{chance}");
}

#[test]
fn the_fewest_provers_for_a_day_are_the_fewest_of_the_simulation() {
    let wait_s = 1_800.0;
    let fewest = provers_for_day(&curve(), PROVE_S, wait_s).unwrap();
    let wait = |provers| run(&pipeline(provers, 0.0, false)).prover_wait_max_s;
    assert!(wait(fewest) <= wait_s * 1.005 && wait(fewest - 1) > wait_s, "{fewest}");
}

#[test]
fn a_following_fleet_costs_and_waits_as_the_fluid_says() {
    for (start_s, drain_s) in [(300.0, 600.0), (900.0, 1_200.0), (1_800.0, 600.0)] {
        let rule = Autoscaler::new((1, 120), start_s, 0.9, drain_s).unwrap();
        let fluid = autoscaled(&curve(), PROVE_S, &rule);
        for (cv, poisson) in [(0.0, false), (0.3, true)] {
            let simulated = run(&pipeline(120, cv, poisson).with_autoscaler(rule.clone()));
            let hours = 24.0 * simulated.provers_mean.value;
            within(hours, fluid.prover_hours, 0.05, "prover-hours a day");
            within(simulated.prover_wait_max_s, fluid.wait_max_s, 0.15, "longest wait");
            assert!(simulated.provers_max <= 120 && simulated.prover_use.value < 1.0);
        }
        // A fixed fleet for the peak waits less and costs more: the price of starting late.
        let fixed = fixed_fleet(&curve(), 46, PROVE_S);
        assert!(fixed.prover_hours > fluid.prover_hours && fixed.wait_max_s < fluid.wait_max_s);
    }
}

#[test]
fn a_rule_that_never_moves_is_a_fixed_fleet() {
    let fixed = run(&pipeline(40, 0.3, true));
    let held = Autoscaler::new((40, 40), 300.0, 0.9, 600.0).unwrap();
    let following = run(&pipeline(40, 0.3, true).with_autoscaler(held));
    assert_eq!(fixed.prover_wait, following.prover_wait);
    assert_eq!((fixed.provers_mean.value, fixed.provers_max), (40.0, 40));
    assert!((following.provers_mean.value - 40.0).abs() < 1e-9);
}

/// Batches every 10 s, and among them a burst, on 14 provers of 120 s; the longest wait for a prover in each of many runs.
fn waits_after_bursts(burst: u64, cv: f64) -> Vec<f64> {
    let steady = 1_500;
    let mut gaps_s = vec![10.0; steady];
    gaps_s.extend(vec![1e-6; usize::try_from(burst).unwrap()]);
    let cycle = gaps_s.len() as u64;
    let prove = TimeDist::log_normal("prove", 120.0, cv).unwrap();
    let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
    let arrivals = Arrivals::trace(gaps_s).unwrap();
    let pipeline = Pipeline::new(arrivals, prove, 14, nothing, L1::Latency(1e-6)).unwrap();
    // From a random place in the trace: two rounds have one burst or two whole.
    let run = |seed| simulate(&pipeline, RunLength::new(2 * cycle, 0, 1, seed).unwrap()).prover_wait_max_s;
    (0..if cv > 0.0 { 150 } else { 20 }).map(run).collect()
}

#[test]
fn a_burst_up_to_the_bound_keeps_the_limit_and_a_larger_one_does_not() {
    for wait_s in [300.0, 600.0, 1_000.0] {
        // At 0.1 batches/s 12 batches are in proof when the burst comes.
        let fixed = RunAhead::new(14, (120.0, 0.0), wait_s, 0.99).unwrap();
        let room = fixed.unproved_max() - 12;
        assert_eq!(fixed.burst(room, 0.1).unwrap().before_burst_max, Some(12));
        assert_eq!(fixed.burst(room + 1, 0.1).unwrap().before_burst_max, None);
        assert!(waits_after_bursts(room, 0.0).iter().all(|waited| *waited <= wait_s), "{wait_s}");
        // The provers were at work when it came, so that they end a little sooner than the worst case: within a round.
        assert!(waits_after_bursts(room + 2 * 14, 0.0).iter().all(|waited| *waited > wait_s), "{wait_s}");
    }
}

#[test]
fn where_times_scatter_the_bound_holds_after_99_of_100_bursts() {
    let wait_s = 600.0;
    let scattered = RunAhead::new(14, (120.0, 0.3), wait_s, 0.99).unwrap();
    let room = scattered.unproved_max() - 12;
    let late = |burst| {
        let waits = waits_after_bursts(burst, 0.3);
        waits.iter().filter(|waited| **waited > wait_s).count() as f64 / waits.len() as f64
    };
    assert!(late(room) <= 0.05, "{} of bursts of {room} are late", late(room));
    assert!(late(room + 2 * 14) >= 0.9, "the bound gives away more than two rounds of proofs");
}

#[test]
fn without_a_peak_what_is_recommended_is_stable() {
    let flat = DayCurve::new(vec![0.15]).unwrap();
    let fewest = provers_for_day(&flat, 120.0, 600.0).unwrap();
    assert_eq!(fewest, 19, "18 do exactly the mean");
    assert!(!fixed_fleet(&flat, 18, 120.0).settles);
    let queue = DayQueue::new(&flat, TimeDist::log_normal("prove", 120.0, 0.3).unwrap()).unwrap();
    assert_eq!(queue.simulate(18, None, 1).unwrap(), None);
    let (simulated, day) = queue.fewest(fewest, 120.0, 1).unwrap().unwrap();
    assert_eq!(Some(day), queue.simulate(simulated, None, 1).unwrap());
    let p99_s = |provers| queue.simulate(provers, None, 1).unwrap().unwrap().prover_wait.p99_s.value;
    assert!(p99_s(simulated) <= 120.0 && p99_s(simulated - 1) > 120.0, "{simulated}");
}

/// A scattered day, met by each policy as a real autoscaler sees it: over a window, late, and slow to stop.
fn policies() -> Vec<(&'static str, ScalingPolicy)> {
    let prove = TimeDist::log_normal("prove", PROVE_S, 0.3).unwrap();
    let rates_per_s = planned_rates(&prove, 120, 600.0, 1).unwrap().into();
    vec![
        ("speed", ScalingPolicy::FixedSpeed { batches_per_s: 1.0 / PROVE_S, within_s: 600.0 }),
        ("work", ScalingPolicy::Work { prove_p95_s: prove.quantile_s(0.95), drain_s: 600.0 }),
        ("replicas", ScalingPolicy::JobsPerReplica { jobs: 1.0 }),
        ("planned", ScalingPolicy::Planned { rates_per_s, drain_s: 480.0 }),
    ]
}

fn scaled(policy: ScalingPolicy, cv: f64) -> Simulated {
    let rule = Autoscaler::with_policy((1, 120), 120.0, policy).unwrap().with_sight(600.0, 300.0).unwrap();
    run(&pipeline(120, cv, true).with_autoscaler(rule))
}

#[test]
fn the_planned_policy_keeps_the_wait_for_less_than_a_replica_for_each_job() {
    let seen: BTreeMap<_, _> =
        policies().into_iter().map(|(name, policy)| (name, scaled(policy, 0.3))).collect();
    let wait = |name: &str| seen[name].prover_wait.p99_s.value;
    let provers = |name: &str| seen[name].provers_mean.value;
    assert!(wait("planned") <= 600.0, "{}", wait("planned"));
    assert!(provers("planned") < provers("replicas"), "{} {}", provers("planned"), provers("replicas"));
    // And a fixed fleet for the same wait costs more than following the load.
    let prove = TimeDist::log_normal("prove", PROVE_S, 0.3).unwrap();
    let (fixed, _) = DayQueue::new(&curve(), prove).unwrap().fewest(30, 600.0, 1).unwrap().unwrap();
    assert!(provers("planned") < f64::from(fixed), "{} {fixed}", provers("planned"));
}

#[test]
fn scaling_in_never_cuts_a_proof_off() {
    for (name, policy) in policies() {
        let seen = scaled(policy, 0.0);
        // It did scale, and every proof took what a proof takes: none was begun twice.
        assert!(f64::from(seen.provers_max) > 1.2 * seen.provers_mean.value, "{name}");
        let hold = seen.prover_hold;
        assert!((hold.mean_s.value - PROVE_S).abs() < 1e-6 && hold.p99_s.value <= PROVE_S + 1e-6, "{name}");
    }
}

#[test]
fn a_number_of_provers_carries_what_the_queue_says() {
    let prove = TimeDist::fixed("prove", PROVE_S).unwrap();
    let rates = planned_rates(&prove, 30, 60.0, 1).unwrap();
    assert!(rates.windows(2).all(|pair| pair[0] < pair[1]));
    // What is planned for a rate is what the search over a flat day finds, within the noise of either.
    let flat = DayCurve::new(vec![0.3]).unwrap();
    let (fewest, _) = DayQueue::new(&flat, prove).unwrap().fewest(18, 60.0, 1).unwrap().unwrap();
    let planned = rates.partition_point(|rate| *rate < 0.3) as u32 + 1;
    assert!(planned.abs_diff(fewest) <= 1, "{planned} {fewest}");
}
