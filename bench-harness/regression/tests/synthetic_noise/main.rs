//! False positives and power of paired comparisons on synthetic noise.
//!
//! The whole table, as METHODOLOGY.md shows it, takes minutes:
//! `cargo test --release -p regression --test synthetic_noise -- --ignored --nocapture`.

mod machine;
mod trials;

use crate::machine::{Noise, noises};
use crate::trials::{Counts, trials};
use regression::paired::PairedRules;

const TRIALS: u64 = 2000;

fn at(place: usize, factor: f64, rules: &PairedRules) -> Counts {
    trials(noises()[place].1, factor, rules, TRIALS, 1)
}

#[test]
fn an_unchanged_build_hardly_ever_fails_on_any_noise() {
    for (place, (name, _)) in noises().iter().enumerate() {
        let counts = at(place, 1.0, &PairedRules::default());
        assert!(counts.fraction(counts.regressed) <= 0.01, "{name}: {counts:?}");
    }
}

#[test]
fn five_percent_are_caught_on_a_quiet_machine_and_less_than_what_counts_is_not() {
    let rules = PairedRules::default();
    let counts = at(0, 1.05, &rules);
    assert!(counts.fraction(counts.regressed) >= 0.85, "{counts:?}");
    assert_eq!(counts.pass, 0, "{counts:?}");
    let counts = at(0, 1.01, &rules);
    assert!(counts.fraction(counts.regressed) <= 0.01, "{counts:?}");
}

#[test]
fn a_real_regression_is_seldom_passed_on_any_noise() {
    for (place, (name, _)) in noises().iter().enumerate() {
        let counts = at(place, 1.03, &PairedRules::default());
        // "Pass" excludes the minimum effect at the level of the test, 5 %.
        assert!(counts.fraction(counts.pass) <= 0.06, "{name}: {counts:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_counts() {
    let count = |seed| trials(noises()[5].1, 1.03, &PairedRules::default(), 200, seed);
    assert_eq!(count(3), count(3));
    assert_ne!(count(3), count(4));
}

#[test]
fn without_noise_there_is_no_doubt() {
    let counts = trials(Noise::default(), 1.05, &PairedRules::default(), 20, 1);
    assert_eq!((counts.regressed, counts.trials), (20, 20));
}

/// The table of METHODOLOGY.md: a row for each noise and number of pairs, each figure from 2000 comparisons.
#[test]
#[ignore = "a study of several minutes"]
fn the_whole_table() {
    let rules = PairedRules::default();
    println!(
        "{TRIALS} comparisons a figure, min effect {:.0} %, level {:.0} %, seed {}.\n\n\
         | noise | pairs | unchanged: fails | one block alone would | passes | inconclusive | +3 %: passes | +5 %: fails | +10 %: fails |\n\
         |---|---|---|---|---|---|---|---|---|",
        rules.min_effect * 100.0,
        rules.level * 100.0,
        rules.seed
    );
    for (name, noise) in noises() {
        for pairs in [5, 10, 20] {
            let rules = PairedRules { pairs, repeat_discarded: pairs, ..rules };
            let at = |factor| trials(noise, factor, &rules, TRIALS, rules.seed);
            let (unchanged, three, five, ten) = (at(1.0), at(1.03), at(1.05), at(1.10));
            let percent = |fraction: f64| format!("{:.1} %", fraction * 100.0);
            let cells = [
                name.to_owned(),
                pairs.to_string(),
                format!("{:.2} %", unchanged.fraction(unchanged.regressed) * 100.0),
                percent(unchanged.fraction(unchanged.suspected)),
                percent(unchanged.fraction(unchanged.pass)),
                percent(unchanged.fraction(unchanged.inconclusive)),
                percent(three.fraction(three.pass)),
                percent(five.fraction(five.regressed)),
                percent(ten.fraction(ten.regressed)),
            ];
            println!("| {} |", cells.join(" | "));
        }
    }
}
