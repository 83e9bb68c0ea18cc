//! Prints readings of the clock and core probes on one CPU, and what they and the counters cost.
//!
//! `cargo run --release -p machine --example probe -- [CPU] [READINGS]`

use machine::usage::UsageMark;
use machine::{Allowance, CpuList, Probe, Root, pin_thread};
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let cpu: usize = args.next().as_deref().unwrap_or("0").parse()?;
    let readings: usize = args.next().as_deref().unwrap_or("100").parse()?;
    let root = Root::system();
    let all = Allowance::read(&root)?.cpus;
    let _pin = pin_thread(&[cpu].into_iter().collect::<CpuList>())?;
    let probe = Probe::new();
    let (mut clocks_ghz, mut shares, mut costs_ms, mut unknown) = (vec![], vec![], vec![], 0);
    for _ in 0..readings {
        let start = Instant::now();
        match probe.try_read() {
            Ok(reading) => {
                clocks_ghz.push(reading.clock_ghz);
                shares.push(reading.adds_per_cycle);
            }
            Err(error) => {
                unknown += 1;
                eprintln!("{error}");
            }
        }
        costs_ms.push(start.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(5));
    }
    println!("CPU {cpu}, {readings} readings, {unknown} unknown: minimum, median, maximum");
    print("clock_ghz", &mut clocks_ghz);
    print("adds_per_cycle", &mut shares);
    print("cost_ms", &mut costs_ms);
    let (mut marks_ms, mut rounds_ms) = (vec![], vec![]);
    for _ in 0..readings {
        let start = Instant::now();
        let _ = UsageMark::now(&root, &all).used();
        marks_ms.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        let _ = probe.read_rounds(&[all.iter().collect()]);
        rounds_ms.push(start.elapsed().as_secs_f64() * 1e3);
    }
    print("usage_pair_ms", &mut marks_ms);
    print("all_cpus_ms", &mut rounds_ms);
    Ok(())
}

fn print(name: &str, values: &mut [f64]) {
    values.sort_by(f64::total_cmp);
    if let (Some(first), Some(last)) = (values.first(), values.last()) {
        println!("{name:>15} {first:.3} {:.3} {last:.3}", values[values.len() / 2]);
    }
}
