//! The clock that really runs, and how much of the core is ours.
//!
//! Owns one reading of both on x86-64; elsewhere there is none, since nobody could test one. What
//! a reading means for a sample is judged in `interference`.
//!
//! In most virtual machines no cycle counter and no cpufreq exists, and the clock that the system
//! shows is not the one that runs. So cycles are counted by work of known length: a chain of
//! dependent adds takes one cycle each. Time is the *CPU time of the thread*, so that being
//! descheduled does not count. The clock may step in the middle of a reading (by 100 MHz, every
//! few ms, where this was written), an interrupt may fall into any slice, and a sibling can slow
//! even a dependent chain. So a reading is eight short rounds, each of an add chain, a multiply
//! chain and eight chains side by side. The fastest add slice gives the clock, since all of this
//! can only slow it, and the fastest multiply slice must agree. The median of the side-by-side
//! slices gives the fraction, since there a slow slice may be what is looked for.

use crate::cpu_list::CpuList;
use crate::pin::pin_thread;
use serde::{Deserialize, Serialize};

/// One reading of both probes on one CPU.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProbeReading {
    /// The clock while the thread ran.
    pub clock_ghz: f64,
    /// Independent adds a cycle: about the number of adders when the core is ours alone, less when
    /// a sibling hyper-thread uses some of them.
    pub adds_per_cycle: f64,
}

/// Why there is no reading.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ProbeError {
    /// There is no probe for this architecture.
    #[error("the clock and core probes exist for x86-64 only")]
    Unsupported,
    /// The two chains give different clocks. Either the processor multiplies in other than three
    /// cycles, or something took time from the thread in every slice without telling.
    #[error(
        "the clock probe is unsure: additions say {add_ghz:.3} GHz and multiplications \
         {multiply_ghz:.3} GHz, which may differ by 3 % at most"
    )]
    Disagree {
        /// By the chain of additions.
        add_ghz: f64,
        /// By the chain of multiplications.
        multiply_ghz: f64,
    },
}

/// Takes readings of the CPU that the calling thread runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Probe;

impl Probe {
    /// A probe. It holds nothing: the chains have a fixed length.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// One reading, or `None` where it is unknown. Pin the thread first, or it may be moved on the
    /// way. It takes about 3.3 million cycles: 1.3 ms at 2.5 GHz.
    #[must_use]
    pub fn read(&self) -> Option<ProbeReading> {
        self.try_read().ok()
    }

    /// As [`Self::read`], with the reason.
    ///
    /// # Errors
    /// [`ProbeError`] where the architecture has no probe, or the two chains disagree.
    #[cfg(target_arch = "x86_64")]
    pub fn try_read(&self) -> Result<ProbeReading, ProbeError> {
        x86_64::read()
    }

    /// There is no probe here.
    ///
    /// # Errors
    /// Always [`ProbeError::Unsupported`].
    #[cfg(not(target_arch = "x86_64"))]
    pub fn try_read(&self) -> Result<ProbeReading, ProbeError> {
        Err(ProbeError::Unsupported)
    }

    /// One reading of each CPU, in order, taken round by round as [`crate::Placement::rounds`]
    /// gives them: at once within a round, so that many cores take no longer than one.
    #[must_use]
    pub fn read_rounds(&self, rounds: &[Vec<usize>]) -> Vec<Option<ProbeReading>> {
        let read_on = |cpu: usize| {
            let only: CpuList = [cpu].into_iter().collect();
            let _pin = pin_thread(&only).ok()?;
            self.read()
        };
        let round = |cpus: &Vec<usize>| -> Vec<Option<ProbeReading>> {
            // One CPU needs no other thread: the caller's comes back to its own mask.
            if let [cpu] = cpus.as_slice() {
                return vec![read_on(*cpu)];
            }
            std::thread::scope(|scope| {
                let threads: Vec<_> = cpus.iter().map(|cpu| scope.spawn(|| read_on(*cpu))).collect();
                threads.into_iter().map(|thread| thread.join().ok().flatten()).collect()
            })
        };
        rounds.iter().flat_map(round).collect()
    }
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    //! The readings themselves.

    use super::{ProbeError, ProbeReading};
    use crate::chains;
    use crate::usage::thread_cpu_s;

    /// The two clocks may differ by this part of either.
    const AGREEMENT: f64 = 0.03;

    // Slices of some 50 µs: shorter ones would be mostly the reading of the thread's time, longer
    // ones seldom free of interrupts.
    const ROUNDS: usize = 8;
    const ADD_TURNS: u64 = 2_500;
    const MULTIPLY_TURNS: u64 = 2_500;
    const SHARE_TURNS: u64 = 9_000;

    pub(super) fn read() -> Result<ProbeReading, ProbeError> {
        let (mut add_s, mut multiply_s) = (f64::INFINITY, f64::INFINITY);
        let (mut empty_s, mut share_s) = (f64::INFINITY, Vec::with_capacity(ROUNDS));
        for _ in 0..ROUNDS {
            empty_s = cpu_s(|| {}).min(empty_s);
            add_s = cpu_s(|| chains::dependent_adds(ADD_TURNS)).min(add_s);
            multiply_s = cpu_s(|| chains::dependent_multiplies(MULTIPLY_TURNS)).min(multiply_s);
            share_s.push(cpu_s(|| chains::independent_adds(SHARE_TURNS)));
        }
        // Reading the thread's time is a call into the kernel, of 0.2 µs or more.
        let giga_per_s = |count: u64, time_s: f64| count as f64 / (time_s - empty_s) * 1e-9;
        let add_ghz = giga_per_s(ADD_TURNS * chains::ADDS_PER_TURN, add_s);
        let multiplies = MULTIPLY_TURNS * chains::MULTIPLIES_PER_TURN;
        let multiply_ghz = giga_per_s(multiplies * chains::CYCLES_PER_MULTIPLY, multiply_s);
        // A figure that is not a number is in no range.
        if !((1.0 - AGREEMENT)..=(1.0 + AGREEMENT)).contains(&(multiply_ghz / add_ghz)) {
            return Err(ProbeError::Disagree { add_ghz, multiply_ghz });
        }
        share_s.sort_by(f64::total_cmp);
        let giga_adds_per_s =
            giga_per_s(SHARE_TURNS * chains::INDEPENDENT_ADDS_PER_TURN, share_s[ROUNDS / 2]);
        Ok(ProbeReading { clock_ghz: add_ghz, adds_per_cycle: giga_adds_per_s / add_ghz })
    }

    fn cpu_s(slice: impl FnOnce()) -> f64 {
        let start_s = thread_cpu_s();
        slice();
        thread_cpu_s() - start_s
    }
}
