//! Proofs that cannot be aggregated: the *horizontal, naive* design, with N verifications on L1.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::domain::{Aggregation, Close, Gas, Load, Prices, Target, TimeDist};
use planner::formulas::published::{naive_delay_s, naive_throughput};
use planner::plan::{
    Fleet, OptionSystem, PlanOption, PlanRequest, fleet_estimate, recommend, recommend_among,
};
use planner::sim::L1;
use records::plan::{
    BatchState, BreakEvenRecord, DelayLimitRecord, Statistic, SystemPlanRecord, SystemsRecord,
};

const CLOSE_S: f64 = 10.0;
const PROVE_S: f64 = 120.0;
const BLOCK_S: f64 = 15.0;

fn request(aggregation: Aggregation) -> PlanRequest {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: CLOSE_S }).unwrap();
    let prove = TimeDist::fixed("prove", PROVE_S).unwrap();
    PlanRequest::new(load, prove, aggregation, BLOCK_S).unwrap().with_spares(0).with_headroom(0.0).unwrap()
}

fn prices(verify_gas: f64) -> Prices {
    let gas = Gas { verify_gas, batch_gas: 0.0, gwei: 10.0, usd_per_eth: 3_000.0 };
    Prices::new(2.0, 2.0, Some(gas)).unwrap()
}

/// At and above the balance point the published formula is exact, and formula and simulation agree on it.
#[test]
fn the_published_naive_design_is_what_is_planned() {
    let request = request(Aggregation::Separate);
    for n in [12, 20, 35] {
        let fleet = Fleet { provers: n, batches_per_aggregation: n, aggregators: 0 };
        let estimate = fleet_estimate(&request, fleet).unwrap();
        let delay_s = naive_delay_s(n, CLOSE_S, PROVE_S, BLOCK_S);
        let simulated = estimate.simulated.as_ref().expect("a simulation").consolidated.mean_s;
        assert!((simulated - delay_s).abs() < 1e-6 * delay_s, "N = {n}: {simulated} against {delay_s}");
        assert!((naive_throughput(n, CLOSE_S, PROVE_S, BLOCK_S) - 0.1).abs() < 1e-12);
    }
}

#[test]
fn every_proof_is_verified_and_no_machine_aggregates() {
    let plan = recommend(&request(Aggregation::Separate).with_prices(prices(350_000.0))).unwrap();
    let choice = &plan.choice;
    assert_eq!((choice.provers, choice.aggregators), (12, 0));
    assert_eq!(choice.verifications_per_group, choice.batches_per_aggregation);
    // Two proofs in each block keep up with a batch every 10 s; more add delay and save nothing.
    assert_eq!(choice.batches_per_aggregation, 2);
    assert!((choice.verifications_per_hour - 360.0).abs() < 1e-9);
    // 12 provers at $2 for 10 s, and 350,000 gas at 10 gwei.
    let usd = 12.0 * 2.0 * 10.0 / 3_600.0 + 10.5;
    assert!((choice.usd_per_batch.unwrap() - usd).abs() < 1e-9, "{:?}", choice.usd_per_batch);
    let reasons = plan.to_record().reasons;
    assert!(reasons.iter().any(|why| why.contains("1.5 verifications a block")), "{reasons:?}");
}

/// Where nobody waits for inclusion, waiting for other proofs gains nothing; and a block takes what it takes.
#[test]
fn alone_where_no_proof_waits_for_another() {
    for l1 in
        [L1::Latency(BLOCK_S), L1::Slots { slot_s: BLOCK_S, missed: 0.0, phase_s: None, proofs_max: Some(2) }]
    {
        let plan = recommend(&request(Aggregation::Separate).with_l1(l1).unwrap()).unwrap();
        assert_eq!(plan.choice.batches_per_aggregation, 1);
    }
    let one = L1::Slots { slot_s: BLOCK_S, missed: 0.0, phase_s: None, proofs_max: Some(1) };
    let error = recommend(&request(Aggregation::Separate).with_l1(one).unwrap()).unwrap_err().to_string();
    assert!(error.contains("block"), "{error}");
    let aggregated = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
    assert!(recommend(&request(aggregated).with_l1(one).unwrap()).is_ok(), "two batches in a proof fit");
}

