//! What is missing, and numbers that are none: charts degrade in words.

use super::Read;
use crate::html::export;
use crate::html::fixture::{self, profile_with, without};
use proptest::prelude::*;
use records::profile::QuantityName;
use records::report::Records;

#[test]
fn nothing_is_a_page_without_sections() {
    let page = Read::of(&Records::default());
    assert_eq!(page.sections(), Vec::<String>::new());
    assert_eq!(page.all("main").len(), 1);
}

#[test]
fn a_plan_alone_and_a_profile_alone() {
    let plan = Records { plan: Some(fixtures::plan::published_plan()), ..Records::default() };
    assert_eq!(Read::of(&plan).sections(), ["answer", "cost", "designs", "method"]);
    let page = Read::of(&profile_with(|_| {}));
    assert!(page.words("h1").contains("One prover proves a batch in 3.9 s"), "{}", page.words("h1"));
    assert!(!page.sections().contains(&"provers".to_owned()));
}

#[test]
fn why_there_is_no_plan_is_said() {
    let records = Records { no_plan: Some("no plan meets it.".to_owned()), ..profile_with(|_| {}) };
    assert!(Read::of(&records).words("#answer .caution").contains("no plan meets it."));
}

#[test]
fn one_core_count_is_said() {
    let page = Read::of(&profile_with(|_| {}));
    assert!(
        page.words("#cores .caution").contains("One core count was measured (1)"),
        "{}",
        page.words("#cores")
    );
    assert!(!page.all("#stages-over-cores-1 circle").is_empty(), "what was measured is drawn");
}

#[test]
fn one_sample_has_no_interval() {
    let page = Read::of(&profile_with(|profile| {
        for quantity in profile.cells.iter_mut().flat_map(|cell| &mut cell.quantities) {
            quantity.samples = 1;
            quantity.interval = None;
            quantity.deviation_s = None;
            quantity.values_s.truncate(1);
            quantity.discarded_values_s.clear();
        }
    }));
    assert!(page.all("#stages-over-cores-1 .whisker").is_empty());
    assert_eq!(page.all("#every-proof .wide svg > g > circle").len(), 1);
}

#[test]
fn without_aggregation_there_is_no_such_section() {
    let page = Read::of(&profile_with(|profile| {
        without(&mut profile.cells, QuantityName::Aggregate);
        without(&mut profile.cells, QuantityName::AggregateMerge);
    }));
    assert!(!page.sections().contains(&"aggregation".to_owned()));
    assert!(page.words("#cores").contains("Not measured here: aggregate"), "{}", page.words("#cores"));
}

#[test]
fn a_missing_stage_is_named() {
    let page = Read::of(&profile_with(|profile| {
        without(&mut profile.cells, QuantityName::ProveBatch);
        profile.cells.iter_mut().for_each(|cell| cell.discarded_proofs.clear());
    }));
    assert!(page.words("h1").contains("No batch was proved"), "{}", page.words("h1"));
    assert!(!page.sections().contains(&"distribution".to_owned()));
    assert!(
        page.words("#cores").contains("Not measured here: prove batch, witness, verify"),
        "{}",
        page.words("#cores")
    );
    let discarded = Read::of(&profile_with(|profile| {
        without(&mut profile.cells, QuantityName::ProveBatch);
        profile.cells[0].discarded_proofs = [("lost_time".to_owned(), 6)].into();
    }));
    assert!(
        discarded.words("h1").contains("No clean proof: 6 proofs were timed"),
        "{}",
        discarded.words("h1")
    );
    let none = Read::of(&profile_with(|profile| profile.cells.clear()));
    assert_eq!(none.sections(), ["answer", "machine", "method"]);
}

#[test]
fn a_chart_of_no_numbers_says_so() {
    let page = Read::of(&profile_with(|profile| {
        for quantity in profile.cells.iter_mut().flat_map(|cell| &mut cell.quantities) {
            quantity.median_s = f64::NAN;
            quantity.interval = None;
        }
    }));
    assert!(page.words("#stages-over-cores-1 .caution").contains("nothing that can be drawn"));
    assert!(page.all("#stages-over-cores-1 svg").is_empty());
}

#[test]
fn a_fleet_that_never_settles_is_warned_of() {
    let mut records = fixture::records();
    let plan = records.plan.as_mut().expect("a plan");
    plan.fleet_estimates.remove(0);
    let page = Read::of(&records);
    assert!(page.words("#answer").contains("never settles"), "{}", page.words("#answer"));
    assert!(!page.all("#delay-four-ways .f-warning").is_empty());
}

