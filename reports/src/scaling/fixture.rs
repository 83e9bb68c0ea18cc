//! Laws to render in tests. Their numbers are typed, not fitted.

use crate::profile::QuantityName;
use crate::scaling::record::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LAWS_SCHEMA_VERSION, LawName,
    LawPointRecord, LawRecord, LawsRecord, OfName, OverName, PeakRecord, ReachName, RefusedRecord,
    TreeRecord,
};

fn family() -> FamilyRecord {
    FamilyRecord {
        workload: "swap".to_owned(),
        swap_ratio: Some(1.0),
        proof_system: "plonky2".to_owned(),
        batch_transactions: Some(32),
        capacity_transactions: Some(32),
        batches_per_aggregation: Some(2),
        cores: None,
        clock: Some("as_is".to_owned()),
        provers: Some(1),
        padded_rows: None,
    }
}

fn coefficient(name: &str, value: f64) -> CoefficientRecord {
    let name = name.to_owned();
    CoefficientRecord { name, value, low: Some(value * 0.9), high: Some(value * 1.1) }
}

fn at(x: f64, y: f64, reach: ReachName) -> CurvePointRecord {
    CurvePointRecord { x, y, low: Some(y * 0.98), high: Some(y * 1.02), reach }
}

fn point(x: f64, y: f64) -> LawPointRecord {
    LawPointRecord { x, y, low: Some(y * 0.99), high: Some(y * 1.01), samples: 16 }
}

fn over_cores() -> LawRecord {
    let usl = FitRecord {
        law: LawName::Usl,
        coefficients: vec![
            coefficient("one_core_s", 1.8),
            coefficient("contention", 0.02),
            coefficient("crosstalk", 0.001),
        ],
        degrees_of_freedom: 1,
        leave_one_out_share: Some(0.031),
        peak: Some(PeakRecord { cores: 31.3, reach: ReachName::Far }),
        curve: vec![
            at(1.0, 1.8, ReachName::Within),
            at(8.0, 0.27, ReachName::Within),
            at(16.0, 0.17, ReachName::Beyond),
        ],
        refused: vec![RefusedRecord {
            x: 64.0,
            why: "measured from 1 to 8 cores: nothing is said beyond 2 times that".to_owned(),
        }],
    };
    LawRecord {
        over: OverName::Cores,
        of: OfName::TimeS,
        stage: Some(QuantityName::ProveBatch),
        level: None,
        family: family(),
        points: vec![point(1.0, 1.81), point(2.0, 0.93), point(4.0, 0.49), point(8.0, 0.27)],
        fits: vec![usl],
        notes: vec!["One of the points was on threads that share a core.".to_owned()],
        trees: vec![],
    }
}

fn memory() -> LawRecord {
    let line = FitRecord {
        law: LawName::Line,
        coefficients: vec![coefficient("fixed_bytes", 3.4e8), coefficient("each_bytes", 2.0e5)],
        degrees_of_freedom: 1,
        leave_one_out_share: Some(0.004),
        peak: None,
        curve: vec![at(24.0, 3.45e8, ReachName::Within)],
        refused: vec![],
    };
    LawRecord {
        over: OverName::BatchTransactions,
        of: OfName::MemoryBytes,
        stage: None,
        level: None,
        family: FamilyRecord {
            batch_transactions: None,
            capacity_transactions: None,
            cores: Some(2),
            padded_rows: Some(4096),
            ..family()
        },
        points: vec![LawPointRecord { low: None, high: None, samples: 1, ..point(24.0, 3.45e8) }],
        fits: vec![line],
        notes: vec![],
        trees: vec![],
    }
}

fn over_n() -> LawRecord {
    let merges = FitRecord {
        law: LawName::Merges,
        coefficients: vec![CoefficientRecord {
            name: "merge_s".to_owned(),
            value: 3.6,
            low: None,
            high: None,
        }],
        degrees_of_freedom: 0,
        leave_one_out_share: None,
        peak: None,
        curve: vec![CurvePointRecord { low: None, high: None, ..at(2.0, 3.6, ReachName::Within) }],
        refused: vec![],
    };
    LawRecord {
        over: OverName::BatchesPerAggregation,
        stage: Some(QuantityName::Aggregate),
        family: FamilyRecord { batches_per_aggregation: None, cores: Some(1), ..family() },
        points: vec![point(2.0, 3.6)],
        fits: vec![merges],
        notes: vec!["One N was measured (2).".to_owned()],
        trees: vec![TreeRecord {
            batches_per_aggregation: 8,
            merges: 7,
            levels: 3,
            one_aggregator_s: 25.2,
            enough_aggregators_s: 10.8,
        }],
        ..over_cores()
    }
}

pub(crate) fn laws() -> LawsRecord {
    LawsRecord {
        schema_version: LAWS_SCHEMA_VERSION,
        run: "run-1".to_owned(),
        laws: vec![over_cores(), memory(), over_n()],
        missing: vec!["Over the clock: T = A/x + B takes three clocks; measured: 0.".to_owned()],
    }
}
