//! Two simulations of one pipeline must give the same delays. Short runs: a check of every commit, without optimisation.

use bench_compare::{Case, general, ours};

/// Batches of a run: 500 groups of the pipeline.
const BATCHES: u64 = 6_000;

#[test]
fn the_same_streams_give_the_same_delays() {
    for case in [Case::Queue, Case::Pipeline] {
        for seed in 1..=3 {
            let (theirs, ours) =
                (general::run(case, BATCHES, seed).unwrap(), ours::run(case, BATCHES, seed).unwrap());
            assert_eq!((theirs.groups, theirs.events), (ours.groups, ours.events), "{case:?}");
            // Whole nanoseconds there, doubles here.
            let apart = (theirs.mean_s / ours.mean_s - 1.0).abs();
            println!(
                "{case:?}, seed {seed}: nexosim {} s, planner {} s, {apart:.1e} apart",
                theirs.mean_s, ours.mean_s
            );
            assert!(apart < 1e-5, "{case:?}: {theirs:?} {ours:?}");
        }
    }
}

/// Different streams: two estimates of one mean, each with its interval.
#[test]
fn other_streams_agree_within_their_intervals() {
    for case in [Case::Queue, Case::Pipeline] {
        let estimate = |values: Vec<f64>| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
            // Student's t for 9 degrees of freedom.
            (mean, 2.262 * (variance / n).sqrt())
        };
        let theirs =
            estimate((101..=110).map(|seed| general::run(case, BATCHES, seed).unwrap().mean_s).collect());
        let ours = estimate((201..=210).map(|seed| ours::run(case, BATCHES, seed).unwrap().mean_s).collect());
        println!(
            "{case:?}: nexosim {:.3} ± {:.3} s, planner {:.3} ± {:.3} s",
            theirs.0, theirs.1, ours.0, ours.1
        );
        assert!((theirs.0 - ours.0).abs() < 1.5 * theirs.1.hypot(ours.1), "{case:?}: {theirs:?} {ours:?}");
    }
}
