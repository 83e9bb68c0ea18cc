//! A day of more batches than are simulated.
//!
//! What is simulated is its busiest slot, as if it lasted; or as much of that as the fleet carries, where it carries less.
//! What the rest of the day adds is a fluid: groups take longer to form where batches come more slowly, and where more
//! come than are carried a queue grows and drains over hours. Neither hangs on the chance between single batches, since a
//! slot has thousands.

use records::plan::Statistic;

use crate::domain::Close;
use crate::domain::time::{DAY_S, index_at};
use crate::formulas::capacity::{group_capacity, prover_capacity};
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::fleet::Fleet;
use crate::plan::request::PlanRequest;
use crate::sim::{DelayFigures, Estimate, Simulated};

/// Of what a fleet carries, how much comes in the simulation of a slot in which more comes: it is full, and settles.
const FULL: f64 = 0.97;
/// Steps of a day, of five minutes.
const STEPS: usize = 288;

/// A day's rates, in equal steps from midnight, against what a fleet carries.
#[derive(Debug, Clone)]
pub(crate) struct LongDay {
    /// Batches/s.
    rates: Vec<f64>,
    /// Batches that came from midnight to the beginning of each step, and in the whole day.
    came: Vec<f64>,
    /// Wait for the fleet of what comes in each step, s.
    waits_s: Vec<f64>,
    /// Batches/s that are simulated.
    simulated: f64,
    /// The highest rate, batches/s.
    peak: f64,
    /// Batches/s, mean over the day.
    mean: f64,
    /// Whether batches come at random around the rate.
    is_random: bool,
}

/// What the day adds to delays, s.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Added {
    mean_s: f64,
    p50_s: f64,
    p90_s: f64,
    p99_s: f64,
}

impl LongDay {
    /// The day of a request, however many batches it has, on a fleet that carries so many batches/s; none where its load follows
    /// none.
    pub(crate) fn of(request: &PlanRequest, carried: f64) -> Option<Self> {
        let ArrivalLaw::Daily { shape, poisson } = &request.arrival_law else { return None };
        let mean = request.batches_per_s();
        let scale = mean * shape.len() as f64 / shape.iter().sum::<f64>();
        let step_s = DAY_S / STEPS as f64;
        let rates: Vec<f64> = (0..STEPS)
            .map(|step| scale * shape[index_at((step as f64 + 0.5) / STEPS as f64, shape.len())])
            .collect();
        let mut came = vec![0.0];
        for rate in &rates {
            came.push(came[came.len() - 1] + rate * step_s);
        }
        // The first day leaves its queue to the second.
        let mut queue = 0.0_f64;
        let mut waits_s = vec![0.0; STEPS];
        for _ in 0..2 {
            for (wait_s, rate) in waits_s.iter_mut().zip(&rates) {
                let after = (queue + (rate - carried) * step_s).max(0.0);
                *wait_s = f64::midpoint(queue, after) / carried;
                queue = after;
            }
        }
        let peak = rates.iter().copied().fold(0.0, f64::max);
        Some(Self {
            rates,
            came,
            waits_s,
            simulated: peak.min(FULL * carried),
            peak,
            mean,
            is_random: *poisson,
        })
    }

    /// Batches/s that are simulated.
    pub(crate) fn simulated(&self) -> f64 {
        self.simulated
    }

    /// The fraction of batches that come while others queue.
    fn behind(&self) -> f64 {
        let queued = self.rates.iter().zip(&self.waits_s).filter(|(_, wait_s)| **wait_s > 0.0);
        queued.map(|(rate, _)| rate).sum::<f64>() / self.rates.iter().sum::<f64>()
    }

    /// How long batches queue for the fleet, s.
    pub(crate) fn queue_s(&self, statistic: Statistic) -> f64 {
        let queue = self.added(0.0, true);
        match statistic {
            Statistic::Mean => queue.mean_s,
            Statistic::P50 => queue.p50_s,
            Statistic::P99 => queue.p99_s,
        }
    }

    /// When the batch comes that is so many after the one of `at_s`, s from the same midnight.
    fn later_s(&self, at_s: f64, batches: f64) -> f64 {
        let day = self.came[STEPS];
        let at = at_s / DAY_S * STEPS as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a day")]
        let step = (at as usize).min(STEPS - 1);
        let wanted = self.came[step] + (at - step as f64) * (self.came[step + 1] - self.came[step]) + batches;
        let days = (wanted / day).floor();
        let within = wanted - days * day;
        let step = self.came.partition_point(|came| *came <= within).clamp(1, STEPS) - 1;
        let part = (within - self.came[step]) / (self.came[step + 1] - self.came[step]).max(1e-300);
        (days + (step as f64 + part.clamp(0.0, 1.0)) / STEPS as f64) * DAY_S
    }

