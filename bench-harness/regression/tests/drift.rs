//! Drift in typed histories, and how often it is seen where there is none.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use records::regression::drift::{DriftName, DriftRecord, DriftRules, SeriesDriftRecord};
use records::regression::history::{
    HISTORY_SCHEMA_VERSION, HistoryMachineRecord, HistoryPointRecord, HistoryRecord,
};
use regression::history::{DriftError, Quantities, drift as drift_of};

const RULES: DriftRules =
    DriftRules { level: 0.05, permutations: 999, min_shift: 0.03, last: 100, recent: 30, seed: 1 };

fn drift(history: &[HistoryRecord], rules: &DriftRules) -> Result<DriftRecord, DriftError> {
    drift_of(history, Quantities::Main, rules)
}

fn point(cell: &str, quantity: &str, value_s: f64) -> HistoryPointRecord {
    let (cell, quantity) = (cell.to_owned(), quantity.to_owned());
    HistoryPointRecord { cell, quantity, value_s, low_s: None, high_s: None, samples: 8 }
}

fn record(at: usize, machine: &str, points: Vec<HistoryPointRecord>) -> HistoryRecord {
    HistoryRecord {
        schema_version: HISTORY_SCHEMA_VERSION,
        commit: format!("c{at}"),
        recorded_unix_s: 1_700_000_000 + at as u64,
        program_version: "0.1.0".to_owned(),
        machine: HistoryMachineRecord { fingerprint: machine.to_owned(), words: machine.to_owned() },
        points,
    }
}

/// Log-normal noise about 1, by Box and Muller.
struct Noise(ChaCha8Rng);

