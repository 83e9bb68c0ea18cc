//! The sentences that say why, and what a plan cannot know.

use reports::number::significant;

use crate::domain::{Statistic, time::Shape};
use crate::formulas::capacity::prover_capacity;
use crate::plan::choice::{consolidated_limit, provers_least};
use crate::plan::outlook::Outcome;
use crate::plan::{Plan, PlanRequest};

/// Samples needed to be 95 % sure that one lies beyond the 99th percentile: `⌈ln 0.05 / ln 0.99⌉`.
const SAMPLES_FOR_P99: usize = 299;

/// Why this plan.
pub(crate) fn of(plan: &Plan) -> Vec<String> {
    let mut notes = vec![bottleneck(plan), balance(plan)];
    notes.extend(fixed_provers(plan));
    notes.extend(instability(plan));
    notes.extend(sensitivity(plan));
    notes.extend(thin_tail(&plan.request));
    if plan.request.spares() > 0 {
        notes.push(format!(
            "{} more provers are rented as spares; they are in the cost.",
            plan.request.spares()
        ));
    }
    if plan.request.prices().is_none() {
        notes.push("No prices were given: fleets are compared by their machines.".to_owned());
    }
    notes
}

fn bottleneck(plan: &Plan) -> String {
    let choice = &plan.choice;
    let prove_s = plan.request.prove_effective_s();
    format!(
        "{} limits the rate: the fleet can carry {} batches/s; {} provers at {} s a batch carry {}.",
        choice.bottleneck,
        significant(choice.capacity_batches_per_s, 4),
        choice.provers,
        significant(prove_s, 4),
        significant(prover_capacity(choice.provers, prove_s), 4),
    )
}

fn balance(plan: &Plan) -> String {
    format!(
        "With N = P, more than {} provers only add delay: batches do not close faster.",
        plan.choice.provers_only_add_delay_after
    )
}

fn fixed_provers(plan: &Plan) -> Option<String> {
    let fixed = plan.request.provers()?;
    let least = provers_least(&plan.request);
    let enough = if fixed < least { "too few to keep up" } else { "enough to keep up" };
    Some(format!("P was fixed at {fixed}, {enough}: the fewest that do are {least}."))
}

fn instability(plan: &Plan) -> Vec<String> {
    let unstable = plan.outlooks.iter().filter_map(|outlook| match &outlook.simulation {
        Outcome::Settles(_) => None,
        Outcome::Unstable { growth_s_per_batch, p99_after_a_day_s, p99_after_a_week_s } => {
            let fleet = outlook.fleet;
            let grows = match *growth_s_per_batch {
                s if s > 0.0 => format!("each batch waits {} s longer than the one before", significant(s, 3)),
                _ => "every pause is time that is never made good".to_owned(),
            };
            Some(format!(
                "P = {}, N = {} is unstable at {} % use: {grows}; p99 {} s after a day, {} s after a week, where \
                 the seed's formula says {} s.",
                fleet.provers,
                fleet.batches_per_aggregation,
                significant(100.0 * outlook.use_share, 4),
                significant(*p99_after_a_day_s, 3),
                significant(*p99_after_a_week_s, 3),
                significant(outlook.seed_delay_s, 4),
            ))
        }
    });
    unstable.collect()
}

fn sensitivity(plan: &Plan) -> Vec<String> {
    let chosen = plan.choice.provers;
    let say = |provers: Option<u32>| match provers {
        None => "no number of provers is enough".to_owned(),
        Some(p) if p == chosen => "the same provers".to_owned(),
        Some(p) => {
            let (sign, by) = if p > chosen { ('+', p - chosen) } else { ('-', chosen - p) };
            format!("{sign}{by} prover{}", if by == 1 { "" } else { "s" })
        }
    };
    let mut notes = vec![format!(
        "Proving 10 % slower: {}; 10 % faster: {}.",
        say(plan.sensitivity.slower_provers),
        say(plan.sensitivity.faster_provers)
    )];
    if let Some(measured) = &plan.sensitivity.measured {
        let end = |provers: Option<u32>| provers.map_or_else(|| "no number".to_owned(), |p| p.to_string());
        notes.push(format!(
            "What was measured puts the mean prove time in {} to {} s (95 %), the provers in {} to {}.",
            significant(measured.mean_low_s, 4),
            significant(measured.mean_high_s, 4),
            end(measured.provers_low),
            end(measured.provers_high),
        ));
    }
    notes
}

fn thin_tail(request: &PlanRequest) -> Option<String> {
    let Shape::Empirical(samples) = request.prove().shape() else {
        return None;
    };
    let wants_p99 = consolidated_limit(request).is_some_and(|limit| limit.statistic() == Statistic::P99);
    let few = samples.len() < SAMPLES_FOR_P99;
    (few && wants_p99).then(|| {
        format!(
            "Prove time has {} samples; to know its tail to the 99th percentile takes {SAMPLES_FOR_P99}: the slowest \
             proof that can happen is taken to be the slowest seen, {} s.",
            samples.len(),
            significant(samples[samples.len() - 1], 4)
        )
    })
}
