//! What must be done to text before it stands inside a page.

/// The longest text of a cell; what is longer is cut here and whole in the CSV.
const CELL_CHARACTERS: usize = 160;

/// The longest paragraph.
const PARAGRAPH_CHARACTERS: usize = 1_200;

/// A paragraph: a per cent sign stays with its number, and a text of others within it does not fill the page.
pub(crate) fn unbroken(text: &str) -> String {
    crate::chart::shortened(text, PARAGRAPH_CHARACTERS).replace(" %", "\u{a0}%")
}

/// A text of others at a length that a page can bear.
pub(crate) fn short(text: &str) -> String {
    crate::chart::shortened(text, CELL_CHARACTERS)
}

/// The longest text of sentences in a list, of which there may be many.
const PROSE_CHARACTERS: usize = 500;

/// Sentences, of which some may be text of others: whole unless they would fill the page, and then cut at a word.
pub(crate) fn prose(text: &str) -> String {
    crate::chart::beginning(text, PROSE_CHARACTERS)
}

/// JSON that may stand in `<script type="application/json">`: nothing in it can end the element or begin a comment.
/// `<` is written as an escape of JSON, which every parser reads back; U+2028 and U+2029 as well, which old
/// script engines take for line ends.
pub(crate) fn json_in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::json_in_script;

    #[test]
    fn no_text_ends_the_element() {
        let hostile = "</script><script>alert(1)</script><!-- \u{2028}\u{2029} \" '";
        let json = serde_json::to_string(hostile).expect("JSON");
        let safe = json_in_script(&json);
        assert!(!safe.contains('<'), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).expect("still JSON"), hostile);
    }
}
