//! Scaling laws of a run: of a profile that has two points, and of scripted cells with more.

use crate::support::{Bench, root};
use serde_json::Value;

/// A folder with a measured profile as a run.
fn measured() -> Bench {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("run")).expect("a folder");
    let profile = root().join("tests/data/two-cores-solo.json");
    std::fs::copy(profile, bench.path("run/profile.json")).expect("copied");
    bench
}

#[test]
fn two_points_are_told_to_be_two() {
    let bench = measured();
    let said = bench.run("report run --what laws").ok().stdout.replace("\n  ", " ");
    for wanted in [
        "Over cores: swap of 32, plonky2, N = 2",
        "Amdahl's law passes through its 2 points exactly: no interval, and nothing that checks it",
        "the universal law is not fitted: it takes 3 core counts, 4 for intervals; measured: 2.",
        "EXTRAPOLATED",
        "Over the clock: T = A/x + B takes three clocks",
        "one size alone was measured (32 of 4096 rows)",
        "One N was measured (2)",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in {said}");
    }
    for line in said.lines().filter(|line| line.starts_with('│')) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn beyond_twice_what_was_measured_is_refused_or_loud() {
    let bench = measured();
    let refused = bench.run("report run --what laws --at-cores 4,16").ok().stdout;
    assert!(refused.contains("REFUSED: measured from 1 to 2 cores"), "{refused}");
    let loud = bench.run("report run --what laws --at-cores 4,16 --far").ok().stdout;
    assert!(!loud.contains("REFUSED") && loud.contains("EXTRAPOLATED more than twice"), "{loud}");
    bench
        .run("report run --what laws --at-cores 0")
        .fails(2, &["cores: expected a whole number, 1 or above"]);
    bench.run("report run --what laws --at-ghz fast").fails(2, &["--at-ghz"]);
    bench
        .run("report run --what laws --at-ghz 0")
        .fails(2, &["clock_ghz: expected a finite number above zero"]);
}

#[test]
fn every_form_has_the_same_figures() {
    let bench = measured();
    let json: Value =
        serde_json::from_str(&bench.run("report run --what laws --format json").ok().stdout).expect("JSON");
    let laws = json["laws"].as_array().expect("laws");
    let prove =
        laws.iter().find(|law| law["over"] == "cores" && law["stage"] == "prove_batch").expect("a law");
    let share = prove["fits"][0]["coefficients"][1]["value"].as_f64().expect("a share");
    // t(2)/t(1) = s + (1 − s)/2, with the medians of the shipped profile.
    assert!((share - (2.0 * 0.904_706_412 / 1.805_948_693 - 1.0)).abs() < 1e-6, "{share}");
    let csv = bench.run("report run --what laws --format csv").ok().stdout;
    let row = csv
        .lines()
        .find(|line| line.contains(",prove_batch,") && line.contains(",amdahl,serial_fraction,"))
        .expect("a row");
    assert!(row.contains(&format!("{share}")), "{row}");
    let markdown = bench.run("report run --what laws --format markdown").ok().stdout;
    assert!(markdown.contains("### Over cores: swap of 32, plonky2, N = 2"), "{markdown}");
}
