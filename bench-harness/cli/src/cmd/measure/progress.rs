//! What a user sees while measuring: a bar with the time left on a terminal, plain lines in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use measure::run::events::{Events, RunEvent};
use records::sample::StageName;
use std::io::IsTerminal;
use std::time::Duration;

/// Shows events on standard error, so that standard output stays clean for what was asked.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    place: String,
    left: String,
    proved: Vec<f64>,
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
        Self { bar, place: String::new(), left: String::new(), proved: Vec::new() }
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
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
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
                self.proved.clear();
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
            RunEvent::Sample(sample) => {
                if sample.stage == StageName::Prove {
                    self.proved.push(sample.wall_s);
                    self.doing(&format!("proved a batch in {:.2} s, verified", sample.wall_s));
                }
            }
            RunEvent::Repeat { made, of, wall_s, cell_left_s: _, run_left_s } => {
                let left = format!("{} left", duration(*run_left_s));
                self.left = format!("{left}, ");
                match &self.bar {
                    Some(bar) => {
                        bar.set_length(*of);
                        bar.set_position(*made);
                        bar.set_message(left);
                    }
                    None => self.line(&format!("  repeat {made}/{of} in {wall_s:.1} s, about {left}")),
                }
            }
            RunEvent::Failure(failure) => self.line(&format!("  FAILED: {}", failure.why)),
            RunEvent::CellEnd { cell, end, repeats } => {
                let why = end.words();
                let proofs = self.proved.len();
                let mean = self.proved.iter().sum::<f64>() / proofs as f64;
                let proved = match proofs {
                    0 => String::new(),
                    _ => format!(", {proofs} proofs verified, mean prove time {mean:.2} s"),
                };
                self.line(&format!("  {}: {repeats} repeats ({why}){proved}", cell.words()));
            }
            RunEvent::Note(text) => self.line(text),
        }
    }
}

/// A rough duration for a person: `45 s`, `3 min 20 s`.
fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    if whole < 60 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_for_a_person() {
        assert_eq!(duration(44.6), "45 s");
        assert_eq!(duration(200.2), "3 min 20 s");
        assert_eq!(duration(-1.0), "0 s");
    }
}
