//! The tree against what a hand and a brute force find: jobs, the longest chain, the simulation and the search.

mod servers;

use crate::domain::{Gas, Prices, TimeDist};
use crate::fractal::cost::usd_per_transaction;
use crate::fractal::graph::{LAST, RoundGraph};
use crate::fractal::jobs::{jobs_of_round, work_s};
use crate::fractal::round_length::choose_round;
use crate::fractal::search::{choose, for_load};
use crate::fractal::sim::{FractalFleet, Rounds};
use crate::fractal::{
    Cadence, FractalRequest, FractalTimes, JobTime, RollupTree, chain_merges, plan_rollups,
};
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use records::fractal::FractalStageName;
use records::plan::{BatchState, DelayLimitRecord, Statistic, Term};

const AMPLE: FractalFleet = FractalFleet { provers: 100_000, aggregators: 100_000 };

fn fixed(s: f64) -> JobTime {
    JobTime::by_hand(TimeDist::fixed("job", s).unwrap(), Some(2))
}

fn times(prove_s: f64, merge_s: f64, attach_s: f64) -> FractalTimes {
    FractalTimes::by_hand(fixed(prove_s), fixed(merge_s), Some(fixed(attach_s)))
}

fn rounds<'a>(
    tree: &'a RollupTree,
    times: &'a FractalTimes,
    close_s: f64,
    batches: u32,
    block_s: f64,
) -> Rounds<'a> {
    Rounds::new(tree, times, (close_s, batches, block_s), 1)
}

fn request(tree: RollupTree, times: FractalTimes, close_s: f64, batches: u32) -> FractalRequest {
    let cadence = Cadence { close_s, batches, block_s: 1.0 };
    FractalRequest::new(tree, times, cadence, 50).unwrap()
}

/// When the proof of the tree below a rollup is there, by recursion over the tree: chains level by level, then its
/// children's proofs joined pair by pair. Machines without number, closings at their times.
struct Hand<'a> {
    tree: &'a RollupTree,
    rounds: &'a Rounds<'a>,
    prove_s: f64,
    merge_s: f64,
    attach_s: f64,
}

impl Hand<'_> {
    fn whole_s(&self) -> f64 {
        let families = (0..self.tree.widths()[0]).map(|index| self.rollup_s(2, index)).collect();
        self.paired_s(families, false)
    }

    fn rollup_s(&self, layer: u32, index: u32) -> f64 {
        let before: u32 = self.tree.widths()[..layer as usize - 2].iter().sum();
        let phase_s = self.rounds.phase_s(before + index);
        let closed_s = |batch: u32| f64::from(batch + 1) * self.rounds.close_s + phase_s;
        let chain = (0..self.rounds.batches).map(|batch| closed_s(batch) + self.prove_s).collect();
        let mut family = vec![self.paired_s(chain, true)];
        for child in self.tree.children(layer, index) {
            family.push(self.rollup_s(layer + 1, child));
        }
        let whole_s = self.paired_s(family, false);
        if layer == 2 { whole_s } else { whole_s + self.attach_s }
    }

    fn paired_s(&self, mut level: Vec<f64>, is_lifted: bool) -> f64 {
        let mut is_first = true;
        while level.len() > 1 || (is_lifted && is_first) {
            is_first = false;
            let merged = |pair: &[f64]| match pair {
                [lone] if !is_lifted => *lone,
                pair => pair.iter().copied().fold(0.0, f64::max) + self.merge_s,
            };
            level = level.chunks(2).map(merged).collect();
        }
        level[0]
    }
}

fn any_tree() -> impl Strategy<Value = RollupTree> {
    (2_u32..5, 0_u32..24).prop_map(|(layers, more)| RollupTree::balanced(layers - 1 + more, layers).unwrap())
}

