//! An exact comparison for a person at a terminal: the verdict, what differs, and the headroom of every circuit.

use crate::columns::{TextColumn, TextTable};
use crate::regression::sentences::{self, free_rows, headroom, relative_change, value};
use crate::text::trimmed;
use records::regression::exact::{ExactRecord, FigureDifferenceName, FigureDifferenceRecord, HeadroomRecord};
use records::sample::CircuitRecord;

/// A comparison as tables of at most `width_columns`.
pub fn render(record: &ExactRecord, width_columns: u16) -> String {
    let mut text = format!("{}\n", sentences::exact(record));
    if !record.differences.is_empty() {
        text += &difference_table(&record.differences).framed(width_columns);
    }
    let circuits = circuit_table(record);
    if !circuits.rows.is_empty() {
        text += "\nHeadroom to the next power of two, where cost doubles:\n";
        text += &circuits.framed(width_columns);
    }
    trimmed(&text)
}

/// The table of what differs.
pub(crate) fn difference_table(differences: &[FigureDifferenceRecord]) -> TextTable {
    TextTable::of(&DIFFERENCE_COLUMNS, differences)
}

const DIFFERENCE_COLUMNS: [TextColumn<FigureDifferenceRecord>; 6] = [
    ("cell", |one| one.cell.clone()),
    ("figure", |one| one.figure.clone().unwrap_or_else(|| "the whole cell".to_owned())),
    ("baseline", |one| value(one.baseline.as_ref())),
    ("now", |one| value(one.head.as_ref())),
    ("change", |one| match one.difference {
        FigureDifferenceName::Changed => relative_change(one).unwrap_or_else(|| "changed".to_owned()),
        FigureDifferenceName::Missing => "MISSING".to_owned(),
        FigureDifferenceName::Additional => "new".to_owned(),
        FigureDifferenceName::Varies => "VARIES within one run".to_owned(),
    }),
    ("headroom now", |one| one.headroom.map(headroom).unwrap_or_default()),
];

/// The table of every circuit's headroom.
pub(crate) fn circuit_table(record: &ExactRecord) -> TextTable {
    let columns: [TextColumn<(&str, &CircuitRecord)>; 5] = [
        ("cell", |(cell, _)| (*cell).to_owned()),
        ("circuit", |(_, circuit)| circuit.name.clone()),
        ("rows", |(_, circuit)| circuit.rows.to_string()),
        ("padded to", |(_, circuit)| circuit.padded_rows.to_string()),
        ("headroom", |(_, circuit)| {
            let (free, percent) = free_rows(HeadroomRecord::of(circuit));
            format!("{free} ({percent})")
        }),
    ];
    let cells = record.head.cells.iter();
    TextTable::of(
        &columns,
        cells.flat_map(|cell| cell.system.circuits.iter().map(|one| (cell.name.as_str(), one))),
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::regression::{exact, exact_pass};

    #[test]
    fn what_differs_comes_first() {
        insta::assert_snapshot!(render(&exact(), 110));
    }

    #[test]
    fn a_pass_says_what_it_stands_on() {
        insta::assert_snapshot!(render(&exact_pass(), 100));
    }
}
