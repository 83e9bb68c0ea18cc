//! Text on a terminal: tables and paragraphs of a width.

use comfy_table::{ContentArrangement, Row, Table, TableStyle, presets};

/// A table in a frame, of at most `width` columns.
pub(crate) fn framed<R: Into<Row>>(
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    table(presets::UTF8_FULL_CONDENSED, header, rows, width)
}

/// A table with level lines alone, of at most `width` columns.
pub(crate) fn ruled<R: Into<Row>>(
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    table(presets::UTF8_HORIZONTAL_ONLY, header, rows, width)
}

/// A table without lines, of at most `width` columns: for a screen that has none to spare.
pub(crate) fn bare<R: Into<Row>>(
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    table(presets::NOTHING, header, rows, width)
}

fn table<R: Into<Row>>(
    style: TableStyle,
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    let mut table = Table::new();
    table.load_style(style).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header).add_rows(rows);
    table
}

/// The text without spaces at the ends of its lines, ending in a newline: tables fill their last column.
pub(crate) fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n")
}

/// Words filled into lines of `width`, lines after the first behind `indent`.
pub(crate) fn wrap(words: &str, width: u16, indent: &str) -> String {
    let width = usize::from(width).max(20);
    let mut page = String::new();
    let mut column = 0;
    // A lone unit stays with its number.
    let words = words.replace(" s ", "\u{a0}s ").replace(" s,", "\u{a0}s,").replace(" s.", "\u{a0}s.");
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            page.push('\n');
            page += indent;
            column = indent.len();
        } else if column > 0 {
            page.push(' ');
            column += 1;
        }
        page += word;
        column += length;
    }
    page.replace('\u{a0}', " ")
}
