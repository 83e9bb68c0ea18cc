//! The catalogue ranked and compared, and vertical against horizontal.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::PlanRequest;
use planner::domain::{
    Aggregation, BatchState, Close, DelayLimitRecord, Load, MeasuredClosing, MeasuredClosings, Statistic,
    Target, TimeDist,
};
use planner::hardware::{Basis, Catalogue, MeasuredProver, compare, rank, splits};
use planner::plan::choose;
use records::plan::answers::CatalogueMachineRecord;

fn request() -> PlanRequest {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
    let limit =
        DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::P99, limit_s: 900.0 };
    PlanRequest::new(load, prove, total, 15.0).unwrap().with_delay_limit(limit).unwrap()
}

/// Amdahl with 95 % parallel work, 480 s on one core at 3 GHz.
fn prover() -> MeasuredProver {
    let points: Vec<(f64, f64)> =
        [1.0, 2.0, 4.0, 8.0, 16.0].map(|n: f64| (n, 480.0 * (0.05 + 0.95 / n))).to_vec();
    MeasuredProver::new(&points, 3.0).unwrap()
}

fn starter() -> Catalogue {
    Catalogue::starter().unwrap()
}

#[test]
fn the_catalogue_is_ranked() {
    let base = choose(&request()).unwrap();
    let ranked = rank(&request(), &base, &starter(), &prover());
    assert_eq!(ranked.len(), 42);
    let fleets = || ranked.iter().filter_map(|machine| machine.fleet.as_ref());
    let priced: Vec<f64> = fleets().filter_map(|fleet| fleet.usd_per_hour).collect();
    assert!(priced.len() >= 4 && priced.is_sorted(), "{priced:?}");
    // Without cores or clock there is no fleet, and the reason names what is missing.
    let missing: Vec<&CatalogueMachineRecord> =
        ranked.iter().filter(|machine| machine.fleet.is_none()).collect();
    let reasons: Vec<String> = missing.iter().map(|machine| machine.problem.clone().unwrap()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("cores of aws-m8azn.24xlarge")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("clock of gcp-c3d-highcpu-180")), "{reasons:?}");
    assert!(ranked.iter().any(|machine| machine.id == "aws-c7g.8xlarge"), "{ranked:?}");
    for fleet in fleets() {
        let other = Basis::OtherFamily.words();
        assert!(fleet.basis.starts_with(other), "nothing was measured on any of them: {fleet:?}");
        assert!(fleet.delay_s_p99 <= 900.0 * 1.02 && fleet.delay_s_mean < fleet.delay_s_p99, "{fleet:?}");
        assert!(fleet.machines * fleet.provers_per_machine >= fleet.provers, "{fleet:?}");
        // Aggregators are in machines, cores and dollars.
        assert!(
            fleet.aggregators >= 1
                && fleet.order.aggregators + fleet.order.aggregator_spares == fleet.aggregators,
            "{fleet:?}"
        );
        let held: u32 = fleet.order.loads.iter().map(|load| load.machines * load.aggregators).sum();
        assert_eq!(held, fleet.aggregators, "{fleet:?}");
        assert!(fleet.cores_per_prover <= 32, "twice the cores measured at the most");
    }
}

#[test]
fn few_fast_cores_against_many_slow_ones() {
    let base = choose(&request()).unwrap();
    let compared = compare(&request(), &base, &starter(), &prover(), ("epyc-7702", "ryzen-5950x")).unwrap();
    let (epyc, ryzen) = (compared.first.fleet.unwrap(), compared.second.fleet.unwrap());
    assert!((compared.turning_fraction.unwrap() - 0.92).abs() < 0.005, "{:?}", compared.turning_fraction);
    assert!(epyc.machines <= ryzen.machines, "64 cores hold more provers than 16: {epyc:?} {ryzen:?}");
    assert_eq!(
        (epyc.usd_per_hour, ryzen.usd_per_hour),
        (None, None),
        "the starter has no hourly price of them"
    );
    assert!(compare(&request(), &base, &starter(), &prover(), ("epyc-7702", "none")).is_err());
}

#[test]
fn a_faster_clock_needs_fewer_provers() {
    let own = "id,name,uarch,physical_cores,all_core_ghz,usd_per_hour_on_demand\n\
               slow,Slow,Z,16,3.0,1\nfast,Fast,Z,16,6.0,1\n";
    let catalogue = Catalogue::parse(own).unwrap();
    let prover = prover().on(catalogue.find("slow").unwrap());
    let base = choose(&request()).unwrap();
    let ranked = rank(&request(), &base, &catalogue, &prover);
    let of = |id: &str| ranked.iter().find(|r| r.id == id).unwrap().fleet.clone().unwrap();
    let (slow, fast) = (of("slow"), of("fast"));
    assert!(slow.basis.starts_with(Basis::Measured.words()), "{slow:?}");
    assert!(fast.basis.starts_with(Basis::SameFamily.words()), "{fast:?}");
    assert_eq!(ranked[0].id, "fast");
    assert!(fast.usd_per_hour.unwrap() <= 0.6 * slow.usd_per_hour.unwrap(), "{slow:?} {fast:?}");
}

