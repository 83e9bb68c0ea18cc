//! A planted neighbour, for real: what is seen of it, and that its sample is discarded.

use machine::usage::UsageMark;
use machine::{CpuList, Probe, Root, Standard, lost_fraction, pin_thread};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A child that is always busy, on the CPU of the thread that starts it. Killed when dropped.
struct Neighbour(Child);

impl Neighbour {
    fn plant() -> Self {
        let child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self(child)
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sample of a fifth of a second of pure work.
fn work() {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(200) {
        std::hint::black_box((0..1_000_u64).sum::<u64>());
    }
}

#[test]
fn a_neighbour_on_our_cpu_is_seen_as_lost_time() {
    let root = Root::system();
    let allowed = machine::Allowance::read(&root).expect("an allowance");
    let cpu: CpuList = allowed.cpus.iter().last().into_iter().collect();
    let _pin = pin_thread(&cpu).expect("pinned");
    let probe = Probe::new();
    let mut standard = Standard::default();
    let mut sample = || {
        let before = probe.read();
        let mark = UsageMark::now(&root, &cpu);
        work();
        let usage = mark.used();
        let readings = [before, probe.read()];
        (standard.judge(&readings, Some(&usage)), usage, readings)
    };

    // Others may work on this machine too, and come and go between two samples.
    for attempt in 1.. {
        let (alone_verdict, alone, alone_readings) = sample();
        let neighbour = Neighbour::plant();
        std::thread::sleep(Duration::from_millis(20));
        let (verdict, usage, readings) = sample();
        drop(neighbour);
        println!("alone {alone_verdict:?}: {alone:?} {alone_readings:?}");
        println!("with a neighbour {verdict:?}: {usage:?} {readings:?}");
        let Some(lost) = lost_fraction(&usage).filter(|_| usage.run_wait_s.is_some()) else {
            println!("skipped: this kernel keeps no schedstat, so waiting for a CPU is not seen");
            return;
        };
        // Half of the time is the neighbour's.
        assert!(lost > 0.3, "lost only {lost:.3}: {usage:?}");
        assert!(verdict.is_some(), "{usage:?}");
        assert!(usage.cpu_s / usage.wall_s < 0.75, "{usage:?}");
        // The counters of the whole CPU agree, to the tick of 10 ms.
        assert!(usage.others_cpu_s.is_some_and(|others_s| others_s > 0.05), "{usage:?}");
        if lost_fraction(&alone).is_some_and(|alone| alone < lost) {
            return;
        }
        assert!(attempt < 8, "alone it never lost less");
    }
}

#[test]
fn a_reading_is_plausible_cheap_and_of_the_cpu_asked_for() {
    let root = Root::system();
    let allowed = machine::Allowance::read(&root).expect("an allowance");
    let cpus: Vec<usize> = allowed.cpus.iter().take(2).collect();
    let probe = Probe::new();
    // On a busy machine one reading may be unsure, and one may be interrupted: take the best.
    let mut best_s = f64::INFINITY;
    let mut readings = Vec::new();
    for _ in 0..20 {
        let start_s = machine::usage::thread_cpu_s();
        readings.extend(probe.read());
        best_s = best_s.min(machine::usage::thread_cpu_s() - start_s);
    }
    if cfg!(not(target_arch = "x86_64")) {
        println!("skipped: there is no probe for this processor");
        assert!(readings.is_empty());
        return;
    }
    assert!(readings.len() >= 10, "{} of 20 readings", readings.len());
    for reading in &readings {
        assert!((0.5..8.0).contains(&reading.clock_ghz), "{reading:?}");
        assert!((1.0..9.0).contains(&reading.adds_per_cycle), "{reading:?}");
    }
    if !cfg!(debug_assertions) {
        assert!(best_s < 2.5e-3, "a reading costs {best_s} s");
    }
    assert_eq!(probe.read_rounds(std::slice::from_ref(&cpus)).len(), cpus.len());
    assert_eq!(probe.read_rounds(&[vec![cpus[0]], vec![1023]])[1], None, "no such CPU");
}
