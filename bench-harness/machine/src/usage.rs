//! What this process has used: CPU time, waiting for a CPU, memory; and what others took meanwhile.
//!
//! Owns reading those counters and their differences. Judging them is in `interference`.
//!
//! What each counter can see of a neighbour, and what it cannot:
//!
//! | counter | sees | does not see |
//! |---|---|---|
//! | `run_wait_s` | a thread of this computer that runs where ours wants to, to the microsecond | anything outside this computer; it counts the wait for a group's quota as well |
//! | `others_cpu_s` | CPU time of other processes on our CPUs, to some 10 ms | who it was, or whether it came in our way |
//! | `steal_s` | the hypervisor running somebody else on our CPU, where it admits it | a hyper-thread sibling; a hypervisor that reports none |
//! | CPU over wall | all of the above, for a thread that always has work | nothing of it for a thread that waits by itself |
//! | adds a cycle (`probe`) | a hyper-thread sibling, also of another guest | a neighbour that takes turns with us on one CPU |

use crate::cpu_list::CpuList;
use crate::memory::kib_to_bytes;
use crate::root::Root;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// CPU time of all threads of this process, those that have ended included, in seconds.
#[must_use]
pub fn process_cpu_s() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// CPU time of the calling thread, in seconds.
#[must_use]
pub fn thread_cpu_s() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Peak resident memory of this process since it started, or since [`reset_peak_ram`].
#[must_use]
pub fn peak_ram_bytes(root: &Root) -> Option<u64> {
    status_bytes(root, "self", "VmHWM:")
}

/// The peaks of all processes of a group, each since it was started, added up; none where the group has no process, or
/// none that can be read.
#[must_use]
pub fn group_peak_ram_bytes(root: &Root, group: u32) -> Option<u64> {
    let processes =
        root.names("proc").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let of_group = processes.filter(|process| {
        // proc_pid_stat(5): the name in brackets may hold anything; after it come state, parent and group.
        let stat = root.read(format!("proc/{process}/stat")).unwrap_or_default();
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        after.split_whitespace().nth(2).and_then(|text| text.parse().ok()) == Some(group)
    });
    of_group.filter_map(|process| status_bytes(root, &process, "VmHWM:")).reduce(u64::saturating_add)
}

fn status_bytes(root: &Root, process: &str, field: &str) -> Option<u64> {
    let status = root.read(format!("proc/{process}/status"))?;
    status.lines().find_map(|line| kib_to_bytes(line.strip_prefix(field)?))
}

/// Lets the peak start anew from what is resident now; false where the kernel does not allow it,
/// and then the peak is that of the whole process.
#[must_use = "where this is false, the peak is that of the whole process"]
pub fn reset_peak_ram(root: &Root) -> bool {
    // proc(5): writing 5 resets the peak resident set size.
    root.write("proc/self/clear_refs", "5").is_ok()
}

/// All counters at one moment.
#[derive(Debug, Clone)]
pub struct UsageMark {
    root: Root,
    cpus: CpuList,
    at: Instant,
    process_cpu_s: f64,
    run_wait_s: Option<f64>,
    others: Option<CpuTicks>,
}

/// What was used between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Time on the clock.
    pub wall_s: f64,
    /// CPU time of this process.
    pub cpu_s: f64,
    /// Time for which threads of this process were ready and another ran instead, summed over the
    /// threads that live at both moments, and no more than the CPUs watched had left beside `cpu_s`.
    pub run_wait_s: Option<f64>,
    /// Time that the hypervisor took from the CPUs watched.
    pub steal_s: Option<f64>,
    /// CPU time of other processes on the CPUs watched; meaningful where this process runs there
    /// only, and no finer than the kernel's tick (10 ms a CPU).
    pub others_cpu_s: Option<f64>,
}

impl UsageMark {
    /// Reads all counters. `cpus` are those that this process is pinned to.
    #[must_use]
    pub fn now(root: &Root, cpus: &CpuList) -> Self {
        Self {
            run_wait_s: run_wait_s(root),
            others: CpuTicks::read(root, cpus),
            root: root.clone(),
            cpus: cpus.clone(),
            process_cpu_s: process_cpu_s(),
            // Last, so that reading the counters is outside what is timed.
            at: Instant::now(),
        }
    }

    /// What was used from this moment until now.
    #[must_use]
    pub fn used(&self) -> Usage {
        let wall_s = self.at.elapsed().as_secs_f64();
        let cpu_s = process_cpu_s() - self.process_cpu_s;
        let run_wait_s = run_wait_s(&self.root).zip(self.run_wait_s);
        let ticks = CpuTicks::read(&self.root, &self.cpus).zip(self.others);
        // A thread that waits for another of ours has not lost what the CPUs gave us all the same.
        let left_s = (wall_s * self.cpus.len() as f64 - cpu_s).max(0.0);
        Usage {
            wall_s,
            cpu_s,
            run_wait_s: run_wait_s.map(|(now, then)| (now - then).clamp(0.0, left_s)),
            steal_s: ticks.map(|(now, then)| (now.steal_s - then.steal_s).max(0.0)),
            others_cpu_s: ticks.map(|(now, then)| (now.busy_s - then.busy_s - cpu_s).max(0.0)),
        }
    }
}

