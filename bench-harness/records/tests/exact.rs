//! What an exact comparison says of its differences.

use fixtures::regression::exact;
use records::regression::exact::{FigureDifferenceName, FigureDifferenceRecord};
use records::regression::figures::FigureValueRecord;

#[test]
fn a_difference_in_words() {
    let words: Vec<_> =
        exact().differences.iter().map(|one| format!("{}: {}", one.place(), one.words())).collect();
    insta::assert_snapshot!(words.join("\n"));
}

#[test]
fn a_small_change_is_never_zero_percent() {
    let count = |count| Some(FigureValueRecord::Count(count));
    let one = FigureDifferenceRecord {
        cell: "a".to_owned(),
        figure: Some("rows".to_owned()),
        difference: FigureDifferenceName::Changed,
        baseline: count(100_000),
        head: count(100_001),
        headroom: None,
    };
    assert_eq!(one.percent().as_deref(), Some("+0.0010 %"));
    assert_eq!(FigureDifferenceRecord { baseline: count(0), ..one }.percent(), None);
}
