//! An exact comparison for a person at a terminal: the verdict, what differs, and the headroom of every circuit.

use crate::regression::sentences::{self, free_rows, headroom, relative_change, value};
use crate::text::{framed, trimmed};
use records::regression::exact::{ExactRecord, FigureDifferenceRecord, HeadroomRecord};

/// A comparison as tables of at most `width_columns`.
pub fn render(record: &ExactRecord, width_columns: u16) -> String {
    let mut text = format!("{}\n", sentences::exact(record));
    if !record.differences.is_empty() {
        let rows = record.differences.iter().map(difference_row);
        text += &format!("{}\n", framed(DIFFERENCE_HEADER, rows, width_columns));
    }
    let circuits = circuit_rows(record);
    if !circuits.is_empty() {
        let circuits = framed(CIRCUIT_HEADER, circuits, width_columns);
        text += &format!("\nHeadroom to the next power of two, where cost doubles:\n{circuits}\n");
    }
    trimmed(&text)
}

pub(crate) const DIFFERENCE_HEADER: [&str; 6] =
    ["cell", "figure", "baseline", "now", "change", "headroom now"];
pub(crate) const CIRCUIT_HEADER: [&str; 5] = ["cell", "circuit", "rows", "padded to", "headroom"];

pub(crate) fn difference_row(difference: &FigureDifferenceRecord) -> [String; 6] {
    use records::regression::exact::FigureDifferenceName::{Additional, Changed, Missing, Varies};
    let change = match difference.difference {
        Changed => relative_change(difference).unwrap_or_else(|| "changed".to_owned()),
        Missing => "MISSING".to_owned(),
        Additional => "new".to_owned(),
        Varies => "VARIES within one run".to_owned(),
    };
    [
        difference.cell.clone(),
        difference.figure.clone().unwrap_or_else(|| "the whole cell".to_owned()),
        value(difference.baseline.as_ref()),
        value(difference.head.as_ref()),
        change,
        difference.headroom.map(headroom).unwrap_or_default(),
    ]
}

pub(crate) fn circuit_rows(record: &ExactRecord) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    for cell in &record.head.cells {
        for circuit in &cell.system.circuits {
            let room = HeadroomRecord::of(circuit);
            let (free, percent) = free_rows(room);
            rows.push([
                cell.name.clone(),
                circuit.name.clone(),
                room.rows.to_string(),
                room.padded_rows.to_string(),
                format!("{free} ({percent})"),
            ]);
        }
    }
    rows
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
