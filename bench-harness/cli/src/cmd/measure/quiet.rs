//! Who else is on the machine: said before measuring, and waited for where that was asked. Not here: what of a sample was
//! disturbed, which the probes of each sample say.

use crate::cmd::measure::progress::duration;
use crate::output::say;
use ::machine::usage::{Usage, UsageMark};
use ::machine::{Allowance, Conditions, Root};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the machine is looked at: fifty ticks of the kernel's clock on each CPU.
const LOOK: Duration = Duration::from_millis(500);
/// Others on so much of the CPUs, as a fraction, disturb samples: a sample that loses more is discarded.
const BUSY: f64 = 0.02;
/// Looks in a row that must be quiet: work that starts every second is not over between two of its turns.
const QUIET_LOOKS: u32 = 3;
/// How often somebody who waits is told that it goes on.
const AGAIN: Duration = Duration::from_secs(15);

/// What others use.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Others {
    /// CPUs' worth of time; none where the system does not say.
    cpus: Option<f64>,
    /// The CPUs that were looked at.
    of: usize,
    /// Tasks that run or want to, over the last minute.
    load: Option<f64>,
}

impl Others {
    fn read(allowance: &Allowance) -> Self {
        let root = Root::system();
        let mark = UsageMark::now(&root, &allowance.cpus);
        std::thread::sleep(LOOK);
        let Usage { wall_s, others_cpu_s, steal_s, .. } = mark.used();
        let taken_s = others_cpu_s.map(|others_s| others_s + steal_s.unwrap_or(0.0));
        Self {
            cpus: taken_s.map(|taken_s| taken_s / wall_s),
            of: allowance.cpus.len(),
            load: Conditions::read(&root).load_averages.map(|[one_minute, ..]| one_minute),
        }
    }

    /// What cannot be read is not called busy.
    fn is_busy(self) -> bool {
        self.cpus.is_some_and(|cpus| cpus > BUSY * self.of as f64)
    }

    fn words(self) -> String {
        let load =
            self.load.map_or_else(String::new, |load| format!(", load {load:.2} over the last minute"));
        let cpus = if self.of == 1 { "1 CPU".to_owned() } else { format!("{} CPUs", self.of) };
        match self.cpus {
            None => format!("what other programs use of its {cpus} cannot be read here{load}"),
            Some(used) => format!("other programs use {used:.2} of its {cpus}{load}"),
        }
    }
}

/// Says on standard error who else uses the CPUs, and waits up to `patience` for them to end. A run is begun all the same
/// where they do not: samples that they disturb are discarded.
pub(crate) fn look(allowance: &Allowance, patience: Option<Duration>, stop: &AtomicBool) {
    let others = Others::read(allowance);
    if !others.is_busy() {
        say(&format!("machine: {}", others.words()));
        return;
    }
    say(&format!("machine: BUSY: {}", others.words()));
    match patience {
        None => say(
            "  what they disturb is discarded and made again, so that this takes longer and tells less; --wait-quiet 10min \
             waits for them",
        ),
        Some(patience) => say(&format!("  {}", wait(allowance, patience, stop))),
    }
}

/// Waits, and says what came of it.
fn wait(allowance: &Allowance, patience: Duration, stop: &AtomicBool) -> String {
    let (started, mut told, mut quiet) = (Instant::now(), Instant::now(), 0);
    while started.elapsed() < patience && !stop.load(Ordering::SeqCst) {
        let others = Others::read(allowance);
        quiet = if others.is_busy() { 0 } else { quiet + 1 };
        if quiet == QUIET_LOOKS {
            return format!("quiet after {}", duration(started.elapsed().as_secs_f64()));
        }
        if told.elapsed() >= AGAIN {
            eprintln!("  waiting, {} so far: {}", duration(started.elapsed().as_secs_f64()), others.words());
            told = Instant::now();
        }
    }
    format!("still busy after {}: measured all the same", duration(started.elapsed().as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::Others;

    #[test]
    fn more_than_a_fiftieth_of_the_cpus_is_busy() {
        let others = |cpus| Others { cpus, of: 2, load: Some(1.5) };
        assert!(others(Some(0.05)).is_busy() && !others(Some(0.03)).is_busy() && !others(None).is_busy());
        assert_eq!(
            others(Some(1.204)).words(),
            "other programs use 1.20 of its 2 CPUs, load 1.50 over the last minute"
        );
        assert!(others(None).words().contains("cannot be read here"));
    }
}
