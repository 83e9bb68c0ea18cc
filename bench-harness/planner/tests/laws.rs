//! The scaling laws of a profile: synthetic ones whose coefficients are known, and the profile that is shipped, which
//! has too little for most.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::scaling::{Asked, laws};
use planner::sim::{Stage, Stream};
use records::laws::{FitRecord, LawName, LawRecord, LawsRecord, OfName, OverName, Reach};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};

#[track_caller]
fn close_to(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: got {got}, expected {expected} within {tolerance}");
}

/// A profile that was measured: swaps of 32 on one core and on two.
fn measured() -> ProfileRecord {
    let text = include_str!("../../../tests/data/two-cores-solo.json");
    records::file::parse(text, std::path::Path::new("profile.json")).unwrap()
}

/// The measured profile with these cells in place of its own, each made from its first.
fn profile(cells: impl IntoIterator<Item = CellSummaryRecord>) -> ProfileRecord {
    ProfileRecord { cells: cells.into_iter().collect(), ..measured() }
}

/// The first cell of the shipped profile with every time of one stage set.
fn cell(stage: QuantityName, time_s: f64) -> CellSummaryRecord {
    let mut cell = measured().cells.swap_remove(0);
    cell.quantities.retain(|quantity| quantity.quantity == stage && quantity.level.is_none());
    cell.quantities[0].median_s = time_s;
    cell
}

fn on_cores(cores: u64, time_s: f64) -> CellSummaryRecord {
    let mut cell = cell(QuantityName::ProveBatch, time_s);
    cell.cell.cores = cores;
    cell
}

#[track_caller]
fn the_law(record: &LawsRecord, over: OverName, of: OfName) -> LawRecord {
    let found: Vec<_> = record.laws.iter().filter(|law| law.over == over && law.of == of).collect();
    assert_eq!(found.len(), 1, "{record:?}");
    found[0].clone()
}

#[track_caller]
fn fit(law: &LawRecord, name: LawName) -> FitRecord {
    law.fits.iter().find(|fit| fit.law == name).unwrap_or_else(|| panic!("no {name:?} in {law:?}")).clone()
}

#[track_caller]
fn value(fit: &FitRecord, name: &str) -> f64 {
    fit.coefficients.iter().find(|coefficient| coefficient.name == name).unwrap().value
}

fn usl_s(cores: u64, one_core_s: f64, alpha: f64, beta: f64) -> f64 {
    let n = cores as f64;
    one_core_s * (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0)) / n
}

#[test]
fn cores_give_back_the_coefficients_they_were_made_of() {
    let counts = [1, 2, 4, 8, 16];
    let made = profile(counts.map(|n| on_cores(n, usl_s(n, 1.8, 0.03, 0.0005))));
    let asked = Asked::default().at_cores(&[1, 16, 32, 33]).unwrap();
    let law = the_law(&laws(&made, &asked), OverName::Cores, OfName::TimeS);
    let usl = fit(&law, LawName::Usl);
    close_to(value(&usl, "one_core_s"), 1.8, 1e-9, "one core");
    close_to(value(&usl, "contention"), 0.03, 1e-9, "contention");
    close_to(value(&usl, "crosstalk"), 0.0005, 1e-10, "crosstalk");
    assert_eq!(usl.degrees_of_freedom, 2);
    close_to(usl.leave_one_out_fraction.unwrap(), 0.0, 1e-8, "left out");
    let peak = usl.peak.unwrap();
    close_to(peak.cores, (0.97_f64 / 0.0005).sqrt(), 1e-4, "peak");
    assert_eq!(peak.reach, Reach::Far, "44 cores were never near");
    let at = |x: f64| usl.curve.iter().find(|point| point.x == x).unwrap();
    close_to(at(32.0).y, usl_s(32, 1.8, 0.03, 0.0005), 1e-9, "32 cores");
    assert_eq!((at(16.0).reach, at(32.0).reach), (Reach::Within, Reach::Beyond));
    assert_eq!(usl.refused.iter().map(|refused| refused.x).collect::<Vec<_>>(), [33.0]);

    // Amdahl alone cannot bend: its error shows in what was left out.
    let amdahl = fit(&law, LawName::Amdahl);
    assert!(amdahl.leave_one_out_fraction.unwrap() > 1e-3, "{amdahl:?}");

    let loud = laws(&made, &asked.far());
    let loud = fit(&the_law(&loud, OverName::Cores, OfName::TimeS), LawName::Usl);
    assert!(loud.refused.is_empty());
    assert_eq!(loud.curve.last().unwrap().reach, Reach::Far);
}