/// Merges of 40 s at 0.1 batches/s: about four aggregators, however large the group.
fn merging() -> PlanRequest {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let merge = TimeDist::log_normal("merge", 40.0, 0.1).unwrap();
    let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
    let request = PlanRequest::new(load, prove, Aggregation::pairwise(merge), 15.0).unwrap();
    request.with_batches_per_aggregation(12).unwrap()
}

#[test]
fn aggregators_are_counted_and_their_merges_scaled() {
    let own = "id,name,uarch,physical_cores,all_core_ghz,usd_per_hour_on_demand\n\
               slow,Slow,Z,16,3.0,1\nfast,Fast,Z,16,6.0,1\n";
    let catalogue = Catalogue::parse(own).unwrap();
    let prover = prover().with_merges(&[(4.0, 40.0)]).unwrap().on(catalogue.find("slow").unwrap());
    let base = choose(&merging()).unwrap();
    assert!(base.aggregators >= 4, "{base:?}");
    let ranked = rank(&merging(), &base, &catalogue, &prover);
    let of = |id: &str| ranked.iter().find(|r| r.id == id).unwrap().fleet.clone().unwrap();
    let (slow, fast) = (of("slow"), of("fast"));
    assert_eq!((slow.merge_s, fast.merge_s), (40.0, 20.0), "twice the clock");
    assert_eq!((slow.merge_basis.as_str(), fast.merge_basis.as_str()), ("measured", "by clock"));
    assert!(fast.aggregators < slow.aggregators, "{slow:?} {fast:?}");
    for fleet in [slow, fast] {
        assert_eq!(fleet.order.cores_per_aggregator, 4, "merges were measured on four cores alone");
        let cores = fleet.provers * fleet.cores_per_prover + fleet.aggregators * 4;
        assert_eq!(fleet.order.cores - fleet.order.unused_cores, u64::from(cores), "{fleet:?}");
        assert!(
            fleet.machines >= cores.div_ceil(16) && fleet.machines <= cores.div_ceil(16) + 1,
            "{fleet:?}"
        );
        assert_eq!(fleet.usd_per_hour, Some(f64::from(fleet.machines)), "a dollar each");
    }
}

#[test]
fn a_split_leaves_room_for_aggregators() {
    let own = Catalogue::parse("id,name,physical_cores,all_core_ghz,usd_per_hour_on_demand\nm,M,16,3.0,2\n");
    let catalogue = own.unwrap();
    let machine = catalogue.find("m").unwrap();
    let (base, prover) = (choose(&merging()).unwrap(), prover().with_merges(&[(4.0, 40.0)]).unwrap());
    for budget in [None, Some(20.0)] {
        for row in splits(&merging(), &base, machine, &prover, budget).unwrap() {
            // 11 merges of 40 s for each 12 batches.
            let needed = row.throughput_batches_per_s.min(0.1) * 11.0 * 40.0 / 12.0;
            assert!(f64::from(row.aggregators) >= needed * (1.0 - 1e-9), "{row:?}");
            let cores = row.provers * row.cores_per_prover + row.aggregators * 4;
            assert!(row.machines * 16 >= cores, "{row:?} needs {cores} cores");
            if budget.is_some() {
                assert_eq!(row.machines, 10, "{row:?}");
                assert!(row.machines * 16 < cores + 2 * row.cores_per_prover.max(4) + 16, "{row:?} wastes");
            }
        }
    }
}

#[test]
fn another_family_ranks_behind_a_known_one_at_any_price() {
    let own = "id,name,uarch,physical_cores,all_core_ghz,usd_per_hour_on_demand\n\
               guess,Guess,Y,16,6.0,0.01\nhere,Here,Z,16,3.0,1\nunpriced,Unpriced,Z,16,3.0,\n";
    let catalogue = Catalogue::parse(own).unwrap();
    let prover = prover().on(catalogue.find("here").unwrap());
    let ranked = rank(&request(), &choose(&request()).unwrap(), &catalogue, &prover);
    assert_eq!(ranked.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["here", "unpriced", "guess"]);
    let orders: Vec<_> = ranked.iter().map(|r| r.fleet.as_ref().unwrap().order.is_guess).collect();
    assert_eq!(orders, [false, false, true]);
}

