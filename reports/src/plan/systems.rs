//! Proof systems side by side at one target, in sentences and as rows: what terminal, Markdown and page show of it.

use crate::answer::reason;
use crate::columns::{TextColumn, TextTable};
use crate::words::{count, or_dash, seconds};
use records::number::significant;
use records::plan::{BreakEvenRecord, PlanRecord, SystemPlanRecord, SystemsRecord};

/// The systems of a plan in one sentence each, and what decides between aggregation and verifying each proof; nothing where
/// one system alone was measured.
pub(crate) fn sentences(plan: &PlanRecord) -> Vec<String> {
    let Some(SystemsRecord { systems, break_even }) = &plan.systems else { return Vec::new() };
    let each = systems.iter().map(of_system).collect::<Vec<_>>().join("; ");
    let mut sentences = vec![format!("{each}.")];
    sentences.extend(unequal_security(systems));
    sentences.extend(break_even.as_ref().map(|found| between(plan, found)));
    sentences
}

/// The same in one line, for a summary: what each costs, and where aggregation is the cheaper way.
pub(crate) fn line(plan: &PlanRecord) -> String {
    let Some(SystemsRecord { systems, break_even }) = &plan.systems else { return String::new() };
    let each = systems.iter().map(|record| match &record.fleet {
        None => format!("{} no plan", record.system),
        Some(fleet) => {
            let usd =
                record.usd_per_hour.map_or_else(String::new, |usd| format!(" ${}/h", significant(usd, 3)));
            let provers = count(fleet.provers + record.spares, "prover");
            format!("{} {provers}, {}{usd}", record.system, count(fleet.cores, "core"))
        }
    });
    let mut line = each.collect::<Vec<_>>().join("; ");
    if unequal_security(systems).is_some() {
        line += "; UNEQUAL SECURITY";
    }
    if let Some(BreakEvenRecord { verification_cost: Some(cost), is_in_usd, cheaper_above, .. }) = break_even
    {
        let cost = significant(*cost, 3);
        let cost = if *is_in_usd { format!("${cost}") } else { format!("{cost} core-seconds") };
        line += &format!("; {cheaper_above} is cheaper where a verification on L1 costs over {cost}");
    }
    line
}

/// `plonky2: 51 provers, 104 cores, $5.1 an hour, $0.0000142 a transaction`
fn of_system(record: &SystemPlanRecord) -> String {
    let SystemPlanRecord { system, fleet, spares, usd_per_hour, problem, .. } = record;
    let Some(fleet) = fleet else {
        return format!("{system}: no plan, {}", problem.as_deref().map_or("and no reason known", reason));
    };
    let hour = usd_per_hour.map_or_else(String::new, |usd| format!(", ${} an hour", significant(usd, 4)));
    let transaction = fleet
        .usd_per_transaction
        .map_or_else(String::new, |usd| format!(", ${} a transaction", significant(usd, 3)));
    let aggregators = match fleet.aggregators {
        0 => String::new(),
        aggregators => format!(", {}", count(aggregators, "aggregator")),
    };
    format!(
        "{system}: {}{aggregators}, {}{hour}{transaction}",
        count(fleet.provers + spares, "prover"),
        count(fleet.cores, "core")
    )
}

/// Systems that are not equally hard to cheat are not equally good: said wherever they are compared.
pub(crate) fn unequal_security(systems: &[SystemPlanRecord]) -> Option<String> {
    let bits = |record: &SystemPlanRecord| (record.conjectured_security_bits, record.proven_security_bits);
    let first = bits(systems.first()?);
    systems.iter().any(|record| bits(record) != first).then(|| {
        let each = systems.iter().map(|record| format!("{} {}", record.system, security(record)));
        format!("UNEQUAL SECURITY, conjectured/proven bits: {}.", each.collect::<Vec<_>>().join(", "))
    })
}

/// `100/57`
fn security(record: &SystemPlanRecord) -> String {
    let bits = |bits: Option<u64>| bits.map_or_else(|| "?".to_owned(), |bits| bits.to_string());
    format!("{}/{}", bits(record.conjectured_security_bits), bits(record.proven_security_bits))
}

