//! `--scale`: provers that come and go at times of a script.

use crate::exit::usage;
use crate::number::time_or_zero;
use fleet::pipeline::workers::ScaleStep;

/// `30s:+2` or `60s:-1`.
pub(crate) fn step(text: &str) -> Result<ScaleStep, String> {
    let wrong = || format!("expected TIME:+COUNT or TIME:-COUNT, as in 30s:+2, got `{text}`");
    let (at, change) = text.split_once(':').ok_or_else(wrong)?;
    let is_signed = change.starts_with(['+', '-']);
    let change = change.parse::<i64>().ok().filter(|change| is_signed && *change != 0).ok_or_else(wrong)?;
    Ok(ScaleStep { at_s: time_or_zero(at)?, change })
}

/// The steps in order of time, where they are possible: never fewer than no prover nor more than fit, and some at the end.
pub(crate) fn script(
    mut steps: Vec<ScaleStep>,
    provers: usize,
    free: usize,
) -> anyhow::Result<Vec<ScaleStep>> {
    steps.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    let max = i64::try_from(provers + free).unwrap_or(i64::MAX);
    let mut now = i64::try_from(provers).unwrap_or(i64::MAX);
    for ScaleStep { at_s, change } in &steps {
        now = now.saturating_add(*change);
        if !(0..=max).contains(&now) {
            return Err(usage(format!(
                "--scale: {at_s}s:{change:+} leads to {now} provers: expected 0 to {max}, which fit here"
            )));
        }
    }
    if now == 0 {
        return Err(usage("--scale: no prover is left at the end: nothing would be proved any more"));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::{ScaleStep, script, step};

    #[test]
    fn steps_are_signed_and_put_in_order() {
        assert_eq!(step("30s:+2"), Ok(ScaleStep { at_s: 30.0, change: 2 }));
        assert_eq!(step("1min:-1"), Ok(ScaleStep { at_s: 60.0, change: -1 }));
        for bad in ["", "30s", "30s:2", "30s:+0", "30s:+", ":+1", "-1s:+1", "30s:+1.5"] {
            assert!(step(bad).is_err(), "{bad}");
        }
        let steps = ["60s:-1", "30s:+2"].map(|text| step(text).expect("a step")).to_vec();
        let sorted = script(steps, 1, 2).expect("possible");
        assert_eq!(sorted.iter().map(|step| step.change).collect::<Vec<_>>(), [2, -1]);
    }

    #[test]
    fn what_does_not_fit_or_leaves_nobody_is_refused() {
        let of = |texts: &[&str]| texts.iter().map(|text| step(text).expect("a step")).collect::<Vec<_>>();
        assert!(script(of(&["1s:+2"]), 1, 1).is_err());
        assert!(script(of(&["1s:-2"]), 1, 1).is_err());
        assert!(script(of(&["1s:-1"]), 1, 1).is_err());
        assert!(script(of(&["1s:-1", "2s:+1"]), 1, 1).is_ok());
    }
}
