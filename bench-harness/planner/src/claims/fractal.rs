//! Rollups on rollups: circuits of one application, a thousand rollups behind one proof, composition, a niche of servers.
//! From a tree that was proved, and from plans of larger ones with its times.

use super::claim::Claim;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use crate::error::PlanError;
use crate::fractal::{
    Cadence, FractalRequest, FractalTimes, RollupTree, jobs_of_round, plan_rollups, predicted_stages,
    within_servers,
};
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::execution::MiddleRecord;
use records::fractal::{FractalRecord, FractalStageName, RollupCircuitName, RollupCircuitRecord};
use std::collections::BTreeMap;

const SOURCE: ClaimSourceName = ClaimSourceName::FractalScaling;
const FROM: &str = "bench-harness fractal --json";
const COMMAND: &str = "bench-harness fractal --json > fractal.json, then --fractal fractal.json";
/// The source's rollups and servers.
const ROLLUPS: u32 = 1_000;
const SERVERS: u32 = 100_000;
/// A block of Ethereum, s; and how often each rollup of a plan closes a full batch, s.
const BLOCK_S: f64 = 12.0;
const CLOSE_S: f64 = 12.0;

pub(super) fn circuits(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the CPU time of a batch on the general circuit over that of the same traffic on the best circuit for it alone",
        bound: Bound::AtLeast,
        threshold: 1.05,
        unit: "×",
    };
    let claim = Claim {
        id: "app-circuits",
        title: "circuits for one application",
        source: SOURCE,
        quote: "For any compute intensive application, application-specific rollups are pretty much necessary. […] Fine-tuned \
                for one application with zero VM overhead",
        quoted: &[],
    };
    let Some(record) = evidence.fractal else { return claim.not_measured(&RULE, COMMAND) };
    let general = record.circuits.iter().filter(|circuit| circuit.circuit == RollupCircuitName::General);
    let cpu = |circuit: &RollupCircuitRecord| Figure::of_repeats(circuit.cpu_s, circuit.repeats);
    let mut figures = Vec::new();
    for whole in general {
        let is_alike = |other: &&RollupCircuitRecord| {
            other.circuit != RollupCircuitName::General
                && other.swap_ratio == whole.swap_ratio
                && other.transactions == whole.transactions
        };
        let others = record.circuits.iter().filter(is_alike);
        if let Some(best) = others.min_by(|a, b| a.cpu_s.median.total_cmp(&b.cpu_s.median)) {
            let what = format!(
                "{} transactions, {} % swaps: general over {}",
                whole.transactions,
                100.0 * whole.swap_ratio,
                best.circuit
            );
            figures.push(cpu(whole).over(cpu(best)).deciding(what, "×", FROM));
        }
    }
    let cautions = vec![
        "Both are circuits made for their rules: a virtual machine proved in a circuit costs more than the general one here, so \
         that this is the least that an application of its own gains."
            .to_owned(),
    ];
    claim.answered(&RULE, figures, cautions, None)
}

