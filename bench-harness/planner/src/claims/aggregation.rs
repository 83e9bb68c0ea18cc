//! Better proof systems, one proof for many, what merging costs: from a profile.

use super::claim::Claim;
use super::cores::{FROM, stage};
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};
use records::sample::CellRecord;

const SOURCE: ClaimSourceName = ClaimSourceName::OrderThenProve;
const COMMAND: &str = "bench-harness run, then --profile bench-out/profile.json";
/// The group that the source's numbers balance.
const GROUP: u32 = 12;

pub(super) fn better_systems(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the throughput of the fastest proof system over that of the slowest on twice the cores",
        bound: Bound::AtLeast,
        threshold: 1.0,
        unit: "×",
    };
    let claim = Claim {
        id: "better-systems",
        title: "a better proof system or a better machine",
        source: SOURCE,
        quote: "This can be done by running provers in more powerful machines, optimizing the proving system, or a \
                combination of both.",
        quoted: &[],
    };
    let Some(profile) = evidence.profile else { return claim.not_measured(&RULE, COMMAND) };
    let found = systems(profile);
    let mut figures: Vec<_> = found
        .iter()
        .filter_map(|(slow, fast, slow_on_two)| {
            let what = format!("{}, against {}", fast.cell.words(), slow_on_two.cell.words());
            let machine = format!("{}, against {}", slow_on_two.cell.words(), slow.cell.words());
            Some([
                stage(slow_on_two)?.over(stage(fast)?).deciding(what, "×", FROM),
                stage(slow)?.over(stage(slow_on_two)?).beside(machine, "×", FROM),
            ])
        })
        .flatten()
        .collect();
    figures.sort_by_key(|figure| !figure.decides);
    let cautions = vec![
        "Systems differ in more than time: what cannot be aggregated is verified on L1 proof by proof, and lengths and \
         bits of security differ. bench-harness report --what summary compares what each needs for a target."
            .to_owned(),
    ];
    claim.answered(&RULE, figures, cautions, None)
}

type Systems<'a> = (&'a CellSummaryRecord, &'a CellSummaryRecord, &'a CellSummaryRecord);

/// For each batch size that several systems proved on the same cores: the slowest, the fastest, and the slowest on twice
/// the cores.
fn systems(profile: &ProfileRecord) -> Vec<Systems<'_>> {
    let same = |one: &CellRecord, other: &CellRecord| {
        let rest = |cell: &CellRecord| CellRecord {
            proof_system: String::new(),
            batches_per_aggregation: 1,
            capacity_transactions: cell.batch_transactions,
            ..cell.clone()
        };
        rest(one) == rest(other)
    };
    let time = |cell: &CellSummaryRecord| stage(cell).map_or(f64::NAN, |figure| figure.value);
    let mut found: Vec<Systems<'_>> = Vec::new();
    for first in profile.cells.iter().filter(|cell| cell.cell.provers == 1 && stage(cell).is_some()) {
        let alike =
            || profile.cells.iter().filter(|cell| same(&cell.cell, &first.cell) && stage(cell).is_some());
        let slowest = alike().max_by(|a, b| time(a).total_cmp(&time(b))).unwrap_or(first);
        let fastest = alike().min_by(|a, b| time(a).total_cmp(&time(b))).unwrap_or(first);
        let more = CellRecord { cores: 2 * slowest.cell.cores, ..slowest.cell.clone() };
        let on_two = profile.cells.iter().find(|cell| cell.cell == more && stage(cell).is_some());
        if slowest.cell.proof_system != fastest.cell.proof_system
            && let Some(on_two) = on_two
            && !found.iter().any(|(slow, ..)| slow.cell == slowest.cell)
        {
            found.push((slowest, fastest, on_two));
        }
    }
    found
}

/// The cell in which most aggregations were verified.
fn most_verified(profile: &ProfileRecord) -> Option<(&CellSummaryRecord, Figure, Figure)> {
    let found =
        profile.cells.iter().filter(|cell| cell.cell.batches_per_aggregation > 1).filter_map(|cell| {
            let one = Figure::of_stage(cell, QuantityName::Verify)?;
            Some((cell, one, Figure::of_stage(cell, QuantityName::VerifyAggregate)?))
        });
    found.max_by_key(|(_, _, aggregate)| aggregate.samples)
}