/// Two systems: one whose proofs take 120 s and are merged, one whose take 40 s and are not.
fn options(verify_gas: Option<f64>) -> Vec<PlanOption> {
    let priced = |request: PlanRequest| match verify_gas {
        Some(gas) => request.with_prices(prices(gas)),
        None => request,
    };
    let merged = Aggregation::pairwise(TimeDist::fixed("merge", 12.0).unwrap());
    let fast = request(Aggregation::Separate).with_prove_scaled(1.0 / 3.0).unwrap();
    [("merges", request(merged)), ("fast", fast)]
        .map(|(name, request)| PlanOption {
            words: name.to_owned(),
            system: OptionSystem { name: name.to_owned(), ..OptionSystem::default() },
            is_predicted: false,
            request: priced(request),
        })
        .to_vec()
}

/// On both sides of the price that the plan prints the cheaper system is the one that it says.
#[test]
fn the_price_from_which_aggregation_pays_is_where_the_choice_turns() {
    let chosen = |verify_gas: f64| {
        let options = options(Some(verify_gas));
        let (index, plan) = recommend_among(&options).unwrap();
        (options[index].words.clone(), plan.systems.expect("two systems").break_even.expect("two ways"))
    };
    let (at_once, found) = chosen(1_000.0);
    assert_eq!((at_once.as_str(), found.cheaper_above.as_str()), ("fast", "merges"));
    // The fleet that merges was chosen at a price of gas near nothing; at a dear one it merges more, and pays sooner.
    let (late, at_dear) = chosen(5_000_000.0);
    assert_eq!(late, "merges");
    let gas_at =
        |found: &BreakEvenRecord| found.verification_cost.expect("a price") / (10.0 * 1e-9 * 3_000.0);
    // Nothing turns on the far sides of the two prices.
    let (low, high) = (gas_at(&found).min(gas_at(&at_dear)), gas_at(&found).max(gas_at(&at_dear)));
    assert_eq!(chosen(low * 0.9).0, "fast");
    assert_eq!(chosen(high * 1.1).0, "merges");
    let gwei = found.gwei.expect("gas is priced");
    assert!((gwei * 1_000.0 * 1e-9 * 3_000.0 / found.verification_cost.unwrap() - 1.0).abs() < 1e-9);
}

/// Without prices the same is said in seconds of a core.
#[test]
fn without_prices_a_verification_is_weighed_in_core_seconds() {
    let (index, plan) = recommend_among(&options(None)).unwrap();
    let found = plan.systems.as_ref().and_then(|systems| systems.break_even.clone()).expect("two ways");
    assert_eq!((index, found.is_in_usd, found.gwei), (1, false, None));
    let SystemsRecord { systems, .. } = plan.systems.unwrap();
    let [merges, fast] = &systems[..] else { panic!("two systems") };
    let cores = |system: &SystemPlanRecord| system.fleet.unwrap().cores as f64;
    let n = f64::from(merges.fleet.unwrap().batches_per_aggregation);
    // A batch every 10 s: cores·10 core-seconds each, and 1 against 1/N verifications.
    let by_hand = 10.0 * (cores(merges) - cores(fast)) / (1.0 - 1.0 / n);
    assert!((found.verification_cost.unwrap() / by_hand - 1.0).abs() < 1e-9, "{found:?} against {by_hand}");
}

#[test]
fn a_system_without_a_plan_is_told_and_leaves_the_other() {
    let mut both = options(None);
    let limit =
        DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::Mean, limit_s: 80.0 };
    for option in &mut both {
        option.request = option.request.clone().with_delay_limit(limit).unwrap();
    }
    let (index, plan) = recommend_among(&both).unwrap();
    assert_eq!(index, 1);
    let SystemsRecord { systems, break_even } = plan.systems.unwrap();
    assert!(systems[0].fleet.is_none() && systems[0].problem.is_some() && break_even.is_none());
    assert!(plan.options[0].problem.is_some() && plan.options[1].fleet.is_some());
    assert_eq!(recommend_among(&both[..1]).unwrap_err().to_string(), systems[0].problem.clone().unwrap());
}