pub(super) fn one_proof(evidence: &Evidence<'_>) -> Result<ClaimRecord, PlanError> {
    const RULE: Rule = Rule {
        of: "the CPU time of all merging for each rollup, 1,000 layer 3s on one layer 2 over the tree that was proved,",
        bound: Bound::AtMost,
        threshold: 1.25,
        unit: "×",
    };
    let claim = Claim {
        id: "layer-3s",
        title: "a thousand layers on one layer",
        source: SOURCE,
        quote: "you can have 1,000 layer 3s, layer 4s or whatever on a layer 2 and all of it is settled with a single \
                succinct recursive validity proof",
        quoted: &[("1,000 layer 3s", "layers that settle on one layer 2, as an example of how far it goes")],
    };
    let Some(record) = evidence.fractal else { return Ok(claim.not_measured(&RULE, COMMAND)) };
    let thousand = RollupTree::of_fan_outs(&[1, ROLLUPS])?;
    let times = FractalTimes::of_record(record, &thousand)?;
    let measured_rollups = record.rollups.len() as f64;
    let mut measured_jobs: BTreeMap<FractalStageName, f64> = BTreeMap::new();
    for stage in record.stages.iter().filter(|stage| stage.stage != FractalStageName::Prove) {
        *measured_jobs.entry(stage.stage).or_default() += stage.jobs as f64 / measured_rollups;
    }
    let mut planned_jobs: BTreeMap<FractalStageName, f64> = BTreeMap::new();
    for jobs in jobs_of_round(&thousand, record.batches_per_rollup, &times) {
        if jobs.stage != FractalStageName::Prove {
            *planned_jobs.entry(jobs.stage).or_default() += jobs.jobs as f64 / f64::from(thousand.rollups());
        }
    }
    let (Some(planned), Some(measured)) = (merging(record, &planned_jobs), merging(record, &measured_jobs))
    else {
        return Ok(claim.not_measured(&RULE, COMMAND));
    };
    let cpu_s: f64 = record.stages.iter().map(|stage| stage.cpu_s).sum();
    let predicted_s: f64 = predicted_stages(record)?.iter().map(|stage| stage.cpu_s).sum();
    let verify = Figure::of_repeats(record.verify_s, record.verify_repeats);
    let figures = vec![
        planned.over(measured).deciding(
            format!("merging a rollup, {ROLLUPS} on one layer 2 against a tree of {measured_rollups}"),
            "×",
            &format!("plan; unit costs from {FROM}"),
        ),
        planned.beside(format!("CPU time of merging a rollup, {ROLLUPS} on one layer 2"), "s", "plan"),
        Figure { ends: None, samples: Some(1), ..Figure::exact(cpu_s / predicted_s) }.beside(
            format!(
                "CPU time of the whole tree of {measured_rollups}, measured over predicted from unit costs"
            ),
            "×",
            FROM,
        ),
        verify.beside("time to verify the one proof", "s", FROM),
        Figure::exact(record.proof_bytes as f64).beside("the one proof", "bytes", FROM),
    ];
    let cautions = vec![format!(
        "Proved for real: {measured_rollups} rollups. {ROLLUPS} are planned from the same unit costs. That the last proof does \
         not grow is a property of its circuit; verified natively, and not in gas."
    )];
    Ok(claim.answered(
        &RULE,
        figures,
        cautions,
        Some("more rollups: bench-harness fractal --rollups 64".to_owned()),
    ))
}

/// CPU time of so many jobs of each stage; none where a stage has no unit cost.
fn merging(record: &FractalRecord, jobs: &BTreeMap<FractalStageName, f64>) -> Option<Figure> {
    let mut sum = Figure::exact(0.0);
    for (&stage, &count) in jobs {
        let unit = record.unit_costs.iter().find(|unit| unit.stage == stage && unit.circuit.is_none())?;
        sum = sum.plus(Figure::of_repeats(unit.cpu_s, unit.repeats).times(count));
    }
    (sum.value > 0.0).then_some(sum)
}

pub(super) fn composition(evidence: &Evidence<'_>) -> Result<ClaimRecord, PlanError> {
    const RULE: Rule = Rule {
        of: "the longest chain of jobs from closing to one proof of a layer 3 and its layer 2, each job on a machine as measured, \
             over a block of 12 s",
        bound: Bound::AtMost,
        threshold: 1.0,
        unit: "×",
    };
    let claim = Claim {
        id: "composition",
        title: "layers that compose atomically",
        source: SOURCE,
        quote: "validity proven execution layers can be atomically composable with its settlement layer, \
                unidirectionally. The requirement is a proof is generated every block",
        quoted: &[],
    };
    let Some(record) = evidence.fractal else { return Ok(claim.not_measured(&RULE, COMMAND)) };
    let chain = |rollups: u32| -> Result<Figure, PlanError> {
        let tree = RollupTree::balanced(rollups, 3)?;
        let path_s = |of: fn(&MiddleRecord) -> f64| -> Result<f64, PlanError> {
            let cadence = Cadence { close_s: CLOSE_S, batches: 1, block_s: BLOCK_S };
            let times = FractalTimes::of_record(&with_walls(record, of), &tree)?;
            let plan = plan_rollups(&FractalRequest::new(
                tree.clone(),
                times,
                cadence,
                record.capacity_transactions,
            )?)?;
            Ok(plan.whole.critical_path_s)
        };
        let repeats = record.unit_costs.iter().map(|unit| unit.repeats).min().unwrap_or(0);
        let ends = (path_s(|middle| middle.min)?, path_s(|middle| middle.max)?);
        Ok(Figure {
            value: path_s(|middle| middle.median)?,
            ends: (repeats > 1).then_some(ends),
            samples: Some(u64::from(repeats)),
        })
    };
    let (two, thousand) = (chain(2)?, chain(ROLLUPS)?);
    let from = format!("plan; unit times from {FROM}");
    let figures = vec![
        two.times(1.0 / BLOCK_S).deciding("a layer 3 on a layer 2, over a block", "×", &from),
        two.beside("a layer 3 on a layer 2", "s", &from),
        thousand.times(1.0 / BLOCK_S).beside(
            format!("{ROLLUPS} rollups, over a block: so many times as fast must each job be"),
            "×",
            &from,
        ),
    ];
    let cautions = vec![
        format!(
            "Batches of {} transactions: larger ones take longer. More machines do not shorten the chain; machines with more cores \
             do, as far as their law goes: `bench-harness plan --rollups 2 --close 12s --fractal fractal.json --proof-every-block` \
             with a `--profile`.",
            record.capacity_transactions
        ),
        "A block of 12 s is Ethereum's; a layer 2 may have shorter ones.".to_owned(),
    ];
    Ok(claim.answered(&RULE, figures, cautions, None))
}

