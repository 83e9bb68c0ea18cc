//! Plans and simulations with closings that were measured, against the same numbers by hand.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

use planner::domain::{Aggregation, Close, Load, MeasuredClosing, MeasuredClosings, Target, TimeDist};
use planner::plan::ArrivalLaw;
use planner::sim::{Arrivals, Closing, L1, Pipeline, RunLength, Simulated, simulate};
use planner::{PlanError, PlanRequest, recommend};

const PROVE_S: f64 = 120.0;
const BLOCK_S: f64 = 12.0;

fn closing(gap_s: f64, fill_s: f64, fill_fraction: f64, work_s: f64) -> MeasuredClosing {
    MeasuredClosing { gap_s, fill_s, fill_fraction, work_s }
}

fn measured(closings: &[MeasuredClosing], is_ordered: bool) -> MeasuredClosings {
    MeasuredClosings::new(closings.to_vec(), is_ordered).unwrap()
}

fn request(transactions_per_s: f64, close: Close) -> PlanRequest {
    let load = Load::new(Target::TransactionsPerS(transactions_per_s), Some(100), close).unwrap();
    let prove = TimeDist::log_normal("prove", PROVE_S, 0.2).unwrap();
    let merge = Aggregation::pairwise(TimeDist::fixed("merge", 2.0).unwrap());
    PlanRequest::new(load, prove, merge, BLOCK_S).unwrap()
}

/// Work of 0.8 s on each of batches that fill in 10 s.
const FILLED: Close = Close::Filled { execute_s: 0.3, root_s: 0.4, encode_s: 0.1 };

/// A pipeline without queues: provers and L1 for everything.
fn pipeline(measured: MeasuredClosings, n: u32) -> Pipeline {
    let fixed = |s| TimeDist::fixed("time", s).unwrap();
    let total = Aggregation::fixed_total(fixed(1e-9));
    Pipeline::new(Arrivals::closings(measured), fixed(PROVE_S), 1_000, total, L1::Latency(BLOCK_S))
        .and_then(|pipeline| pipeline.with_groups(n, 100))
        .unwrap()
}

fn simulated(pipeline: &Pipeline) -> Simulated {
    simulate(pipeline, RunLength::new(4_000, 100, 4, 1).unwrap())
}

fn near(got: f64, wanted: f64, within: f64) {
    assert!((got - wanted).abs() <= within, "{got} is not {wanted}");
}

#[test]
fn a_plan_from_a_measured_distribution_is_the_plan_from_the_same_numbers_by_hand() {
    for tx_per_s in [10.0, 7.0] {
        let by_hand = recommend(&request(tx_per_s, FILLED)).unwrap().to_record();
        // Measured under 10 transactions/s; any load scales the filling and not the work.
        let same = measured(&[closing(10.0, 10.0, 1.0, 0.8); 5], false);
        let from_measured = request(tx_per_s, FILLED).with_closings(same).unwrap();
        let from_measured = recommend(&from_measured).unwrap().to_record();
        assert_eq!(from_measured.recommendation, by_hand.recommendation);
        assert_eq!(from_measured.inputs, by_hand.inputs);
        assert_eq!(from_measured.designs, by_hand.designs);
        assert_eq!(from_measured.fleet_estimates, by_hand.fleet_estimates);
        assert_eq!(from_measured.sequencing, by_hand.sequencing);
        let says = |reason: &String| reason.contains("as it was measured in 5 batches");
        assert!(from_measured.reasons.iter().any(says) && !by_hand.reasons.iter().any(says));
    }
}

#[test]
fn a_plan_from_measured_gaps_is_that_from_a_trace_of_them() {
    let gaps_s = [4.0, 16.0, 7.0, 13.0];
    let closings = gaps_s.map(|gap_s| closing(gap_s, gap_s, 1.0, 0.8));
    let request = || request(10.0, FILLED);
    let by_hand = request().with_arrivals(ArrivalLaw::Trace(gaps_s.to_vec())).unwrap();
    let from_measured = request().with_closings(measured(&closings, true)).unwrap();
    let [by_hand, from_measured] =
        [by_hand, from_measured].map(|request| recommend(&request).unwrap().to_record());
    assert_eq!(from_measured.recommendation, by_hand.recommendation);
    assert_eq!(from_measured.fleet_estimates, by_hand.fleet_estimates);
}

/// Two kinds of batch in turn: 4 s and 16 s after the one before, the first transaction 1 s and 6 s after that.
#[test]
fn two_points_in_turn_give_the_delays_of_an_addition() {
    let in_turn = || measured(&[closing(4.0, 3.0, 1.0, 0.0), closing(16.0, 10.0, 1.0, 0.0)], true);
    let alone = simulated(&pipeline(in_turn(), 1)).consolidated;
    near(alone.mean_s.value, 6.5 + PROVE_S + BLOCK_S, 1e-6);
    near(alone.p99_s.value, 10.0 + PROVE_S + BLOCK_S, 0.2);
    // A pair begins with either, by where the replication begins: 3 + 16, or 10 + 4.
    let pair = simulated(&pipeline(in_turn(), 2)).consolidated;
    let p99_s = pair.p99_s.value - PROVE_S - BLOCK_S;
    assert!((13.9..19.2).contains(&p99_s), "{p99_s}");
    near(simulated(&pipeline(in_turn(), 1)).throughput_batches_per_s.value, 0.1, 1e-3);
}

