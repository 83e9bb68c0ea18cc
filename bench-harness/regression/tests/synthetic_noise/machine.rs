//! A machine with synthetic noise: verdicts are tried on it, since there the truth is known.
//!
//! One machine runs both arms, one sample after the other, so that drift, clock and neighbour go on from run to run
//! as they do on a real one. Work differs from batch to batch, the same in both arms; grinding is luck of its own in
//! each.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use records::sample::MarkName;

/// Sources of noise. Every size is a fraction of the time of a run; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Noise {
    /// Standard deviation of a normal factor's logarithm, drawn for each run.
    pub(crate) jitter: f64,
    /// Standard deviation of the step that the machine's speed takes from run to run, a random walk.
    pub(crate) drift: f64,
    /// The chance that a run is held up.
    pub(crate) tail_chance: f64,
    /// The mean of an exponential delay of such a run.
    pub(crate) tail: f64,
    /// How much slower the slower of two clocks is.
    pub(crate) clock: f64,
    /// The chance that the clock changes before a run.
    pub(crate) clock_chance: f64,
    /// How much slower a run is while a neighbour shares the core.
    pub(crate) neighbour: f64,
    /// The chance that the neighbour comes, or goes, before a run.
    pub(crate) neighbour_chance: f64,
    /// The chance that the probes notice it and mark the run.
    pub(crate) noticed: f64,
    /// The mean of an exponential delay by grinding, drawn for each run.
    pub(crate) grinding: f64,
}

/// The noises that are tried, with their names.
pub(crate) fn noises() -> [(&'static str, Noise); 6] {
    let quiet = Noise { jitter: 0.01, grinding: 0.01, ..Noise::default() };
    [
        ("quiet", quiet),
        ("drift", Noise { drift: 0.01, ..quiet }),
        ("heavy tail", Noise { tail_chance: 0.1, tail: 0.3, ..quiet }),
        ("two clocks", Noise { clock: 0.125, clock_chance: 0.1, ..quiet }),
        ("neighbour", Noise { neighbour: 0.7, neighbour_chance: 0.1, noticed: 0.95, ..quiet }),
        (
            "all of them",
            Noise {
                jitter: 0.02,
                drift: 0.01,
                tail_chance: 0.05,
                tail: 0.2,
                clock: 0.125,
                clock_chance: 0.05,
                neighbour: 0.7,
                neighbour_chance: 0.05,
                noticed: 0.95,
                grinding: 0.01,
            },
        ),
    ]
}

/// The machine.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    noise: Noise,
    rng: ChaCha20Rng,
    walk: f64,
    is_slow_clock: bool,
    is_shared: bool,
}

impl Machine {
    /// A machine with this noise; the same seed, the same machine.
    pub(crate) fn new(noise: Noise, seed: u64) -> Self {
        Self {
            noise,
            rng: ChaCha20Rng::seed_from_u64(seed),
            walk: 0.0,
            is_slow_clock: false,
            is_shared: false,
        }
    }

    /// The time of a run of so much work, and what the probes say of it.
    pub(crate) fn run(&mut self, work_s: f64) -> (f64, MarkName) {
        let noise = self.noise;
        self.walk += noise.drift * self.normal();
        self.is_slow_clock ^= self.uniform() < noise.clock_chance;
        self.is_shared ^= self.uniform() < noise.neighbour_chance;
        let mut log = self.walk + noise.jitter * self.normal();
        if self.is_slow_clock {
            log += libm::log1p(noise.clock);
        }
        let is_noticed = self.uniform() < noise.noticed;
        if self.is_shared {
            log += libm::log1p(noise.neighbour);
        }
        let is_held_up = self.uniform() < noise.tail_chance;
        let held_up = noise.tail * self.exponential();
        if is_held_up {
            log += libm::log1p(held_up);
        }
        log += libm::log1p(noise.grinding * self.exponential());
        let mark = if self.is_shared && is_noticed { MarkName::SharedCore } else { MarkName::Clean };
        (work_s * libm::exp(log), mark)
    }

    /// Above 0 and below 1.
    fn uniform(&mut self) -> f64 {
        ((self.rng.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// Box and Muller, Annals of Mathematical Statistics 29 (1958).
    fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, Noise, noises};
    use records::sample::MarkName;

    fn runs(noise: Noise, seed: u64) -> Vec<(f64, MarkName)> {
        let mut machine = Machine::new(noise, seed);
        (0..4000).map(|_| machine.run(2.0)).collect()
    }

    #[test]
    fn no_noise_is_the_work_and_a_seed_is_a_machine() {
        assert!(runs(Noise::default(), 1).iter().all(|run| *run == (2.0, MarkName::Clean)));
        let noise = noises()[5].1;
        assert_eq!(runs(noise, 7), runs(noise, 7));
        assert_ne!(runs(noise, 7), runs(noise, 8));
    }

    #[test]
    fn each_noise_is_as_large_as_it_says() {
        let logs = |noise| runs(noise, 3).iter().map(|(time_s, _)| (time_s / 2.0).ln()).collect::<Vec<_>>();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let jitter = logs(Noise { jitter: 0.02, ..Noise::default() });
        let squares: Vec<_> = jitter.iter().map(|x| x * x).collect();
        assert!((mean(&squares).sqrt() - 0.02).abs() < 0.001, "{}", mean(&squares).sqrt());
        let clock = logs(Noise { clock: 0.125, clock_chance: 0.1, ..Noise::default() });
        let slow = clock.iter().filter(|x| **x > 0.1).count() as f64 / 4000.0;
        assert!((slow - 0.5).abs() < 0.1, "{slow}");
        let tail = logs(Noise { tail_chance: 0.1, tail: 0.3, ..Noise::default() });
        let held_up = tail.iter().filter(|x| **x > 0.0).count() as f64 / 4000.0;
        assert!((held_up - 0.1).abs() < 0.02, "{held_up}");
        let shared =
            runs(Noise { neighbour: 0.7, neighbour_chance: 0.1, noticed: 0.9, ..Noise::default() }, 3);
        let slow: Vec<_> = shared.iter().filter(|(time_s, _)| *time_s > 3.0).collect();
        let noticed = slow.iter().filter(|(_, mark)| *mark == MarkName::SharedCore).count();
        assert!((noticed as f64 / slow.len() as f64 - 0.9).abs() < 0.03);
        assert!(shared.iter().all(|(time_s, mark)| *time_s > 3.0 || *mark == MarkName::Clean));
    }
}
