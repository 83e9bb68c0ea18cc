//! Columns of tables: the name of each and its value for an item stand in one place, for text and for CSV.

use crate::chart::TableValue;
use crate::export::finished;
use crate::{markdown, text};
use std::borrow::Borrow;

/// A column of a table for a reader: its header, and its text for an item.
pub(crate) type TextColumn<T> = (&'static str, fn(&T) -> String);

/// A column of a CSV: its name with the unit last, and its value for an item.
pub(crate) type CsvColumn<T> = (&'static str, fn(&T) -> TableValue);

/// A table for a reader, before it is known whether a terminal or Markdown shows it.
pub(crate) struct TextTable {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A row for each item.
    pub(crate) fn of<T>(columns: &[TextColumn<T>], items: impl IntoIterator<Item = impl Borrow<T>>) -> Self {
        let row = |item: &T| columns.iter().map(|(_, value)| value(item)).collect();
        Self {
            header: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            rows: items.into_iter().map(|item| row(item.borrow())).collect(),
        }
    }

    /// Without these columns, as many of them, the first first, as it takes until each word has room in [`Self::ruled`].
    #[must_use]
    pub(crate) fn narrowed(mut self, width: u16, without: &[&str]) -> Self {
        for name in without {
            if text::has_room(&self.longest_words(), width) {
                break;
            }
            if let Some(at) = self.header.iter().position(|header| header == name) {
                self.header.remove(at);
                self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
            }
        }
        self
    }

    /// Characters of the longest word of each column.
    fn longest_words(&self) -> Vec<usize> {
        let longest =
            |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let column = |(at, header): (usize, &String)| {
            self.rows.iter().map(|row| longest(&row[at])).fold(longest(header), usize::max)
        };
        self.header.iter().enumerate().map(column).collect()
    }

    /// In a frame, of at most `width` columns of a terminal.
    pub(crate) fn framed(self, width: u16) -> String {
        format!("{}\n", text::framed(self.header, self.rows, width))
    }

    /// With level lines alone, of at most `width` columns of a terminal.
    pub(crate) fn ruled(self, width: u16) -> String {
        format!("{}\n", text::ruled(self.header, self.rows, width))
    }

    /// As Markdown.
    pub(crate) fn markdown(self) -> String {
        markdown::table(&self.header, self.rows)
    }
}

/// A CSV (RFC 4180) of a header and a row for each item.
pub(crate) fn csv_of<T>(
    columns: &[CsvColumn<T>],
    items: impl IntoIterator<Item = impl Borrow<T>>,
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    for item in items {
        writer.write_record(columns.iter().map(|(_, value)| value(item.borrow()).csv()))?;
    }
    finished(writer)
}
