//! A sign of life from work that says nothing by itself: planning, drawing. Owned here: when it is shown, and how. Not
//! here: progress of measurements and comparisons, which know how far they are.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What is done sooner needs no sign.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a pipe is told that it goes on.
const AGAIN: Duration = Duration::from_secs(15);

/// Work that is shown on standard error once it takes longer than [`PATIENCE`]: as a spinner with its time on a terminal,
/// as lines elsewhere. Whatever is shown is gone from the terminal when this is dropped.
#[derive(Debug)]
pub(crate) struct Working {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Working {
    /// Watches work of this name, from now on.
    pub(crate) fn on(name: impl Into<String>) -> Self {
        let (name, (done, ended)) = (name.into(), channel());
        let thread = std::thread::spawn(move || match std::io::stderr().is_terminal() {
            true => spin(name, &ended),
            false => watch(&ended, (PATIENCE, AGAIN), |spent| {
                eprintln!("{name}: {} s so far", spent.as_secs());
            }),
        });
        Self { done: Some(done), thread: Some(thread) }
    }

    /// Does the work while it is watched.
    pub(crate) fn during<T>(name: impl Into<String>, work: impl FnOnce() -> T) -> T {
        let _working = Self::on(name);
        work()
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.done.take();
        if let Some(thread) = self.thread.take() {
            // A thread that failed to draw has no say in what was worked on.
            let _ = thread.join();
        }
    }
}

/// Says after the first of these times, and then again after each of the second, how long it has taken.
fn watch(ended: &Receiver<()>, (first, again): (Duration, Duration), mut say: impl FnMut(Duration)) {
    let (started, mut wait) = (Instant::now(), first);
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        say(started.elapsed());
        wait = again;
    }
}

fn spin(name: String, ended: &Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::new_spinner().with_elapsed(PATIENCE);
    // The template is a constant of this file; a mistake in it falls back to the plain style.
    let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_message(name);
    bar.enable_steady_tick(Duration::from_millis(120));
    // It ends with its sender, and says nothing before.
    let _ = ended.recv();
    bar.finish_and_clear();
}

#[cfg(test)]
mod tests {
    use super::{Working, watch};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    /// How often something is said of work of this length, after 40 ms and then every 40 ms.
    fn said(work: Duration) -> usize {
        let (done, ended) = channel::<()>();
        let mut count = 0;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(work);
                drop(done);
            });
            watch(&ended, (Duration::from_millis(40), Duration::from_millis(40)), |_| count += 1);
        });
        count
    }

    #[test]
    fn short_work_is_silent_and_long_work_is_not() {
        assert_eq!(said(Duration::ZERO), 0);
        assert!(said(Duration::from_millis(200)) >= 2);
    }

    #[test]
    fn what_was_worked_on_is_handed_over_at_once() {
        assert_eq!(Working::during("adding", || 1 + 1), 2);
    }
}
