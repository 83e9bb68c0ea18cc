//! Who lives, who is whose child, signals.

use crate::support::Ran;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Far more than anything here takes on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Longer than the longest command of a test takes on a machine that is ten times slower than ours.
const LONGEST: Duration = Duration::from_secs(1_200);

/// A program that is running, in a process group of its own, as a shell starts it.
pub(crate) struct Running {
    child: Child,
    what: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let what = format!("{command:?}");
        Self { child: command.process_group(0).spawn().expect("starts"), what }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to it and to those of its children that are in its group, as a terminal does.
    pub(crate) fn signal_group(&self, signal: Signal) {
        kill_process_group(pid_of(self.pid()), signal).expect("a signal");
    }

    /// Waits for its end.
    pub(crate) fn end(self) -> Ran {
        let what = self.what.clone();
        Ran::of(self.output(), &what)
    }

    /// Waits for its end and that of whoever else writes to its pipes. If they do not end, they are killed: this test fails,
    /// instead of all of them waiting.
    pub(crate) fn output(self) -> Output {
        let (has_ended, end) = channel::<()>();
        let pid = pid_of(self.pid());
        let watch = std::thread::spawn(move || {
            let is_late = end.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout);
            if is_late {
                let _ = kill_process_group(pid, Signal::KILL);
            }
            is_late
        });
        let output = self.child.wait_with_output().expect("ends");
        drop(has_ended);
        assert!(!watch.join().expect("no panic"), "did not end in {LONGEST:?}: {}: {output:?}", self.what);
        output
    }

    /// Waits until something is so, while it runs.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: impl FnMut() -> bool) {
        let child = &mut self.child;
        let mut is_so = is_so;
        wait_until(what, || {
            let is_there = is_so();
            let status = child.try_wait().expect("a status");
            assert!(is_there || status.is_none(), "it ended ({status:?}) before {what}");
            is_there
        });
    }
}

pub(crate) fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(pid as i32).expect("a pid")
}

/// Kills one process as the kernel does when memory runs out.
pub(crate) fn kill_9(pid: u32) {
    kill_process(pid_of(pid), Signal::KILL).expect("a signal");
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "waited {LIMIT:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Parent, and whether it has not ended yet: one that nobody has waited for does not live.
fn parent_of(pid: u32) -> Option<(u32, bool)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
    let state = fields.next()?;
    Some((fields.next()?.parse().ok()?, state != "Z" && state != "X"))
}

pub(crate) fn is_alive(pid: u32) -> bool {
    parent_of(pid).is_some_and(|(_, lives)| lives)
}

/// The living children of a process.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("processes");
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| parent_of(*pid) == Some((parent, true))).collect()
}

/// Waits until these have ended.
#[track_caller]
pub(crate) fn all_gone(pids: &[u32]) {
    wait_until("all children to end", || !pids.iter().copied().any(is_alive));
}
