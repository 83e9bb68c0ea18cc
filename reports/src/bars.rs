//! Bars, histograms and sparklines of characters.

/// Eighths of a character, from none to a whole one.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar of `fraction` of `width` characters, to an eighth of one.
pub(crate) fn bar(fraction: f64, width: usize) -> String {
    if !fraction.is_finite() {
        return String::new();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "held between 0 and the width"
    )]
    let eighths = (fraction.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let part = EIGHTHS[eighths % 8];
    let whole: String = std::iter::repeat_n('█', eighths / 8).collect();
    if part == ' ' { whole } else { whole + &part.to_string() }
}

/// How values are spread from the minimum to the maximum, in `width` characters; nothing for fewer than two, and for
/// values that are all one.
pub(crate) fn histogram(values: &[f64], width: usize) -> String {
    let (low, high) = ends(values);
    let span = high - low;
    if width == 0 || !span.is_finite() || span <= 0.0 {
        return String::new();
    }
    let mut counts = vec![0u64; width];
    for value in values.iter().filter(|value| value.is_finite()) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a fraction of the width"
        )]
        let place = ((value - low) / span * width as f64) as usize;
        counts[place.min(width - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let level = |count: u64| if count == 0 { ' ' } else { height((count as f64 / most as f64 * 7.0).ceil()) };
    counts.into_iter().map(level).collect()
}

/// Values in their order, each a bar of one of eight heights; all are low where they are all one.
pub(crate) fn sparkline(values: &[f64]) -> String {
    let (low, high) = ends(values);
    let fraction = |value: f64| if high > low { (value - low) / (high - low) } else { 0.0 };
    values.iter().map(|value| height((fraction(*value) * 7.0).round())).collect()
}

/// The minimum and the maximum of the finite values.
fn ends(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// A bar of this level, from 0 to 7.
fn height(level: f64) -> char {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then held")]
    LEVELS[(level as usize).min(7)]
}

#[cfg(test)]
mod tests {
    use super::{bar, histogram, sparkline};

    #[test]
    fn bars_have_eighths() {
        assert_eq!(bar(1.0, 4), "████");
        assert_eq!(bar(0.53, 4), "██▏");
        assert_eq!(bar(0.0, 4), "");
        assert_eq!(bar(7.0, 2), "██");
        assert_eq!(bar(f64::NAN, 4), "");
    }

    #[test]
    fn histograms_count() {
        assert_eq!(histogram(&[1.0, 1.1, 1.2, 1.9, 3.0, f64::NAN], 4), "█▄ ▄");
        assert_eq!(histogram(&[1.0], 4), "");
        assert_eq!(histogram(&[2.0, 2.0], 4), "");
    }

    #[test]
    fn sparklines_keep_the_order() {
        assert_eq!(sparkline(&[1.0, 8.0, 4.5]), "▁█▅");
        assert_eq!(sparkline(&[2.0, 2.0]), "▁▁");
    }
}