#[test]
fn vertical_against_horizontal() {
    let own = Catalogue::parse("id,name,physical_cores,all_core_ghz,usd_per_hour_on_demand\nm,M,16,3.0,2\n");
    let catalogue = own.unwrap();
    let machine = catalogue.find("m").unwrap();
    let base = choose(&request()).unwrap();
    for budget in [None, Some(20.0)] {
        let rows = splits(&request(), &base, machine, &prover(), budget).unwrap();
        assert_eq!(rows.iter().map(|row| row.cores_per_prover).collect::<Vec<_>>(), [1, 2, 4, 8, 16]);
        // Work that is not all parallel: many small provers carry more for the money, and prove later.
        let per_dollar = |at: usize| rows[at].throughput_batches_per_s / rows[at].usd_per_hour.unwrap();
        if budget.is_some() {
            assert!(rows.iter().all(|row| row.machines == 10), "{rows:?}");
            assert!((0..4).all(|at| per_dollar(at) > per_dollar(at + 1)), "{rows:?}");
        } else {
            assert!(rows.iter().all(|row| row.throughput_batches_per_s > 0.1), "{rows:?}");
        }
        assert!(rows.windows(2).all(|pair| pair[0].proof_p50_s > pair[1].proof_p50_s), "{rows:?}");
    }
}

#[test]
fn closing_is_scaled_by_the_clock_of_the_machine() {
    // 90 ms of work of one core close a batch every 100 ms, at 3 GHz: 90 % of a sequencer, and more than all of it at 2.
    let close = Close::Filled { execute_s: 0.06, root_s: 0.02, encode_s: 0.01 };
    let load = Load::new(Target::TransactionsPerS(100.0), Some(10), close).unwrap();
    let merge = Aggregation::pairwise(TimeDist::fixed("merge", 0.1).unwrap());
    let prove = TimeDist::fixed("prove", 0.5).unwrap();
    let request = PlanRequest::new(load, prove, merge, 12.0)
        .and_then(|request| request.with_headroom(0.0))
        .and_then(|request| request.with_l1(planner::sim::L1::Latency(12.0)))
        .unwrap();
    let text = "id,name,physical_cores,all_core_ghz\nslow,Slow,16,2.0\nfast,Fast,16,4.0\n";
    let base = choose(&request).unwrap();
    let prover = MeasuredProver::new(&[(1.0, 0.5)], 3.0).unwrap();
    // The same closings as they would be measured.
    let closing = MeasuredClosing { gap_s: 0.1, fill_s: 0.1, fill_fraction: 1.0, work_s: 0.09 };
    let measured = MeasuredClosings::new(vec![closing], false).unwrap();
    let measured = request.clone().with_closings(measured).unwrap();
    for request in [request, measured] {
        let ranked = rank(&request, &base, &Catalogue::parse(text).unwrap(), &prover);
        let of = |id: &str| ranked.iter().find(|machine| machine.id == id).unwrap().clone();
        assert!(of("fast").fleet.is_some(), "{:?}", of("fast"));
        let why = of("slow").problem.expect("a sequencer there is too slow");
        assert!(why.contains("close"), "{why}");
    }
}

#[test]
fn spare_aggregators_are_housed_and_paid_for() {
    let base = choose(&request()).unwrap();
    let with = request().with_aggregator_spares(2);
    let spared = choose(&with).unwrap();
    assert_eq!((spared.aggregators, spared.aggregator_spares), (base.aggregators, 2));
    let fleets = |request: &PlanRequest| {
        let ranked = rank(request, &base, &starter(), &prover());
        let one = ranked.into_iter().find(|machine| machine.id == "aws-c7a.8xlarge").unwrap();
        one.fleet.unwrap()
    };
    let (bare, spared) = (fleets(&request()), fleets(&with));
    assert_eq!(spared.aggregators, bare.aggregators + 2);
    assert_eq!((spared.order.aggregators, spared.order.aggregator_spares), (bare.order.aggregators, 2));
    let held: u32 = spared.order.loads.iter().map(|load| load.machines * load.aggregators).sum();
    assert_eq!(held, spared.aggregators);
    // Nothing is aggregated where each proof is verified by itself, and nothing is spared.
    let alone = Aggregation::pairwise(TimeDist::fixed("merge", 3.0).unwrap());
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let alone = PlanRequest::new(load, TimeDist::fixed("prove", 9.0).unwrap(), alone, 12.0)
        .and_then(|request| request.with_l1(planner::sim::L1::Latency(12.0)))
        .and_then(|request| request.with_batches_per_aggregation(1))
        .unwrap();
    let alone = choose(&alone.with_aggregator_spares(2)).unwrap();
    assert_eq!((alone.aggregators, alone.aggregator_spares), (0, 0));
}
