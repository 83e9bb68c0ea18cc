//! The toy factory: its two readings by the formula, and by the pipeline simulation run on its stages.
//!
//! The stages are those of the pipeline in their order: closing (one machine), proving (P), aggregation of single batches
//! (A), each hour of the source as one second. A car enters whenever the slowest stage can take one.

use super::claim::Claim;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::domain::{Aggregation, TimeDist};
use crate::error::PlanError;
use crate::formulas::toy::{lead_time, pipelined_rate};
use crate::sim::{Arrivals, Closing, L1, Lane, Pipeline, spans};
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};

/// Stages of the factory as the source draws it: (hours, operators).
const BEFORE: [(f64, u32); 3] = [(1.0, 1), (3.0, 1), (2.0, 1)];
const MORE: [(f64, u32); 3] = [(1.0, 1), (3.0, 3), (2.0, 2)];
const FASTER: [(f64, u32); 3] = [(1.0, 1), (1.0, 1), (1.0, 1)];
/// Cars that are simulated; the first half is not counted.
const CARS: u64 = 120;
/// What the way to L1 takes, which the factory has not: a billionth of an hour.
const NOTHING_H: f64 = 1e-9;

const RULE: Rule = Rule {
    of: "the part by which a simulated figure is off the printed one",
    bound: Bound::AtMost,
    threshold: 0.001,
    unit: "",
};

pub(super) fn more_operators() -> Result<ClaimRecord, PlanError> {
    let claim = Claim {
        id: "factory-more",
        title: "toy factory, more operators",
        source: ClaimSourceName::OrderThenProve,
        quote: "the throughput is increased to 1 hour, but the delay remains at 6 hours",
        quoted: &[
            (
                "1/3 hours, 6 hours",
                "cars an hour and lead time of the factory before, stages of 1, 3 and 2 hours",
            ),
            ("1 hour, 6 hours", "cars an hour and lead time with three and two operators at the slow stages"),
        ],
    };
    answer(&claim, &[("before", &BEFORE, (1.0 / 3.0, 6.0)), ("more operators", &MORE, (1.0, 6.0))])
}

pub(super) fn faster_operators() -> Result<ClaimRecord, PlanError> {
    let claim = Claim {
        id: "factory-faster",
        title: "toy factory, faster operators",
        source: ClaimSourceName::OrderThenProve,
        quote: "the delay is reduced to three hours, and the throughput is also reduced to 1 hour",
        quoted: &[("three hours, 1 hour", "lead time and hours a car where each stage takes one hour")],
    };
    answer(&claim, &[("faster operators", &FASTER, (1.0, 3.0))])
}

type Reading<'a> = (&'a str, &'a [(f64, u32); 3], (f64, f64));

fn answer(claim: &Claim, readings: &[Reading<'_>]) -> Result<ClaimRecord, PlanError> {
    let mut figures = Vec::new();
    for (name, stages, printed) in readings {
        let simulated = simulated(stages)?;
        for (what, unit, simulated, printed, formula) in [
            ("cars an hour", "1/h", simulated.0, printed.0, pipelined_rate(*stages)),
            ("lead time", "h", simulated.1, printed.1, lead_time(*stages)),
        ] {
            figures.extend(side_by_side(&format!("{what}, {name}"), unit, (simulated, printed, formula)));
        }
    }
    let cautions = vec![
        "Simulated by the pipeline of the plans: closing, proving and aggregating are the three stages, and a car enters \
         whenever the slowest one can take it. It answers for the arithmetic, and for no machine."
            .to_owned(),
    ];
    Ok(claim.answered(&RULE, figures, cautions, None))
}

fn side_by_side(what: &str, unit: &str, figures: (f64, f64, f64)) -> [ClaimFigureRecord; 3] {
    let (simulated, printed, formula) = figures;
    [
        Figure::exact(off(simulated, printed)).deciding(
            format!("{what}: off the printed figure"),
            "",
            "simulation",
        ),
        Figure::exact(simulated).beside(format!("{what}: simulated"), unit, "simulation"),
        Figure::exact(formula).beside(format!("{what}: formula"), unit, "formula"),
    ]
}

/// The part by which a simulated figure is off the printed one, to a millionth: the way to L1 is less than that.
fn off(simulated: f64, printed: f64) -> f64 {
    ((simulated / printed - 1.0).abs() * 1e6).round() / 1e6
}

/// Cars an hour and lead time in hours.
fn simulated(stages: &[(f64, u32); 3]) -> Result<(f64, f64), PlanError> {
    let [(close_h, _), (prove_h, provers), (aggregate_h, aggregators)] = *stages;
    let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", aggregate_h)?);
    let pipeline = Pipeline::new(
        Arrivals::fixed(1.0 / pipelined_rate(stages))?,
        TimeDist::fixed("prove", prove_h)?,
        provers,
        aggregation,
        L1::Latency(NOTHING_H),
    )?;
    let pipeline = pipeline.with_groups(1, aggregators)?.with_closing(Closing::Full, close_h)?;
    let seen = spans(&pipeline, 1, CARS)?;
    let at = |lane: Lane, car: u64| seen.iter().find(|span| span.lane == lane && span.batch == car);
    let out_h = |car: u64| at(Lane::L1Proof, car).map_or(f64::NAN, |span| span.end_s);
    let in_h = |car: u64| at(Lane::Closing, car).map_or(f64::NAN, |span| span.start_s);
    let (middle, last) = (CARS / 2, CARS - 1);
    Ok(((last - middle) as f64 / (out_h(last) - out_h(middle)), out_h(last) - in_h(last)))
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, Claim, FASTER, MORE, answer, faster_operators, more_operators, simulated};
    use records::claims::{ClaimSourceName, ClaimVerdictName};

    #[test]
    fn the_simulation_gives_the_tables_of_the_source() {
        for (stages, rate, lead_h) in [(BEFORE, 1.0 / 3.0, 6.0), (MORE, 1.0, 6.0), (FASTER, 1.0, 3.0)] {
            let (simulated_rate, simulated_h) = simulated(&stages).unwrap();
            assert!((simulated_rate / rate - 1.0).abs() < 1e-6, "{simulated_rate}");
            assert!((simulated_h / lead_h - 1.0).abs() < 1e-6, "{simulated_h}");
        }
        assert_eq!(more_operators().unwrap().verdict, ClaimVerdictName::Holds);
        assert_eq!(faster_operators().unwrap().verdict, ClaimVerdictName::Holds);
    }

    #[test]
    fn a_wrong_table_does_not_hold() {
        let claim =
            Claim { id: "wrong", title: "", source: ClaimSourceName::OrderThenProve, quote: "", quoted: &[] };
        // With more operators the lead time stays; the claim that it falls is refused.
        let record = answer(&claim, &[("more operators", &MORE, (1.0, 3.0))]).unwrap();
        assert_eq!(record.verdict, ClaimVerdictName::DoesNotHold);
    }
}