proptest! {
    #[test]
    fn with_machines_without_number_a_round_takes_what_the_recursion_says(
        tree in any_tree(), batches in 1_u32..6, close_s in 0.5_f64..20.0,
        prove_s in 0.1_f64..30.0, merge_s in 0.1_f64..5.0, attach_s in 0.1_f64..5.0,
    ) {
        let times = times(prove_s, merge_s, attach_s);
        // A block of next to nothing: L1 adds nothing to the proof.
        let rounds = rounds(&tree, &times, close_s, batches, 1e-9);
        let hand = Hand { tree: &tree, rounds: &rounds, prove_s, merge_s, attach_s };
        let simulated = rounds.simulate(AMPLE);
        let phases: f64 = (0..tree.rollups()).map(|rollup| rounds.phase_s(rollup)).sum();
        let mean_s = hand.whole_s() - phases / f64::from(tree.rollups());
        let got_s = simulated.all.mean_s.value;
        prop_assert!((got_s - mean_s).abs() < 1e-6, "{tree:?}: {got_s} against {mean_s}");
    }

    #[test]
    fn the_graph_has_the_jobs_that_are_counted_and_is_one_tree(
        tree in any_tree(), batches in 1_u32..10,
    ) {
        let times = times(3.0, 1.0, 2.0);
        let graph = RoundGraph::new(&tree, batches, &times);
        let counted = jobs_of_round(&tree, batches, &times);
        for stage in [
            FractalStageName::Prove,
            FractalStageName::Chain,
            FractalStageName::Attach,
            FractalStageName::Join,
            FractalStageName::Settle,
        ] {
            let in_graph = graph.jobs.iter().filter(|job| job.stage == stage).count() as u64;
            let count: u64 = counted.iter().filter(|jobs| jobs.stage == stage).map(|jobs| jobs.jobs).sum();
            prop_assert_eq!(in_graph, count, "{}", stage);
        }
        let (rollups, first) = (u64::from(tree.rollups()), u64::from(tree.widths()[0]));
        let of = |stage| counted.iter().filter(|jobs| jobs.stage == stage).map(|jobs| jobs.jobs).sum::<u64>();
        prop_assert_eq!(of(FractalStageName::Attach), rollups - first);
        prop_assert_eq!(of(FractalStageName::Join) + of(FractalStageName::Settle), rollups - 1);
        prop_assert_eq!(of(FractalStageName::Chain), rollups * u64::from(chain_merges(batches).0));
        let last: Vec<_> = graph.jobs.iter().filter(|job| job.next == LAST).collect();
        prop_assert_eq!(last.len(), 1, "one proof");
        let waited: u32 = graph.jobs.iter().map(|job| job.waits_for).sum();
        prop_assert_eq!(waited as usize, graph.jobs.len() - 1, "each other job is waited for once");
        let (prove_s, merge_s) = work_s(&counted);
        let sum: f64 = graph.jobs.iter().map(|job| match job.stage {
            FractalStageName::Prove => 3.0,
            FractalStageName::Attach => 2.0,
            _ => 1.0,
        }).sum();
        prop_assert!((prove_s + merge_s - sum).abs() < 1e-9);
    }

    #[test]
    fn more_provers_never_make_a_delay_longer(
        tree in any_tree(), batches in 1_u32..4, prove_s in 0.5_f64..30.0, more in 0_u32..10,
    ) {
        let times = times(prove_s, 0.5, 0.5);
        let rounds = rounds(&tree, &times, 10.0, batches, 12.0);
        let carried = (f64::from(tree.rollups()) * prove_s / 10.0).ceil() as u32 + more;
        let delay_s = |provers| rounds.simulate(FractalFleet { provers, aggregators: 1_000 }).all.mean_s.value;
        let (fewer_s, more_s) = (delay_s(carried), delay_s(carried + 1));
        prop_assert!(more_s <= fewer_s + 1e-9, "{fewer_s} then {more_s}");
    }
}

#[test]
fn one_machine_of_a_pool_takes_all_the_work_of_it() {
    let tree = RollupTree::balanced(9, 3).unwrap();
    // All close at nearly the same moment; the other pool takes next to nothing.
    let tiny_s = 1e-7;
    for (prove_s, merge_s, batches) in [(5.0, tiny_s, 1), (tiny_s, 5.0, 3)] {
        let times = times(prove_s, merge_s, merge_s);
        let rounds = rounds(&tree, &times, 1e-3, batches, 1e-9);
        let merged = rounds.first_proof_s(FractalFleet { provers: 1, aggregators: 1 });
        let (all_prove_s, all_merge_s) = work_s(&jobs_of_round(&tree, batches, &times));
        let wanted_s = all_prove_s.max(all_merge_s);
        assert!((merged - wanted_s).abs() < 0.01, "{merged} against {wanted_s}");
    }
}

