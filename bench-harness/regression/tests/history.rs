//! `history.jsonl`: the results of a profile as a line, appended and read back.

use fixtures::profile::{machine, profile};
use records::machine::ValueRecord;
use records::regression::history::{HistoryFile, HistoryRecord, read};
use regression::history::results;

fn record(commit: &str) -> HistoryRecord {
    results(&profile(), commit.to_owned(), 1_700_000_000)
}

#[test]
fn a_line_holds_every_quantity_that_was_measured() {
    let record = record("abc");
    assert!(record.points.iter().any(|point| point.quantity == "prove_batch"), "{record:#?}");
    let measured: usize = profile().cells.iter().map(|cell| cell.quantities.len()).sum();
    assert_eq!(record.points.len(), measured);
    let mut names: Vec<_> = record.points.iter().map(|point| (&point.cell, &point.quantity)).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), measured);
}

#[test]
fn lines_are_appended_and_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("history.jsonl");
    for commit in ["a", "b"] {
        HistoryFile::open(&file).expect("opens").append(&record(commit)).expect("appends");
    }
    assert_eq!(read(&file).expect("reads"), [record("a"), record("b")]);
    let held = HistoryFile::open(&file).expect("opens");
    let second = HistoryFile::open(&file).expect_err("locked").to_string();
    assert!(second.contains("another process is writing to it"), "{second}");
    drop(held);
}

#[test]
fn a_line_that_was_cut_off_is_refused_by_readers_and_left_out_by_the_next_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("history.jsonl");
    HistoryFile::open(&file).expect("opens").append(&record("a")).expect("appends");
    let whole = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&file, format!("{whole}{}", &whole[..40])).expect("written");
    let error = read(&file).expect_err("cut off").to_string();
    assert!(error.contains("history.jsonl, line 2, field .: cut off after 40 bytes"), "{error}");
    let open = HistoryFile::open(&file).expect("opens");
    assert_eq!((open.lines.cut_off_bytes, open.lines.records.len()), (40, 1));
    open.append(&record("b")).expect("appends");
    assert_eq!(read(&file).expect("reads"), [record("a"), record("b")]);
}

#[test]
fn what_is_no_history_is_named_by_line_and_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("history.jsonl");
    let line = serde_json::to_string(&record("a")).expect("JSON");
    let value = record("a").points[0].value_s;
    for (bad, wanted) in [
        (line.replace("\"commit\"", "\"comit\""), "line 2, field .comit: unknown field"),
        (
            line.replace("\"schema_version\":1", "\"schema_version\":2"),
            "line 2, field schema_version: expected 1",
        ),
        (
            line.replacen(&format!("\"value_s\":{value}"), "\"value_s\":-1.0", 1),
            "points[0].value_s: expected a time above zero",
        ),
        ("{".to_owned(), "line 2, field .: EOF"),
    ] {
        std::fs::write(&file, format!("{line}\n{bad}\n")).expect("written");
        let error = read(&file).expect_err("bad").to_string();
        let wanted = wanted.replace(".comit", "comit");
        assert!(error.contains(&wanted), "{wanted}: {error}");
        assert!(HistoryFile::open(&file).is_err());
    }
}

#[test]
fn machines_have_one_fingerprint_where_they_are_the_same() {
    let fingerprint = |machine| {
        let mut profile = profile();
        profile.machine = machine;
        results(&profile, "a".to_owned(), 0).machine.fingerprint
    };
    let mut other = machine();
    assert_eq!(fingerprint(machine()), fingerprint(other.clone()));
    let load = other.sections.iter_mut().find(|section| !section.identity).expect("conditions");
    load.fields[0].value = Some(ValueRecord::Number(9.0));
    assert_eq!(fingerprint(machine()), fingerprint(other.clone()));
    let identity = other.sections.iter_mut().find(|section| section.identity).expect("identity");
    identity.fields[1].value = Some(ValueRecord::Count(64));
    assert_ne!(fingerprint(machine()), fingerprint(other));
}
