//! An exact comparison for a person at a terminal: the verdict, what differs, and the headroom of every circuit.

use crate::export::{ExportError, Exporter};
use comfy_table::{ContentArrangement, Table, presets};
use records::regression::exact::{ExactRecord, FigureDifferenceRecord, HeadroomRecord, short};

/// A comparison as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct ExactTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

impl ExactTable {
    fn table<const N: usize>(self, header: [&str; N]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_width(self.width_columns);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
        table
    }
}

impl Exporter<ExactRecord> for ExactTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut text = format!("{}\n", record.sentence());
        if !record.differences.is_empty() {
            let mut differences = self.table(DIFFERENCE_HEADER);
            for difference in &record.differences {
                differences.add_row(difference_row(difference));
            }
            text += &format!("{differences}\n");
        }
        let mut circuits = self.table(CIRCUIT_HEADER);
        for row in circuit_rows(record) {
            circuits.add_row(row);
        }
        if circuits.row_count() > 0 {
            text += &format!("\nHeadroom to the next power of two, where cost doubles:\n{circuits}\n");
        }
        Ok(text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n"))
    }
}

pub(crate) const DIFFERENCE_HEADER: [&str; 6] =
    ["cell", "figure", "baseline", "now", "change", "headroom now"];
pub(crate) const CIRCUIT_HEADER: [&str; 5] = ["cell", "circuit", "rows", "padded to", "headroom"];

pub(crate) fn difference_row(difference: &FigureDifferenceRecord) -> [String; 6] {
    use records::regression::exact::FigureDifferenceName::{Additional, Changed, Missing, Varies};
    let change = match difference.difference {
        Changed => difference.percent().unwrap_or_else(|| "changed".to_owned()),
        Missing => "MISSING".to_owned(),
        Additional => "new".to_owned(),
        Varies => "VARIES within one run".to_owned(),
    };
    [
        difference.cell.clone(),
        difference.figure.clone().unwrap_or_else(|| "the whole cell".to_owned()),
        short(difference.baseline.as_ref()),
        short(difference.head.as_ref()),
        change,
        difference.headroom.map(HeadroomRecord::words).unwrap_or_default(),
    ]
}

pub(crate) fn circuit_rows(record: &ExactRecord) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    for cell in &record.head.cells {
        for circuit in &cell.system.circuits {
            let room = HeadroomRecord::of(circuit);
            let free = room.padded_rows.saturating_sub(room.rows);
            rows.push([
                cell.name.clone(),
                circuit.name.clone(),
                room.rows.to_string(),
                room.padded_rows.to_string(),
                format!("{free} ({:.1} %)", 100.0 * free as f64 / (room.padded_rows as f64).max(1.0)),
            ]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::ExactTable;
    use crate::export::Exporter;
    use fixtures::regression::{exact, exact_pass};

    #[test]
    fn what_differs_comes_first() {
        insta::assert_snapshot!(ExactTable { width_columns: 110 }.export(&exact()).expect("renders"));
    }

    #[test]
    fn a_pass_says_what_it_stands_on() {
        insta::assert_snapshot!(ExactTable { width_columns: 100 }.export(&exact_pass()).expect("renders"));
    }
}