impl Noise {
    fn factor(&mut self, cv: f64) -> f64 {
        let mut uniform = || (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let (radius, angle) = (1.0 - uniform(), uniform());
        (cv * (-2.0 * radius.ln()).sqrt() * (2.0 * std::f64::consts::PI * angle).cos()).exp()
    }
}

fn one(levels: impl Iterator<Item = f64>, cv: f64) -> Vec<HistoryRecord> {
    let mut noise = Noise(ChaCha8Rng::seed_from_u64(7));
    let records = levels.enumerate();
    records
        .map(|(at, level)| record(at, "m", vec![point("a", "prove_batch", level * noise.factor(cv))]))
        .collect()
}

fn series(found: &DriftRecord) -> &SeriesDriftRecord {
    &found.machines[0].series[0]
}

#[test]
fn a_step_is_named_with_its_commit() {
    let history = one((0..50).map(|at| if at < 30 { 1.8 } else { 1.91 }), 0.01);
    let found = drift(&history, &RULES).expect("rules");
    let series = series(&found);
    assert_eq!((series.drift, series.changes.len()), (DriftName::Slower, 1));
    assert_eq!(series.changes[0].commit, "c30");
    let shift = series.shift.as_ref().expect("a shift");
    assert!((shift.ratio - 1.91 / 1.8).abs() < 0.01, "{shift:?}");
    assert_eq!((shift.since.as_str(), shift.compared_with.as_str(), shift.is_recent), ("c30", "c29", true));
}

/// Half a percent a commit is below any limit between two commits, and 28 % over fifty.
#[test]
fn a_slow_drift_is_seen_from_its_best() {
    let history = one((0..50).map(|at| 1.0 + 0.0056 * at as f64), 0.01);
    let found = drift(&history, &RULES).expect("rules");
    let series = series(&found);
    assert_eq!(series.drift, DriftName::Slower);
    let shift = series.shift.as_ref().expect("a shift");
    assert!(shift.ratio > 1.12 && shift.ratio < 1.28, "{shift:?}");
    assert!(series.changes.iter().all(|change| change.ratio > 1.0) && series.changes.len() >= 2);
}

#[test]
fn what_was_mended_is_faster_and_what_is_small_is_steady() {
    let mended = one((0..60).map(|at| if at < 25 { 2.0 } else { 1.8 }), 0.01);
    assert_eq!(series(&drift(&mended, &RULES).expect("rules")).drift, DriftName::Faster);
    let small = one((0..60).map(|at| if at < 30 { 2.0 } else { 2.03 }), 0.001);
    let found = drift(&small, &RULES).expect("rules");
    assert_eq!((series(&found).drift, series(&found).changes.len()), (DriftName::Steady, 1));
    let few = one((0..5).map(|at| if at < 2 { 2.0 } else { 9.0 }), 0.001);
    assert_eq!(series(&drift(&few, &RULES).expect("rules")).drift, DriftName::TooFew);
}

#[test]
fn an_old_shift_is_no_longer_recent() {
    let history = one((0..90).map(|at| if at < 20 { 1.0 } else { 1.1 }), 0.01);
    let found = drift(&history, &RULES).expect("rules");
    let shift = series(&found).shift.clone().expect("a shift");
    assert!(!shift.is_recent, "{shift:?}");
    // And out of the window, it is nothing at all.
    let found = drift(&history, &DriftRules { last: 60, ..RULES }).expect("rules");
    assert_eq!(series(&found).drift, DriftName::Steady);
}

#[test]
fn machines_are_never_mixed() {
    let mut history = one((0..40).map(|_| 1.0), 0.01);
    for (at, record) in history.iter_mut().enumerate().skip(20) {
        record.machine.fingerprint = "other".to_owned();
        record.points[0].value_s *= 2.0;
        assert!(at >= 20);
    }
    let found = drift(&history, &RULES).expect("rules");
    assert_eq!(found.machines.len(), 2);
    for machine in &found.machines {
        assert_eq!((machine.series[0].points.len(), machine.series[0].drift), (20, DriftName::Steady));
    }
}

#[test]
fn main_quantities_unless_all_are_asked_for() {
    let quantities = ["set_up", "prove_batch", "aggregate_merge 1", "verify"];
    let points = || quantities.iter().map(|name| point("a", name, 1.0)).collect();
    let history: Vec<_> = (0..8).map(|at| record(at, "m", points())).collect();
    let named = |quantities| {
        let found = drift_of(&history, quantities, &RULES).expect("rules");
        found.machines[0].series.iter().map(|series| series.quantity.clone()).collect::<Vec<_>>()
    };
    assert_eq!(named(Quantities::Main), ["prove_batch", "aggregate_merge 1"]);
    assert_eq!(named(Quantities::All), quantities);
}

#[test]
fn rules_that_cannot_be() {
    for rules in [
        DriftRules { level: 0.0, ..RULES },
        DriftRules { level: f64::NAN, ..RULES },
        DriftRules { min_shift: -0.1, ..RULES },
        DriftRules { permutations: 0, ..RULES },
        DriftRules { last: 5, ..RULES },
    ] {
        assert!(drift(&[], &rules).is_err(), "{rules:?}");
    }
    assert!(drift(&[], &RULES).expect("rules").machines.is_empty());
}

/// Of 2,000 machines without drift, four series of 60 results each with 2 % noise, at most one in twenty may be warned
/// of, and chance on top; without the minimum shift, which only makes warnings fewer. Of as many that got 5 % slower
/// fifteen results ago, nearly all are.
#[test]
fn false_positives_are_rare_and_a_shift_is_detected() {
    let rules = DriftRules { permutations: 199, min_shift: 0.0, ..RULES };
    let mut noise = Noise(ChaCha8Rng::seed_from_u64(11));
    let mut history = |slower_from: usize, ratio: f64| -> Vec<HistoryRecord> {
        let cells = ["a", "b", "c", "d"];
        let records = (0..60).map(|at| {
            let level = if at >= slower_from { ratio } else { 1.0 };
            let points = cells.map(|cell| {
                let level = if cell == "a" { level } else { 1.0 };
                point(cell, "prove_batch", level * noise.factor(0.02))
            });
            record(at, "m", points.to_vec())
        });
        records.collect()
    };
    let trials = 2_000;
    let mut false_positives = 0;
    let mut seen = 0;
    for _ in 0..trials {
        let steady = drift(&history(60, 1.0), &rules).expect("rules");
        let is_positive =
            |found: &DriftRecord| found.machines[0].series.iter().any(|one| !one.changes.is_empty());
        false_positives += usize::from(is_positive(&steady));
        let slower = drift(&history(45, 1.05), &rules).expect("rules");
        seen += usize::from(slower.machines[0].series[0].drift == DriftName::Slower);
    }
    // 5 % of 2,000 is 100; more than 130 of them by chance: p = 0.001.
    assert!(false_positives <= 130, "{false_positives} of {trials} without drift");
    assert!(seen >= 1_900, "{seen} of {trials} with 5 %");
    println!("false positives {false_positives} of {trials}; 5 % seen {seen} of {trials}");
}
