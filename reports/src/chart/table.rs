//! Tables: the numbers behind a chart, for a page and as CSV.

use crate::export::{ExportError, finished};
use crate::words::size;
use records::number::significant;

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    /// Its columns.
    pub(crate) heads: Vec<Head>,
    /// Its rows, each as long as `heads`.
    pub(crate) rows: Vec<Vec<TableValue>>,
}

/// A column of a table of items: its key, its words, and its value for an item.
pub(crate) type Column<'a, T> = (&'a str, &'a str, fn(&T) -> TableValue);

/// A fact for a table.
pub(crate) fn yes_or_no(fact: bool) -> TableValue {
    if fact { "yes" } else { "no" }.into()
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// In a CSV: lower case, unit last: `prove_s`.
    pub(crate) key: String,
    /// For a person: `prove, s`.
    pub(crate) words: String,
}

/// A value of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TableValue {
    /// Words.
    Text(String),
    /// Words that a reader must not miss.
    Alert(String),
    /// A whole number.
    Count(u64),
    /// Any number.
    Number(f64),
    /// A size, in bytes.
    Bytes(f64),
    /// Nothing is known.
    Nothing,
}

impl TableValue {
    /// For a person: four significant digits, and sizes as `127 kB`.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Text(text) | Self::Alert(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(number) => significant(*number, 4),
            Self::Bytes(bytes) => size(*bytes),
            Self::Nothing => "–".to_owned(),
        }
    }

    /// Whether it is set to the right, digit below digit.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Number(_) | Self::Bytes(_) | Self::Nothing)
    }

    /// A size; nothing where it is not known.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 9 PB")]
    pub(crate) fn size(bytes: Option<u64>) -> Self {
        bytes.map_or(Self::Nothing, |bytes| Self::Bytes(bytes as f64))
    }

    /// In a CSV: nothing for what is not known.
    pub(crate) fn csv(&self) -> String {
        match self {
            Self::Text(text) | Self::Alert(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(number) | Self::Bytes(number) => number.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

impl From<&str> for TableValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for TableValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for TableValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for TableValue {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<u32> for TableValue {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for TableValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

impl Table {
    /// An empty table with these columns: key and words of each.
    pub(crate) fn new<const C: usize>(heads: [(&str, &str); C]) -> Self {
        let head = |(key, words): (&str, &str)| Head { key: key.to_owned(), words: words.to_owned() };
        Self { heads: heads.map(head).to_vec(), rows: Vec::new() }
    }

    /// A table with a row for each item.
    pub(crate) fn of<'a, T: 'a, const C: usize>(
        items: impl IntoIterator<Item = &'a T>,
        columns: [Column<T>; C],
    ) -> Self {
        let mut table = Self::new(columns.map(|(key, words, _)| (key, words)));
        for item in items {
            table.push(columns.map(|(.., value)| value(item)));
        }
        table
    }

    /// Adds a row.
    pub(crate) fn push<const C: usize>(&mut self, row: [TableValue; C]) {
        assert_eq!(C, self.heads.len(), "a row has a value for each column");
        self.rows.push(row.to_vec());
    }

    /// The table as CSV (RFC 4180) with a header.
    ///
    /// # Errors
    /// Those of the CSV writer; none are known for tables in memory.
    pub(crate) fn csv(&self) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.heads.iter().map(|head| &head.key))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(TableValue::csv))?;
        }
        Ok(finished(writer)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Table, TableValue};

    #[test]
    fn a_table_is_made_row_by_row_or_of_items() {
        let mut table = Table::new([("cores", "cores"), ("prove_s", "prove, s")]);
        table.push([2u64.into(), 0.905.into()]);
        assert_eq!(table.csv().expect("CSV"), "cores,prove_s\n2,0.905\n");
        let cells = [(1u64, 1.8), (2, 0.905)];
        let columns: [Column<(u64, f64)>; 2] =
            [("cores", "cores", |cell| cell.0.into()), ("prove_s", "prove, s", |cell| cell.1.into())];
        assert_eq!(Table::of(&cells, columns).csv().expect("CSV"), "cores,prove_s\n1,1.8\n2,0.905\n");
    }

    #[test]
    fn a_size_is_words_for_a_person_and_a_number_in_a_csv() {
        let size = TableValue::size(Some(127_184));
        assert_eq!((size.words(), size.csv()), ("127 kB".to_owned(), "127184".to_owned()));
        assert_eq!(TableValue::size(None), TableValue::Nothing);
    }
}
