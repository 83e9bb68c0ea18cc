//! The fewest of something that are good enough, by asking as seldom as possible.
//!
//! Not here: what is good enough. Whoever asks simulates, and keeps what it saw.

use crate::error::PlanError;

/// Up to so many machines the fewest are found one by one.
const EXACT_MAX: u32 = 500;

/// How exactly a search from `min` machines on finds the fewest: of more than [`EXACT_MAX`] to one in so many, since what a
/// simulation of them says is no finer.
pub(crate) fn grain(min: u32) -> u32 {
    (min / EXACT_MAX).max(1)
}

/// The fewest from `min` to `enough` that are good enough; `enough` are known to be. Where `is_good` knows no more, the
/// fewest so far.
///
/// Doubles the step up from `min`, then bisects, so that more must never be worse: on the same random numbers more
/// machines never are. The answer is no more than `grain` too many.
///
/// # Errors
/// Those of `is_good`.
pub(crate) fn fewest(
    min: u32,
    enough: u32,
    grain: u32,
    mut is_good: impl FnMut(u32) -> Result<Option<bool>, PlanError>,
) -> Result<u32, PlanError> {
    if min >= enough {
        return Ok(enough);
    }
    match is_good(min)? {
        Some(true) => return Ok(min),
        Some(false) => {}
        None => return Ok(enough),
    }
    let (mut fails, mut passes, mut step, mut is_bracketed) = (min, enough, grain, false);
    while passes - fails > grain {
        is_bracketed |= passes - fails <= step;
        let tried = if is_bracketed { u32::midpoint(fails, passes) } else { fails + step };
        match is_good(tried)? {
            Some(true) => (passes, is_bracketed) = (tried, true),
            Some(false) => (fails, step) = (tried, step.saturating_mul(2)),
            None => break,
        }
    }
    Ok(passes)
}

#[cfg(test)]
mod tests {
    use super::{fewest, grain};

    #[test]
    fn the_fewest_are_found_wherever_they_are_and_the_best_so_far_where_asking_ends() {
        for (min, enough) in [(1, 1), (3, 40), (7, 8), (1, 1 << 20)] {
            for wanted in [min, min + 1, u32::midpoint(min, enough), enough] {
                let wanted = wanted.clamp(min, enough);
                let mut asked = 0;
                let found = fewest(min, enough, 1, |count| {
                    asked += 1;
                    assert!((min..enough).contains(&count));
                    Ok(Some(count >= wanted))
                });
                assert_eq!(found, Ok(wanted), "{min}..{enough}");
                assert!(asked <= 41, "{asked}");
            }
        }
        for wanted in [20_001, 20_777, 30_000, 199_999] {
            let found = fewest(20_000, 200_000, grain(20_000), |count| Ok(Some(count >= wanted))).unwrap();
            assert!((wanted..=wanted + 20_000 / 500).contains(&found), "{wanted}: {found}");
        }
        let mut left = 3;
        let found = fewest(1, 100, 1, |count| {
            left -= 1;
            Ok((left >= 0).then_some(count >= 3))
        });
        // 1 and 2 fail, 4 is enough, and whether 3 is was not told.
        assert_eq!(found, Ok(4));
    }
}
