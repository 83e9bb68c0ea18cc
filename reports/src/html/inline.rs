//! What must be done to text before it stands inside a page.

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