#[test]
fn intervals_of_noisy_cores_hold_the_truth_as_often_as_they_say() {
    let counts = [1, 2, 3, 4, 6, 8, 12, 16];
    let (alpha, beta) = (0.05, 0.001);
    let mut noise = Stream::new(7, 0, Stage::Bootstrap);
    let runs = 600;
    let (mut held_alpha, mut held_beta, mut held_curve) = (0, 0, 0);
    for _ in 0..runs {
        let made = profile(counts.map(|n| {
            // About normal: the sum of twelve uniforms, 3 % wide.
            let z: f64 = (0..12).map(|_| noise.uniform()).sum::<f64>() - 6.0;
            on_cores(n, usl_s(n, 1.8, alpha, beta) * (1.0 + 0.03 * z))
        }));
        let asked = Asked::default().at_cores(&[24]).unwrap();
        let usl = fit(&the_law(&laws(&made, &asked), OverName::Cores, OfName::TimeS), LawName::Usl);
        let holds = |name: &str, truth: f64| {
            let found = usl.coefficients.iter().find(|coefficient| coefficient.name == name).unwrap();
            // Without an interval it was held at 0.
            found.low.is_none_or(|low| low <= truth) && found.high.is_none_or(|high| truth <= high)
        };
        held_alpha += u32::from(holds("contention", alpha));
        held_beta += u32::from(holds("crosstalk", beta));
        let truth_s = usl_s(24, 1.8, alpha, beta);
        let point = usl.curve[0];
        held_curve += u32::from(point.low.unwrap() <= truth_s && truth_s <= point.high.unwrap());
    }
    for (name, held) in [("contention", held_alpha), ("crosstalk", held_beta), ("curve", held_curve)] {
        let share = f64::from(held) / f64::from(runs);
        println!("{name}: the 95 % interval held the truth in {:.1} % of {runs} profiles", 100.0 * share);
        assert!((0.92..=0.995).contains(&share), "{name}: {share}");
    }
}

#[test]
fn three_core_counts_are_an_exact_fit_and_say_so() {
    let made = profile([1, 2, 4].map(|n| on_cores(n, usl_s(n, 1.8, 0.1, 0.0))));
    let law = the_law(&laws(&made, &Asked::default()), OverName::Cores, OfName::TimeS);
    let (amdahl, usl) = (fit(&law, LawName::Amdahl), fit(&law, LawName::Usl));
    close_to(value(&amdahl, "serial_fraction"), 0.1, 1e-9, "serial share");
    assert!(amdahl.coefficients[1].low.is_some());
    assert!(usl.coefficients.iter().all(|coefficient| coefficient.low.is_none()), "{usl:?}");
    assert!(
        law.notes.iter().any(|note| note.contains("the universal law passes through its 3 points exactly"))
    );
}

