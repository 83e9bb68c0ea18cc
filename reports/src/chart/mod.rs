//! Pictures: one model of a chart, drawn once as SVG, for a page and for a file.
//!
//! | room | what it owns |
//! |---|---|
//! | [`model`] | what a chart says: axes with units, series, reference lines, the caption, the table behind it |
//! | [`table`] | tables: the numbers behind a chart, for a page and as CSV |
//! | [`svg`] | drawing a chart: markup for a page, a whole file for a paper |
//! | [`mod@png`] | the same drawing as pixels |
//!
//! Not here: which charts there are (the sections of [`crate::html`]) and every computation behind them.

mod legend;
mod marks;
pub(crate) mod model;
mod palette;
pub(crate) mod png;
mod rules;
mod scale;
pub(crate) mod svg;
pub(crate) mod table;
mod text;

pub(crate) use model::{Axis, BandPoint, Bar, Chart, Dot, LaneSpan, Marks, Rule, Series, Tone};
pub(crate) use palette::style_for_page;
pub(crate) use table::{Column, Table, TableValue, yes_or_no};
pub(crate) use text::{beginning, shortened};
