//! What a user sees while measuring: a bar with the time left on a terminal, plain lines in a pipe.

use crate::output::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use measure::run::events::{Events, RunEvent};
use measure::stage_sums::{PROVE_BATCH, StageTime, stage_sums};
use records::number::time;
use records::sample::{SampleRecord, StageName};
use std::io::IsTerminal;
use std::time::Duration;

/// Shows events on standard error, so that standard output stays clean for what was asked.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    place: String,
    left: String,
    /// The times of this cell of which a proof is made up.
    times: Vec<StageTime>,
    /// Proofs of this cell, and how many of them were discarded.
    proofs: u64,
    discarded: u64,
    /// Why the last repeat has to be made again, if it has.
    again: Option<&'static str>,
}

impl Progress {
    /// A bar on a terminal, lines elsewhere.
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
            // The template is a constant of this file; a mistake in it falls back to the plain style.
            let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self {
            bar,
            place: String::new(),
            left: String::new(),
            times: Vec::new(),
            proofs: 0,
            discarded: 0,
            again: None,
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// A line that stays.
    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }

    /// Takes a sample into account; one that is discarded is said at once, with its reason.
    fn sample(&mut self, sample: &SampleRecord) {
        self.times.extend(StageTime::of(sample));
        if sample.stage != StageName::Prove {
            return;
        }
        self.proofs += 1;
        let why = sample.mark.why_discarded();
        self.discarded += u64::from(why.is_some());
        self.again = why.or(self.again);
        let how = why.map_or_else(|| "clean".to_owned(), |why| format!("DISCARDED: {why}"));
        self.doing(&format!("proved a batch in {}, verified, {how}", time(sample.wall_s)));
    }

    /// The proofs of the cell, with the median that the table shows too.
    fn proved(&self) -> String {
        let whole = stage_sums(self.times.iter().copied(), &PROVE_BATCH);
        let mut times_s: Vec<f64> = whole.filter(|sum| sum.counts).map(|sum| sum.wall_s).collect();
        times_s.sort_by(f64::total_cmp);
        let discarded = match self.discarded {
            0 => String::new(),
            some => format!(", {some} of them discarded"),
        };
        let proofs = if self.proofs == 1 { "1 proof".to_owned() } else { format!("{} proofs", self.proofs) };
        match (self.proofs, median(&times_s)) {
            (0, _) => String::new(),
            (_, None) => format!(", {proofs} verified{discarded}"),
            (_, Some(median_s)) => {
                format!(", {proofs} verified{discarded}; a batch is proved in {} (median)", time(median_s))
            }
        }
    }

    /// What is going on right now: on a terminal alone.
    fn doing(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}{text}", self.left));
        }
    }
}

impl Events for Progress {
    fn on(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AlreadyDone { cell } => self.line(&format!("done before: {}", cell.words())),
            RunEvent::Cell { place, of, cell } => {
                self.place = format!("[{}/{of}] {}", place + 1, cell.words());
                self.times.clear();
                (self.proofs, self.discarded, self.again) = (0, 0, None);
                match &self.bar {
                    Some(bar) => {
                        bar.set_prefix(self.place.clone());
                        bar.set_length(1);
                        bar.set_position(0);
                    }
                    None => self.line(&self.place),
                }
                self.doing("building circuits, then one warm-up that does not count");
            }
            RunEvent::WarmUp { wall_s } => self.doing(&format!("warmed up in {wall_s:.1} s")),
            RunEvent::Started { repeat } => self.doing(&format!("repeat {}", repeat + 1)),
            RunEvent::Sample(sample) => self.sample(sample),
            RunEvent::Repeat { made, of, wall_s, cell_left_s: _, run_left_s } => {
                let left = format!("{} left", duration(*run_left_s));
                let again = self.again.take().filter(|_| made < of);
                let again =
                    again.map(|why| format!("discarded, {why}: another takes about {wall_s:.1} s more"));
                if let (Some(again), Some(_)) = (&again, &self.bar) {
                    self.line(&format!("  {}: repeat {made}/{of} {again}", self.place));
                }
                self.left = format!("{left}, ");
                match &self.bar {
                    Some(bar) => {
                        bar.set_length(*of);
                        bar.set_position(*made);
                        bar.set_message(left);
                    }
                    None => {
                        let again = again.map_or_else(String::new, |again| format!("; {again}"));
                        self.line(&format!("  repeat {made}/{of} in {wall_s:.1} s, about {left}{again}"));
                    }
                }
            }
            RunEvent::Failure(failure) => self.line(&format!("  FAILED: {}", failure.why)),
            RunEvent::CellEnd { cell, end, repeats } => {
                let repeats =
                    if *repeats == 1 { "1 repeat".to_owned() } else { format!("{repeats} repeats") };
                self.line(&format!("  {}: {repeats} ({}){}", cell.words(), end.words(), self.proved()));
            }
            RunEvent::Note(text) => self.line(text),
        }
    }
}

/// The median of sorted values, as the table of a profile has it; none of none.
fn median(sorted: &[f64]) -> Option<f64> {
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some(low.midpoint(*high))
}

/// A rough duration for a person: `45 s`, `3 min 20 s`.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    if whole < 60 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::{duration, median};

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0]), Some(1.0));
        assert_eq!(median(&[1.0, 2.0, 4.0, 8.0]), Some(3.0));
        assert_eq!(median(&[1.0, 2.0, 4.0]), Some(2.0));
    }

    #[test]
    fn durations_for_a_person() {
        assert_eq!(duration(44.6), "45 s");
        assert_eq!(duration(200.2), "3 min 20 s");
        assert_eq!(duration(-1.0), "0 s");
    }
}
