//! False alarms and power on planted noise. The whole table is made by `bench-harness gate aa --scripted`.

use regression::aa::noise::planted;
use regression::aa::trials::{Counts, trials};
use regression::paired::Rules;

const TRIALS: u64 = 2000;

fn at(place: usize, factor: f64, rules: &Rules) -> Counts {
    trials(planted()[place].1, factor, rules, TRIALS, 1)
}

#[test]
fn an_unchanged_build_hardly_ever_fails_on_any_noise() {
    for (place, (name, _)) in planted().iter().enumerate() {
        let counts = at(place, 1.0, &Rules::default());
        assert!(counts.share(counts.regressed) <= 0.01, "{name}: {counts:?}");
    }
}

#[test]
fn five_percent_are_caught_on_a_quiet_machine_and_less_than_what_counts_is_not() {
    let rules = Rules::default();
    let counts = at(0, 1.05, &rules);
    assert!(counts.share(counts.regressed) >= 0.85, "{counts:?}");
    assert_eq!(counts.pass, 0, "{counts:?}");
    let counts = at(0, 1.01, &rules);
    assert!(counts.share(counts.regressed) <= 0.01, "{counts:?}");
}

#[test]
fn a_real_regression_is_seldom_passed_on_any_noise() {
    for (place, (name, _)) in planted().iter().enumerate() {
        let counts = at(place, 1.03, &Rules::default());
        // "Pass" excludes the least effect at the level of the test, 5 %.
        assert!(counts.share(counts.pass) <= 0.06, "{name}: {counts:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_counts() {
    let count = |seed| trials(planted()[5].1, 1.03, &Rules::default(), 200, seed);
    assert_eq!(count(3), count(3));
    assert_ne!(count(3), count(4));
}
