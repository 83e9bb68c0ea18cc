//! Text on a terminal: tables and paragraphs of a width.

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, TableStyle, Width, presets};

/// A table in a frame, of at most `width` columns.
pub fn framed<R: Into<Row>>(header: impl Into<Row>, rows: impl IntoIterator<Item = R>, width: u16) -> Table {
    table(presets::UTF8_FULL_CONDENSED, |columns| columns + 1, header, rows, width)
}

/// Columns of the terminal that the gaps between so many columns of [`ruled`] take.
const RULED: fn(u16) -> u16 = |columns| columns - 1;

/// A table with level lines alone, of at most `width` columns.
pub(crate) fn ruled<R: Into<Row>>(
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    table(presets::UTF8_HORIZONTAL_ONLY, RULED, header, rows, width)
}

/// A table without lines, of at most `width` columns: for a screen that has none to spare.
pub(crate) fn bare<R: Into<Row>>(
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    table(presets::NOTHING, |_| 0, header, rows, width)
}

fn table<R: Into<Row>>(
    style: TableStyle,
    lines: fn(u16) -> u16,
    header: impl Into<Row>,
    rows: impl IntoIterator<Item = R>,
    width: u16,
) -> Table {
    let mut table = Table::new();
    table.load_style(style).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header).add_rows(rows);
    keep_words(&mut table, width, lines);
    table
}

/// Makes columns as wide as their longest words, where one would be cut in two and there is room for all: with narrow
/// gaps if it must be. `lines` is how many columns of the terminal the lines between so many columns take.
fn keep_words(table: &mut Table, width: u16, lines: fn(u16) -> u16) {
    let text = table.to_string();
    let mut longest: Vec<u16> = Vec::new();
    let mut is_whole = true;
    for row in table.header().into_iter().chain(table.row_iter()) {
        for (at, cell) in row.cell_iter().enumerate() {
            if at == longest.len() {
                longest.push(0);
            }
            for word in cell.content().split_whitespace() {
                is_whole &= text.contains(word);
                let length = u16::try_from(word.chars().count()).unwrap_or(u16::MAX);
                longest[at] = longest[at].max(length);
            }
        }
    }
    if is_whole {
        return;
    }
    let Some(gap) = gap(&longest, width, lines) else { return };
    for (column, longest) in table.column_iter_mut().zip(longest) {
        let least = longest.saturating_add(gap.0 + gap.1);
        column.set_padding(gap).set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
    }
}

/// The widest gap beside each column, left and right, with which columns of these longest words have room; none where they
/// have none.
fn gap(longest: &[u16], width: u16, lines: fn(u16) -> u16) -> Option<(u16, u16)> {
    let columns = u16::try_from(longest.len()).unwrap_or(u16::MAX).clamp(1, 1_000);
    let words = longest.iter().fold(lines(columns), |sum, longest| sum.saturating_add(*longest));
    let fits = |gap: &(u16, u16)| words.saturating_add(columns.saturating_mul(gap.0 + gap.1)) <= width;
    [(1, 1), (0, 1)].into_iter().find(fits)
}

/// Whether [`ruled`] shows columns of these longest words without cutting one.
pub(crate) fn has_room(longest: &[usize], width: u16) -> bool {
    let longest: Vec<_> = longest.iter().map(|length| u16::try_from(*length).unwrap_or(u16::MAX)).collect();
    gap(&longest, width, RULED).is_some()
}

/// The text without spaces at the ends of its lines, ending in a newline: tables fill their last column.
pub(crate) fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n")
}

/// Units that stay with the number before them.
const UNITS: [&str; 12] = ["s", "ms", "µs", "ns", "h", "min", "%", "kB", "MB", "GB", "GiB", "GHz"];

/// Words filled into lines of `width`, lines after the first behind `indent`. A number keeps its unit.
pub fn wrap(words: &str, width: u16, indent: &str) -> String {
    let width = usize::from(width).max(20);
    let mut page = String::new();
    let mut column = 0;
    let is_unit = |word: &str| UNITS.contains(&word.trim_end_matches([',', '.', ';', ':', ')']));
    let mut kept: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match kept.last_mut() {
            Some(number) if is_unit(word) && number.ends_with(|c: char| c.is_ascii_digit()) => {
                *number += &format!(" {word}");
            }
            _ => kept.push(word.to_owned()),
        }
    }
    for word in &kept {
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
    page
}

#[cfg(test)]
mod tests {
    use super::{framed, ruled, wrap};

    const HEADER: [&str; 3] = ["cell", "interval (coverage)", "clean + discarded"];
    const ROW: [&str; 3] = ["swap of 32, plonky2-keccak, 2 cores", "[1.02, 1.14] s (87.5 %)", "12 + 3"];

    #[test]
    fn a_number_keeps_its_unit_at_the_end_of_a_line() {
        // In 20 columns the number alone would still fit on the first line.
        for (words, wanted) in [
            ("proving it takes 100 % more", "proving it takes\n  100 % more"),
            ("it is proved in 34.2 s; then", "it is proved in\n  34.2 s; then"),
            ("a peak of only 8.44 MB, all", "a peak of only\n  8.44 MB, all"),
            // No unit, since no number is before it.
            ("a lone letter is a s here", "a lone letter is a s\n  here"),
        ] {
            assert_eq!(wrap(words, 20, "  "), wanted);
        }
    }

    #[test]
    fn words_are_whole_where_there_is_room_for_them() {
        // The longest words are of 15, 10 and 9 characters.
        for (width, table) in
            [(34 + 3 + 2, ruled(HEADER, [ROW], 39)), (34 + 3 + 4, framed(HEADER, [ROW], 41))]
        {
            let text = table.to_string();
            for word in HEADER.iter().chain(&ROW).flat_map(|cell| cell.split(' ')) {
                assert!(text.contains(word), "{width}, {word}:\n{text}");
            }
            assert!(text.lines().all(|line| line.trim_end().chars().count() <= width), "{width}:\n{text}");
        }
        // Where there is none the width is kept.
        let text = ruled(HEADER, [ROW], 24).to_string();
        assert!(text.lines().all(|line| line.trim_end().chars().count() <= 24), "{text}");
    }
}
