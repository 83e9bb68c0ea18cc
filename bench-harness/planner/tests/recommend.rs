//! The recommendation on the published numbers, on what cannot be met, and on numbers that make no sense.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::domain::{
    Aggregation, BatchState, Close, DelayLimitRecord, Design, Load, Statistic, Target, Term, TimeDist,
};
use planner::{Plan, PlanError, PlanRequest, recommend};
use records::plan::{DesignRecord, PlanRecord};

fn published_request(target: Target) -> PlanRequest {
    let load = Load::new(target, Some(400), Close::Fixed { close_s: 10.0 }).unwrap();
    let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    // The published example leaves nothing unused.
    PlanRequest::new(load, TimeDist::fixed("prove", 120.0).unwrap(), aggregation, 15.0)
        .and_then(|request| request.with_headroom(0.0))
        .unwrap()
}

fn design(plan: &Plan, design: Design) -> &DesignRecord {
    plan.designs.iter().find(|figures| figures.design == design).unwrap()
}

fn limited(state: BatchState, limit_s: f64) -> PlanRequest {
    let limit = DelayLimitRecord { state, statistic: Statistic::Mean, limit_s };
    published_request(Target::BatchesPerS(0.1)).with_delay_limit(limit).unwrap()
}

fn infeasible(request: &PlanRequest) -> (Term, String) {
    match recommend(request) {
        Err(error @ PlanError::Infeasible { term, .. }) => (term, error.to_string()),
        other => panic!("expected an infeasible plan, got {other:?}"),
    }
}

#[test]
fn the_published_numbers() {
    let plan = recommend(&published_request(Target::BatchesPerS(0.1))).unwrap();
    let single = design(&plan, Design::SingleBatch);
    assert!((single.throughput_batches_per_s - 1.0 / 120.0).abs() < 1e-12);
    assert_eq!(single.delay_consolidated_s, 145.0);
    assert!(!single.meets_throughput);

    let naive = design(&plan, Design::HorizontalNaive);
    assert_eq!((naive.provers, naive.delay_consolidated_s, naive.verifications_per_group), (12, 255.0, 12));

    let aggregated = design(&plan, Design::HorizontalAggregated);
    assert_eq!((aggregated.batches_per_aggregation, aggregated.verifications_per_group), (12, 1));
    assert!((aggregated.throughput_batches_per_s - 0.1).abs() < 1e-12);
    assert_eq!(aggregated.delay_consolidated_s, 267.0);

    let ordered = design(&plan, Design::OrderThenProve);
    assert_eq!((ordered.delay_virtual_s, ordered.delay_virtual_group_s), (Some(25.0), Some(135.0)));

    let vertical = design(&plan, Design::Vertical);
    assert!((vertical.prover_speedup.unwrap() - 12.0).abs() < 1e-9);
    assert!((vertical.delay_consolidated_s - 35.0).abs() < 1e-9);

    assert_eq!((plan.choice.provers, plan.choice.aggregators), (12, 1));
    assert_eq!(plan.choice.provers_only_add_delay_after, 12);
    assert_eq!(plan.choice.bottleneck, Term::Prove);
}

#[test]
fn transactions_and_batches_are_one_target() {
    let by_batches = recommend(&published_request(Target::BatchesPerS(0.1))).unwrap();
    let by_transactions = recommend(&published_request(Target::TransactionsPerS(40.0))).unwrap();
    assert_eq!(by_batches.choice, by_transactions.choice);
    assert_eq!(by_batches.designs, by_transactions.designs);
}

#[test]
fn a_target_faster_than_batches_close_is_forbidden_by_close() {
    let (term, words) = infeasible(&published_request(Target::BatchesPerS(0.2)));
    assert_eq!(term, Term::Close);
    assert!(words.contains("best 0.1 batches/s, wanted 0.2 batches/s"), "{words}");
    assert!(words.contains("within 5 s"), "{words}");
}

#[test]
fn a_delay_below_the_prove_time_is_forbidden_by_prove() {
    let (term, words) = infeasible(&limited(BatchState::Consolidated, 100.0));
    assert_eq!(term, Term::Prove);
    assert!(words.contains("120 s"), "{words}");
}

