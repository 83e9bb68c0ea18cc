//! The simulation equals an independent recursion exactly, on the same random streams.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

#[path = "common/oracle.rs"]
mod recursion;

use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, Closing, L1, Pipeline, RunLength, simulate};
use proptest::prelude::*;
use recursion::Oracle;

fn time(law: u8, mean_s: f64) -> TimeDist {
    match law {
        0 => TimeDist::fixed("time", mean_s),
        1 => TimeDist::log_normal("time", mean_s, 0.5),
        2 => TimeDist::exponential("time", mean_s),
        _ => TimeDist::empirical("time", vec![mean_s * 0.5, mean_s, mean_s * 1.1, mean_s * 1.4]),
    }
    .unwrap()
}

fn simulated(oracle: &Oracle) -> Pipeline {
    let arrivals =
        if oracle.poisson { Arrivals::poisson(oracle.close_s) } else { Arrivals::fixed(oracle.close_s) }
            .unwrap();
    let l1 = if oracle.serial { L1::Serial(oracle.block_s) } else { L1::Latency(oracle.block_s) };
    let aggregation = Aggregation::fixed_total(oracle.aggregate.clone());
    let closing = if oracle.held_back { Closing::ProverFree } else { Closing::Full };
    Pipeline::new(arrivals, oracle.prove.clone(), oracle.provers as u32, aggregation, l1)
        .and_then(|p| p.with_groups(oracle.n as u32, oracle.aggregators as u32))
        .and_then(|p| p.with_closing(closing, 0.0))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_two_agree_to_the_last_bit(
        (poisson, serial, held_back) in any::<(bool, bool, bool)>(),
        (prove_law, aggregate_law) in (0_u8..4, 0_u8..4),
        (provers, aggregators, n) in (1_usize..20, 1_usize..4, 1_usize..20),
        (prove_s, aggregate_s, block_s) in (1.0_f64..200.0, 0.1_f64..40.0, 0.1_f64..40.0),
        seed in any::<u64>(),
    ) {
        let (prove, aggregate) = (time(prove_law, prove_s), time(aggregate_law, aggregate_s));
        let oracle =
            Oracle { close_s: 10.0, poisson, prove, provers, aggregate, aggregators, n, block_s, serial, held_back };
        let groups = 40;
        let (warm, all) = (10 * n, groups * n);
        let delays_s = oracle.delays_s(all, seed, 0);
        let length = RunLength::new(all as u64, warm as u64, 1, seed).unwrap();
        let simulation = simulate(&simulated(&oracle), length);
        // Summed in the same order, equal delays have equal means to the last bit.
        let mean_s = delays_s[10..].iter().sum::<f64>() / (groups - 10) as f64;
        prop_assert_eq!(simulation.consolidated.mean_s.value, mean_s);
    }
}

#[test]
fn one_seed_gives_one_result_at_any_number_of_threads() {
    let oracle = Oracle {
        close_s: 10.0,
        poisson: true,
        prove: time(1, 120.0),
        provers: 14,
        aggregate: time(2, 12.0),
        aggregators: 2,
        n: 12,
        block_s: 15.0,
        serial: true,
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
