//! The clock of the harness's own stages, or a script instead of it.

use machine::Root;
use machine::usage::{peak_ram_bytes, process_cpu_s, reset_peak_ram};
use prover::scripted::Script;
use std::time::Instant;

/// What something took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timed {
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: Option<f64>,
    pub(crate) peak_rss_bytes: Option<u64>,
    /// The fraction of the CPU time of a call that a reported part of it is taken to have used: that of its time.
    cpu_of_call_s: Option<f64>,
}

impl Timed {
    /// A time that the proof system reports.
    pub(crate) fn reported(time: std::time::Duration) -> Self {
        Self { wall_s: time.as_secs_f64(), cpu_s: None, peak_rss_bytes: None, cpu_of_call_s: None }
    }

    /// A part of a call of which the proof system reports the time.
    pub(crate) fn part(time: std::time::Duration, call: &Self) -> Self {
        let wall_s = time.as_secs_f64();
        let part = call.cpu_s.filter(|_| call.wall_s > 0.0).map(|cpu_s| cpu_s * wall_s / call.wall_s);
        Self { cpu_of_call_s: part, ..Self::reported(time) }
    }

    /// The work in cycles of a clock.
    pub(crate) fn cycles(&self, clock_ghz: f64) -> Option<f64> {
        self.cpu_s.or(self.cpu_of_call_s).map(|cpu_s| cpu_s * clock_ghz * 1e9)
    }
}

/// Times what the harness does itself.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    script: Option<Script>,
    turn: u64,
}

impl Timer {
    /// The clock, or what the script says where it says so.
    pub(crate) fn new(script: Option<&Script>) -> Self {
        Self { script: script.cloned(), turn: 0 }
    }

    /// Does it and says what it took. Counters are read outside what is timed.
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> (T, Timed) {
        let turn = self.turn;
        self.turn += 1;
        let scripted = self.script.as_ref();
        if let Some(time) = scripted.and_then(|script| script.harness_time(turn)) {
            return (work(), Timed::reported(time));
        }
        // Where the peak cannot start anew it is that of the process so far: higher, never lower.
        let root = Root::system();
        let _ = reset_peak_ram(&root);
        let before_s = process_cpu_s();
        let start = Instant::now();
        let result = work();
        let wall_s = start.elapsed().as_secs_f64();
        let cpu_s = process_cpu_s() - before_s;
        let timed =
            Timed { wall_s, cpu_s: Some(cpu_s), peak_rss_bytes: peak_ram_bytes(&root), cpu_of_call_s: None };
        (result, timed)
    }
}

#[cfg(test)]
mod tests {
    use super::Timer;
    use prover::scripted::{Script, ScriptedTime};

    #[test]
    fn a_script_stands_for_the_clock() {
        let script =
            Script { harness: Some(ScriptedTime::Values { values_s: vec![0.25, 0.5] }), ..Script::default() };
        let mut timer = Timer::new(Some(&script));
        let walls = [(); 3].map(|()| timer.time(|| ()).1.wall_s);
        assert_eq!(walls, [0.25, 0.5, 0.25]);
    }

    #[test]
    fn without_one_time_is_measured() {
        let pause = std::time::Duration::from_millis(5);
        let (answer, timed) = Timer::new(Some(&Script::default())).time(|| {
            std::thread::sleep(pause);
            42
        });
        assert_eq!(answer, 42);
        assert!(timed.wall_s >= 0.005 && timed.cpu_s.is_some());
    }
}
