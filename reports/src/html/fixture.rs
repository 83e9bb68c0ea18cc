//! Records of a whole report for tests. Their numbers are typed, not measured and not planned.

use records::plan::answers::{CatalogueMachineRecord, MachineFleetRecord};
use records::plan::curves::{
    CURVES_SCHEMA_VERSION, CurvesRecord, DayFleetRecord, DayRecord, DelayAtRecord, FloorRecord,
    OverBatchesRecord, OverProversRecord, QuantileAtRecord,
};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};
use records::report::Records;

fn over_batches(n: u32) -> OverBatchesRecord {
    let rate = f64::from(n) / 120f64.max(f64::from(n) * 10.0);
    OverBatchesRecord {
        batches_per_aggregation: n,
        published_throughput_batches_per_s: rate,
        published_delay_s: f64::from(n) * 10.0 + 147.0,
        corrected_throughput_batches_per_s: 0.1,
        corrected_delay_s: f64::from(n) * 10.0 + 160.0,
        simulated: (n > 2).then_some(QuantileAtRecord { mean_s: 300.0, p99_s: 402.8 }),
    }
}

fn over_provers(provers: u32) -> OverProversRecord {
    let delay = DelayAtRecord {
        p50_s: 290.0,
        p50_half_width_s: Some(0.3),
        p90_s: 340.0,
        p90_half_width_s: Some(0.8),
        p99_s: 380.0 + 300.0 / f64::from(provers),
        p99_half_width_s: Some(2.1),
        samples: 10_000,
    };
    OverProversRecord {
        provers,
        utilization: 12.0 / f64::from(provers),
        delay: (provers > 12).then_some(delay),
    }
}

pub(crate) fn curves() -> CurvesRecord {
    let fleet = |provers, settles| DayFleetRecord {
        provers,
        why: "recommended for the mean".to_owned(),
        queue_batches: (0..144).map(|k| f64::from((k - 72i32).abs())).collect(),
        wait_max_s: 5_000.0,
        settles,
    };
    CurvesRecord {
        schema_version: CURVES_SCHEMA_VERSION,
        over_batches: [1, 2, 4, 8, 12, 16, 24].map(over_batches).to_vec(),
        balance_batches: 12,
        over_provers: [11, 12, 13, 14, 16, 20].map(over_provers).to_vec(),
        floor: Some(FloorRecord { p50_s: 280.0, p99_s: 380.0, provers: 64 }),
        day: Some(DayRecord {
            shape: "An assumption.".to_owned(),
            load_batches_per_s: (0..48).map(|k| 0.1 + 0.001 * f64::from(k)).collect(),
            fleets: vec![fleet(14, true), fleet(18, false)],
        }),
    }
}

fn machines() -> Vec<CatalogueMachineRecord> {
    let fleet = MachineFleetRecord {
        cores_per_prover: 8,
        provers_per_machine: 8,
        provers: 14,
        batches_per_aggregation: 12,
        aggregators: 2,
        machines: 2,
        prove_s: 120.0,
        merge_s: 3.0,
        merge_basis: "by clock".to_owned(),
        basis: "same family".to_owned(),
        usd_per_hour: Some(8.5),
        delay_s_mean: 300.4,
        delay_s_p99: 402.8,
        order: crate::plan::shopping::tests::order(),
    };
    vec![
        CatalogueMachineRecord { id: "box-64".to_owned(), fleet: Some(fleet), problem: None },
        CatalogueMachineRecord {
            id: "guess-1".to_owned(),
            fleet: None,
            problem: Some("no clock".to_owned()),
        },
    ]
}

/// A report with every record there is.
pub(crate) fn records() -> Records {
    Records {
        profile: Some(fixtures::profile::profile()),
        plan: Some(fixtures::plan::published_plan()),
        planned_with: Some("mix of 64, scripted, 1 core".to_owned()),
        curves: Some(curves()),
        laws: Some(fixtures::laws::laws()),
        machines: machines(),
        execution: Some(fixtures::execution::surface()),
        closing: Some(fixtures::closing::closing()),
        state_growth: Some(fixtures::state_growth::state_growth()),
        fractal: Some(fixtures::fractal::fractal()),
        ..Records::default()
    }
}

/// The profile alone, changed.
pub(crate) fn profile_with(change: impl Fn(&mut ProfileRecord)) -> Records {
    let mut profile = fixtures::profile::profile();
    change(&mut profile);
    Records { profile: Some(profile), ..Records::default() }
}

/// Every cell without one quantity.
pub(crate) fn without(cells: &mut [CellSummaryRecord], quantity: QuantityName) {
    for cell in cells {
        cell.quantities.retain(|found| found.quantity != quantity);
    }
}
