//! The simulation equals an independent recursion exactly, on the same random streams.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

#[path = "common/merges.rs"]
mod merges;
#[path = "common/oracle.rs"]
mod recursion;

use merges::Shape;
use planner::domain::{Aggregation, AggregationTree, LoneProof, MergeStart, TimeDist};
use planner::sim::{Arrivals, Closing, L1, Pipeline, RunLength, simulate};
use proptest::prelude::*;
use recursion::{Chain, Oracle};

fn time(law: u8, mean_s: f64) -> TimeDist {
    match law {
        0 => TimeDist::fixed("time", mean_s),
        1 => TimeDist::log_normal("time", mean_s, 0.5),
        2 => TimeDist::exponential("time", mean_s),
        _ => TimeDist::empirical("time", vec![mean_s * 0.5, mean_s, mean_s * 1.1, mean_s * 1.4]),
    }
    .unwrap()
}

fn aggregation_of(oracle: &Oracle) -> Aggregation {
    let aggregation = match oracle.shape {
        Shape::Total => Aggregation::fixed_total(oracle.step.clone()),
        Shape::Tree { arity, lifts } => {
            let lone = if lifts { LoneProof::Lifted } else { LoneProof::Passes };
            Aggregation::tree(AggregationTree::new(arity as u32, lone).unwrap(), oracle.step.clone())
        }
        Shape::Fold => Aggregation::fold(oracle.step.clone()),
    };
    let start = if oracle.eager { MergeStart::Eager } else { MergeStart::WholeGroup };
    aggregation.with_merge_start(start)
}

fn simulated(oracle: &Oracle) -> Pipeline {
    let arrivals =
        if oracle.poisson { Arrivals::poisson(oracle.close_s) } else { Arrivals::fixed(oracle.close_s) }
            .unwrap();
    let l1 = match oracle.chain {
        Chain::Latency => L1::Latency(oracle.block_s),
        Chain::Serial => L1::Serial(oracle.block_s),
        Chain::Slots { phase_s, proofs_max } => {
            let proofs_max = Some(proofs_max as u32);
            L1::Slots { slot_s: oracle.block_s, missed: 0.0, phase_s: Some(phase_s), proofs_max }
        }
    };
    let aggregation = aggregation_of(oracle);
    let closing = if oracle.held_back { Closing::ProverFree } else { Closing::Full };
    Pipeline::new(arrivals, oracle.prove.clone(), oracle.provers as u32, aggregation, l1)
        .and_then(|p| p.with_groups(oracle.n as u32, oracle.aggregators as u32))
        .and_then(|p| p.with_closing(closing, 0.0))
        .unwrap()
}

fn chain() -> impl Strategy<Value = Chain> {
    prop_oneof![
        Just(Chain::Latency),
        Just(Chain::Serial),
        (0.0_f64..40.0, 1_usize..4).prop_map(|(phase_s, proofs_max)| Chain::Slots { phase_s, proofs_max }),
    ]
}

fn shape(index: usize) -> Shape {
    let tree = |arity, lifts| Shape::Tree { arity, lifts };
    [Shape::Total, tree(2, false), tree(2, true), tree(3, false), tree(3, true), tree(5, true), Shape::Fold]
        [index]
}

/// The mean delay that the simulation finds over the last 30 of 40 groups.
fn simulated_mean_s(oracle: &Oracle, seed: u64) -> f64 {
    let (warm, all) = (10 * oracle.n as u64, 40 * oracle.n as u64);
    let length = RunLength::new(all, warm, 1, seed).unwrap();
    simulate(&simulated(oracle), length).consolidated.mean_s.value
}

