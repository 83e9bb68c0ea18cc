//! A profile to render in tests. Its numbers are typed, not measured.

use crate::machine::{FieldRecord, MACHINE_SCHEMA_VERSION, MachineRecord, SectionRecord, ValueRecord};
use crate::profile::record::{
    CellSummaryRecord, CyclesRecord, IntervalRecord, OutliersRecord, PROFILE_SCHEMA_VERSION, ProfileRecord,
    QuantileRecord, QuantityName, QuantityRecord,
};
use crate::sample::{
    CellRecord, CircuitRecord, EndName, FailureName, FailureRecord, SAMPLE_SCHEMA_VERSION, SystemRecord,
};
use std::collections::BTreeMap;

fn quantity(quantity: QuantityName, level: Option<u64>, median_s: f64) -> QuantityRecord {
    QuantityRecord {
        quantity,
        level,
        samples: 3,
        median_s,
        interval: Some(IntervalRecord { low_s: median_s * 0.9, high_s: median_s * 1.2, coverage: 0.75 }),
        mean_s: median_s * 1.03,
        deviation_s: Some(median_s * 0.15),
        min_s: median_s * 0.9,
        max_s: median_s * 1.2,
        quantiles: vec![
            QuantileRecord { quantile: 0.9, value_s: median_s * 1.2, samples_at_or_above: 1 },
            QuantileRecord { quantile: 0.99, value_s: median_s * 1.2, samples_at_or_above: 1 },
        ],
        cycles: Some(CyclesRecord {
            samples: 3,
            median_cycles: median_s * 2.5e9,
            low_cycles: Some(median_s * 0.9 * 2.5e9),
            high_cycles: Some(median_s * 1.2 * 2.5e9),
        }),
        outliers: OutliersRecord { low: 0, high: 1 },
        values_s: vec![median_s, median_s * 0.9, median_s * 1.2],
        marked_values_s: vec![median_s * 1.7],
    }
}

pub(crate) fn machine() -> MachineRecord {
    let field = |name: &str, value| FieldRecord { name: name.to_owned(), value };
    MachineRecord {
        schema_version: MACHINE_SCHEMA_VERSION,
        sections: vec![
            SectionRecord {
                name: "processor".to_owned(),
                identity: true,
                fields: vec![
                    field("model", Some(ValueRecord::Text("Example 9000".to_owned()))),
                    field("cores", Some(ValueRecord::Count(2))),
                    field("microcode", None),
                ],
            },
            SectionRecord {
                name: "conditions".to_owned(),
                identity: false,
                fields: vec![
                    field("load_1min", Some(ValueRecord::Number(0.25))),
                    field("virtualised", Some(ValueRecord::Flag(true))),
                ],
            },
        ],
    }
}

pub(crate) fn cell(workload: &str, cores: u64) -> CellRecord {
    CellRecord {
        workload: workload.to_owned(),
        swap_ratio: Some(0.5),
        batch_transactions: 64,
        capacity_transactions: 64,
        batches_per_aggregation: 2,
        proof_system: "scripted".to_owned(),
        cores,
        clock: "as_is".to_owned(),
        provers: 1,
    }
}

pub(crate) fn profile() -> ProfileRecord {
    let circuit = CircuitRecord {
        name: "batch".to_owned(),
        rows: 6_200,
        padded_rows: 8_192,
        public_elements: 13,
        proof_bytes: 140_000,
        gate_rows: BTreeMap::from([("PoseidonGate".to_owned(), 6_000)]),
        key_digest: "ab".repeat(32),
    };
    let one = CellSummaryRecord {
        cell: cell("mix", 1),
        system: Some(SystemRecord {
            name: "scripted".to_owned(),
            version: "0.1.0".to_owned(),
            settings: BTreeMap::new(),
            circuits: vec![circuit],
        }),
        repeats: 3,
        end: Some(EndName::TimeLimit),
        verified: true,
        left_out_samples: 1,
        clean_samples: 3,
        kept_samples: 0,
        marked_samples: BTreeMap::from([("shared_core".to_owned(), 1)]),
        clock_ghz: Some(2.5),
        share: Some(0.98),
        steal_s: Some(0.02),
        core_kind: Some("physical".to_owned()),
        peak_rss_bytes: Some(410_000_000),
        transactions_per_s: Some(16.41),
        quantities: vec![
            quantity(QuantityName::Close, None, 0.004_2),
            quantity(QuantityName::ProveBatch, None, 3.9),
            quantity(QuantityName::AggregateMerge, Some(1), 4.25),
            quantity(QuantityName::Aggregate, None, 4.25),
        ],
        failures: vec![FailureRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: "run-1".to_owned(),
            cell: cell("mix", 1),
            repeat: Some(1),
            seed: Some(7),
            failure: FailureName::Crash,
            why: "the measuring process was killed by signal 9".to_owned(),
        }],
    };
    let two = CellSummaryRecord {
        cell: cell("transfer", 2),
        system: None,
        repeats: 0,
        end: None,
        verified: false,
        left_out_samples: 0,
        clean_samples: 0,
        kept_samples: 0,
        marked_samples: BTreeMap::new(),
        clock_ghz: None,
        share: None,
        steal_s: None,
        core_kind: None,
        peak_rss_bytes: None,
        transactions_per_s: None,
        quantities: vec![],
        failures: vec![],
    };
    ProfileRecord {
        schema_version: PROFILE_SCHEMA_VERSION,
        run: "run-1".to_owned(),
        program_version: "0.1.0".to_owned(),
        machine: machine(),
        spec_toml: "seed = 1\n".to_owned(),
        cells: vec![one, two],
    }
}
