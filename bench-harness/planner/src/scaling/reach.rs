//! How far a prediction is from what was measured.

use records::laws::Reach;

/// Beyond so many times what was measured a prediction is refused, or flagged where the user insists.
pub const FAR_TIMES: f64 = 2.0;

/// Where `x` lies, given the smallest and the largest point measured; all above zero.
///
/// ```
/// use planner::scaling::{Reach, reach};
/// assert_eq!(reach::of(8.0, 1.0, 16.0), Reach::Within);
/// assert_eq!(reach::of(24.0, 1.0, 16.0), Reach::Beyond); // 1.5 times as far
/// assert_eq!(reach::of(64.0, 1.0, 16.0), Reach::Far);
/// ```
pub fn of(x: f64, min: f64, max: f64) -> Reach {
    match (x / max).max(min / x) {
        times if times <= 1.0 => Reach::Within,
        times if times <= FAR_TIMES => Reach::Beyond,
        _ => Reach::Far,
    }
}

/// The smallest and the largest of some places above zero; (∞, 0) of none.
pub(crate) fn range(places: impl Iterator<Item = f64>) -> (f64, f64) {
    places.fold((f64::INFINITY, 0.0), |(min, max), x| (x.min(min), x.max(max)))
}
