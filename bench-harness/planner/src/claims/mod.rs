//! What the two source documents claim, each claim answered by a rule from the figures of this machine.
//!
//! A verdict is never written by hand: each claim stands beside its rule, a threshold that its deciding figures keep to or
//! not, and a figure without an interval decides nothing.
//!
//! | module | what |
//! |---|---|
//! | `evidence` | the records that claims are answered from |
//! | `rule` | a threshold, and what figures with intervals say of it |
//! | `claim` | a claim of a source with its rule; a record of it with figures and verdict |
//! | `figure` | a figure with its interval, and ratios of two |
//! | `contention` | what an execution record says of contention, and whether it may decide |
//! | `execution` | parallel execution, one core, swaps a second: from executors side by side |
//! | `execution_scaling` | 16 cores, few fast ones against many slow ones: from the same |
//! | `fractal` | circuits of one application, a thousand rollups, composition, servers: from a tree that was proved |
//! | `growth` | state growth: from blocks over states of several sizes |
//! | `cores` | 64 cores, parallel proving, better machines: from a profile over cores |
//! | `aggregation` | one proof for many, better proof systems, what merging costs: from a profile |
//! | `group` | the published group of 12, simulated with the spread that was measured |
//! | `factory` | the toy factory, simulated on its stages |
//! | `pipeline` | the delay to virtual: from a live pipeline |
//! | `untestable` | what nothing here measures, and what it would take |

mod aggregation;
mod claim;
mod contention;
mod cores;
mod evidence;
mod execution;
mod execution_scaling;
mod factory;
mod figure;
mod fractal;
mod group;
mod growth;
mod pipeline;
mod rule;
#[cfg(test)]
mod testing;
mod untestable;

pub use evidence::Evidence;

use records::claims::{CLAIMS_SCHEMA_VERSION, ClaimInputRecord, ClaimRecord, ClaimsRecord};

use crate::error::PlanError;

/// Every claim, by source and in the order of its text. `inputs` and the version are copied into the record.
///
/// # Errors
/// [`PlanError::BadInput`] where a time of a record is not one that can be simulated.
pub fn claims(
    evidence: &Evidence<'_>,
    inputs: Vec<ClaimInputRecord>,
    program_version: &str,
) -> Result<ClaimsRecord, PlanError> {
    let claims: Vec<ClaimRecord> = vec![
        growth::comes_first(evidence),
        execution::swaps_a_second(evidence),
        execution::gains_are_limited(evidence),
        execution::one_core(evidence),
        execution::optimistic_never_costs(evidence),
        execution_scaling::uplift(evidence),
        cores::sixty_four(evidence),
        execution_scaling::few_fast_cores(evidence),
        fractal::circuits(evidence),
        untestable::validium(),
        fractal::one_proof(evidence)?,
        untestable::single_proof_of_layers(),
        cores::trivially_parallel(evidence),
        fractal::composition(evidence)?,
        fractal::servers(evidence)?,
        untestable::asic(),
        factory::more_operators()?,
        factory::faster_operators()?,
        cores::better_machines(evidence),
        aggregation::better_systems(evidence),
        aggregation::naive_cost(evidence),
        aggregation::constant_cost(evidence),
        group::balance(evidence)?,
        aggregation::aggregation_time(evidence),
        pipeline::virtual_delay(evidence),
    ];
    Ok(ClaimsRecord {
        schema_version: CLAIMS_SCHEMA_VERSION,
        program_version: program_version.to_owned(),
        inputs,
        claims,
    })
}

#[cfg(test)]
mod tests {
    use super::{Evidence, claims};
    use records::claims::ClaimVerdictName;
    use std::collections::BTreeSet;

    #[test]
    fn without_records_every_claim_is_there_and_says_what_it_takes() {
        let record = claims(&Evidence::default(), vec![], "0.0.0").unwrap();
        let ids: BTreeSet<_> = record.claims.iter().map(|claim| &claim.id).collect();
        assert_eq!(ids.len(), record.claims.len(), "an id stands twice");
        for claim in &record.claims {
            let is_computed = claim.id.starts_with("factory-");
            assert_eq!(claim.figures.is_empty(), !is_computed, "{}", claim.id);
            if !is_computed {
                assert!(claim.needs.is_some(), "{} does not say what it takes", claim.id);
                let unanswered = [ClaimVerdictName::NotMeasured, ClaimVerdictName::Untestable];
                assert!(unanswered.contains(&claim.verdict), "{}: {}", claim.id, claim.verdict);
            }
            assert_eq!(claim.rule.is_none(), claim.verdict == ClaimVerdictName::Untestable, "{}", claim.id);
        }
    }

    #[test]
    fn quotations_are_short() {
        for claim in claims(&Evidence::default(), vec![], "0.0.0").unwrap().claims {
            assert!((20..=260).contains(&claim.quote.len()), "{}: {}", claim.id, claim.quote);
        }
    }
}
