//! Bars and sparklines of characters.

/// Eighths of a character, from none to a whole one.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar of `share` of `width` characters, to an eighth of one.
pub(crate) fn bar(share: f64, width: usize) -> String {
    if !share.is_finite() {
        return String::new();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held between 0 and the width"
    )]
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let part = EIGHTHS[eighths % 8];
    let whole: String = std::iter::repeat_n('█', eighths / 8).collect();
    if part == ' ' { whole } else { whole + &part.to_string() }
}

/// How values are spread from the least to the greatest, in `width` characters; nothing for fewer than two, and for
/// values that are all one.
pub(crate) fn sparkline(values: &[f64], width: usize) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let span = high - low;
    if width == 0 || !span.is_finite() || span <= 0.0 {
        return String::new();
    }
    let mut counts = vec![0u64; width];
    for value in finite() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the width")]
        let place = ((value - low) / span * width as f64) as usize;
        counts[place.min(width - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    counts
        .into_iter()
        .map(|count| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
            let level = (count as f64 / most as f64 * 7.0).ceil() as usize;
            if count == 0 { ' ' } else { LEVELS[level.min(7)] }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{bar, sparkline};

    #[test]
    fn bars_have_eighths() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.53, 4), "██▏");
        assert_eq!(bar(0.0, 4), "");
        assert_eq!(bar(7.0, 2), "██");
        assert_eq!(bar(f64::NAN, 4), "");
    }

    #[test]
    fn sparklines_count() {
        assert_eq!(sparkline(&[1.0, 1.1, 1.2, 1.9, 3.0, f64::NAN], 4), "█▄ ▄");
        assert_eq!(sparkline(&[1.0], 4), "");
        assert_eq!(sparkline(&[2.0, 2.0], 4), "");
    }
}
