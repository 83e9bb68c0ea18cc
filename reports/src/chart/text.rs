//! Text in a drawing: how wide it is, how it is shortened, what may not stand in it.

/// The size of text in a drawing, in its units.
pub(crate) const SIZE: f64 = 12.0;

/// About how wide a text is. No font is asked: a page has the reader's. Somewhat more than most fonts need.
pub(crate) fn width(text: &str) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() && !matches!(c, 'm' | 'w' | 'M' | 'W' | '@') { 0.56 } else { 0.85 })
        .sum::<f64>()
        * SIZE
}

/// The text, or as much of both its ends as fits `most` characters.
///
/// Names that differ mostly differ at an end, so the middle goes.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let text = clean(text);
    let count = text.chars().count();
    if count <= most {
        return text;
    }
    let tail = most.saturating_sub(1) / 3;
    let head = most.saturating_sub(1 + tail);
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(count - tail).collect();
    format!("{first}…{last}")
}

/// The text, or as many of its first words as fit `most` characters: a sentence that is cut in the middle says
/// something else.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= most {
        return text;
    }
    let fits: String = text.chars().take(most.saturating_sub(1)).collect();
    let words = fits.rfind(' ').map_or(fits.as_str(), |at| &fits[..at]);
    format!("{}…", words.trim_end_matches([' ', ',', ';', ':']))
}

/// The text without what XML cannot hold at all, escaped or not.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{beginning, shortened};

    #[test]
    fn prose_is_cut_at_a_word() {
        assert_eq!(
            beginning("While nothing is broken all 7 work.", 40),
            "While nothing is broken all 7 work."
        );
        assert_eq!(beginning("While nothing is broken, all 7 work.", 26), "While nothing is broken…");
        assert_eq!(beginning("a b", 1), "…");
        assert_eq!(beginning(&"x".repeat(100), 5), "xxxx…");
    }

    #[test]
    fn both_ends_stay() {
        assert_eq!(shortened("plonky2, 2 cores", 40), "plonky2, 2 cores");
        let long = shortened(&"x".repeat(10_000), 20);
        assert_eq!(long.chars().count(), 20);
        assert_eq!(shortened("swap of 32, plonky2, 2 cores", 12), "swap of …res");
        assert_eq!(shortened("a\u{0}\nb", 9), "a\u{fffd} b");
    }
}