pub(super) fn naive_cost(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the time to verify 12 proofs over that to verify one aggregate",
        bound: Bound::AtLeast,
        // Half of what a cost in proportion would be.
        threshold: 6.0,
        unit: "×",
    };
    let claim = Claim {
        id: "naive-cost",
        title: "horizontal, naive: verification grows with the proofs",
        source: SOURCE,
        quote: "Notice that the verification cost is proportional to the number of proofs sent.",
        quoted: &[],
    };
    let Some(profile) = evidence.profile else { return claim.not_measured(&RULE, COMMAND) };
    let figures = most_verified(profile).map_or_else(Vec::new, |(cell, one, aggregate)| {
        let all = one.times(f64::from(GROUP));
        let what = format!("{GROUP} proofs against one aggregate, {}", cell.cell.words());
        vec![
            all.over(aggregate).deciding(what, "×", FROM),
            all.beside(format!("{GROUP} proofs, one after the other"), "s", FROM),
            aggregate.beside("one aggregate", "s", FROM),
        ]
    });
    claim.answered(&RULE, figures, vec![NATIVE.to_owned()], None)
}

/// Verification here is not gas.
const NATIVE: &str = "Verified natively on this machine: a contract on L1 pays in gas, for bytes and operations that this \
                      program does not run.";

pub(super) fn constant_cost(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the time to verify an aggregate, at the greatest N measured, over that to verify one proof",
        bound: Bound::AtMost,
        threshold: 1.5,
        unit: "×",
    };
    let claim = Claim {
        id: "constant-cost",
        title: "horizontal, aggregated: verification does not grow",
        source: SOURCE,
        quote: "the verification cost on L1 remains constant regardless of the number of proofs aggregated",
        quoted: &[],
    };
    let Some(profile) = evidence.profile else { return claim.not_measured(&RULE, COMMAND) };
    let sizes = |cell: &CellSummaryRecord| cell.cell.batches_per_aggregation;
    let most = profile.cells.iter().map(sizes).max().unwrap_or(1);
    let of_most = ProfileRecord {
        cells: profile.cells.iter().filter(|cell| sizes(cell) == most).cloned().collect(),
        ..profile.clone()
    };
    let figures = most_verified(&of_most).map_or_else(Vec::new, |(cell, one, aggregate)| {
        let what = format!("an aggregate of {most} against one proof, {}", cell.cell.words());
        vec![aggregate.over(one).deciding(what, "×", FROM)]
    });
    let mut cautions = vec![NATIVE.to_owned()];
    if most < u64::from(GROUP) {
        cautions.push(format!(
            "N is {most} at most; the circuit of every level has one size, so that the last proof cannot grow with N, but \
             that is a property of the circuits and not of this measurement."
        ));
    }
    claim.answered(&RULE, figures, cautions, None)
}