/// The record with other wall times as its medians.
fn with_walls(record: &FractalRecord, of: fn(&MiddleRecord) -> f64) -> FractalRecord {
    let mut record = record.clone();
    for unit in &mut record.unit_costs {
        unit.wall_s.median = of(&unit.wall_s);
    }
    record
}

pub(super) fn servers(evidence: &Evidence<'_>) -> Result<ClaimRecord, PlanError> {
    const RULE: Rule = Rule {
        of: "the number of servers for 1,000 rollups that each close a full batch every 12 s, those that execute, provers and \
             aggregators together,",
        bound: Bound::AtMost,
        threshold: SERVERS as f64,
        unit: "servers",
    };
    let claim = Claim {
        id: "servers",
        title: "100,000 servers for a niche",
        source: SOURCE,
        quote: "Let’s say we’ll need only 0.1% of the compute capabilities of “web2”. That’s 100,000 servers to \
                establish a small niche.",
        quoted: &[
            ("100,000,000 servers", "what “web2” runs on, by the source"),
            ("100,000 servers", "0.1 % of them, assumed and not measured there"),
            ("1,000 sequencers", "what composes to a unified state in the end, by the source"),
        ],
    };
    let Some(record) = evidence.fractal else { return Ok(claim.not_measured(&RULE, COMMAND)) };
    let tree = RollupTree::balanced(ROLLUPS, 3)?;
    let cadence = Cadence { close_s: CLOSE_S, batches: 1, block_s: BLOCK_S };
    let request = |of: fn(&MiddleRecord) -> f64| -> Result<FractalRequest, PlanError> {
        let times = FractalTimes::of_record(&with_walls(record, of), &tree)?;
        FractalRequest::new(tree.clone(), times, cadence, record.capacity_transactions)
    };
    let count = |of: fn(&MiddleRecord) -> f64| -> Result<f64, PlanError> {
        let fleet = plan_rollups(&request(of)?)?.fleet;
        let machines = fleet.provers + fleet.spares + fleet.aggregators + fleet.aggregator_spares;
        Ok(f64::from(ROLLUPS + machines))
    };
    let repeats = record.unit_costs.iter().map(|unit| unit.repeats).min().unwrap_or(0);
    let ends = (count(|middle| middle.min)?, count(|middle| middle.max)?);
    let samples = Some(u64::from(repeats));
    let taken =
        Figure { value: count(|middle| middle.median)?, ends: (repeats > 1).then_some(ends), samples };
    let (filled, budget) = within_servers(request(|middle| middle.median)?, SERVERS)?;
    let per_s = f64::from(budget.rollups) * f64::from(record.capacity_transactions) / CLOSE_S;
    let from = format!("plan; unit times from {FROM}");
    let far = |figure: ClaimFigureRecord| ClaimFigureRecord { is_extrapolated: true, ..figure };
    let figures = vec![
        taken.deciding(format!("servers for {ROLLUPS} rollups"), "servers", &from),
        far(Figure::exact(f64::from(filled.tree().rollups())).beside(
            format!("rollups that {SERVERS} servers carry"),
            "",
            &from,
        )),
        far(Figure::exact(per_s).beside(format!("transactions that {SERVERS} servers carry"), "tx/s", &from)),
    ];
    let cautions = vec![
        format!(
            "A server is one machine of {} threads as measured, far less than the 128 cores that the source has in mind; a rollup's \
             own executor is taken to keep up on one. The source names no load: full batches of {} transactions every {CLOSE_S} s \
             are assumed.",
            record.threads, record.capacity_transactions
        ),
        "Data on L1 for so many transactions is not in it, nor whether L1 has room for it: `bench-harness plan --servers 100000 \
         --close 12s --fractal fractal.json` says it with `--data-bytes` and what a byte costs.".to_owned(),
    ];
    Ok(claim.answered(&RULE, figures, cautions, None))
}

