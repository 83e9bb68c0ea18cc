//! What is written is read; what is of another version, or cut off, is named.

use fixtures::{laws::laws, plan::published_plan, profile};
use records::file::{ReadError, Versioned, parse, read, to_json, write_json};
use records::machine::MachineRecord;
use serde::Serialize;
use std::fmt::Debug;
use std::path::Path;

fn is_read_back<T: Versioned + Serialize + PartialEq + Debug>(record: &T) -> String {
    let file = Path::new("record.json");
    let text = to_json(record).expect("JSON");
    assert_eq!(&parse::<T>(&text, file).expect("reads"), record);
    let version = format!("\"schema_version\": {}", T::SCHEMA_VERSION);
    let newer = text.replacen(&version, "\"schema_version\": 99", 1);
    let error = parse::<T>(&newer, file).expect_err("newer").to_string();
    let wanted = format!("record.json, line 1, field schema_version: expected {}, got 99", T::SCHEMA_VERSION);
    assert!(error.contains(&wanted), "{error}");
    let error = parse::<T>(&text[..text.len() / 2], file).expect_err("cut");
    let ReadError::Field { line, problem, .. } = &error else { panic!("{error}") };
    assert!(*line > 1 && problem.contains("the file is cut off"), "{error}");
    text
}

#[test]
fn every_record_is_read_back() {
    insta::assert_snapshot!("profile", is_read_back(&profile::profile()));
    insta::assert_snapshot!("machine", is_read_back(&profile::machine()));
    is_read_back(&laws());
    is_read_back(&published_plan());
}

#[test]
fn a_wrong_type_is_named_by_line_and_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("machine.json");
    write_json(&file, &profile::machine()).expect("written");
    assert_eq!(read::<MachineRecord>(&file).expect("reads"), profile::machine());
    let text = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&file, text.replace("\"identity\": true", "\"identity\": 1")).expect("written");
    let error = read::<MachineRecord>(&file).expect_err("a wrong type").to_string();
    assert!(error.contains("machine.json, line 6, field sections[0].identity: invalid type"), "{error}");
}

#[test]
fn differences_of_machines_are_those_of_identity_alone() {
    let (here, mut there) = (profile::machine(), profile::machine());
    there.sections[1].fields[0].value = None;
    assert!(here.differences(&there).is_empty());
    there.sections[0].fields.remove(1);
    let differences: Vec<_> = here.differences(&there).iter().map(ToString::to_string).collect();
    assert_eq!(differences, ["processor.cores: 2 / missing"]);
}
