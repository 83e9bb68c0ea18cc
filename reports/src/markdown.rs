//! Markdown: tables, and text of others that stays text.

/// Text of others that can end neither a cell nor a line, and that is no markup: a branch may be named anything.
///
/// Brackets stay as they are, since intervals are written in them, but for those that would end the name of a link, an
/// image or a reference.
pub(crate) fn text(raw: &str) -> String {
    let mut page = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\r' | '\t' => page.push(' '),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '&' => page.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '\\' | '#' | '~' => page.extend(['\\', c]),
            ']' if matches!(characters.peek(), Some('(' | '[' | ':')) => page.push_str("\\]"),
            // GitHub notifies whoever is named like this.
            '@' => page.push_str("&#64;"),
            _ => page.push(c),
        }
    }
    page
}

/// A table; its header and its cells are text.
pub(crate) fn table<Cells: AsRef<[String]>>(
    header: &[impl AsRef<str>],
    rows: impl IntoIterator<Item = Cells>,
) -> String {
    let header: Vec<_> = header.iter().map(|cell| text(cell.as_ref())).collect();
    let head = format!("| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
    rows.into_iter().fold(head, |page, row| {
        let cells: Vec<_> = row.as_ref().iter().map(|cell| text(cell)).collect();
        format!("{page}| {} |\n", cells.join(" | "))
    })
}

/// The lines as a list; each is text.
pub(crate) fn list(lines: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    lines.into_iter().map(|line| format!("- {}\n", text(line.as_ref()))).collect()
}

#[cfg(test)]
mod tests {
    use super::{table, text};

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(text("a|b\nc"), "a\\|b c");
        assert_eq!(text("<img src=x> & @all"), "&lt;img src=x&gt; &amp; &#64;all");
        assert_eq!(text("--> `x` *y*"), "--&gt; \\`x\\` \\*y\\*");
        assert_eq!(text("![x](http://y) [z]: w"), "![x\\](http://y) [z\\]: w");
        assert_eq!(text("+6.1 % [+4.8, +7.5]"), "+6.1 % [+4.8, +7.5]");
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        assert_eq!(table(&["a"], [["x|y".to_owned()]]), "| a |\n|---|\n| x\\|y |\n");
    }
}