#[cfg(test)]
mod tests {
    use super::{circuits, composition, one_proof, servers};
    use crate::claims::evidence::Evidence;
    use fixtures::fractal::fractal;
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds, Inconclusive, NotMeasured};
    use records::fractal::{FractalRecord, FractalStageName, RollupCircuitName};

    fn with<T>(record: &FractalRecord, claim: impl Fn(&Evidence<'_>) -> T) -> T {
        claim(&Evidence { fractal: Some(record), ..Evidence::default() })
    }

    fn circuits_of(record: &FractalRecord) -> ClaimRecord {
        with(record, circuits)
    }

    /// The fixture with every time so many times as long.
    fn slower(factor: f64) -> FractalRecord {
        let mut record = fractal();
        for unit in &mut record.unit_costs {
            for time_s in [&mut unit.wall_s.median, &mut unit.wall_s.min, &mut unit.wall_s.max] {
                *time_s *= factor;
            }
        }
        record
    }

    #[test]
    fn a_circuit_of_its_own_is_compared_for_the_same_traffic() {
        let claim = circuits_of(&fractal());
        assert_eq!((claim.verdict, claim.figures.len()), (Inconclusive, 2), "{claim:?}");
        let mut gained = fractal();
        let swaps = gained.circuits.iter_mut().find(|circuit| circuit.circuit == RollupCircuitName::Swaps);
        swaps.unwrap().cpu_s = crate::claims::testing::middle(2.5);
        assert_eq!(circuits_of(&gained).verdict, Holds);
        let mut lost = fractal();
        lost.circuits.iter_mut().filter(|circuit| circuit.circuit == RollupCircuitName::General).for_each(
            |circuit| {
                circuit.cpu_s = crate::claims::testing::middle(1.0);
            },
        );
        assert_eq!(circuits_of(&lost).verdict, DoesNotHold);
        let mut other = fractal();
        other.circuits.iter_mut().for_each(|circuit| circuit.transactions += circuit.rows as u32);
        assert_eq!(circuits_of(&other).verdict, NotMeasured, "of no traffic both were proved");
    }

    #[test]
    fn merging_a_rollup_costs_as_much_in_a_tree_of_a_thousand() {
        let claim = with(&fractal(), one_proof).unwrap();
        assert_eq!(claim.verdict, Holds, "{claim:?}");
        // Two merges for a chain, as many as a lift and a merge take; an attach and a join for each but the layer 2.
        let wanted = 2.2 + 1_000.0 / 1_001.0 * (2.4 + 2.2);
        assert!((claim.figures[1].value - wanted).abs() < 1e-9, "{claim:?}");
        let mut few = fractal();
        few.stages
            .retain(|stage| stage.stage == FractalStageName::Prove || stage.stage == FractalStageName::Chain);
        assert_eq!(
            with(&few, one_proof).unwrap().verdict,
            DoesNotHold,
            "without attaches and joins it was far less"
        );
    }

    #[test]
    fn composition_is_a_matter_of_the_longest_chain_and_a_block() {
        // General and general are in it: 2.2 s, a chain of 1.21, an attach of 1.32, a join of 1.21, all at most 6 s.
        assert_eq!(with(&fractal(), composition).unwrap().verdict, Holds);
        assert_eq!(with(&slower(4.0), composition).unwrap().verdict, DoesNotHold);
        let figures = with(&fractal(), composition).unwrap().figures;
        assert!(figures[2].value > figures[0].value, "a thousand have more merges on the way: {figures:?}");
    }

    #[test]
    fn servers_are_counted_with_those_that_execute() {
        let claim = with(&fractal(), servers).unwrap();
        assert!(claim.verdict == Holds && claim.figures[0].value > 1_001.0, "{claim:?}");
        assert_eq!(with(&slower(1_000.0), servers).unwrap().verdict, DoesNotHold);
        assert!(claim.figures[1].value > 10_000.0 && claim.figures[1].is_extrapolated);
    }
}