#[test]
fn a_delay_to_virtual_below_close_and_block_is_forbidden_by_the_larger() {
    let (term, words) = infeasible(&limited(BatchState::Virtual, 24.0));
    assert_eq!(term, Term::Block);
    assert!(words.contains("best 25 s, wanted 24 s"), "{words}");
    assert!(recommend(&limited(BatchState::Virtual, 25.0)).is_ok());
}

#[test]
fn too_few_provers_allowed_is_forbidden_by_prove() {
    let request = published_request(Target::BatchesPerS(0.1)).with_spares(0);
    let (term, words) = infeasible(&request.clone().with_provers_max(11).unwrap());
    assert_eq!(term, Term::Prove);
    assert!(words.contains("12 provers"), "{words}");
    assert!(recommend(&request.clone().with_provers_max(12).unwrap()).is_ok());
    // A spare is one of those that are allowed.
    let (_, words) = infeasible(&request.with_spares(1).with_provers_max(12).unwrap());
    assert!(words.contains("1 to spare"), "{words}");
}

#[test]
fn one_batch_a_block_is_forbidden_by_block() {
    let request = published_request(Target::BatchesPerS(0.1)).with_batches_per_aggregation(1).unwrap();
    let (term, words) = infeasible(&request);
    assert_eq!(term, Term::Block);
    assert!(words.contains("aggregate 2 batches or more"), "{words}");
}

#[test]
fn merges_on_one_aggregator_do_not_carry_what_they_cannot() {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let merges = Aggregation::pairwise(TimeDist::fixed("merge", 12.0).unwrap());
    let prove = TimeDist::fixed("prove", 120.0).unwrap();
    let request = PlanRequest::new(load, prove, merges, 15.0).unwrap().with_headroom(0.0).unwrap();
    for (n, aggregators) in [(2, 1), (6, 1), (7, 2), (12, 2), (32, 2)] {
        let plan = recommend(&request.clone().with_batches_per_aggregation(n).unwrap()).unwrap();
        assert_eq!(plan.choice.aggregators, aggregators, "N = {n}");
        assert!(plan.choice.capacity_batches_per_s >= 0.1 - 1e-9, "N = {n}");
    }
}

#[test]
fn the_record_says_what_the_plan_says() {
    let plan = recommend(&published_request(Target::BatchesPerS(0.1))).unwrap();
    let record = plan.to_record();
    let text = records::file::to_json(&record).unwrap();
    assert_eq!(records::file::parse::<PlanRecord>(&text, "plan.json".as_ref()).unwrap(), record);
    assert_eq!(text, records::file::to_json(&recommend(&plan.request).unwrap().to_record()).unwrap());
    let aggregated = &record.designs[3];
    assert_eq!((aggregated.throughput_batches_per_s, aggregated.delay_consolidated_s), (0.1, 267.0));
    assert_eq!(record.recommendation.delay_virtual_s, 25.0);
    let single = &record.designs[0];
    assert_eq!((single.throughput_batches_per_s, single.delay_consolidated_s), (1.0 / 120.0, 145.0));
}

#[test]
fn batches_that_the_load_fills() {
    let close = Close::Filled { execute_s: 0.5, root_s: 1.0, encode_s: 0.5 };
    let load = Load::new(Target::TransactionsPerS(40.0), Some(400), close).unwrap();
    let merges = Aggregation::pairwise(TimeDist::fixed("merge", 4.0).unwrap());
    let request = PlanRequest::new(load, TimeDist::fixed("prove", 120.0).unwrap(), merges, 15.0).unwrap();
    let request = request.with_headroom(0.0).unwrap();
    let plan = recommend(&request).unwrap();
    let seen = &plan.fleet_estimates[0];
    // Nothing is random: 20 s of filling, 2 s of work, 120 of proving, a merge, a block; and the simulation
    // finds the same.
    assert_eq!((plan.choice.provers, plan.choice.batches_per_aggregation), (12, 2));
    assert!((plan.choice.delay_consolidated_s - 161.0).abs() < 1e-9, "{:?}", plan.choice);
    assert!((seen.corrected_delay_s - 161.0).abs() < 1e-9, "{seen:?}");
    let simulated = seen.simulated.as_ref().unwrap();
    assert!((simulated.consolidated.mean_s - 161.0).abs() < 1e-9, "{simulated:?}");
    assert!((simulated.virtual_oldest.mean_s - plan.choice.delay_virtual_s).abs() < 1e-9, "{simulated:?}");
}