#[test]
fn the_clock_takes_three() {
    let at = |clock: &str, ghz: f64| {
        let mut cell = cell(QuantityName::ProveBatch, 240.0 / ghz + 20.0);
        cell.cell.clock = clock.to_owned();
        cell
    };
    let three = profile([at("1.5GHz", 1.5), at("2GHz", 2.0), at("3GHz", 3.0)]);
    let asked = Asked::default().at_clocks_ghz(&[4.0, 7.0]).unwrap();
    let law = fit(&the_law(&laws(&three, &asked), OverName::ClockGhz, OfName::TimeS), LawName::InverseClock);
    close_to(value(&law, "a_ghz_s"), 240.0, 1e-7, "A");
    close_to(value(&law, "b_s"), 20.0, 1e-7, "B");
    // Scaling cycles alone from 2 GHz would say 70 s.
    close_to(law.curve[0].y, 80.0, 1e-7, "4 GHz");
    assert_eq!(law.curve[0].reach, Reach::Beyond);
    assert_eq!(law.refused[0].x, 7.0);

    let two = laws(&profile([at("1.5GHz", 1.5), at("2GHz", 2.0)]), &Asked::default());
    assert!(two.laws.iter().all(|law| law.over != OverName::ClockGhz));
    let words = two.missing.iter().find(|words| words.starts_with("Over the clock")).unwrap();
    assert!(words.contains("three clocks") && words.contains("measured: 2"), "{words}");

    // A quota is never a clock.
    let shares = profile([at("25%", 0.25), at("50%", 0.5), at("as_is", 1.0)]);
    let record = laws(&shares, &Asked::default());
    let law = fit(&the_law(&record, OverName::CpuFraction, OfName::TimeS), LawName::InverseClock);
    close_to(value(&law, "a_s"), 240.0, 1e-7, "A over the share");
    assert!(record.laws.iter().all(|law| law.over != OverName::ClockGhz));
}

#[test]
fn no_line_crosses_a_step_of_the_padding() {
    let of = |size: u64, padded: u64| {
        let base_s = padded as f64 / 2048.0;
        let mut cell = cell(QuantityName::ProveBatch, base_s + 0.01 * size as f64);
        (cell.cell.batch_transactions, cell.cell.capacity_transactions) = (size, size);
        cell.peak_rss_bytes = Some(padded * 50_000 + size * 1_000);
        let circuit = &mut cell.system.as_mut().unwrap().circuits[0];
        (circuit.rows, circuit.padded_rows) = (size * 120, padded);
        cell
    };
    let made =
        profile([of(20, 4096), of(26, 4096), of(32, 4096), of(40, 8192), of(60, 8192), of(100, 16_384)]);
    let record = laws(&made, &Asked::default());
    let rows: Vec<Option<u64>> = record
        .laws
        .iter()
        .filter(|law| law.over == OverName::BatchTransactions && law.of == OfName::TimeS)
        .map(|law| law.family.padded_rows)
        .collect();
    assert_eq!(rows, [Some(4096), Some(8192)]);
    for law in record.laws.iter().filter(|law| law.over == OverName::BatchTransactions) {
        let fit = fit(law, LawName::Line);
        let (fixed, each) = match law.of {
            OfName::TimeS => (law.family.padded_rows.unwrap() as f64 / 2048.0, 0.01),
            OfName::MemoryBytes => (law.family.padded_rows.unwrap() as f64 * 50_000.0, 1_000.0),
        };
        close_to(fit.coefficients[0].value, fixed, 1e-7 * fixed, "fixed part");
        close_to(fit.coefficients[1].value, each, 1e-6 * each, "a transaction");
    }
    assert!(record.missing.iter().any(|words| words.contains("100 of 16384 rows")), "{:?}", record.missing);

    // 34 transactions of 120 rows fit 4096; the 35th is in another circuit.
    let asked = Asked::default().at_sizes(&[34, 35]).unwrap();
    let small =
        laws(&made, &asked).laws.into_iter().find(|law| law.family.padded_rows == Some(4096)).unwrap();
    let small = fit(&small, LawName::Line);
    assert_eq!((small.curve.len(), small.curve[0].x, small.refused[0].x), (1, 34.0, 35.0));
    assert!(small.refused[0].why.contains("do not fit"), "{:?}", small.refused);
}