/// Time that all threads of this process have waited for a CPU; the second figure of `schedstat`.
fn run_wait_s(root: &Root) -> Option<f64> {
    let dir = "proc/self/task";
    let waits_ns = root.names(dir).into_iter().filter_map(|thread| {
        let text = root.read(format!("{dir}/{thread}/schedstat"))?;
        text.split(' ').nth(1)?.parse::<f64>().ok()
    });
    let waits_ns: Vec<f64> = waits_ns.collect();
    (!waits_ns.is_empty()).then(|| waits_ns.iter().sum::<f64>() * 1e-9)
}

/// Times of a set of CPUs in `/proc/stat`.
#[derive(Debug, Clone, Copy)]
struct CpuTicks {
    busy_s: f64,
    steal_s: f64,
}

impl CpuTicks {
    fn read(root: &Root, cpus: &CpuList) -> Option<Self> {
        let text = root.read("proc/stat")?;
        let tick_s = 1.0 / rustix::param::clock_ticks_per_second() as f64;
        let mut found = CpuList::default();
        let mut sum = Self { busy_s: 0.0, steal_s: 0.0 };
        for line in text.lines() {
            let Some(rest) = line.strip_prefix("cpu") else {
                continue;
            };
            let mut fields = rest.split(' ');
            let Some(cpu) = fields.next().and_then(|cpu| cpu.parse().ok()) else {
                continue;
            };
            if !cpus.contains(cpu) {
                continue;
            }
            let ticks: Vec<f64> = fields.map_while(|field| field.parse().ok()).collect();
            // user, nice, system, idle, iowait, irq, softirq, steal; guests are within user.
            let [user, nice, system, _, _, irq, softirq, steal, ..] = ticks.as_slice() else {
                return None;
            };
            sum.busy_s += (user + nice + system + irq + softirq) * tick_s;
            sum.steal_s += steal * tick_s;
            found = found.iter().chain([cpu]).collect();
        }
        (!cpus.is_empty() && found == *cpus).then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        CpuTicks, UsageMark, group_peak_ram_bytes, peak_ram_bytes, process_cpu_s, reset_peak_ram,
        thread_cpu_s,
    };
    use crate::cpu_list::CpuList;
    use crate::root::Root;
    use crate::root::tests::fake;

    #[test]
    fn ticks_of_the_cpus_watched_only() {
        let (_dir, root) = fake(&[(
            "proc/stat",
            "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 100 0 50 7 7 0 50 30 9 9\ncpu1 1 0 0 0 0 0 0 2 0 0\nintr 5\n",
        )]);
        let read = |cpus: &str| CpuTicks::read(&root, &cpus.parse::<CpuList>().expect("a list"));
        let tick_s = 1.0 / rustix::param::clock_ticks_per_second() as f64;
        let zero = read("0").expect("CPU 0");
        assert!((zero.busy_s - 200.0 * tick_s).abs() < 1e-9);
        assert!((zero.steal_s - 30.0 * tick_s).abs() < 1e-9);
        assert!((read("0-1").expect("both").steal_s - 32.0 * tick_s).abs() < 1e-9);
        assert!(read("0-2").is_none(), "CPU 2 is not there");
        assert!(read("").is_none());
    }

    #[test]
    fn a_group_has_the_peaks_of_all_of_its_processes() {
        let (_dir, root) = fake(&[
            ("proc/7/stat", "7 (sh) S 1 7 7 0"),
            ("proc/7/status", "Name: sh\nVmHWM:\t  10 kB\n"),
            ("proc/8/stat", "8 (a) 9 (b) R 7 7 7 0"),
            ("proc/8/status", "Name: a) 9 (b\nVmHWM:\t  30 kB\n"),
            ("proc/9/stat", "9 (other) R 7 9 7 0"),
            ("proc/9/status", "Name: other\nVmHWM:\t  500 kB\n"),
            ("proc/10/stat", "10 (gone) Z 7 7 7 0"),
            ("proc/self/status", "Name: us\nVmHWM:\t  9000 kB\n"),
        ]);
        assert_eq!(group_peak_ram_bytes(&root, 7), Some(40 * 1024));
        assert_eq!(group_peak_ram_bytes(&root, 10), None);
    }

    #[test]
    fn unreadable_counters_are_unknown() {
        let mark = UsageMark::now(&fake(&[]).1, &"0".parse().expect("a list"));
        let used = mark.used();
        assert_eq!((used.run_wait_s, used.steal_s, used.others_cpu_s), (None, None, None));
        assert!(used.wall_s >= 0.0);
        assert_eq!(peak_ram_bytes(&fake(&[]).1), None);
    }

    // One test, since the peak belongs to the whole process.
    #[test]
    fn work_uses_cpu_time_and_memory_and_the_peak_can_start_anew() {
        let root = Root::system();
        let before_s = (process_cpu_s(), thread_cpu_s());
        let pages = vec![1_u8; 96 << 20];
        assert!(pages.iter().all(|byte| *byte == 1));
        let high_bytes = peak_ram_bytes(&root).expect("a peak");
        assert!(high_bytes >= 96 << 20, "{high_bytes}");
        drop(pages);
        assert!(thread_cpu_s() > before_s.1 && process_cpu_s() > before_s.0);
        if !reset_peak_ram(&root) {
            println!("skipped: /proc/self/clear_refs is not writable here");
            return;
        }
        let low_bytes = peak_ram_bytes(&root).expect("a peak");
        assert!(low_bytes + (64 << 20) < high_bytes, "{low_bytes} {high_bytes}");
    }
}
