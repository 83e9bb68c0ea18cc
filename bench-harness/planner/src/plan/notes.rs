//! The sentences that say why, and what a plan cannot know.

use records::number::significant;
use records::plan::{SensitivityRecord, Statistic, UnstableRecord};

use crate::domain::Aggregation;
use crate::domain::time::TimeShape;
use crate::formulas::capacity::prover_capacity;
use crate::plan::needs::{consolidated_limit, provers_min};
use crate::plan::{ArrivalLaw, Fleet, Plan, PlanRequest};
use crate::sim::Closing;

/// Samples needed to be 95 % sure that one lies beyond the 99th percentile: `⌈ln 0.05 / ln 0.99⌉`.
const SAMPLES_FOR_P99: usize = 299;

/// Samples below which not even the spread of a time is known.
const SAMPLES_FEW: usize = 5;

/// Why this plan.
pub(crate) fn of(plan: &Plan) -> Vec<String> {
    let mut notes = vec![bottleneck(plan), balance(plan)];
    notes.extend(fixed_provers(plan));
    notes.extend(instability(plan));
    notes.extend(held_back(plan));
    notes.extend(sensitivity(plan));
    notes.extend(thin_tail(&plan.request));
    notes.extend(closings(&plan.request));
    notes.extend(day(&plan.request));
    notes.extend(spares(plan));
    notes.extend(sequence(plan));
    notes.extend(alone(plan));
    notes.extend(separate(plan));
    notes.extend(l1_room(&plan.request));
    notes.extend(early(&plan.request));
    if plan.request.prices.is_none() {
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

/// What a load that follows a day leaves to the simulation.
fn day(request: &PlanRequest) -> Option<String> {
    matches!(request.arrival_law, ArrivalLaw::Daily { .. }).then(|| {
        let how = match request.is_day_too_long() {
            true => {
                "the busiest hours were simulated as if they lasted, and the rest of the day added as a fluid"
            }
            false => "whole days were simulated",
        };
        format!("Formulas are of the mean rate of the day and know nothing of its peak: {how}.")
    })
}

/// What closing was planned with, where it was measured.
fn closings(request: &PlanRequest) -> Option<String> {
    let (measured, factor) = request.closings()?;
    let order = if measured.is_ordered() { "in their order" } else { "drawn at random" };
    Some(format!(
        "Closing is as it was measured in {} batches, {order}: {} s to fill and {} s of work on average, {} % full; the \
         rule that closes batches is in it.",
        measured.all().len(),
        significant(measured.fill_s() * factor, 4),
        significant(measured.work_s(), 4),
        significant(100.0 * measured.fill_fraction(), 3),
    ))
}

fn fixed_provers(plan: &Plan) -> Option<String> {
    let fixed = plan.request.provers?;
    let min = provers_min(&plan.request);
    let enough = if fixed < min { "too few to keep up" } else { "enough to keep up" };
    Some(format!("P was fixed at {fixed}, {enough}: the fewest that do are {min}."))
}

fn spares(plan: &Plan) -> Option<String> {
    let spares = plan.request.spares;
    if spares == 0 {
        return None;
    }
    let (are, fail) =
        if spares == 1 { ("1 spare is", "one prover fails") } else { ("spares are", "so many fail") };
    let are = if spares == 1 { are.to_owned() } else { format!("{spares} {are}") };
    let rested = plan.choice.provers.saturating_add(spares);
    let p99_s = |provers: u32| {
        let fleet = Fleet { provers, ..Fleet::of(&plan.choice) };
        let estimate = plan.fleet_estimates.iter().find(|estimate| Fleet::of_estimate(estimate) == fleet)?;
        Some(estimate.simulated.as_ref()?.consolidated.p99_s)
    };
    let gain = match (p99_s(plan.choice.provers), p99_s(rested)) {
        (Some(without_s), Some(with_s)) => format!(
            " While nothing is broken all {rested} work, and the p99 is {} s instead of {} s.",
            significant(with_s, 4),
            significant(without_s, 4)
        ),
        _ => String::new(),
    };
    Some(format!(
        "{are} counted, and paid for, so that the plan holds when {fail}; --spares 0 for none.{gain}"
    ))
}

/// S, where it was chosen.
fn sequence(plan: &Plan) -> Option<String> {
    let n = plan.choice.batches_per_aggregation;
    let batches = plan.request.batches_per_sequence(n);
    let why =
        if batches < n { "the limit on the delay to virtual allows no more" } else { "a group has no more" };
    plan.request.is_sequence_free().then(|| {
        format!("S = {batches}: batches share a sequence transaction and its gas; {why}. --batches-per-sequence fixes it.")
    })
}

/// One batch a proof is a choice that must be explained: aggregation is what the other designs are about.
fn alone(plan: &Plan) -> Option<String> {
    let free = plan.request.batches_per_aggregation.is_none() && plan.choice.batches_per_aggregation == 1;
    if !free {
        return None;
    }
    if plan.request.aggregation == Aggregation::Separate {
        return None;
    }
    let priced = plan.request.prices.is_some_and(|prices| prices.has_gas());
    Some(if priced {
        "N = 1: every proof is verified on L1 by itself; at this price of gas a larger group costs more in machines \
         than it saves."
            .to_owned()
    } else {
        "N = 1: every proof is verified on L1 by itself, since no gas price was given and nothing else makes \
         aggregation worth its time. Set --prover-usd-per-hour, --verify-gas, --gwei and --usd-per-eth to weigh it, \
         --l1 serial where the submitter waits for inclusion, or --fix-n."
            .to_owned()
    })
}

/// What it means that nothing is aggregated: verifications on L1, and in one block how many.
fn separate(plan: &Plan) -> Option<String> {
    let request = &plan.request;
    if request.aggregation != Aggregation::Separate {
        return None;
    }
    let rate = plan.choice.throughput_batches_per_s;
    let in_a_block = (rate * request.block_s).max(1.0);
    let room = match request.verifications_per_block() {
        Some(proofs) => format!(", and a block has room for {proofs}."),
        None => ". Whether a block has room for them is not known.".to_owned(),
    };
    Some(format!(
        "Each proof is verified on L1 by itself: {} verifications a block on average{room}",
        significant(in_a_block, 3)
    ))
}

/// What a verification takes of a block.
fn l1_room(request: &PlanRequest) -> Option<String> {
    let room = request.l1_room?;
    Some(format!(
        "A verification is taken to need {} million gas of the {} million of a block (--verify-gas, --proof-byte-gas, \
         --block-gas).",
        significant(room.verification_gas() / 1e6, 3),
        significant(room.block_gas() / 1e6, 3)
    ))
}

/// A timeout closes batches before they are full: more of them, and less in each.
fn early(request: &PlanRequest) -> Option<String> {
    let fraction = request.fill_fraction();
    (fraction < 1.0 - 1e-9).then(|| {
        format!(
            "The timeout closes batches when they are {} % full on average: {} batches/s instead of {}.",
            significant(100.0 * fraction, 3),
            significant(request.batches_per_s(), 4),
            significant(fraction * request.batches_per_s(), 4)
        )
    })
}

/// A sequencer that holds back does not fall behind: it carries less.
fn held_back(plan: &Plan) -> Vec<String> {
    if plan.request.closing != Closing::ProverFree {
        return Vec::new();
    }
    let lost = plan.fleet_estimates.iter().filter_map(|estimate| {
        let carried = estimate.simulated.as_ref()?.throughput_batches_per_s;
        let fraction = 1.0 - carried / plan.request.batches_per_s();
        (fraction > 1e-3).then(|| {
            format!(
                "Closing only when a prover is free, P = {} carries {} batches/s: {} % of the target is lost.",
                estimate.provers,
                significant(carried, 4),
                significant(100.0 * fraction, 2)
            )
        })
    });
    lost.collect()
}

fn instability(plan: &Plan) -> Vec<String> {
    let unstable = plan.fleet_estimates.iter().filter_map(|estimate| {
        let UnstableRecord { growth_s_per_batch, p99_after_a_day_s, p99_after_a_week_s } =
            estimate.unstable?;
        let grows = if growth_s_per_batch > 0.0 {
            format!("each batch waits {} s longer than the one before", significant(growth_s_per_batch, 3))
        } else {
            "every pause is time that is never made good".to_owned()
        };
        Some(format!(
            "P = {}, N = {} is unstable at {} % use: {grows}; p99 {} s after a day, {} s after a week, where \
             the published formula says {} s.",
            estimate.provers,
            estimate.batches_per_aggregation,
            significant(100.0 * estimate.utilization, 4),
            significant(p99_after_a_day_s, 3),
            significant(p99_after_a_week_s, 3),
            significant(estimate.published_delay_s, 4),
        ))
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
    let SensitivityRecord {
        provers_if_10_percent_slower,
        provers_if_10_percent_faster,
        prove_mean_low_s,
        prove_mean_high_s,
        provers_low,
        provers_high,
    } = plan.sensitivity;
    let mut notes = vec![format!(
        "Proving 10 % slower: {}; 10 % faster: {}.",
        say(provers_if_10_percent_slower),
        say(provers_if_10_percent_faster)
    )];
    if let (Some(low_s), Some(high_s)) = (prove_mean_low_s, prove_mean_high_s) {
        let end = |provers: Option<u32>| provers.map_or_else(|| "no number".to_owned(), |p| p.to_string());
        notes.push(format!(
            "What was measured puts the mean prove time in {} to {} s (95 %), the provers in {} to {}.",
            significant(low_s, 4),
            significant(high_s, 4),
            end(provers_low),
            end(provers_high),
        ));
    }
    notes
}

fn thin_tail(request: &PlanRequest) -> Option<String> {
    let TimeShape::Empirical(samples) = request.prove.shape() else {
        return None;
    };
    if samples.len() < SAMPLES_FEW {
        return Some(format!(
            "Prove time has {} samples: nothing is known of how it varies. Measure more (--repeats).",
            samples.len()
        ));
    }
    let wants_p99 = consolidated_limit(request).is_some_and(|limit| limit.statistic == Statistic::P99);
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