    /// What the day adds to the delay of what has to wait for so many further batches, and then for the fleet where
    /// `is_proved`.
    fn added(&self, batches: f64, is_proved: bool) -> Added {
        let all: f64 = self.rates.iter().sum();
        let shifts = |deviations: f64| -> Vec<(f64, f64)> {
            let steps = self.rates.iter().enumerate().map(|(step, rate)| {
                let at_s = (step as f64 + 0.5) / STEPS as f64 * DAY_S;
                let formed_s = self.later_s(at_s, batches);
                let longer_s = formed_s - at_s - batches / self.simulated;
                // Where batches come at random, so does the time in which so many of them come.
                let by_chance = match self.is_random && batches > 0.0 {
                    true => deviations / batches.sqrt(),
                    false => 0.0,
                };
                let wait_s = match is_proved {
                    true => self.waits_s[index_at(formed_s % DAY_S / DAY_S, STEPS)],
                    false => 0.0,
                };
                (longer_s * (1.0 + by_chance) + wait_s, *rate)
            });
            steps.collect()
        };
        let at = |fraction: f64, deviations: f64| {
            let mut shifts = shifts(deviations);
            shifts.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut seen = 0.0;
            let found = shifts.iter().find(|(_, rate)| {
                seen += rate;
                seen >= fraction * all
            });
            found.map_or(0.0, |(shift_s, _)| *shift_s)
        };
        let mean_s = shifts(0.0).iter().map(|(shift_s, rate)| shift_s * rate).sum::<f64>() / all;
        Added { mean_s, p50_s: at(0.5, 0.0), p90_s: at(0.9, 1.28), p99_s: at(0.99, 2.33) }
    }

    /// What was simulated at that rate, over the whole day. Percentiles are added as if the longest delays of both came
    /// together, which is no less than they are.
    pub(crate) fn over(&self, request: &PlanRequest, fleet: Fleet, slot: Simulated) -> Simulated {
        // The first batch of a group fills before it closes.
        let filling = match request.load().close() {
            Close::Fixed { .. } => 0.0,
            Close::Filled { .. } => 1.0,
        };
        let n = f64::from(fleet.batches_per_aggregation);
        let sequenced = f64::from(request.batches_per_sequence(fleet.batches_per_aggregation));
        let oldest = self.added(n - 1.0 + filling, true);
        let random = self.added((n - 1.0 + filling) / 2.0, true);
        let wait = self.added(0.0, true);
        let provers_carry = prover_capacity(fleet.provers, request.prove_effective_s());
        let groups_s = request.aggregation.work_s(fleet.batches_per_aggregation);
        let aggregators_carry = group_capacity(fleet.batches_per_aggregation, fleet.aggregators, groups_s);
        let part = self.mean / self.simulated;
        let of_day = |estimate: Estimate| Estimate {
            value: estimate.value * part,
            half_width: estimate.half_width.map(|half| half * part),
        };
        Simulated {
            consolidated: longer(slot.consolidated, oldest),
            consolidated_random: longer(slot.consolidated_random, random),
            virtual_state: longer(slot.virtual_state, self.added(sequenced - 1.0 + filling, false)),
            virtual_random: longer(slot.virtual_random, self.added((sequenced - 1.0 + filling) / 2.0, false)),
            prover_wait: longer(slot.prover_wait, wait),
            prover_wait_max_s: slot.prover_wait_max_s + self.waits_s.iter().copied().fold(0.0, f64::max),
            prover_queue_mean: Estimate {
                value: slot.prover_queue_mean.value + wait.mean_s * self.mean,
                ..slot.prover_queue_mean
            },
            // The queue is that of the stage that carries less than the peak.
            prover_wait_fraction: Estimate {
                value: match provers_carry < self.peak {
                    true => slot.prover_wait_fraction.value.max(self.behind()),
                    false => slot.prover_wait_fraction.value,
                },
                ..slot.prover_wait_fraction
            },
            aggregator_wait_s: Estimate {
                value: match aggregators_carry < self.peak {
                    true => slot.aggregator_wait_s.value + wait.mean_s,
                    false => slot.aggregator_wait_s.value,
                },
                ..slot.aggregator_wait_s
            },
            throughput_batches_per_s: of_day(slot.throughput_batches_per_s),
            prover_use: of_day(slot.prover_use),
            ..slot
        }
    }
}

fn longer(delay: DelayFigures, added: Added) -> DelayFigures {
    let longer = |estimate: Estimate, by_s: f64| Estimate {
        // A slot that is slower than the one simulated has no shorter delays than none.
        value: (estimate.value + by_s).max(0.0),
        ..estimate
    };
    DelayFigures {
        mean_s: longer(delay.mean_s, added.mean_s),
        p50_s: longer(delay.p50_s, added.p50_s),
        p90_s: longer(delay.p90_s, added.p90_s),
        p99_s: longer(delay.p99_s, added.p99_s),
        samples: delay.samples,
    }
}