/// Tables are as high as the next power of two of what they hold: their steps are scatter about the line.
#[test]
fn a_line_without_rows_holds_at_a_size_that_it_did_not_see() {
    let time_s = |size: u64| 0.03 + 0.0016 * size as f64 + 0.0002 * size.next_power_of_two() as f64;
    let of = |size: u64| {
        let mut cell = cell(QuantityName::ProveBatch, time_s(size));
        (cell.cell.batch_transactions, cell.cell.capacity_transactions) = (size, size);
        cell.system.as_mut().unwrap().circuits.clear();
        cell
    };
    let made = profile([32, 96, 256, 640, 1024, 4096].map(of));
    let law_of = |made: &ProfileRecord| {
        let asked = Asked::default().at_sizes(&[1_500]).unwrap();
        let laws = laws(made, &asked);
        let is_time = |law: &&LawRecord| law.over == OverName::BatchTransactions && law.of == OfName::TimeS;
        laws.laws.iter().find(is_time).cloned().ok_or(laws.missing)
    };
    let law = law_of(&made).expect("a line");
    assert_eq!(law.family.padded_rows, None);
    assert!(law.notes.iter().any(|note| note.contains("the middle of its steps")), "{:?}", law.notes);
    let point = fit(&law, LawName::Line).curve[0];
    let (low, high) = (point.low.unwrap(), point.high.unwrap());
    assert!((low..=high).contains(&time_s(1_500)), "{} is not in [{low}, {high}]", time_s(1_500));
    assert!(high - low < 0.3 * point.y, "an interval that says nothing: {point:?}");

    let few = law_of(&profile([32, 96, 256].map(of))).expect_err("three sizes are too few");
    assert!(few.join("\n").contains("reports no rows"), "{few:?}");
}

#[test]
fn merges_are_counted_over_n() {
    let of = |n: u64, factor: f64| {
        let mut cell = cell(QuantityName::Aggregate, 3.6 * (n - 1) as f64 * factor);
        cell.cell.batches_per_aggregation = n;
        cell
    };
    let asked = Asked::default().at_n(&[12]).unwrap();
    let law = the_law(
        &laws(&profile([of(2, 1.0), of(4, 1.0), of(8, 1.0)]), &asked),
        OverName::BatchesPerAggregation,
        OfName::TimeS,
    );
    let merges = fit(&law, LawName::Merges);
    close_to(value(&merges, "merge_s"), 3.6, 1e-12, "a merge");
    assert_eq!(merges.degrees_of_freedom, 2);
    let tree = law.trees[0];
    // Of three nodes of a level one has no neighbour and is lifted.
    assert_eq!((tree.batches_per_aggregation, tree.merges, tree.levels), (12, 12, 4));
    close_to(tree.one_aggregator_s, 43.2, 1e-9, "one aggregator");
    close_to(tree.enough_aggregators_s, 14.4, 1e-9, "enough");

    // Merges that do not cost the same at each N: the interval opens and the error is told.
    let uneven = laws(&profile([of(2, 1.0), of(4, 1.1), of(8, 0.95)]), &asked);
    let uneven = fit(&the_law(&uneven, OverName::BatchesPerAggregation, OfName::TimeS), LawName::Merges);
    assert!(
        uneven.leave_one_out_fraction.unwrap() > 0.05 && uneven.coefficients[0].low.unwrap() < 3.4,
        "{uneven:?}"
    );
}

#[test]
fn the_shipped_profile_says_what_it_lacks() {
    let record = laws(&measured(), &Asked::default());
    let prove = record
        .laws
        .iter()
        .find(|law| law.over == OverName::Cores && law.stage == Some(QuantityName::ProveBatch))
        .unwrap();
    // Two core counts: Amdahl's law through both, without an interval, and no universal law.
    let amdahl = fit(prove, LawName::Amdahl);
    assert_eq!((prove.fits.len(), amdahl.degrees_of_freedom, amdahl.leave_one_out_fraction), (1, 0, None));
    assert!(amdahl.coefficients.iter().all(|coefficient| coefficient.low.is_none()));
    let notes = prove.notes.join(" ");
    assert!(notes.contains("nothing that checks it; 3 core counts would"), "{notes}");
    assert!(
        notes.contains(
            "the universal law is not fitted: it takes 3 core counts, 4 for intervals; measured: 2"
        )
    );
    let missing = record.missing.join("\n");
    for words in ["Over the clock: T = A/x + B takes three clocks", "Over batch size", "32 of 4096 rows"] {
        assert!(missing.contains(words), "{words} is missing from\n{missing}");
    }
    let merge = record.laws.iter().find(|law| law.over == OverName::BatchesPerAggregation).unwrap();
    assert!(merge.notes[0].contains("One N was measured (2)"), "{:?}", merge.notes);

    // An empty profile is an answer too.
    let empty = laws(&profile([]), &Asked::default());
    assert!(empty.laws.is_empty() && empty.missing.len() >= 3, "{empty:?}");
}
