//! The charts and tables of a report as files, by name.

pub use crate::chart::png::PngError;
use crate::chart::png::png;
use crate::chart::svg::{self, is_drawable};
use crate::chart::{Chart, Table};
use crate::export::ExportError;
use crate::html::section::Block;
use crate::html::sections::SECTIONS;
use records::report::Records;

/// Pixels a unit of a chart's drawing: text is legible on a page and on a dense screen.
const SCALE: f32 = 2.0;

/// One chart as the files of a paper or a pull request.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The name of its files, without an ending.
    pub name: String,
    /// The drawing.
    pub svg: String,
    /// The same as pixels.
    pub png: Vec<u8>,
}

/// Every chart of the report that has anything to draw.
///
/// # Errors
/// [`PngError`].
pub fn pictures(records: &Records) -> Result<Vec<Picture>, PngError> {
    let drawn = charts(records).into_iter().filter(is_drawable);
    drawn
        .map(|chart| Ok(Picture { svg: svg::file(&chart), png: png(&chart, SCALE)?, name: chart.id }))
        .collect()
}

/// Every table of the report, those behind charts among them, as CSV: name without an ending, and text.
///
/// # Errors
/// [`ExportError`]; none are known for tables in memory.
pub fn tables(records: &Records) -> Result<Vec<(String, String)>, ExportError> {
    let tables = blocks(records).into_iter().filter_map(|block| match block {
        Block::Chart(chart) => Some((chart.id, chart.table)),
        Block::Table { id, table, .. } => Some((id, table)),
        _ => None,
    });
    tables
        .filter(|(_, table): &(String, Table)| !table.rows.is_empty())
        .map(|(name, table)| Ok((name, table.csv()?)))
        .collect()
}

fn blocks(records: &Records) -> Vec<Block> {
    SECTIONS.iter().filter_map(|section| (section.build)(records)).flatten().collect()
}

/// Every chart of the report.
pub(crate) fn charts(records: &Records) -> Vec<Chart> {
    let charts = blocks(records).into_iter().filter_map(|block| match block {
        Block::Chart(chart) => Some(*chart),
        _ => None,
    });
    charts.collect()
}
