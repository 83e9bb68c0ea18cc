//! Comparisons to render in tests. Their numbers are typed, not measured.

use crate::gate::drift::{
    ChangeRecord, DRIFT_SCHEMA_VERSION, DriftName, DriftPointRecord, DriftRecord, DriftRulesRecord,
    MachineDriftRecord, SeriesDriftRecord, ShiftRecord,
};
use crate::gate::exact::{
    EXACT_SCHEMA_VERSION, ExactRecord, ExactVerdictName, FigureDifferenceName, FigureDifferenceRecord,
    HeadroomRecord,
};
use crate::gate::figures::{
    BatchFigureRecord, CellFiguresRecord, FIGURES_SCHEMA_VERSION, FigureInputsRecord, FigureValueRecord,
    FiguresRecord, ProofFigureRecord, TreeFigureRecord,
};
use crate::gate::history::HistoryMachineRecord;
use crate::gate::paired::{
    ArmRecord, BlockRecord, ComparedRecord, ComparisonRecord, ManyName, MeaningRecord, PAIRED_SCHEMA_VERSION,
    PairRecord, PairedRecord, RulesRecord, TimeName, VerdictName,
};
use crate::sample::{CellRecord, CircuitRecord, MarkName, SystemRecord};
use std::collections::BTreeMap;

fn circuit(name: &str, rows: u64, padded_rows: u64) -> CircuitRecord {
    CircuitRecord {
        name: name.to_owned(),
        rows,
        padded_rows,
        public_elements: 13,
        proof_bytes: 127_056,
        gate_rows: BTreeMap::from([("PoseidonGate".to_owned(), rows - 5), ("ArithmeticGate".to_owned(), 5)]),
        key_digest: "8a".repeat(32),
    }
}

fn cell(name: &str, rows: u64) -> CellFiguresRecord {
    CellFiguresRecord {
        name: name.to_owned(),
        depth: 24,
        capacity_transactions: 32,
        system: SystemRecord {
            name: "plonky2".to_owned(),
            version: "1.1.0".to_owned(),
            settings: BTreeMap::from([("fri_queries".to_owned(), "28".to_owned())]),
            circuits: vec![
                circuit("batch", rows, rows.next_power_of_two()),
                circuit("aggregate 1", 7376, 8192),
            ],
        },
        proofs: vec![ProofFigureRecord { kind: "batch".to_owned(), proof_bytes: 127_056 }],
        trees: vec![TreeFigureRecord { batches: 3, merges: vec![2, 1] }],
        batches: vec![BatchFigureRecord {
            batch: 0,
            transactions: 32,
            encoding_bytes: 410,
            old_root: "0a".repeat(32),
            new_root: "0b".repeat(32),
            commitment: "0c".repeat(32),
        }],
    }
}

/// Two cells.
pub(crate) fn figures() -> FiguresRecord {
    FiguresRecord {
        schema_version: FIGURES_SCHEMA_VERSION,
        inputs: FigureInputsRecord {
            proof_system: "plonky2".to_owned(),
            seed: 1,
            accounts: 10_000,
            pools: 16,
            fee_bps: 30,
            skew: 0.0,
            batches_per_aggregation: 3,
        },
        cells: vec![cell("transfer of 32", 3457), cell("swap of 32", 4100)],
    }
}

/// One that passes.
pub(crate) fn exact_pass() -> ExactRecord {
    ExactRecord {
        schema_version: EXACT_SCHEMA_VERSION,
        verdict: ExactVerdictName::Pass,
        baseline: "ci/baseline.json".to_owned(),
        figures: 58,
        differences: Vec::new(),
        head: figures(),
    }
}

/// One of each kind of difference.
pub(crate) fn exact() -> ExactRecord {
    let count = |count| Some(FigureValueRecord::Count(count));
    let text = |text: String| Some(FigureValueRecord::Text(text));
    let one =
        |cell: &str, figure: Option<&str>, difference, baseline, head, headroom| FigureDifferenceRecord {
            cell: cell.to_owned(),
            figure: figure.map(str::to_owned),
            difference,
            baseline,
            head,
            headroom,
        };
    let room = Some(HeadroomRecord { rows: 4100, padded_rows: 8192 });
    use FigureDifferenceName::{Additional, Changed, Missing, Varies};
    ExactRecord {
        verdict: ExactVerdictName::Changed,
        differences: vec![
            one("transfer of 32", Some("batch: bytes of a proof made"), Varies, count(5), count(6), None),
            one("swap of 32", Some("batch: padded rows"), Changed, count(4096), count(8192), room),
            one("swap of 32", Some("batch: rows"), Changed, count(3942), count(4100), room),
            one("swap of 32", Some("batch: rows of PoseidonGate"), Missing, count(7), None, room),
            one("swap of 32", Some("setting wires"), Additional, None, text("135".to_owned()), None),
            one(
                "swap of 32",
                Some("batch: key digest"),
                Changed,
                text("8a".repeat(32)),
                text("8b".repeat(32)),
                room,
            ),
            one("swap of 32", Some("batch 0: encoding bytes"), Changed, count(411), count(410), None),
            one("mix-0.5 of 32", None, Missing, None, None, None),
            one("swap of 64", None, Additional, None, None, None),
        ],
        ..exact_pass()
    }
}

