//! A fleet that follows the queue: asked every few seconds, late by the time that a prover takes to start.
//!
//! Stopping is at once for a prover that is idle; one at work ends its proof first and is paid until then.

use super::{Engine, Event};
use crate::domain::{Autoscaler, LoadSeen};

/// Time between two decisions, s.
const RESCALE_S: f64 = 10.0;

impl Engine<'_> {
    /// The fleet that a rule starts with: the fewest it keeps.
    pub(super) fn staff_up(&mut self) {
        let pipeline = self.pipeline;
        let Some(rule) = &pipeline.autoscaler else { return };
        let provers = rule.provers_min().min(self.pipeline.provers);
        self.staff.at_work = provers;
        // The free list is taken from its end: the rest of it is not there yet.
        let away = self.free.len() - provers as usize;
        self.staff.idle = self.free.drain(..away).collect();
        self.events.push(RESCALE_S, Event::Rescale);
    }

    /// Starts or stops provers by arrivals and queue.
    pub(super) fn rescale(&mut self) {
        let pipeline = self.pipeline;
        let Some(rule) = &pipeline.autoscaler else { return };
        self.pay();
        while self.staff.coming.front().is_some_and(|&(at_s, _)| at_s <= self.now_s) {
            if let Some((_, provers)) = self.staff.coming.pop_front() {
                self.start_provers(provers);
            }
        }
        let seen = self.load_seen(rule);
        let wanted = rule.wanted(seen).min(self.pipeline.provers);
        let lately = self.staff.memory.wanted_lately(self.now_s, rule.settle_s(), wanted);
        let asked: u32 = self.staff.coming.iter().map(|&(_, provers)| provers).sum();
        if wanted > self.staff.at_work + asked {
            let more = wanted - self.staff.at_work - asked;
            self.staff.coming.push_back((self.now_s + rule.start_s(), more));
        } else if lately < self.staff.at_work {
            self.stop_provers(self.staff.at_work - lately);
            self.staff.coming.clear();
        }
        if self.holding && !self.free.is_empty() && self.requeued.is_empty() {
            self.holding = false;
            self.close();
        }
        self.start_proofs();
        if self.first < self.batches_total {
            self.events.push(self.now_s + RESCALE_S, Event::Rescale);
        }
    }

    fn load_seen(&mut self, rule: &Autoscaler) -> LoadSeen {
        let arrivals_per_s = match rule.window_s() {
            None => self.pipeline.arrivals.rate_at(self.now_s),
            Some(window_s) => self.staff.memory.arrivals_per_s(self.now_s, window_s, self.ready),
        };
        let requeued = self.requeued.len() as u64;
        LoadSeen {
            arrivals_per_s,
            waiting: (self.ready - self.started + requeued) as f64,
            in_proof: self.running.iter().flatten().count() as f64,
            prove_s: self.pipeline.prove_effective_s(),
        }
    }

    fn start_provers(&mut self, provers: u32) {
        self.staff.at_work += provers;
        for _ in 0..provers {
            // Whoever is on its last proof simply goes on.
            if self.staff.retiring > 0 {
                self.staff.retiring -= 1;
            } else if let Some(prover) = self.staff.idle.pop() {
                self.free.push(prover);
            }
        }
    }

    fn stop_provers(&mut self, provers: u32) {
        self.staff.at_work -= provers;
        for _ in 0..provers {
            match self.free.pop() {
                Some(prover) => self.staff.idle.push(prover),
                None => self.staff.retiring += 1,
            }
        }
    }

    /// Whether a prover that has ended its proof goes home.
    pub(super) fn retire(&mut self, prover: u32) -> bool {
        if self.staff.retiring == 0 {
            return false;
        }
        self.pay();
        self.staff.retiring -= 1;
        self.staff.idle.push(prover);
        true
    }

    /// Pays the fleet up to now.
    fn pay(&mut self) {
        let staff = &mut self.staff;
        let provers = staff.at_work + staff.retiring;
        let time_s = self.now_s - staff.since_s;
        staff.paid_s += f64::from(provers) * time_s;
        staff.recorded_s += f64::from(provers) * time_s;
        staff.provers_max = staff.provers_max.max(provers);
        staff.since_s = self.now_s;
    }

    /// Forgets the warm-up so far.
    pub(super) fn forget_staff(&mut self) {
        self.pay();
        (self.staff.recorded_s, self.staff.provers_max) = (0.0, 0);
    }

    pub(super) fn settle_staff(&mut self) {
        self.pay();
        self.seen.provers_mean = self.staff.recorded_s / (self.now_s - self.warm_s);
        self.seen.provers_max = self.staff.provers_max;
    }
}
