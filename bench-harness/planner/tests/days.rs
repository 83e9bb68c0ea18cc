//! A day of uneven load: the fluid that `queue` answers with, against the simulation of every batch.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::backlog::{Autoscaler, DayCurve, autoscaled, fixed_fleet, provers_for_day};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, L1, Pipeline, RunLength, Simulated, simulate};

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
            let simulated = run(&pipeline(120, cv, poisson).with_autoscaler(rule));
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
