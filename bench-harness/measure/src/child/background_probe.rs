//! Probing while a section runs, so that a neighbour who comes after its beginning and leaves before its end is seen.
//!
//! One thread a CPU sleeps, and every half second takes a reading of 1.3 ms from whatever runs there: under 0.3 % of
//! the time, which is in what is timed. A section of less than half a second pays nothing and has the readings at its
//! ends alone.

use machine::{CpuList, Probe, ProbeReading, pin_thread};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Long against a reading, short against a proof.
const EVERY: Duration = Duration::from_millis(500);

/// Threads that look on.
#[derive(Debug, Default)]
pub(crate) struct BackgroundProbe {
    posts: Vec<(SyncSender<()>, JoinHandle<Vec<ProbeReading>>)>,
}

impl BackgroundProbe {
    /// Posts one on each CPU, and waits until all of them sleep.
    pub(crate) fn start(cpus: &[usize]) -> Self {
        let (ready, all_ready) = channel::<()>();
        let posts = cpus.iter().map(|cpu| {
            let (stop, stopped) = sync_channel(0);
            let ready = ready.clone();
            let only: CpuList = [*cpu].into_iter().collect();
            let thread = std::thread::spawn(move || {
                let mut readings = Vec::new();
                let Ok(_pin) = pin_thread(&only) else { return readings };
                drop(ready);
                while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    readings.extend(Probe::new().read());
                }
                readings
            });
            (stop, thread)
        });
        let posts = posts.collect();
        drop(ready);
        // Nothing is ever sent: it ends when the last of them has dropped its end.
        let _ = all_ready.recv();
        Self { posts }
    }

    /// Calls them back. What they have read.
    pub(crate) fn stop(self) -> Vec<ProbeReading> {
        let (stops, threads): (Vec<_>, Vec<_>) = self.posts.into_iter().unzip();
        drop(stops);
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{BackgroundProbe, EVERY};
    use std::time::Duration;

    #[test]
    fn a_long_section_is_looked_at_and_a_short_one_pays_nothing() {
        let allowance = machine::Allowance::read(&machine::Root::system()).expect("readable");
        let cpus: Vec<usize> = allowance.cpus.iter().take(2).collect();
        let background = BackgroundProbe::start(&cpus);
        std::thread::sleep(EVERY * 2 + Duration::from_millis(200));
        let readings = background.stop();
        if cfg!(target_arch = "x86_64") {
            assert!(readings.len() >= cpus.len(), "{} of {}", readings.len(), cpus.len());
        }
        assert!(BackgroundProbe::start(&cpus).stop().is_empty());
        assert!(BackgroundProbe::default().stop().is_empty());
    }
}