#[test]
fn work_grows_in_proportion_and_the_longest_chain_by_a_level_for_twice_the_rollups() {
    let times = times(4.0, 1.0, 1.0);
    let of = |rollups| {
        let tree = RollupTree::of_fan_outs(&[rollups]).unwrap();
        let graph = RoundGraph::new(&tree, 1, &times);
        (graph.jobs.len(), graph.critical_path_s(), graph.critical_merges())
    };
    for doublings in 1..10 {
        let (jobs, path_s, merges) = of(1 << doublings);
        assert_eq!(jobs, 3 * (1 << doublings) - 1, "a proof, a lift and less than one merge each");
        assert!((path_s - (4.0 + 1.0 + f64::from(doublings))).abs() < 1e-9);
        assert_eq!(merges, 1 + doublings);
    }
}

/// The cheapest of all fleets of up to 16 machines of each pool more than `least` that keep a mean delay.
fn cheapest_of_all(
    rounds: &Rounds<'_>,
    least: FractalFleet,
    limit_s: f64,
    cost: impl Fn(FractalFleet) -> f64,
) -> Option<FractalFleet> {
    let provers = least.provers..least.provers + 16;
    let aggregators = || least.aggregators..least.aggregators + 16;
    let fleets = provers
        .flat_map(|provers| aggregators().map(move |aggregators| FractalFleet { provers, aggregators }));
    let kept = fleets.filter(|&fleet| rounds.simulate(fleet).all.mean_s.value <= limit_s * (1.0 + 1e-9));
    kept.min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
}

#[test]
fn the_cheapest_fleet_is_that_of_a_search_through_all() {
    let limit =
        |limit_s| DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::Mean, limit_s };
    let mut more_than_the_load = 0;
    // Trees whose merges pile up at the end of a round, so that the load alone asks for fewer machines than the limit.
    for (rollups, layers, batches, close_s, prove_s, merge_s) in
        [(13, 2, 3, 6.0, 9.0, 1.0), (16, 2, 4, 10.0, 3.0, 2.0), (12, 3, 4, 6.0, 2.0, 3.0)]
    {
        let tree = RollupTree::balanced(rollups, layers).unwrap();
        let times = times(prove_s, merge_s, merge_s);
        let rounds = rounds(&tree, &times, close_s, batches, 1.0);
        let floor_s = rounds.simulate(AMPLE).all.mean_s.value;
        for (over, prices) in [(1.0, (1.0, 1.0)), (1.003, (1.0, 3.0)), (1.04, (5.0, 1.0))] {
            let request = FractalRequest {
                delay_limit: Some(limit(over * floor_s)),
                prices: Some(Prices::new(prices.0, prices.1, None).unwrap()),
                ..request(tree.clone(), times.clone(), close_s, batches).with_headroom(0.05).unwrap()
            };
            let cost = |fleet: FractalFleet| {
                f64::from(fleet.provers) * prices.0 + f64::from(fleet.aggregators) * prices.1
            };
            let least = for_load(&request);
            let best = cheapest_of_all(&rounds, least, over * floor_s, cost).unwrap();
            let chosen = choose(&request, &rounds).unwrap();
            assert!(chosen.is_complete);
            assert!((cost(chosen.fleet) - cost(best)).abs() < 1e-9, "{:?} against {best:?}", chosen.fleet);
            more_than_the_load += usize::from(chosen.fleet != least);
        }
    }
    assert!(more_than_the_load >= 5, "{more_than_the_load}");
}

