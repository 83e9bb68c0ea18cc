//! A chart as pixels, drawn from its SVG file.
//!
//! The font comes with the program: a machine without any gives the same picture as all others, byte for byte.
//! Characters that it does not have (names in other scripts) are boxes here; SVG and page have the reader's fonts.

use crate::chart::model::Chart;
use crate::chart::svg;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::sync::Arc;
use thiserror::Error;

/// The font of the pictures.
const FONT: &str = "DejaVu Sans";

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PngError {
    /// The drawing is no SVG: an internal error.
    #[error("{chart}: the drawing cannot be read back: {source}")]
    Drawing {
        /// Which chart.
        chart: String,
        /// What the reader says.
        source: Box<resvg::usvg::Error>,
    },
    /// No memory for so many pixels.
    #[error("{chart}: no picture of {width_px} by {height_px} pixels")]
    Pixels {
        /// Which chart.
        chart: String,
        /// Wide.
        width_px: u32,
        /// High.
        height_px: u32,
    },
    /// The encoder.
    #[error("{chart}: {why}")]
    Encode {
        /// Which chart.
        chart: String,
        /// What it says.
        why: String,
    },
}

/// The chart as a PNG, `scale` pixels a unit of its drawing: 2 for screens and pages, 4 for print.
///
/// # Errors
/// [`PngError`].
pub(crate) fn png(chart: &Chart, scale: f32) -> Result<Vec<u8>, PngError> {
    let name = || chart.id.clone();
    let tree = Tree::from_str(&svg::file(chart), &options())
        .map_err(|source| PngError::Drawing { chart: name(), source: Box::new(source) })?;
    let size = tree.size().to_int_size();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; refused below")]
    let pixels = |units: u32| (f64::from(units) * f64::from(scale)).ceil() as u32;
    let (width_px, height_px) = (pixels(size.width()), pixels(size.height()));
    let mut picture = Pixmap::new(width_px, height_px).ok_or_else(|| PngError::Pixels {
        chart: name(),
        width_px,
        height_px,
    })?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| PngError::Encode { chart: name(), why: error.to_string() })
}

fn options() -> Options<'static> {
    let mut options = Options { font_family: FONT.to_owned(), ..Options::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    options
}
