//! A day met by a real fleet of workers that only take time, sped up: what a policy says there.

use super::policies::Policy;
use crate::exit::Stopped;
use ::fleet::arrivals::day_times_s;
use ::fleet::chain::scripted_work;
use ::fleet::coordinator::CoordinatorRules;
use ::fleet::memory::{LeaseRules, MemoryQueue, real_clock};
use ::fleet::queue::JobQueue;
use ::fleet::run::{OpenRun, ledger_path};
use ::fleet::scaling::{ScaledFleet, ScalingFleet, ScalingRule, ScalingSight, ScalingTimes};
use anyhow::Context;
use planner::backlog::{LoadSeen, ScalingMemory};
use planner::domain::TimeDist;
use prover::scripted::{Script, ScriptedTime};
use records::fleet::autoscale::AutoscalePolicyRecord;
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::{FleetBeganRecord, FleetEventRecord, FleetLedgerRecord, read_ledger};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A day's length, s.
const DAY_S: f64 = 86_400.0;
/// Time between two decisions of a policy, s of the load, as in the simulation.
const DECIDE_S: f64 = 10.0;
/// Far longer than any proof: no lease is lost while its worker lives.
const LEASE_S: f64 = 60.0;

/// The load, and how much faster the workers live.
pub(super) struct Day<'a> {
    pub(super) prove: &'a TimeDist,
    pub(super) rates: &'a [f64],
    pub(super) speed_up: f64,
    pub(super) seed: u64,
    /// Provers where the policy has no rule.
    pub(super) fixed: u32,
}

/// What a policy made of a day.
pub(super) struct DayDone {
    /// Times are those of the load.
    pub(super) record: AutoscalePolicyRecord,
    /// What a job took beside its proof, s, mean, not scaled.
    pub(super) overhead_s: f64,
}

impl Day<'_> {
    /// Runs it with a policy.
    pub(super) fn run(&self, policy: &Policy, stop: &AtomicBool) -> anyhow::Result<DayDone> {
        let folder = tempfile::tempdir().context("a folder for the ledger")?;
        let arrivals = day_times_s(self.seed, self.rates, DAY_S).into_iter();
        let arrivals_s: Vec<f64> = arrivals.map(|at_s| at_s / self.speed_up).collect();
        let began = FleetBeganRecord {
            run: "autoscale".to_owned(),
            began_unix_s: 0.0,
            work: self.work()?,
            batches: arrivals_s.len() as u64,
            arrivals_s,
            sequencing: None,
        };
        let lease = LeaseRules { lease_s: LEASE_S, ..LeaseRules::default() };
        let queue: Arc<dyn JobQueue> = Arc::new(MemoryQueue::new(lease, real_clock()));
        let running =
            OpenRun::create(folder.path(), began)?.coordinator(CoordinatorRules::default(), true)?;
        let scaled = |time_s: f64| Duration::from_secs_f64(time_s / self.speed_up);
        let start_s = policy.rule.as_ref().map_or(0.0, planner::backlog::Autoscaler::start_s);
        let times_of_rule = ScalingTimes { decide: scaled(DECIDE_S), start: scaled(start_s) };
        let mut fleet = ScalingFleet::new(Arc::clone(&queue), times_of_rule, self.rule(policy));
        let summary = running.run(&*queue, None, stop, &mut fleet);
        let ScaledFleet { worker_s, workers_max, stopped: _ } = fleet.end();
        let summary = summary?;
        if stop.load(Ordering::SeqCst) {
            return Err(Stopped("stopped".to_owned()).into());
        }
        let waits = summary.prover_wait.context("no batch was proved")?;
        // Of each job the attempt that counted, which is the first unless one was cut off.
        let ledger = read_ledger(&ledger_path(folder.path()))?;
        let is_again = |line: &&FleetLedgerRecord| match &line.event {
            FleetEventRecord::Verified(verified) => verified.submission > 1 || verified.delivery > 1,
            _ => false,
        };
        let begun_again = ledger.records.iter().filter(is_again).count() as u64;
        let overhead_s = summary.handling.map_or(0.0, |handling| handling.mean_s);
        let record = AutoscalePolicyRecord {
            policy: policy.name.clone(),
            prover_hours: worker_s * self.speed_up / 3_600.0,
            provers_max: workers_max,
            wait_mean_s: waits.mean_s * self.speed_up,
            wait_p99_s: waits.p99_s * self.speed_up,
            batches: waits.samples,
            begun_again: Some(begun_again),
        };
        Ok(DayDone { record, overhead_s })
    }

    fn work(&self) -> anyhow::Result<FleetWorkRecord> {
        let fixed = |fixed_s: f64| ScriptedTime::Fixed { fixed_s };
        let (mean_s, cv) = (self.prove.mean_s() / self.speed_up, self.prove.cv());
        let script = Script {
            real_time: true,
            witness: fixed(0.0),
            // A draw belongs to its batch, so that every policy meets the same times.
            prove: if cv > 0.0 { ScriptedTime::LogNormal { mean_s, cv } } else { fixed(mean_s) },
            verify: fixed(0.0),
            aggregates: false,
            ..Script::default()
        };
        Ok(scripted_work(&script, self.seed, 1)?)
    }

    /// The policy as the fleet asks it: in times of the load.
    fn rule<'a>(&'a self, policy: &'a Policy) -> ScalingRule<'a> {
        let Some(rule) = &policy.rule else { return Box::new(|_| u64::from(self.fixed)) };
        let mut memory = ScalingMemory::default();
        let prove_s = self.prove.mean_s();
        Box::new(move |sight: ScalingSight| {
            let now_s = sight.at.as_secs_f64() * self.speed_up;
            let window_s = rule.window_s().unwrap_or(DECIDE_S);
            let seen = LoadSeen {
                arrivals_per_s: memory.arrivals_per_s(now_s, window_s, sight.arrived),
                waiting: sight.waiting as f64,
                in_proof: sight.working as f64,
                prove_s,
            };
            let wanted = rule.wanted(seen);
            let lately = memory.wanted_lately(now_s, rule.settle_s(), wanted);
            let (wanted, lately) = (u64::from(wanted), u64::from(lately));
            if wanted > sight.workers { wanted } else { lately.min(sight.workers) }
        })
    }
}