/// The same drawn at random: a batch fills for 3 s or 10 s, each half of the time.
#[test]
fn two_points_at_random_have_the_mean_and_the_tail_of_their_sums() {
    let drawn = || measured(&[closing(4.0, 3.0, 0.2, 0.0), closing(16.0, 10.0, 0.8, 0.0)], false);
    let rest_s = PROVE_S + BLOCK_S;
    let pair = simulated(&pipeline(drawn(), 2));
    // 6.5 to the first closing, 10 to the second; the longest is 10 + 16, one pair in four.
    near(pair.consolidated.mean_s.value, 6.5 + 10.0 + rest_s, 0.3);
    near(pair.consolidated.p99_s.value, 26.0 + rest_s, 0.2);
    near(pair.fill_fraction.value, 0.5, 0.02);
    let forms = pipeline(drawn(), 2).with_batches_per_sequence(2).unwrap().virtual_forms();
    // Two intervals of 10 s, less the 3.5 s until the first transaction comes; a random one in the middle.
    near(forms.corrected_oldest_s, 16.5 + BLOCK_S, 1e-9);
    near(forms.corrected_random_s, 8.25 + BLOCK_S, 1e-9);
}

/// The sequencer takes 6 s for a batch. In turn: the one after 4 s waits for 2 s, the one after 16 s for none.
#[test]
fn waiting_for_the_sequencer_follows_from_gaps_and_work_and_is_not_added_again() {
    let in_turn = || measured(&[closing(4.0, 4.0, 1.0, 6.0), closing(16.0, 16.0, 1.0, 6.0)], true);
    let alone = simulated(&pipeline(in_turn(), 1)).consolidated;
    near(alone.mean_s.value, 10.0 + 6.0 + 1.0 + PROVE_S + BLOCK_S, 0.01);
    near(alone.p99_s.value, 16.0 + 6.0 + PROVE_S + BLOCK_S, 0.2);
    // A batch without work waits all the same: 6 s − 4 s.
    let idle = measured(&[closing(4.0, 4.0, 1.0, 0.0), closing(16.0, 16.0, 1.0, 6.0)], true);
    let alone = simulated(&pipeline(idle, 1)).consolidated;
    near(alone.mean_s.value, 10.0 + 3.0 + 1.0 + PROVE_S + BLOCK_S, 0.01);
}

#[test]
fn no_floor_is_above_what_is_simulated() {
    let drawn = measured(&[closing(4.0, 3.0, 0.2, 0.5), closing(16.0, 10.0, 0.8, 3.0)], false);
    for n in [1, 2, 5] {
        let pipeline = pipeline(drawn.clone(), n);
        let (floor, simulated) = (pipeline.delay_floor(), simulated(&pipeline).consolidated);
        assert!(floor.mean_s <= simulated.mean_s.value * 1.01, "{n}: {floor:?} {simulated:?}");
        assert!(floor.p99_s <= simulated.p99_s.value, "{n}: {floor:?} {simulated:?}");
    }
}

#[test]
fn the_closed_forms_take_the_mean_and_the_fill() {
    // Half full every 5 s: 10 transactions/s of batches of 100.
    let half = || measured(&[closing(4.0, 3.0, 0.4, 1.0), closing(6.0, 4.0, 0.6, 2.0)], false);
    let planned = request(10.0, FILLED).with_closings(half()).unwrap();
    near(planned.interval_s(), 5.0, 1e-9);
    near(planned.close_s(), 3.5 + 1.5, 1e-9);
    near(planned.fill_fraction(), 0.5, 1e-9);
    // At twice the load batches fill twice as fast; the work stays.
    let twice = request(20.0, FILLED).with_closings(half()).unwrap();
    near(twice.interval_s(), 2.5, 1e-9);
    near(twice.close_s(), 1.75 + 1.5, 1e-9);
    // A close time by hand stands in their place.
    let load = Load::new(Target::TransactionsPerS(10.0), Some(100), Close::Fixed { close_s: 9.0 }).unwrap();
    near(planned.with_load(load).close_s(), 10.0, 1e-9);
}

#[test]
fn a_sequencer_that_falls_behind_and_a_second_rule_are_refused() {
    let slow = measured(&[closing(5.0, 5.0, 0.5, 6.0)], false);
    let planned = request(10.0, FILLED).with_closings(slow).unwrap();
    let error = recommend(&planned).unwrap_err();
    assert!(matches!(error, PlanError::Infeasible { .. }) && error.to_string().contains("close"), "{error}");
    let one = || measured(&[closing(10.0, 10.0, 1.0, 0.8)], false);
    let timeout = Closing::Timeout(3.0);
    let first = request(10.0, FILLED).with_closing(timeout).unwrap().with_closings(one());
    let second = request(10.0, FILLED).with_closings(one()).unwrap().with_closing(timeout);
    let third = pipeline(one(), 1).with_closing(Closing::Full, 0.5).map(drop);
    for refused in [first.map(drop), second.map(drop), third] {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("measured closings"), "{error}");
    }
}
