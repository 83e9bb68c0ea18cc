//! The one trait of all renderings: a record in, text out.

use serde::{Serialize, Serializer};
use thiserror::Error;

/// A record that cannot be rendered.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The CSV writer refused it.
    #[error("CSV: {0}")]
    Csv(#[from] csv::Error),
    /// HdrHistogram refused it.
    #[error("histogram log: {0}")]
    Histogram(String),
    /// A number that JSON cannot hold, such as an infinity.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The XML writer refused it.
    #[error("XML: {0}")]
    Xml(#[from] quick_junit::SerializeError),
    /// The OpenMetrics writer refused it.
    #[error("OpenMetrics: {0}")]
    OpenMetrics(#[from] std::fmt::Error),
}

/// One format of one kind of record. Each lives in a file of its own.
pub trait Exporter<Record: ?Sized> {
    /// The record as text, ending in a newline.
    ///
    /// # Errors
    /// [`ExportError`], where the format cannot hold the record.
    fn export(&self, record: &Record) -> Result<String, ExportError>;
}

/// Rows as CSV (RFC 4180). A row is a struct of plain values, or a tuple of such structs: its field names are the
/// header, which stands there without any row too.
pub(crate) fn csv_text<Row: Serialize + Default>(
    rows: impl IntoIterator<Item = Row>,
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = rows.into_iter().peekable();
    let is_empty = rows.peek().is_none();
    rows.try_for_each(|row| writer.serialize(row))?;
    if is_empty {
        writer.serialize(Row::default())?;
    }
    let text = finished(writer)?;
    Ok(if is_empty { text.split_inclusive('\n').take(1).collect() } else { text })
}

/// What a CSV writer has written.
pub(crate) fn finished(writer: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number of CSV as [`std::fmt::Display`] writes it: `12`, where serde's own form is `12.0`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plain(pub(crate) f64);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Plain, csv_text};

    #[derive(Default, serde::Serialize)]
    struct Row {
        cell: &'static str,
        prove_s: Option<Plain>,
    }

    #[test]
    fn field_names_are_the_header_with_and_without_rows() {
        let row = |cell, prove_s: Option<f64>| Row { cell, prove_s: prove_s.map(Plain) };
        let rows = [row("a, b", Some(12.0)), row("c", Some(1.5e-7)), row("d", None)];
        assert_eq!(csv_text(rows).expect("CSV"), "cell,prove_s\n\"a, b\",12\nc,0.00000015\nd,\n");
        assert_eq!(csv_text::<Row>([]).expect("CSV"), "cell,prove_s\n");
    }
}
