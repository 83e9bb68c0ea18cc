//! A baseline file.

use fixtures::regression::figures;
use records::file::{ReadError, read, write_json};
use records::regression::figures::FiguresRecord;

#[test]
fn every_figure_has_a_name_of_its_own() {
    for cell in figures().cells {
        let mut names: Vec<_> = cell.figures().into_iter().map(|figure| figure.name).collect();
        let count = names.len();
        assert!(count > 15, "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}

#[test]
fn what_was_written_is_read_and_another_version_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("baseline.json");
    write_json(&file, &figures()).expect("written");
    assert_eq!(read::<FiguresRecord>(&file).expect("reads"), figures());
    write_json(&file, &FiguresRecord { schema_version: 2, ..figures() }).expect("written");
    assert!(matches!(read::<FiguresRecord>(&file), Err(ReadError::Version { known: 1, .. })));
}
