//! What a user sees of a pipeline at work: a line that renews itself on a terminal, a line now and then in a pipe.

use fleet::error::FleetError;
use fleet::pipeline::workers::{LocalWorkers, PipelineWorkers};
use fleet::pipeline::{PipelineProgress, PipelineWatcher};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use records::fleet::pipeline::PipelineScalingRecord;
use records::number::significant;
use std::io::IsTerminal;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How often a line is renewed, and how often a pipe gets one.
const RENEWED: Duration = Duration::from_millis(500);
const EVERY: Duration = Duration::from_secs(5);

/// The line of a terminal, and what is said beside it.
#[derive(Debug)]
pub(crate) struct PipelineScreen {
    bar: Option<ProgressBar>,
}

impl PipelineScreen {
    pub(crate) fn new() -> Rc<Self> {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // The template is a constant of this file; a mistake in it falls back to the plain style.
            let style = ProgressStyle::with_template("{wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Rc::new(Self { bar })
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows progress on standard error.
#[derive(Debug)]
pub(crate) struct PipelineWatch {
    screen: Rc<PipelineScreen>,
    shown: Option<Instant>,
    trouble: Option<String>,
}

impl PipelineWatch {
    pub(crate) fn new(screen: &Rc<PipelineScreen>) -> Self {
        Self { screen: Rc::clone(screen), shown: None, trouble: None }
    }
}

/// How long it takes yet, by the rate at which proofs and merges were made so far.
fn left(now_s: f64, progress: &PipelineProgress) -> String {
    let PipelineProgress { jobs, done, given_up, arrivals_left_s, .. } = *progress;
    if done == 0 {
        return "time left unknown".to_owned();
    }
    let open = jobs.saturating_sub(done + given_up);
    let left_s = arrivals_left_s + open as f64 * now_s / done as f64;
    format!("about {left_s:.0} s left")
}

/// Queue, workers, rates and delays, in words.
fn words(now_s: f64, progress: &PipelineProgress) -> String {
    let point = progress.point;
    let workers = point.workers.map_or_else(String::new, |workers| format!(", {workers} workers there"));
    let held = if progress.is_held { " (held by --run-ahead)" } else { "" };
    let given_up =
        if progress.given_up > 0 { format!(", {} given up", progress.given_up) } else { String::new() };
    let delay = |delay: Option<records::fleet::summary::FleetTimesRecord>| {
        delay.map_or_else(|| "-".to_owned(), |delay| format!("{} s", significant(delay.p50_s, 3)))
    };
    format!(
        "{now_s:.0} s: queue {} batches; {} proving, {} merging{workers}; {} tx waiting{held}; {} of {} tx proven, \
         {} tx/s; delay p50 virtual {}, consolidated {}{given_up}; {}",
        point.unproved_batches,
        point.proving,
        point.merging,
        point.waiting_transactions,
        progress.consolidated_transactions,
        progress.transactions,
        significant(progress.consolidated_transactions as f64 / now_s.max(1e-3), 2),
        delay(progress.virtual_delay),
        delay(progress.consolidated_delay),
        left(now_s, progress)
    )
}

impl PipelineWatcher for PipelineWatch {
    fn look(&mut self, now_s: f64, progress: &dyn Fn() -> PipelineProgress, trouble: Option<&str>) {
        if trouble != self.trouble.as_deref() {
            match trouble {
                Some(trouble) => self.screen.say(&format!("note: {trouble}; trying again")),
                None => self.screen.say("note: the queue answers again"),
            }
            self.trouble = trouble.map(str::to_owned);
        }
        let every = if self.screen.bar.is_some() { RENEWED } else { EVERY };
        if self.shown.is_some_and(|shown| shown.elapsed() < every) {
            return;
        }
        self.shown = Some(Instant::now());
        let words = words(now_s, &progress());
        match &self.screen.bar {
            Some(bar) => {
                bar.set_message(words);
                bar.tick();
            }
            None => eprintln!("{words}"),
        }
    }
}

/// Local workers whose coming and going is said.
#[derive(Debug)]
pub(crate) struct SaidWorkers {
    pub(crate) workers: LocalWorkers,
    pub(crate) screen: Rc<PipelineScreen>,
}

impl PipelineWorkers for SaidWorkers {
    fn turn(&mut self, now_s: f64) -> Result<Option<u64>, FleetError> {
        let there = self.workers.turn(now_s)?;
        for note in self.workers.notes() {
            self.screen.say(&format!("{now_s:.1} s: {note}"));
        }
        Ok(there)
    }

    fn changes(&self) -> Vec<PipelineScalingRecord> {
        self.workers.changes()
    }
}