#[test]
fn the_cheapest_round_is_that_of_a_search_through_all_lengths_and_fleets() {
    let mut lengths = std::collections::BTreeSet::new();
    // Verification that is dear or free, aggregators that are or not, and no price at all.
    let priced = |prover, aggregator, gas| {
        let gas = Gas { verify_gas: gas, batch_gas: 0.0, gwei: 1.0, usd_per_eth: 1.0 };
        Some(Prices::new(prover, aggregator, Some(gas)).unwrap())
    };
    let all_prices = [priced(1.0, 1.0, 0.0), priced(1.0, 1.0, 1e7), priced(1.0, 6.0, 1e5), None];
    for (rollups, layers, close_s, prove_s, merge_s, limit_s) in
        [(5, 2, 6.0, 4.0, 1.0, 36.0), (6, 3, 4.0, 3.0, 1.5, 30.0), (4, 3, 10.0, 9.0, 2.0, 65.0)]
    {
        let tree = RollupTree::balanced(rollups, layers).unwrap();
        let times = times(prove_s, merge_s, merge_s);
        for prices in &all_prices {
            let limit =
                DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::Mean, limit_s };
            let of = |batches| FractalRequest {
                delay_limit: Some(limit),
                prices: *prices,
                spares: 0,
                ..request(tree.clone(), times.clone(), close_s, batches).with_headroom(0.05).unwrap()
            };
            let cost = |request: &FractalRequest, fleet: FractalFleet| {
                let machines = f64::from(fleet.provers) + f64::from(fleet.aggregators);
                usd_per_transaction(request, fleet).unwrap_or(machines)
            };
            let all = (1..=(limit_s / close_s) as u32).filter_map(|batches| {
                let (request, rounds) = (of(batches), rounds(&tree, &times, close_s, batches, 1.0));
                let least = for_load(&request);
                let best = cheapest_of_all(&rounds, least, limit_s, |fleet| cost(&request, fleet))?;
                Some((cost(&request, best), batches))
            });
            let best = all.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
            let free = FractalRequest { chooses_round: true, ..of(1) };
            let chosen = choose_round(&free).unwrap();
            let (found, batches) =
                (cost(&chosen.request, chosen.chosen.fleet), chosen.request.cadence.batches);
            assert!(chosen.is_complete);
            assert!(
                (found - best.0).abs() <= 1e-9 * best.0,
                "{found} with {batches} batches against {best:?}"
            );
            assert_eq!(plan_rollups(&free).unwrap().inputs.batches_per_round, batches);
            lengths.insert(batches);
        }
    }
    assert!(lengths.len() >= 3, "one length is best everywhere: {lengths:?}");
}

#[test]
fn a_round_that_was_given_or_that_nothing_limits_is_not_chosen() {
    let tree = RollupTree::balanced(8, 3).unwrap();
    let of = |limit_s: Option<f64>, state| FractalRequest {
        chooses_round: true,
        delay_limit: limit_s.map(|limit_s| DelayLimitRecord { state, statistic: Statistic::Mean, limit_s }),
        ..request(tree.clone(), times(3.0, 1.0, 1.0), 10.0, 1)
    };
    let batches = |request: &FractalRequest| plan_rollups(request).map(|plan| plan.inputs.batches_per_round);
    assert_eq!(batches(&of(None, BatchState::Consolidated)), Ok(1));
    assert_eq!(batches(&of(Some(1_000.0), BatchState::Virtual)), Ok(1));
    let given = FractalRequest { chooses_round: false, ..of(Some(300.0), BatchState::Consolidated) };
    assert_eq!(batches(&given), Ok(1));
    assert!(batches(&of(Some(300.0), BatchState::Consolidated)).unwrap() > 1, "fewer merges a batch");
    // Of rounds none of which keeps the limit, the shortest says why.
    let error = batches(&of(Some(12.0), BatchState::Consolidated)).unwrap_err().to_string();
    assert!(error.contains("forbids it"), "{error}");
}

#[test]
fn what_no_fleet_meets_is_refused_with_the_reason() {
    let tree = RollupTree::balanced(8, 3).unwrap();
    let limited = |state, limit_s| FractalRequest {
        delay_limit: Some(DelayLimitRecord { state, statistic: Statistic::Mean, limit_s }),
        ..request(tree.clone(), times(30.0, 1.0, 1.0), 10.0, 1)
    };
    let term = |request: &FractalRequest| match plan_rollups(request).unwrap_err() {
        crate::PlanError::Infeasible { term, .. } => term,
        other => panic!("{other}"),
    };
    assert_eq!(term(&limited(BatchState::Consolidated, 30.0)), Term::Prove);
    // Two close times and a block of a second.
    assert_eq!(term(&limited(BatchState::Virtual, 20.9)), Term::Close);
    assert!(plan_rollups(&limited(BatchState::Virtual, 21.0)).is_ok());
    let fixed = FractalRequest { provers: Some(23), ..request(tree.clone(), times(30.0, 1.0, 1.0), 10.0, 1) };
    assert_eq!(term(&fixed), Term::Prove);
    assert!(plan_rollups(&FractalRequest { provers: Some(24), ..fixed }).is_ok());
    let cadence = Cadence { close_s: 10.0, batches: 1, block_s: 12.0 };
    let often = FractalRequest::new(tree, times(3.0, 1.0, 1.0), cadence, 50).unwrap();
    assert_eq!(term(&often), Term::Block);
}

