//! The policies that are compared: those that others ship, and ours.

use planner::PlanError;
use planner::backlog::planned::planned_rates;
use planner::backlog::{Autoscaler, ScalingPolicy};
use planner::domain::TimeDist;
use records::number::{significant, time};

/// What all of them have in common, and the figures of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) provers_max: u32,
    pub(super) start_s: f64,
    pub(super) wait_s: f64,
    pub(super) window_s: f64,
    pub(super) settle_s: f64,
    pub(super) batches_per_s: f64,
    pub(super) jobs_per_replica: f64,
    pub(super) seed: u64,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    /// None for a fixed fleet.
    pub(super) rule: Option<Autoscaler>,
}

/// All of them, the fixed fleet first and ours last.
pub(super) fn policies(prove: &TimeDist, fixed: u32, rules: &Rules) -> Result<Vec<Policy>, PlanError> {
    let Rules { provers_max, start_s, wait_s, window_s, settle_s, batches_per_s, jobs_per_replica, seed } =
        *rules;
    let prove_p95_s = prove.quantile_s(0.95);
    let rates = planned_rates(prove, provers_max, wait_s, seed)?;
    let each = [
        (
            format!("fixed speed: jobs ÷ ({}/h × {})", significant(3_600.0 * batches_per_s, 3), time(wait_s)),
            ScalingPolicy::FixedSpeed { batches_per_s, within_s: wait_s },
        ),
        (
            format!("work: jobs × p95 of {} ÷ {}", time(prove_p95_s), time(wait_s)),
            ScalingPolicy::Work { prove_p95_s, drain_s: wait_s },
        ),
        (
            format!("KEDA: jobs ÷ {} for each replica", significant(jobs_per_replica, 3)),
            ScalingPolicy::JobsPerReplica { jobs: jobs_per_replica },
        ),
        (
            "ours: planned for the load seen".to_owned(),
            // Who is asked for now comes later by the start: half of the limit at least is there for the queue.
            ScalingPolicy::Planned {
                rates_per_s: rates.into(),
                drain_s: (wait_s - start_s).max(0.5 * wait_s),
            },
        ),
    ];
    let mut policies = vec![Policy { name: format!("{fixed} fixed, planned for the day"), rule: None }];
    for (name, policy) in each {
        let rule = Autoscaler::with_policy((1, provers_max), start_s, policy)?;
        policies.push(Policy { name, rule: Some(rule.with_sight(window_s, settle_s)?) });
    }
    Ok(policies)
}