#[cfg(test)]
mod tests {
    use super::LongDay;
    use crate::domain::Close;
    use crate::domain::{Aggregation, Load, Target, TimeDist};
    use crate::plan::arrival_law::ArrivalLaw;
    use crate::plan::fleet::Fleet;
    use crate::plan::needs::capacity_of;
    use crate::plan::request::PlanRequest;
    use crate::plan::run_length::{Effort, simulated_for};
    use crate::sim::L1;
    use crate::sim::{RunLength, simulate};

    /// A load that follows a day, of so many batches a second.
    fn request(batches_per_s: f64, shape: &[f64], poisson: bool) -> PlanRequest {
        let close = Close::Fixed { close_s: 1.0 };
        let load = Load::new(Target::BatchesPerS(batches_per_s), None, close).unwrap();
        let prove = TimeDist::log_normal("prove", 60.0, 0.3).unwrap();
        let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 2.0).unwrap());
        let law = ArrivalLaw::Daily { shape: shape.to_vec(), poisson };
        PlanRequest::new(load, prove, total, 12.0)
            .and_then(|request| request.with_l1(L1::Latency(12.0)))
            .and_then(|request| request.with_arrivals(law))
            .unwrap()
    }

    /// The whole day batch by batch against its busiest slot and a fluid: fleets that carry the peak, and fleets that do
    /// not.
    #[test]
    fn a_day_by_slot_and_fluid_is_the_day_that_is_simulated() {
        for (shape, poisson) in
            [(vec![1.0, 2.0, 3.0, 4.0], false), (vec![1.0, 1.0, 1.0, 1.0, 2.0, 4.0], true)]
        {
            let request = request(0.1, &shape, poisson);
            for (provers, n) in [(7, 1), (7, 12), (8, 5), (9, 1), (18, 20), (18, 1)] {
                let fleet = Fleet { provers, batches_per_aggregation: n, aggregators: 1 };
                let (exact, _) = simulated_for(&request, fleet, Effort(1)).unwrap();
                let day = LongDay::of(&request, capacity_of(&request, fleet)).unwrap();
                let length = RunLength::new(12_000, 2_000, 8, 1).unwrap();
                let slot = simulate(&request.pipeline_in_slot(day.simulated(), fleet).unwrap(), length);
                let fluid = day.over(&request, fleet, slot);
                let figures = |of: &crate::sim::Simulated| {
                    let delay = of.consolidated;
                    [delay.mean_s.value, delay.p50_s.value, delay.p99_s.value]
                };
                let pairs = figures(&exact).into_iter().zip(figures(&fluid));
                for (name, (exact, fluid)) in ["mean", "p50", "p99"].into_iter().zip(pairs) {
                    // Close to full, a peak as if it lasted is longer than one that ends; and where half of a day's batches
                    // queue and half do not, its median lies anywhere between.
                    let within = if name == "p50" { 0.6..=1.6 } else { 0.85..=1.25 };
                    assert!(
                        within.contains(&(fluid / exact)),
                        "{shape:?} poisson {poisson}, {provers} provers, N {n}: {name} {fluid} of {exact}"
                    );
                }
                let used = 0.1 * 60.0 / f64::from(provers);
                assert!((fluid.prover_use.value / used - 1.0).abs() < 0.02, "{}", fluid.prover_use.value);
            }
        }
    }

    #[test]
    fn what_comes_at_one_rate_adds_nothing() {
        let request = request(1.0, &[3.0, 3.0], false);
        let fleet = Fleet { provers: 100, batches_per_aggregation: 50, aggregators: 1 };
        let day = LongDay::of(&request, capacity_of(&request, fleet)).unwrap();
        let added = day.added(49.0, true);
        assert!(added.mean_s.abs() < 1e-6 && added.p99_s.abs() < 1e-6, "{added:?}");
        assert!((day.simulated() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_group_that_spans_the_night_waits_for_the_morning() {
        // Half a day nothing, half a day two a second: 86,400 batches.
        let request = request(1.0, &[0.0, 1.0], false);
        let fleet = Fleet { provers: 1_000, batches_per_aggregation: 2, aggregators: 100 };
        let day = LongDay::of(&request, capacity_of(&request, fleet)).unwrap();
        assert!((day.later_s(0.0, 100.0) - (43_200.0 + 50.0)).abs() < 1e-6);
        // The last of the day but fifty: the hundredth after it comes past noon of the next.
        let late_s = day.later_s(86_400.0 - 25.0, 100.0);
        assert!((late_s - (86_400.0 + 43_200.0 + 25.0)).abs() < 1e-3, "{late_s}");
    }
}