#[test]
fn random_times_have_an_interval_that_holds_the_mean_and_a_seed_gives_them_again() {
    let tree = RollupTree::balanced(6, 3).unwrap();
    let prove = JobTime::by_hand(TimeDist::log_normal("prove", 8.0, 0.5).unwrap(), None);
    let random = FractalTimes::by_hand(prove, fixed(1.0), None);
    let plan = |seed| {
        plan_rollups(&FractalRequest { seed, ..request(tree.clone(), random.clone(), 10.0, 2) }).unwrap()
    };
    let (one, again, other) = (plan(1), plan(1), plan(2));
    assert_eq!(one, again);
    assert_ne!(one.whole.consolidated, other.whole.consolidated);
    let delay = one.whole.consolidated;
    assert!(delay.mean_half_width_s.is_some_and(|half| half > 0.0 && half < 0.1 * delay.mean_s), "{delay:?}");
    assert!(delay.p50_s <= delay.p99_s);
    let steady = plan_rollups(&request(tree.clone(), times(8.0, 1.0, 1.0), 10.0, 2)).unwrap();
    assert_eq!(steady.whole.consolidated.mean_half_width_s, None);
    assert!(delay.mean_s > steady.whole.consolidated.mean_s, "the slowest proof of a round is waited for");
}

#[test]
fn the_parts_of_a_delay_and_of_a_pool_add_up() {
    let tree = RollupTree::balanced(50, 4).unwrap();
    let plan = plan_rollups(&request(tree, times(7.0, 1.0, 2.0), 10.0, 3)).unwrap();
    let parts: f64 = plan.whole.parts.iter().map(|part| part.mean_s).sum();
    assert!((parts - plan.whole.consolidated.mean_s).abs() < 1e-6);
    let provers: f64 = plan.layers.iter().map(|layer| layer.provers).sum();
    let aggregators: f64 = plan.layers.iter().map(|layer| layer.aggregators).sum();
    assert!((provers - f64::from(plan.fleet.provers)).abs() < 1e-9, "{provers}");
    assert!((aggregators - f64::from(plan.fleet.aggregators)).abs() < 1e-9, "{aggregators}");
    assert_eq!(plan.layers.iter().map(|layer| layer.rollups).sum::<u32>(), 50);
    let machine_s: f64 = plan.layers.iter().flat_map(|layer| &layer.jobs).map(|jobs| jobs.machine_s).sum();
    assert!((machine_s - plan.whole.machine_s_per_round).abs() < 1e-6);
    assert_eq!(plan.whole.cpu_s_per_round, Some(2.0 * machine_s));
}

#[test]
fn a_proof_every_block_is_a_matter_of_the_longest_chain() {
    let tree = RollupTree::of_fan_outs(&[1, 7]).unwrap();
    let asked = |prove_s| FractalRequest {
        asks_every_block: true,
        ..request(tree.clone(), times(prove_s, 0.1, 0.1), 1.0, 1)
    };
    // A lift, an attach and three levels of joins: half a second of merges in a block of one.
    let block = plan_rollups(&asked(0.4)).unwrap().every_block.unwrap();
    assert!(block.is_met && (block.floor_s - 0.9).abs() < 1e-9, "{block:?}");
    let block = plan_rollups(&asked(2.5)).unwrap().every_block.unwrap();
    assert!(!block.is_met && (block.speed_up - 3.0).abs() < 1e-9 && block.blocks_behind == 3, "{block:?}");
}

#[test]
fn a_thousand_rollups_are_planned_in_seconds() {
    let tree = RollupTree::balanced(1_000, 3).unwrap();
    let floor = {
        let times = times(4.0, 1.0, 1.0);
        rounds(&tree, &times, 10.0, 6, 1.0).simulate(AMPLE).all.mean_s.value
    };
    let limited = FractalRequest {
        delay_limit: Some(DelayLimitRecord {
            state: BatchState::Consolidated,
            statistic: Statistic::Mean,
            limit_s: 1.02 * floor,
        }),
        ..request(tree, times(4.0, 1.0, 1.0), 10.0, 6)
    };
    let plan = plan_rollups(&limited).unwrap();
    assert!(plan.whole.consolidated.mean_s <= 1.02 * floor * (1.0 + 1e-9));
    // 1,000 rollups, 4 s of each 10, a fifth unused.
    assert!(plan.fleet.provers >= 500 && plan.whole.jobs_per_round > 13_000);
}
