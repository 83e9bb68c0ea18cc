//! Reading the reference tables.

use std::collections::HashMap;

/// A row of a table, by column name.
pub(crate) struct Row(HashMap<String, String>);

impl Row {
    /// The text of a column.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.0.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// The number in a column; `inf` is infinite.
    pub(crate) fn f64(&self, column: &str) -> f64 {
        let text = self.text(column);
        text.parse().unwrap_or_else(|_| panic!("{column}: {text} is no number"))
    }

    /// The whole number in a column.
    pub(crate) fn u32(&self, column: &str) -> u32 {
        let text = self.text(column);
        text.parse().unwrap_or_else(|_| panic!("{column}: {text} is no whole number"))
    }
}

/// All rows of `tests/data/{name}.csv`; never none.
pub(crate) fn table(name: &str) -> Vec<Row> {
    let path = format!("{}/tests/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let header = reader.headers().expect("a header row").clone();
    let rows: Vec<Row> = reader
        .records()
        .map(|record| {
            Row(header
                .iter()
                .map(str::to_owned)
                .zip(record.expect("a whole row").iter().map(str::to_owned))
                .collect())
        })
        .collect();
    assert!(!rows.is_empty(), "{path} is empty");
    rows
}

/// Asserts that two numbers agree within `tolerance`.
#[track_caller]
pub(crate) fn close_to(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: got {got}, expected {expected} within {tolerance}");
}
