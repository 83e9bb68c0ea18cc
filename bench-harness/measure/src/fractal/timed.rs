//! CPU time and wall time of one job, the proof of which is verified outside of it.

use machine::usage::process_cpu_s;
use std::time::Instant;

/// What jobs took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct JobTime {
    /// CPU time of all threads of this process.
    pub(super) cpu_s: f64,
    /// By the clock.
    pub(super) wall_s: f64,
}

impl JobTime {
    /// Runs a job.
    pub(super) fn of<T>(job: impl FnOnce() -> T) -> (T, Self) {
        let (cpu_s, start) = (process_cpu_s(), Instant::now());
        let done = job();
        let wall_s = start.elapsed().as_secs_f64();
        (done, Self { cpu_s: process_cpu_s() - cpu_s, wall_s })
    }
}

impl std::ops::AddAssign for JobTime {
    fn add_assign(&mut self, other: Self) {
        self.cpu_s += other.cpu_s;
        self.wall_s += other.wall_s;
    }
}