pub(super) fn aggregation_time(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the time of the 11 merges that make 12 proofs one, on one aggregator like the prover, over that of one proof",
        bound: Bound::AtMost,
        threshold: 1.0,
        unit: "×",
    };
    let claim = Claim {
        id: "aggregation-time",
        title: "aggregation is no limit",
        source: SOURCE,
        quote: "aggregation_time, which represents the time it takes to combine proofs from N batches, which is currently \
                around 12 seconds",
        quoted: &[
            ("12 seconds", "one aggregation of N proofs, whatever N: a tenth of prove_a_batch_time"),
            ("120 s", "prove_a_batch_time, at least"),
        ],
    };
    let Some(profile) = evidence.profile else { return claim.not_measured(&RULE, COMMAND) };
    let merges = f64::from(GROUP - 1);
    let merged = profile.cells.iter().filter_map(|cell| {
        let levels = cell.levels(QuantityName::AggregateMerge);
        let merge = Figure::of_quantity(levels.first().filter(|level| level.samples > 0)?);
        Some((cell, merge, stage(cell)?))
    });
    let mut found: Vec<_> = merged.filter(|(cell, ..)| cell.cell.provers == 1).collect();
    found.sort_by_key(|(_, merge, _)| std::cmp::Reverse(merge.samples));
    let record = |(cell, merge, prove): &(&CellSummaryRecord, Figure, Figure)| -> [ClaimFigureRecord; 2] {
        let words = cell.cell.words();
        let times = merge.times(merges).over(*prove);
        [
            times.deciding(format!("11 merges over a proof, {words}"), "×", FROM),
            merge.beside(format!("one merge, {words}"), "s", FROM),
        ]
    };
    let mut figures: Vec<_> = found.iter().flat_map(record).collect();
    figures.sort_by_key(|figure| !figure.decides);
    let cautions = vec![
        "Batches here are small, so that a merge costs as much as a proof: larger batches make the proof longer and the \
         merge not. More aggregators divide the merges; the plan counts them."
            .to_owned(),
    ];
    claim.answered(&RULE, figures, cautions, None)
}

#[cfg(test)]
mod tests {
    use super::{aggregation_time, better_systems, constant_cost, naive_cost};
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{cell, profile, stage};
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds, Inconclusive, NotMeasured};
    use records::profile::{CellSummaryRecord, QuantityName, QuantityRecord};

    fn answer(claim: fn(&Evidence<'_>) -> ClaimRecord, cells: Vec<CellSummaryRecord>) -> ClaimRecord {
        claim(&Evidence { profile: Some(&profile(cells)), ..Evidence::default() })
    }

    fn prove(time_s: f64) -> QuantityRecord {
        stage(QuantityName::ProveBatch, time_s, 0.02)
    }

    #[test]
    fn a_system_that_beats_twice_the_cores_and_one_that_does_not() {
        let cells = |other_s| {
            vec![
                cell("plonky2", 1, vec![prove(8.0)]),
                cell("plonky2", 2, vec![prove(4.0)]),
                cell("plonky3", 1, vec![prove(other_s)]),
            ]
        };
        assert_eq!(answer(better_systems, cells(0.2)).verdict, Holds);
        assert_eq!(answer(better_systems, cells(6.0)).verdict, DoesNotHold);
        assert_eq!(answer(better_systems, cells(4.05)).verdict, Inconclusive);
        assert_eq!(answer(better_systems, cells(6.0)[..2].to_vec()).verdict, NotMeasured, "one system");
    }

    #[test]
    fn one_aggregate_against_many_proofs() {
        let cells = |verify_s, aggregate_s| {
            let quantities = vec![
                stage(QuantityName::Verify, verify_s, 0.05),
                stage(QuantityName::VerifyAggregate, aggregate_s, 0.05),
            ];
            vec![cell("plonky2", 1, quantities)]
        };
        assert_eq!(answer(naive_cost, cells(0.006, 0.006)).verdict, Holds);
        assert_eq!(answer(naive_cost, cells(0.006, 0.05)).verdict, DoesNotHold);
        assert_eq!(answer(constant_cost, cells(0.006, 0.006)).verdict, Holds);
        assert_eq!(answer(constant_cost, cells(0.006, 0.02)).verdict, DoesNotHold);
    }

    #[test]
    fn merges_that_are_cheap_and_merges_that_are_not() {
        let cells = |merge_s| {
            let merge = stage(QuantityName::AggregateMerge, merge_s, 0.02);
            vec![cell("plonky2", 1, vec![prove(120.0), QuantityRecord { level: Some(1), ..merge }])]
        };
        assert_eq!(answer(aggregation_time, cells(1.0)).verdict, Holds);
        assert_eq!(answer(aggregation_time, cells(12.0)).verdict, DoesNotHold, "11 merges of 12 s are 132 s");
        assert_eq!(answer(aggregation_time, vec![cell("plonky3", 1, vec![prove(1.0)])]).verdict, NotMeasured);
    }
}
