//! Tables and lines of Markdown.

use std::borrow::Borrow;

/// Text of others (an error message, say) cannot end a cell or a line.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The first two lines of a table.
pub(crate) fn head<S: Borrow<str>>(cells: &[S]) -> String {
    format!("| {} |\n|{}\n", cells.join(" | "), "---|".repeat(cells.len()))
}

/// A line of a table; its cells are text.
pub(crate) fn row(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| one_line(cell)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A table; its cells are text.
pub(crate) fn table<const C: usize>(header: &[&str; C], rows: impl Iterator<Item = [String; C]>) -> String {
    rows.fold(head(header), |page, cells| page + &row(&cells))
}

#[cfg(test)]
mod tests {
    use super::{one_line, row};

    #[test]
    fn a_message_stays_in_its_cell() {
        assert_eq!(one_line("a|b\nc"), "a\\|b c");
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        assert_eq!(row(&["a|b".to_owned()]), "| a\\|b |\n");
    }
}