fn block(ratio: f64) -> BlockRecord {
    let pair = |pair: u64, base_s: f64| PairRecord {
        pair,
        is_used: pair != 4,
        seed: 100 + pair,
        is_base_first: pair.is_multiple_of(2),
        base_s,
        head_s: base_s * ratio,
        base_mark: MarkName::Clean,
        head_mark: if pair == 4 { MarkName::SharedCore } else { MarkName::Clean },
    };
    BlockRecord {
        pairs_used: 4,
        pairs_marked: 1,
        pairs_repeated: 0,
        ratio: Some(ratio),
        ratio_low: Some(ratio - 0.013),
        ratio_high: Some(ratio + 0.014),
        coverage: Some(0.875),
        p_slower: 0.0625,
        p_slower_adjusted: 0.0625,
        p_faster: 1.0,
        p_faster_adjusted: 1.0,
        pairs: [1.0, 1.02, 0.99, 1.01, 9.0]
            .into_iter()
            .zip(0..)
            .map(|(base_s, at)| pair(at, base_s))
            .collect(),
    }
}

fn comparison(time: TimeName, verdict: VerdictName, ratio: f64, reason: &str) -> ComparisonRecord {
    let cell = CellRecord {
        workload: "swap".to_owned(),
        swap_ratio: Some(1.0),
        batch_transactions: 32,
        capacity_transactions: 32,
        batches_per_aggregation: 2,
        proof_system: "plonky2".to_owned(),
        cores: 2,
        clock: "as_is".to_owned(),
        provers: 1,
    };
    let second = (verdict == VerdictName::Regressed).then(|| block(ratio));
    ComparisonRecord {
        key: cell.key(),
        cell,
        time,
        compared: ComparedRecord { verdict, reason: reason.to_owned(), first: block(ratio), second },
    }
}

/// A regression, a pass and one that is inconclusive.
pub(crate) fn paired() -> PairedRecord {
    let arm = |name: &str, commit: &str| ArmRecord {
        name: name.to_owned(),
        commit: Some(commit.repeat(20)),
        version: "0.1.0".to_owned(),
        build: Vec::new(),
        machine: Vec::new(),
    };
    PairedRecord {
        schema_version: PAIRED_SCHEMA_VERSION,
        verdict: VerdictName::Regressed,
        reasons: vec!["swap of 32, plonky2, 2 cores, prove: two blocks of pairs agree".to_owned()],
        base: arm("main", "0a"),
        head: arm("feature/a|b_c", "0b"),
        rules: RulesRecord {
            pairs: 10,
            least_effect: 0.03,
            level: 0.05,
            many: ManyName::Holm,
            repeat_marked: 5,
            seed: 1,
            strict: false,
        },
        comparisons: vec![
            comparison(TimeName::Prove, VerdictName::Regressed, 1.061, "two blocks of pairs agree"),
            comparison(TimeName::Aggregate, VerdictName::Inconclusive, 1.02, "the interval holds 3 %"),
        ],
        geometric_mean: None,
        meanings: vec![MeaningRecord {
            key: "swap/32of32/x2/plonky2/2c/as_is".to_owned(),
            target: "500 tx/s".to_owned(),
            ratio: 1.061,
            ratio_low: 1.048,
            ratio_high: 1.075,
            provers_base: 50,
            provers_head: Some(53),
            provers_head_low: Some(53),
            provers_head_high: Some(54),
            usd_per_month_base: Some(6000.0),
            usd_per_month_head: Some(6410.0),
        }],
        wall_s: 81.25,
    }
}

/// One machine with a series that got slower, one that is steady and one that is too short.
pub(crate) fn drift() -> DriftRecord {
    let point = |at: usize, value_s: f64| DriftPointRecord {
        commit: format!("{:02x}", at).repeat(20),
        value_s,
        low_s: Some(value_s * 0.98),
        high_s: Some(value_s * 1.03),
    };
    let wave = |at: usize| 1.0 + 0.002 * ((at * 7) % 5) as f64;
    let series = |quantity: &str, drift, count: usize, step: Option<usize>| {
        let points: Vec<_> = (0..count)
            .map(|at| point(at, wave(at) * if step.is_some_and(|step| at >= step) { 1.91 } else { 1.8 }))
            .collect();
        SeriesDriftRecord {
            cell: "swap/32of32/x2/plonky2/2c/as_is".to_owned(),
            quantity: quantity.to_owned(),
            drift,
            shift: step.map(|step| ShiftRecord {
                since: points[step].commit.clone(),
                compared_with: points[step - 1].commit.clone(),
                before_s: 1.8,
                after_s: 1.91,
                ratio: 1.91 / 1.8,
                is_recent: true,
            }),
            changes: step
                .into_iter()
                .map(|step| ChangeRecord {
                    index: step as u64,
                    commit: points[step].commit.clone(),
                    before_s: 1.8,
                    after_s: 1.91,
                    ratio: 1.91 / 1.8,
                    p: 0.001,
                })
                .collect(),
            points,
        }
    };
    DriftRecord {
        schema_version: DRIFT_SCHEMA_VERSION,
        rules: DriftRulesRecord {
            level: 0.05,
            permutations: 999,
            least_shift: 0.03,
            last: 100,
            recent: 30,
            seed: 1,
        },
        machines: vec![MachineDriftRecord {
            machine: HistoryMachineRecord {
                fingerprint: "00112233aabbccdd".to_owned(),
                words: "Example 9000, 2 CPUs, 8.3 GB".to_owned(),
            },
            series: vec![
                series("prove_batch", DriftName::Slower, 24, Some(15)),
                series("aggregate_merge 1", DriftName::Steady, 24, None),
                series("aggregate_merge 2", DriftName::TooFew, 3, None),
            ],
        }],
    }
}