/// The same of a list of delays; summed in the same order, equal delays have equal means to the last bit.
fn mean_s(delays_s: &[f64]) -> f64 {
    delays_s[10..].iter().sum::<f64>() / (delays_s.len() - 10) as f64
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_two_agree_to_the_last_bit(
        (poisson, held_back, eager) in any::<(bool, bool, bool)>(),
        chain in chain(),
        (prove_law, step_law, shape_index) in (0_u8..4, 0_u8..4, 0_usize..7),
        (provers, aggregators, n) in (1_usize..20, 1_usize..6, 1_usize..20),
        (prove_s, step_s, block_s) in (1.0_f64..200.0, 0.1_f64..40.0, 0.1_f64..40.0),
        seed in any::<u64>(),
    ) {
        let (prove, step, shape) = (time(prove_law, prove_s), time(step_law, step_s), shape(shape_index));
        let oracle = Oracle {
            close_s: 10.0, poisson, prove, provers, shape, eager, step, aggregators, n, block_s, chain, held_back,
        };
        prop_assert_eq!(simulated_mean_s(&oracle, seed), mean_s(&oracle.delays_s(40 * n, seed, 0)));
    }

    #[test]
    fn with_aggregators_enough_no_schedule_is_needed(
        (poisson, eager) in any::<(bool, bool)>(),
        chain in chain(),
        (prove_law, shape_index) in (0_u8..4, 1_usize..7),
        (provers, n) in (1_usize..20, 1_usize..20),
        (prove_s, step_s, block_s) in (1.0_f64..200.0, 0.1_f64..40.0, 0.1_f64..40.0),
        seed in any::<u64>(),
    ) {
        let (prove, step, shape) = (time(prove_law, prove_s), time(0, step_s), shape(shape_index));
        let oracle = Oracle {
            close_s: 10.0, poisson, prove, provers, shape, eager, step, aggregators: 40 * n, n, block_s, chain,
            held_back: false,
        };
        prop_assert_eq!(simulated_mean_s(&oracle, seed), mean_s(&oracle.delays_ample_s(40 * n, seed, 0)));
    }

    /// The closed form of merging is what is left of the delay where nothing is random and provers are ample.
    #[test]
    fn the_formula_of_merging_is_exact_where_nothing_is_random(
        (eager, shape_index) in (any::<bool>(), 1_usize..7),
        (aggregators, n) in (1_usize..7, 1_usize..24),
        (utilization, block_s) in (0.05_f64..1.0, 0.1_f64..40.0),
    ) {
        let shape = shape(shape_index);
        let one_s = aggregation_of(&oracle_of(shape, eager, n, aggregators, 1.0)).work_s(n as u32);
        // Merges so long that the aggregators are in use for this part of their time.
        let step_s = utilization * aggregators as f64 * n as f64 * 10.0 / one_s.max(1.0);
        let oracle = Oracle { block_s, ..oracle_of(shape, eager, n, aggregators, step_s) };
        let pipeline = simulated(&oracle);
        let merging_s = aggregation_of(&oracle).latency_s(n as u32, aggregators as u32, 10.0);
        let length = RunLength::new(400 * n as u64, 300 * n as u64, 1, 1).unwrap();
        let mean_s = simulate(&pipeline, length).consolidated.mean_s.value;
        let form_s = 10.0 * n as f64 + 33.3 + merging_s + block_s;
        if eager || merging_s <= 10.0 * n as f64 {
            // Close to full use the first groups are forgotten after hundreds only.
            let within = if utilization < 0.9 { 1e-6 } else { 1e-2 };
            prop_assert!((mean_s - form_s).abs() < within * form_s, "{mean_s} against {form_s}");
        }
    }
}

/// A batch every 10 s, a proof 33.3 s later, merges of one length.
fn oracle_of(shape: Shape, eager: bool, n: usize, aggregators: usize, step_s: f64) -> Oracle {
    Oracle {
        close_s: 10.0,
        poisson: false,
        prove: time(0, 33.3),
        provers: 4,
        shape,
        eager,
        step: time(0, step_s),
        aggregators,
        n,
        block_s: 15.0,
        chain: Chain::Latency,
        held_back: false,
    }
}

#[test]
fn one_seed_gives_one_result_at_any_number_of_threads() {
    let oracle = Oracle {
        close_s: 10.0,
        poisson: true,
        prove: time(1, 120.0),
        provers: 14,
        shape: Shape::Tree { arity: 2, lifts: false },
        eager: true,
        step: time(2, 12.0),
        aggregators: 2,
        n: 12,
        block_s: 15.0,
        chain: Chain::Serial,
        held_back: false,
    };
    let length = RunLength::new(3_000, 300, 7, 42).unwrap();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| simulate(&simulated(&oracle), length)))
    };
    let alone = on(1);
    assert_eq!(alone, on(2));
    assert_eq!(alone, on(5));
}
