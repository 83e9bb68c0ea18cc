//! What must hold for every pipeline: more provers never hurt, no fleet beats the floor, units do not matter.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::domain::{Aggregation, AggregationTree, Close, Load, LoneProof, MergeStart, Target, TimeDist};
use planner::formulas::{capacity, corrected, published};
use planner::sim::{Arrivals, Closing, L1, Pipeline, RunLength, Simulated, Stage, Stream, simulate};
use planner::{PlanRequest, recommend};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
struct Numbers {
    close_s: f64,
    prove_s: f64,
    cv: f64,
    aggregate_s: f64,
    block_s: f64,
    n: u32,
    provers: u32,
    seed: u64,
}

prop_compose! {
    fn numbers()(
        (close_s, prove_s, cv) in (1.0_f64..30.0, 1.0_f64..200.0, 0.0_f64..1.5),
        (aggregate_s, block_s) in (0.1_f64..30.0, 0.1_f64..30.0),
        (n, provers, seed) in (1_u32..20, 1_u32..24, any::<u64>()),
    ) -> Numbers {
        Numbers { close_s, prove_s, cv, aggregate_s, block_s, n, provers, seed }
    }
}

fn run(x: Numbers, scale: f64) -> Simulated {
    let prove = TimeDist::log_normal("prove", x.prove_s, x.cv).unwrap().scaled(scale).unwrap();
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", x.aggregate_s * scale).unwrap());
    let arrivals = Arrivals::poisson(x.close_s * scale).unwrap();
    let pipeline = Pipeline::new(arrivals, prove, x.provers, total, L1::Serial(x.block_s * scale))
        .and_then(|pipeline| pipeline.with_groups(x.n, 1))
        .unwrap();
    simulate(&pipeline, RunLength::new(30 * u64::from(x.n), 0, 2, x.seed).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn more_provers_never_lower_throughput_or_raise_delay(x in numbers()) {
        let more = Numbers { provers: x.provers + 1, ..x };
        let (with, without) = (run(more, 1.0), run(x, 1.0));
        let rounding = 1.0 + 1e-12;
        prop_assert!(
            with.throughput_batches_per_s.value * rounding >= without.throughput_batches_per_s.value
        );
        prop_assert!(with.consolidated.mean_s.value <= without.consolidated.mean_s.value * rounding);
        prop_assert!(with.consolidated.p99_s.value <= without.consolidated.p99_s.value * rounding);
    }

    #[test]
    fn no_fleet_beats_the_floor(x in numbers()) {
        let seen = run(x, 1.0);
        // The median of an infinite fleet, less a little for a short run; and the plain sum, for every one.
        let fastest_s = x.aggregate_s + x.block_s;
        prop_assert!(seen.consolidated.p50_s.value >= fastest_s);
        let arriving = seen.throughput_batches_per_s.value;
        let capacity = capacity::prover_capacity(x.provers, x.prove_s)
            .min(capacity::group_capacity(x.n, 1, x.aggregate_s))
            .min(capacity::group_capacity(x.n, 1, x.block_s));
        if x.cv == 0.0 {
            prop_assert!(arriving <= capacity * (1.0 + 1e-9));
        }
    }

    #[test]
    fn time_and_units_scale_together(x in numbers()) {
        // Powers of two scale without rounding, so that every figure must come back exactly, but those of
        // laws that pass through logarithms.
        let (seconds, others) = (run(x, 1.0), run(x, 4.0));
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
        prop_assert!(close(seconds.consolidated.mean_s.value * 4.0, others.consolidated.mean_s.value));
        let (a, b) = (seconds.throughput_batches_per_s.value, others.throughput_batches_per_s.value);
        prop_assert!(close(a, b * 4.0));
        prop_assert!((seconds.consolidated.p99_s.value * 4.0 / others.consolidated.p99_s.value - 1.0).abs() < 2e-3);
        prop_assert!(close(seconds.prover_use.value, others.prover_use.value));
    }

    #[test]
    fn the_simulation_is_the_corrected_form_where_nothing_is_random(x in numbers()) {
        let provers = capacity::whole_at_least(x.prove_s / x.close_s).max(1);
        let aggregate_s = x.aggregate_s.min(f64::from(x.n) * x.close_s);
        let block_s = x.block_s.min(f64::from(x.n) * x.close_s);
        let fixed = |s| TimeDist::fixed("time", s).unwrap();
        let pipeline = Pipeline::new(
            Arrivals::fixed(x.close_s).unwrap(),
            fixed(x.prove_s),
            provers,
            Aggregation::fixed_total(fixed(aggregate_s)),
            L1::Serial(block_s),
        )
        .and_then(|pipeline| pipeline.with_groups(x.n, 1))
        .unwrap();
        let seen = simulate(&pipeline, RunLength::new(20 * u64::from(x.n), 0, 1, x.seed).unwrap());
        let throughput =
            corrected::throughput(x.close_s, (provers, x.prove_s), (x.n, 1, aggregate_s), Some(block_s));
        let form_s = corrected::delay_s(x.n, throughput, x.prove_s, aggregate_s, block_s);
        prop_assert!((seen.consolidated.mean_s.value - form_s).abs() < 1e-9 * form_s.max(1.0));
        prop_assert!((seen.consolidated.p99_s.value - form_s).abs() < 1e-9 * form_s.max(1.0));
        // And where provers are enough, the published one.
        let published_s = published::aggregated_delay_s(x.n, x.close_s, x.prove_s, aggregate_s, block_s);
        prop_assert!((form_s - published_s).abs() < 1e-6 * published_s);
    }

    #[test]
    fn no_input_panics_and_a_plan_carries_its_target(x in numbers(), rate in 0.001_f64..2.0) {
        let load = Load::new(Target::BatchesPerS(rate), None, Close::Fixed { close_s: x.close_s }).unwrap();
        let merge = Aggregation::pairwise(TimeDist::fixed("merge", x.aggregate_s).unwrap());
        let prove = TimeDist::fixed("prove", x.prove_s).unwrap();
        let request = PlanRequest::new(load, prove, merge, x.block_s).unwrap().with_headroom(0.0).unwrap();
        match recommend(&request) {
            Ok(plan) => {
                prop_assert!(plan.choice.capacity_batches_per_s >= rate * (1.0 - 1e-6));
                let fewer = f64::from(plan.choice.provers - 1) / x.prove_s;
                prop_assert!(plan.choice.provers == 1 || fewer < rate, "one prover less would do");
            }
            Err(error) => prop_assert!(rate * x.close_s > 1.0 - 1e-9, "{}", error),
        }
    }
}

/// A random fleet with a mean time of 10 s between batches.
fn random_fleet(draws: &mut Stream) -> Pipeline {
    let mut pick = |of: usize| ((draws.uniform() * of as f64) as usize).min(of - 1);
    let arrivals = [
        Arrivals::fixed(10.0),
        Arrivals::poisson(10.0),
        Arrivals::erlang(10.0, 4),
        Arrivals::log_normal(10.0, 0.5),
        Arrivals::log_normal(10.0, 2.0),
    ];
    let arrivals = arrivals[pick(5)].clone().unwrap();
    let mean_s = [20.0, 120.0, 600.0][pick(3)];
    let prove = [
        TimeDist::fixed("prove", mean_s),
        TimeDist::log_normal("prove", mean_s, 0.3),
        TimeDist::log_normal("prove", mean_s, 1.0),
        TimeDist::exponential("prove", mean_s),
        TimeDist::empirical("prove", vec![mean_s * 0.6, mean_s, mean_s, mean_s * 1.4]),
    ];
    let prove = prove[pick(5)].clone().unwrap();
    let (step, start) = (
        [fixed_or(10.0, 0.0), fixed_or(10.0, 0.5)][pick(2)].clone(),
        [MergeStart::Eager, MergeStart::WholeGroup][pick(2)],
    );
    let shapes = [
        Aggregation::fixed_total(step.clone()),
        Aggregation::pairwise(step.clone()),
        Aggregation::tree(AggregationTree::new(3, LoneProof::Passes).unwrap(), step.clone()),
        Aggregation::tree(AggregationTree::new(2, LoneProof::Lifted).unwrap(), step.clone()),
        Aggregation::fold(step),
    ];
    let aggregation = shapes[pick(5)].clone().with_merge_start(start);
    let n = [1, 2, 5, 12, 20][pick(5)];
    let chains = [
        L1::Serial(9.0),
        L1::Latency(15.0),
        L1::Poisson { mean_s: 8.0 },
        L1::Slots { slot_s: 9.0, missed: 0.1, phase_s: None, proofs_max: None },
        L1::Slots { slot_s: 6.0, missed: 0.0, phase_s: Some(1.0), proofs_max: Some(2) },
    ];
    let l1 = chains[pick(5)];
    let closing = [Closing::Full, Closing::Full, Closing::Timeout(12.0), Closing::ProverFree][pick(4)];
    let provers = (mean_s / 10.0 / [0.6, 0.8, 0.93, 0.97][pick(4)]).ceil() as u32;
    let aggregators =
        (aggregation.work_s(n) / (f64::from(n) * 10.0) / 0.8).ceil().max(1.0) as u32 + 2 * pick(2) as u32;
    Pipeline::new(arrivals, prove, provers, aggregation, l1)
        .and_then(|pipeline| pipeline.with_groups(n, aggregators))
        .and_then(|pipeline| pipeline.with_closing(closing, 0.5))
        .unwrap()
}

fn fixed_or(mean_s: f64, cv: f64) -> TimeDist {
    TimeDist::log_normal("merge", mean_s, cv).unwrap()
}

#[test]
fn no_fleet_beats_the_floor_of_its_numbers() {
    let mut draws = Stream::new(7, 0, Stage::Bootstrap);
    let (mut mean_part, mut p99_part) = (0.0, 0.0);
    let fleets = 100;
    for index in 0..fleets {
        let pipeline = random_fleet(&mut draws);
        let floor = pipeline.delay_floor();
        let seen = simulate(&pipeline, RunLength::new(6_000, 1_000, 8, index).unwrap()).consolidated;
        let most = |estimate: planner::sim::Estimate| {
            estimate.value * (1.0 + 1e-9) + 3.0 * estimate.half_width.unwrap()
        };
        assert!(floor.mean_s <= most(seen.mean_s), "{index}: {floor:?} {:?} {pipeline:?}", seen.mean_s);
        assert!(floor.p99_s <= most(seen.p99_s), "{index}: {floor:?} {:?} {pipeline:?}", seen.p99_s);
        mean_part += floor.mean_s / seen.mean_s.value / fleets as f64;
        p99_part += floor.p99_s / seen.p99_s.value / fleets as f64;
    }
    // A floor of 0 would be one too.
    assert!(mean_part > 0.75 && p99_part > 0.6, "{mean_part} {p99_part}");
}