/// From which price of a verification aggregation is the cheaper way.
fn between(plan: &PlanRecord, found: &BreakEvenRecord) -> String {
    let BreakEvenRecord { aggregating, separate, verification_cost, is_in_usd, gwei, cheaper_above } = found;
    let other = if cheaper_above == aggregating { separate } else { aggregating };
    let unpriced = match plan.recommendation.gas_usd_per_hour {
        Some(_) => "",
        None => " Here a verification counts as free: --verify-gas, --gwei and --usd-per-eth price it.",
    };
    let above = match (verification_cost, is_in_usd, gwei) {
        (None, ..) => "at any price of a verification on L1".to_owned(),
        (Some(cost), true, Some(gwei)) => {
            let (cost, gwei) = (significant(*cost, 3), significant(*gwei, 3));
            format!("where a verification on L1 costs more than ${cost}, which is gas at {gwei} gwei")
        }
        (Some(cost), true, None) => {
            format!("where a verification on L1 costs more than ${}", significant(*cost, 3))
        }
        (Some(cost), false, _) => {
            format!("where a verification on L1 costs more than {} core-seconds", significant(*cost, 3))
        }
    };
    format!("Of these fleets that of {cheaper_above} is cheaper than that of {other} {above}.{unpriced}")
}

/// The table of systems; none where one alone was measured.
pub(crate) fn table(plan: &PlanRecord) -> Option<TextTable> {
    Some(TextTable::of(&COLUMNS, &plan.systems.as_ref()?.systems))
}

const COLUMNS: [TextColumn<SystemPlanRecord>; 9] = [
    ("proof system", |record| record.system.clone()),
    ("security bits, conjectured/proven", security),
    ("one prover is", |record| {
        or_dash(
            record
                .option
                .clone()
                .or_else(|| record.problem.as_deref().map(|why| format!("no plan: {}", reason(why)))),
        )
    }),
    ("provers", |record| {
        or_dash(record.fleet.map(|fleet| match record.spares {
            0 => fleet.provers.to_string(),
            spares => format!("{} + {spares}", fleet.provers),
        }))
    }),
    ("aggregators", |record| or_dash(record.fleet.map(|fleet| fleet.aggregators.to_string()))),
    ("cores", |record| or_dash(record.fleet.map(|fleet| fleet.cores.to_string()))),
    ("verified on L1 an hour", |record| {
        or_dash(record.verifications_per_hour.map(|verified| significant(verified, 3)))
    }),
    ("delay, formula", |record| or_dash(record.delay_consolidated_s.map(seconds))),
    ("$ a transaction", |record| {
        or_dash(record.fleet.and_then(|fleet| fleet.usd_per_transaction).map(|usd| significant(usd, 3)))
    }),
];

#[cfg(test)]
mod tests {
    use super::{sentences, table, unequal_security};
    use fixtures::plan::{compared_systems, published_plan};
    use records::plan::{BreakEvenRecord, PlanRecord, SystemsRecord};

    fn plan() -> PlanRecord {
        PlanRecord { systems: Some(compared_systems()), ..published_plan() }
    }

    #[test]
    fn what_each_needs_and_what_decides() {
        insta::assert_snapshot!(sentences(&plan()).join("\n"));
        insta::assert_snapshot!("systems_table", table(&plan()).expect("systems").framed(140));
        assert!(sentences(&published_plan()).is_empty() && table(&published_plan()).is_none());
    }

    #[test]
    fn equal_security_is_not_worth_a_word() {
        let SystemsRecord { mut systems, .. } = compared_systems();
        assert!(unequal_security(&systems).is_some_and(|words| words.contains("plonky3 ?/?")));
        let bits = (systems[0].conjectured_security_bits, systems[0].proven_security_bits);
        for system in &mut systems {
            (system.conjectured_security_bits, system.proven_security_bits) = bits;
        }
        assert_eq!(unequal_security(&systems), None);
    }

    #[test]
    fn one_that_is_cheaper_at_any_price_is_named() {
        let mut plan = plan();
        let found = plan.systems.as_mut().and_then(|systems| systems.break_even.as_mut()).expect("two ways");
        *found = BreakEvenRecord {
            verification_cost: None,
            gwei: None,
            cheaper_above: "plonky2".to_owned(),
            ..found.clone()
        };
        let last = sentences(&plan).pop().expect("a sentence");
        assert!(
            last.starts_with(
                "Of these fleets that of plonky2 is cheaper than that of plonky2-keccak at any price"
            ),
            "{last}"
        );
    }
}
