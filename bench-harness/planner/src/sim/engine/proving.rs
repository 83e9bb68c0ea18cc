//! Provers: attempts, crashes, repairs, proofs.

use super::{Batch, Engine, Event};
use crate::sim::pipeline::AfterCrash;
use crate::sim::spans::{Lane, Work};

impl Engine<'_> {
    pub(super) fn start_proofs(&mut self) {
        while !self.free.is_empty() && (self.started < self.ready || !self.requeued.is_empty()) {
            let Some(prover) = self.free.pop() else {
                return;
            };
            if let Some(index) = self.requeued.pop_front() {
                self.attempt_again(index, prover);
                continue;
            }
            let index = self.started;
            self.started += 1;
            let at = self.at(index);
            self.batches[at].started_s = self.now_s;
            let Batch { ready_s, prove_s, .. } = self.batches[at];
            if index >= self.warmup {
                let wait_s = self.now_s - ready_s;
                self.seen.prover_wait.add(wait_s);
                self.seen.waited += u64::from(wait_s > 0.0);
            }
            self.attempt(index, prover, prove_s);
        }
    }

    pub(super) fn attempt(&mut self, index: u64, prover: u32, prove_s: f64) {
        self.running[prover as usize] = Some((index, self.now_s));
        if let Some(crashes) = self.pipeline.crashes {
            let alive_s = crashes.mtbf_s * self.crash.exponential();
            if alive_s < prove_s {
                self.events.push(self.now_s + alive_s, Event::Crashed(prover));
                return;
            }
        }
        self.events.push(self.now_s + prove_s, Event::Proved(prover));
    }

    pub(super) fn attempt_again(&mut self, index: u64, prover: u32) {
        let straggle = self.batches[self.at(index)].straggle;
        let prove_s = self.pipeline.prove.quantile_s(self.crash.uniform()) * straggle;
        self.attempt(index, prover, prove_s);
    }

    pub(super) fn crashed(&mut self, prover: u32) {
        let Some(crashes) = self.pipeline.crashes else {
            return;
        };
        let Some((index, since_s)) = self.running[prover as usize] else {
            return;
        };
        self.held_s += self.now_s - since_s + crashes.repair_s;
        let (now_s, repaired_s) = (self.now_s, self.now_s + crashes.repair_s);
        self.watch(Lane::Prover(prover), Work::Crash, (index, 1), since_s, now_s);
        self.watch(Lane::Prover(prover), Work::Repair, (index, 1), now_s, repaired_s);
        self.events.push(self.now_s + crashes.repair_s, Event::Repaired(prover));
        if crashes.after == AfterCrash::Requeue {
            self.running[prover as usize] = None;
            self.requeued.push_back(index);
            self.start_proofs();
        }
    }

    pub(super) fn repaired(&mut self, prover: u32) {
        match self.running[prover as usize] {
            Some((index, _)) => self.attempt_again(index, prover),
            None => self.release(prover),
        }
    }

    pub(super) fn release(&mut self, prover: u32) {
        if !self.retire(prover) {
            self.free.push(prover);
        }
        if self.holding && self.requeued.is_empty() {
            self.holding = false;
            self.close();
        }
        self.start_proofs();
    }

    pub(super) fn proved(&mut self, prover: u32) {
        let Some((index, since_s)) = self.running[prover as usize].take() else {
            return;
        };
        self.held_s += self.now_s - since_s;
        if self.is_earlier(index) {
            return self.release(prover);
        }
        self.watch(Lane::Prover(prover), Work::Prove, (index, 1), since_s, self.now_s);
        if index >= self.warmup {
            let started_s = self.batches[self.at(index)].started_s;
            self.seen.prover_hold.add(self.now_s - started_s);
        }
        self.release(prover);
        self.settle_proof(index);
    }
}
