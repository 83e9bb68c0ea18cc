//! A duty cycle, for real, where a control group can be written; elsewhere skipped aloud.

use machine::usage::{Usage, UsageMark};
use machine::{Allowance, CoreCount, DutyCycle, DutyError, DutyPercent, Root, Throttling, restore};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROLE: &str = "DUTY_CYCLE_TEST_ROLE";

fn create(percent: u8) -> Option<DutyCycle> {
    let percent = DutyPercent::new(percent).expect("a percentage");
    let one = CoreCount::new(1).expect("one core");
    match DutyCycle::create(&Root::system(), percent, one) {
        Ok(duty) => Some(duty),
        Err(error @ DutyError::Unavailable { .. }) => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A shell that waits for a line and is then always busy. Killed when dropped.
struct Busy(Child);

impl Busy {
    fn waiting() -> Self {
        let child = Command::new("sh")
            .args(["-c", "read go; while :; do :; done"])
            .stdin(Stdio::piped())
            // Whoever reads our output must not wait for a child that outlives us.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self(child)
    }

    fn start(&mut self) {
        let input = self.0.stdin.as_mut().expect("an input");
        input.write_all(b"go\n").expect("a line");
    }

    /// CPU time and time waited for a CPU, in seconds.
    fn times_s(&self) -> (f64, f64) {
        let path = format!("/proc/{}/schedstat", self.0.id());
        let text = std::fs::read_to_string(path).expect("schedstat");
        let mut numbers = text.split_whitespace().map(|n| n.parse::<f64>().expect("a number"));
        (numbers.next().expect("run") * 1e-9, numbers.next().expect("wait") * 1e-9)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn counters(duty: &DutyCycle) -> Throttling {
    duty.meter().throttling(&Root::system()).expect("counters")
}

/// Runs a busy child for so long under a quota: its usage, and the counters before and after.
fn run(duty: &DutyCycle, wall: Duration) -> (Usage, Throttling, Throttling) {
    let mut child = Busy::waiting();
    duty.add_process(child.0.id()).expect("added");
    child.start();
    // The first period may be begun with more than one quota.
    std::thread::sleep(Duration::from_millis(30));
    let before = counters(duty);
    let (start, (cpu_s, wait_s)) = (Instant::now(), child.times_s());
    std::thread::sleep(wall);
    let (end_cpu_s, end_wait_s) = child.times_s();
    let usage = Usage {
        wall_s: start.elapsed().as_secs_f64(),
        cpu_s: end_cpu_s - cpu_s,
        run_wait_s: Some(end_wait_s - wait_s),
        steal_s: None,
        others_cpu_s: None,
    };
    (usage, before, counters(duty))
}

#[test]
fn a_busy_child_runs_for_its_part_of_the_time() {
    let root = Root::system();
    let cpus = Allowance::read(&root).expect("an allowance").cpus;
    for percent in [25, 50] {
        let Some(duty) = create(percent) else {
            return;
        };
        // A neighbour that comes and goes may spoil a try, as it would spoil a sample.
        let mut refusals = Vec::new();
        for _ in 0..4 {
            let everybody = UsageMark::now(&root, &cpus);
            let (usage, before, after) = run(&duty, Duration::from_millis(600));
            println!("{percent} %: {usage:?} {before:?} {after:?}");
            let Err(refusal) = duty.meter().accept(before, after, &usage) else {
                refusals.clear();
                break;
            };
            let busy_s = everybody.used().others_cpu_s.expect("counters");
            let is_full = busy_s > 0.8 * usage.wall_s * cpus.len() as f64;
            refusals.push((refusal, is_full));
        }
        if !refusals.is_empty() && refusals.iter().all(|(_, is_full)| *is_full) {
            println!("skipped: others use every CPU of this machine, so {percent} % is not to be had");
            continue;
        }
        assert_eq!(refusals, [], "{percent} %");
    }
}

#[test]
fn an_idle_child_is_refused_and_a_full_duty_is_not_checked() {
    let Some(half) = create(50) else {
        return;
    };
    let before = counters(&half);
    let idle = Usage { wall_s: 1.0, cpu_s: 0.5, run_wait_s: None, steal_s: None, others_cpu_s: None };
    let after = counters(&half);
    assert!(half.meter().accept(before, after, &idle).is_err());
    let full = create(100).expect("half was made");
    assert!(half.meter().is_limited() && !full.meter().is_limited());
    assert_eq!(full.meter().accept(before, after, &idle), Ok(()));
}

/// Plays the run that dies: makes a group, puts a child into it, prints both, and aborts.
#[test]
fn a_dead_run_leaves_nothing_after_restore() {
    if std::env::var_os(ROLE).is_some() {
        let duty = create(50).expect("the parent made one");
        let mut child = Busy::waiting();
        duty.add_process(child.0.id()).expect("added");
        child.start();
        println!("child {}", child.0.id());
        std::process::abort();
    }
    let Some(own) = create(50) else {
        return;
    };
    let dying = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "a_dead_run_leaves_nothing_after_restore", "--nocapture"])
        .env(ROLE, "dies")
        .output()
        .expect("the dying run");
    let output = String::from_utf8_lossy(&dying.stdout);
    let child: u32 =
        output.lines().find_map(|line| line.rsplit_once("child ")?.1.trim().parse().ok()).expect("its child");
    let folder = tempfile::tempdir().expect("a folder");
    let restored = restore(&Root::system(), &folder.path().join("none")).expect("restored");
    assert!(restored.killed.contains(&child), "{restored:?}");
    assert!(!restored.groups.is_empty() && restored.files.is_empty());
    for group in &restored.groups {
        assert!(!group.exists(), "{} is still there", group.display());
    }
    // Ours is a living run's: it stays.
    counters(&own);
}
