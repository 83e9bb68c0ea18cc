//! Text on a terminal: tables and paragraphs of a width.

use comfy_table::{ContentArrangement, Table, presets};

/// A table of at most `width` columns.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    table
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
