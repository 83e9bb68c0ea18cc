//! The smallest fleets of the table: which P keeps the 99th percentile within a target.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

mod common;

use common::{Row, close_to, table};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, Estimate, L1, Pipeline, RunLength, simulate};

/// Close 10 s by the row's law, prove 120 s, aggregate 12 s, slots of 12 s from midnight on.
fn pipeline(row: &Row) -> Pipeline {
    let arrivals = match row.text("close") {
        "D" => Arrivals::fixed(10.0),
        "E4" => Arrivals::erlang(10.0, 4),
        "M" => Arrivals::poisson(10.0),
        "LN2.0" => Arrivals::log_normal(10.0, 2.0),
        other => panic!("no law {other}"),
    };
    let prove = TimeDist::log_normal("prove", 120.0, row.f64("prove_cv")).unwrap();
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let slots = L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: Some(0.0), proofs_max: None };
    Pipeline::new(arrivals.unwrap(), prove, 64, total, slots)
        .and_then(|pipeline| pipeline.with_groups(row.u32("N"), 1))
        .unwrap()
}

fn p99(pipeline: &Pipeline, provers: u32) -> Estimate {
    let length = RunLength::new(16_000, 1_600, 8, 21).unwrap();
    simulate(&pipeline.clone().with_provers(provers).unwrap(), length).consolidated.p99_s
}

/// The table's own delays, and which P is the smallest for each of its targets.
#[test]
fn fleets_and_their_delays() {
    let targets = [300, 350, 400, 450, 500, 600, 800];
    let (mut clear, mut near) = (0, 0);
    for row in table("min_provers_for_p99_target") {
        let pipeline = pipeline(&row);
        let what = format!("{} CV {}", row.text("close"), row.text("prove_cv"));
        // From 13: twelve provers are in use all the time, and whatever a run of them shows does not last.
        let by_p: Vec<(u32, Estimate)> = (13..=17).chain([64]).map(|p| (p, p99(&pipeline, p))).collect();

        for (provers, column) in
            [(64, "p99_floor_P64_s"), (16, "p99_P16_s"), (14, "p99_P14_s"), (13, "p99_P13_s")]
        {
            let (_, p99) = by_p.iter().find(|(p, _)| *p == provers).unwrap();
            // The table gives one interval, that of P = 13, the widest.
            let theirs = if provers == 13 { row.f64("p99_P13_ci95") } else { 0.01 * row.f64(column) };
            let tolerance = 3.0 * p99.half_width.unwrap().hypot(theirs) + 1e-3 * p99.value;
            close_to(p99.value, row.f64(column), tolerance, &format!("{what} P {provers}"));
        }

        for target in targets {
            let limit_s = f64::from(target);
            let got = match by_p.iter().find(|(_, p99)| p99.value <= limit_s) {
                Some(&(64, _)) => "above 17".to_owned(),
                Some((p, _)) => p.to_string(),
                None => "infeasible".to_owned(),
            };
            // Where an interval of a fleet holds the target, either answer is right.
            let unclear = by_p
                .iter()
                .any(|(_, p99)| (p99.value - limit_s).abs() < 2.0 * p99.half_width.unwrap() + 0.01 * limit_s);
            if unclear {
                near += 1;
                continue;
            }
            clear += 1;
            assert_eq!(got, row.text(&format!("min_P_p99_le_{target}s")), "{what} within {target} s");
        }
    }
    assert!(
        clear > 60,
        "{clear} clear answers and {near} near ones: the intervals are too wide to test with"
    );
}
