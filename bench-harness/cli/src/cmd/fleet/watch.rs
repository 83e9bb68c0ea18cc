//! What a user sees of a fleet at work: a line that renews itself on a terminal, a line now and then in a pipe.

use fleet::coordinator::job::Progress;
use fleet::error::FleetError;
use fleet::metrics::CoordinatorMetrics;
use fleet::process::pool::WorkerPool;
use fleet::run::RunWatcher;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a pipe gets a line.
const EVERY: Duration = Duration::from_secs(5);

/// Shows progress on standard error, and ends a run whose local workers cannot be kept alive.
#[derive(Debug)]
pub(crate) struct FleetWatch<'a> {
    pool: Option<&'a WorkerPool>,
    bar: Option<ProgressBar>,
    began: Instant,
    done_before: Option<u64>,
    shown: Option<Instant>,
    trouble: Option<String>,
    metrics: Option<Arc<CoordinatorMetrics>>,
}

impl<'a> FleetWatch<'a> {
    /// Of a run with these local workers.
    pub(crate) fn new(pool: Option<&'a WorkerPool>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
            // The template is a constant of this file; a mistake in it falls back to the plain style.
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} jobs, {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let (done_before, shown, trouble, metrics) = (None, None, None, None);
        Self { pool, bar, began: Instant::now(), done_before, shown, trouble, metrics }
    }

    /// With figures for Prometheus that it keeps up to date.
    pub(crate) fn with_metrics(self, metrics: Option<Arc<CoordinatorMetrics>>) -> Self {
        Self { metrics, ..self }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    /// Waiting, at work, done, rate and time left, in words.
    fn words(&mut self, progress: &Progress) -> String {
        let done_before = *self.done_before.get_or_insert(progress.done);
        let done = (progress.done - done_before.min(progress.done)) as f64;
        let rate = done / self.began.elapsed().as_secs_f64().max(1e-3);
        let left = (progress.jobs - progress.done - progress.given_up.min(progress.jobs)) as f64;
        let left = match rate > 0.0 {
            true => format!("about {:.0} s left", left / rate),
            false => "time left unknown".to_owned(),
        };
        let counted = |count: u64, what: &str| match count {
            0 => String::new(),
            count => format!(", {count} {what}"),
        };
        let given_up = counted(progress.given_up, "given up");
        let left_out = counted(progress.left_out, "workers left out");
        format!(
            "{} waiting, {} at work, {} of {} groups{given_up}{left_out}, {rate:.1} jobs/s, {left}",
            progress.waiting, progress.working, progress.groups_done, progress.groups
        )
    }
}

impl RunWatcher for FleetWatch<'_> {
    fn look(&mut self, progress: &Progress, trouble: Option<&str>) -> Result<(), FleetError> {
        if let Some(error) = self.pool.and_then(WorkerPool::trouble) {
            return Err(error);
        }
        if let Some(metrics) = &self.metrics {
            metrics.set(progress);
        }
        if trouble != self.trouble.as_deref() {
            match trouble {
                Some(trouble) => self.line(&format!("note: {trouble}; trying again")),
                None => self.line("note: the queue answers again"),
            }
            self.trouble = trouble.map(str::to_owned);
        }
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= EVERY);
        if self.bar.is_none() && !is_due {
            return Ok(());
        }
        let words = self.words(progress);
        match &self.bar {
            Some(bar) => {
                bar.set_length(progress.jobs);
                bar.set_position(progress.done);
                bar.set_message(words);
            }
            None => {
                eprintln!("{} of {} jobs, {words}", progress.done, progress.jobs);
                self.shown = Some(Instant::now());
            }
        }
        Ok(())
    }
}