/// Numbers as a damaged or strange profile may have them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(0.0),
        Just(-1.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
        0.001..1_000.0f64,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_numbers_are_a_page(numbers in prop::collection::vec(number(), 12), cores in any::<u64>(), n in any::<u32>()) {
        let mut at = numbers.iter().copied().cycle();
        let mut next = || at.next().unwrap_or(0.0);
        let mut records = fixture::records();
        let profile = records.profile.as_mut().expect("a profile");
        for cell in &mut profile.cells {
            cell.cell.cores = cores;
            cell.transactions_per_s = Some(next());
            for circuit in cell.system.iter_mut().flat_map(|system| &mut system.circuits) {
                circuit.rows = cores;
                circuit.padded_rows = cores / 2;
            }
            for quantity in &mut cell.quantities {
                (quantity.median_s, quantity.mean_s, quantity.min_s, quantity.max_s) = (next(), next(), next(), next());
                quantity.values_s = (0..100).map(|_| next()).collect();
                if let Some(interval) = &mut quantity.interval {
                    (interval.low_s, interval.high_s) = (next(), next());
                }
            }
        }
        for law in &mut records.laws.as_mut().expect("laws").laws {
            for point in &mut law.points {
                (point.x, point.y, point.low, point.high) = (next(), next(), Some(next()), Some(next()));
            }
            for point in law.fits.iter_mut().flat_map(|fit| &mut fit.curve) {
                (point.x, point.y, point.low, point.high) = (next(), next(), Some(next()), Some(next()));
            }
        }
        let curves = records.curves.as_mut().expect("curves");
        curves.balance_batches = n;
        for point in &mut curves.over_batches {
            point.batches_per_aggregation = n;
            (point.published_delay_s, point.corrected_delay_s) = (next(), next());
        }
        for point in &mut curves.over_provers {
            point.provers = n;
            (point.utilization, ) = (next(), );
        }
        let plan = records.plan.as_mut().expect("a plan");
        (plan.recommendation.capacity_batches_per_s, plan.inputs.target_batches_per_s) = (next(), next());
        plan.recommendation.provers = n;
        for fleet_estimate in &mut plan.fleet_estimates {
            (fleet_estimate.published_delay_s, fleet_estimate.corrected_delay_s, fleet_estimate.utilization) = (next(), next(), next());
        }
        for point in &mut plan.pareto {
            (point.p99_s, point.usd_per_batch) = (next(), Some(next()));
        }
        let page = Read::of(&records);
        prop_assert_eq!(page.all("main").len(), 1);
        for attribute in ["NaN", "inf"] {
            let broken = page.text.contains(&format!("=\"{attribute}\"")) || page.text.contains(&format!("L{attribute}"));
            prop_assert!(!broken, "{} in a drawing", attribute);
        }
        for chart in export::charts(&records).iter().filter(|chart| crate::chart::svg::is_drawable(chart)) {
            prop_assert!(resvg::usvg::roxmltree::Document::parse(&crate::chart::svg::file(chart)).is_ok());
        }
    }
}

#[test]
fn samples_that_were_left_out_stand_apart() {
    let few = Read::of(&profile_with(|profile| mark(profile, 3, 2)));
    assert_eq!(few.all("#every-proof .wide svg > g > circle.ring").len(), 2);
    assert_eq!(few.all("#every-proof .wide svg > g > circle.dot").len(), 3);
    assert!(few.words("#every-proof figcaption").contains("discarded from every estimate"));
    let many = Read::of(&profile_with(|profile| mark(profile, 300, 20)));
    let left_out = many.all("#prove-times-1 tbody tr td:nth-child(4)");
    let counts = left_out.iter().map(|cell| cell.text().collect::<String>().parse::<u64>().expect("a count"));
    assert_eq!(counts.sum::<u64>(), 20);
    assert!(!many.all("#prove-times-1 .wide rect.f-warning").is_empty());
}

/// So many samples in the estimate of prove time, and so many beside it.
fn mark(profile: &mut records::profile::ProfileRecord, clean: u32, marked: u32) {
    let quantities = profile.cells[0].quantities.iter_mut();
    for prove in quantities.filter(|quantity| quantity.quantity == QuantityName::ProveBatch) {
        prove.values_s = (0..clean).map(|k| 3.5 + 0.01 * f64::from(k % 37)).collect();
        prove.discarded_values_s = (0..marked).map(|k| 5.0 + 0.1 * f64::from(k)).collect();
    }
}
