//! The one trait of all renderings: a record in, text out.

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
    Xml(#[from] std::io::Error),
}

/// One format of one kind of record. Each lives in a file of its own.
pub trait Exporter<Record: ?Sized> {
    /// The name by which a user asks for it: `csv`, `json`, `markdown`, `terminal`.
    fn name(&self) -> &'static str;

    /// The record as text, ending in a newline.
    ///
    /// # Errors
    /// [`ExportError`], where the format cannot hold the record.
    fn export(&self, record: &Record) -> Result<String, ExportError>;
}

/// Finishes a CSV text.
pub(crate) fn csv_text(writer: csv::Writer<Vec<u8>>) -> Result<String, ExportError> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A number of CSV, or nothing where it is not known.
pub(crate) fn cell<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
