//! Exact comparisons of typed figures: what differs is found, whatever it is, and nothing else.

use records::regression::exact::{
    ExactRecord, ExactVerdictName, FigureDifferenceName as Name, FigureDifferenceRecord,
};
use records::regression::figures::{
    BatchFigureRecord, CellFiguresRecord, FIGURES_SCHEMA_VERSION, FigureInputsRecord, FiguresRecord,
    ProofFigureRecord, TreeFigureRecord,
};
use records::sample::{CircuitRecord, SystemRecord};
use regression::exact::{compare, varying};
use std::collections::BTreeMap;

fn circuit(name: &str, rows: u64) -> CircuitRecord {
    CircuitRecord {
        name: name.to_owned(),
        rows,
        padded_rows: rows.next_power_of_two(),
        public_elements: 13,
        proof_bytes: 127_056,
        gate_rows: BTreeMap::from([("PoseidonGate".to_owned(), rows)]),
        key_digest: "8a".repeat(32),
    }
}

fn cell(name: &str) -> CellFiguresRecord {
    CellFiguresRecord {
        name: name.to_owned(),
        depth: 24,
        capacity_transactions: 32,
        system: SystemRecord {
            name: "plonky2".to_owned(),
            version: "1.1.0".to_owned(),
            settings: BTreeMap::from([("fri_queries".to_owned(), "28".to_owned())]),
            capabilities: None,
            circuits: vec![circuit("batch", 3942), circuit("aggregate 1", 7376)],
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

fn figures() -> FiguresRecord {
    FiguresRecord {
        schema_version: FIGURES_SCHEMA_VERSION,
        inputs: FigureInputsRecord {
            proof_system: "plonky2".to_owned(),
            seed: 1,
            accounts: 10,
            pools: 2,
            fee_bps: 30,
            skew: 0.0,
            batches_per_aggregation: 3,
        },
        cells: vec![cell("transfer of 32"), cell("swap of 32")],
    }
}

fn compared(head: FiguresRecord) -> ExactRecord {
    compare("ci/baseline.json", &figures(), head, Vec::new()).expect("same inputs")
}

fn only(record: &ExactRecord) -> &FigureDifferenceRecord {
    assert_eq!(record.verdict, ExactVerdictName::Changed);
    assert_eq!(record.differences.len(), 1, "{:#?}", record.differences);
    &record.differences[0]
}

#[test]
fn equal_figures_pass() {
    let record = compared(figures());
    assert_eq!((record.verdict, record.differences.len()), (ExactVerdictName::Pass, 0));
    let counted: usize = figures().cells.iter().map(|cell| cell.figures().len()).sum();
    assert_eq!(record.figures, counted as u64);
    assert!(counted >= 2 * 22, "{counted}");
}

/// Each field of a cell, changed alone, is exactly one difference.
#[test]
fn no_figure_can_change_unseen() {
    type Change = fn(&mut CellFiguresRecord);
    let changes: [(&str, Change); 16] = [
        ("batch: rows", |cell| cell.system.circuits[0].rows += 1),
        ("batch: padded rows", |cell| cell.system.circuits[0].padded_rows *= 2),
        ("batch: public elements", |cell| cell.system.circuits[0].public_elements += 1),
        ("batch: proof bytes", |cell| cell.system.circuits[0].proof_bytes -= 1),
        ("batch: rows of PoseidonGate", |cell| {
            cell.system.circuits[0].gate_rows.insert("PoseidonGate".to_owned(), 1);
        }),
        ("aggregate 1: key digest", |cell| cell.system.circuits[1].key_digest.push('0')),
        ("batch: bytes of a proof made", |cell| cell.proofs[0].proof_bytes += 1),
        ("tree of 3: merges by level", |cell| cell.trees[0].merges[0] = 3),
        ("depth of the state tree", |cell| cell.depth = 25),
        ("capacity", |cell| cell.capacity_transactions = 33),
        ("proof system", |cell| cell.system.version = "1.2.0".to_owned()),
        ("setting fri_queries", |cell| {
            cell.system.settings.insert("fri_queries".to_owned(), "29".to_owned());
        }),
        ("batch 0: transactions", |cell| cell.batches[0].transactions = 31),
        ("batch 0: encoding bytes", |cell| cell.batches[0].encoding_bytes = 409),
        ("batch 0: new root", |cell| cell.batches[0].new_root = "0d".repeat(32)),
        ("batch 0: commitment", |cell| cell.batches[0].commitment = "0d".repeat(32)),
    ];
    for (figure, change) in changes {
        let mut head = figures();
        change(&mut head.cells[1]);
        let record = compared(head);
        let one = only(&record);
        assert_eq!(one.figure.as_deref(), Some(figure));
        assert_eq!((one.cell.as_str(), one.difference), ("swap of 32", Name::Changed));
        assert_eq!(one.headroom.is_some(), figure.ends_with("rows"), "{figure}");
    }
}

#[test]
fn a_step_over_a_power_of_two_is_named() {
    let mut head = figures();
    head.cells[1].system.circuits[0] =
        CircuitRecord { key_digest: "8a".repeat(32), ..circuit("batch", 4100) };
    let record = compared(head);
    let steps = record.doublings();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].counts(), Some((4096, 8192)));
    assert_eq!(steps[0].headroom.map(|room| (room.rows, room.padded_rows)), Some((4100, 8192)));
}

#[test]
fn cells_and_figures_that_are_gone_or_new() {
    let mut head = figures();
    head.cells.remove(0);
    assert_eq!(
        (
            only(&compared(head)).cell.as_str(),
            only(&compared(FiguresRecord { cells: vec![cell("swap of 32")], ..figures() })).difference
        ),
        ("transfer of 32", Name::Missing)
    );
    let mut head = figures();
    head.cells.push(cell("mix-0.5 of 32"));
    let record = compared(head);
    assert_eq!((only(&record).cell.as_str(), only(&record).difference), ("mix-0.5 of 32", Name::Additional));
    let mut head = figures();
    head.cells[0].trees.clear();
    let record = compared(head);
    assert!(record.differences.iter().all(|one| one.difference == Name::Missing), "{record:#?}");
    assert_eq!(record.differences.len(), 2);
    let mut head = figures();
    head.cells[0].system.settings.insert("wires".to_owned(), "135".to_owned());
    assert_eq!(only(&compared(head)).difference, Name::Additional);
}

#[test]
fn other_inputs_cannot_be_compared() {
    let mut head = figures();
    head.inputs.seed = 2;
    head.inputs.proof_system = "scripted".to_owned();
    let error = compare("b.json", &figures(), head, Vec::new()).expect_err("other inputs").to_string();
    assert!(error.contains("proof_system: plonky2 there, scripted now; seed: 1 there, 2 now"), "{error}");
}

#[test]
fn what_varies_fails_even_where_the_baseline_agrees() {
    let mut again = figures();
    again.cells[1].system.circuits[0].key_digest = "8b".repeat(32);
    again.cells[1].trees.clear();
    let found = varying(&figures(), &again);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].figure.as_deref(), Some("batch: key digest"));
    let record = compare("b.json", &figures(), figures(), found).expect("same inputs");
    assert_eq!(only(&record).difference, Name::Varies);
    assert!(varying(&figures(), &figures()).is_empty());
}

#[test]
fn a_proof_of_another_length_than_told_is_not_exact() {
    let mut head = figures();
    head.cells[0].proofs[0].proof_bytes = 127_057;
    let found = varying(&head, &head);
    assert_eq!((found[0].difference, found[0].counts()), (Name::Varies, Some((127_056, 127_057))));
}
