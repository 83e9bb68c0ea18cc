//! Throughput and delay over N, with the balance point.

use crate::chart::{Axis, Chart, Column, Dot, Rule, Series, Table, Tone};
use crate::html::section::{Block, Section};
use crate::words::count;
use records::number::{significant, time};
use records::plan::PlanRecord;
use records::plan::curves::{CurvesRecord, OverBatchesRecord};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "groups", title: "Batches per aggregation", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let (plan, curves) = (records.plan.as_ref()?, records.curves.as_ref()?);
    if curves.over_batches.is_empty() {
        return None;
    }
    Some(vec![Block::chart(throughput(plan, curves)), Block::chart(delay(plan, curves))])
}

fn x_axis(curves: &CurvesRecord) -> Axis {
    let doubles =
        curves.over_batches.iter().map(|at| at.batches_per_aggregation).filter(|n| n.is_power_of_two());
    Axis::log("batches per aggregation, N").with_ticks(doubles.map(f64::from).collect())
}

fn points(curves: &CurvesRecord, pick: fn(&OverBatchesRecord) -> f64) -> Vec<(f64, f64)> {
    curves.over_batches.iter().map(|at| (f64::from(at.batches_per_aggregation), pick(at))).collect()
}

fn rules(plan: &PlanRecord, curves: &CurvesRecord) -> Vec<Rule> {
    let n = plan.recommendation.batches_per_aggregation;
    let balance = curves.balance_batches;
    let mut rules = vec![Rule::X { at: n.into(), label: format!("recommended: {n}") }];
    if balance != n && curves.over_batches.iter().any(|at| at.batches_per_aggregation >= balance) {
        rules.push(Rule::X { at: balance.into(), label: format!("balance point: {balance}") });
    }
    rules
}

fn throughput(plan: &PlanRecord, curves: &CurvesRecord) -> Chart {
    let target = plan.inputs.target_batches_per_s;
    let mut rules = rules(plan, curves);
    rules.push(Rule::Y { at: target, label: format!("asked: {} batches/s", significant(target, 3)) });
    let provers = count(plan.recommendation.provers, "prover");
    Chart {
        id: "throughput-over-n".to_owned(),
        title: "Throughput, by batches per aggregation".to_owned(),
        caption: format!(
            "The published formula gives each of N batches a prover of its own, so that its rate rises with N until \
             batches close no faster: the balance point. The corrected form keeps the {provers} recommended \
             and carries the load from the N at which the L1 block time no longer limits it."
        ),
        x: x_axis(curves),
        y: Axis::from_zero("throughput, batches/s"),
        series: vec![
            Series::line(
                &format!("corrected ({provers})"),
                Tone::Main,
                points(curves, |at| at.corrected_throughput_batches_per_s),
            ),
            Series::dashed(
                "formula as published (N provers)",
                Tone::Second,
                points(curves, |at| at.published_throughput_batches_per_s),
            ),
        ],
        rules,
        table: table(curves),
    }
}

fn delay(plan: &PlanRecord, curves: &CurvesRecord) -> Chart {
    let dots = |pick: fn(&OverBatchesRecord) -> Option<f64>, name: &str| -> Vec<Dot> {
        let found = curves.over_batches.iter().filter_map(|at| Some((at.batches_per_aggregation, pick(at)?)));
        found
            .map(|(n, delay_s)| Dot {
                x: n.into(),
                y: delay_s,
                interval: None,
                note: format!("N = {n}, {name}: {}", time(delay_s)),
            })
            .collect()
    };
    let mean = dots(|at| Some(at.simulated?.mean_s), "simulated mean");
    let p99 = dots(|at| Some(at.simulated?.p99_s), "simulated p99");
    let behind = if mean.len() < curves.over_batches.len() {
        " Where there is no dot the fleet is unstable: demand exceeds its capacity."
    } else {
        ""
    };
    Chart {
        id: "delay-over-n".to_owned(),
        title: "Delay to consolidated, by batches per aggregation".to_owned(),
        caption: format!(
            "Larger groups wait longer to fill: beyond the N that L1 asks for, each batch more only adds delay. Lines \
             are formulas, dots the simulation of {}.{behind}",
            count(plan.recommendation.provers, "prover")
        ),
        x: x_axis(curves),
        y: Axis::log("delay to consolidated, s"),
        series: vec![
            Series::line("corrected", Tone::Main, points(curves, |at| at.corrected_delay_s)),
            Series::dashed("formula as published", Tone::Second, points(curves, |at| at.published_delay_s)),
            Series::dots("simulated mean", Tone::Main, mean),
            Series::rings("simulated p99", Tone::Third, p99),
        ],
        rules: rules(plan, curves),
        table: table(curves),
    }
}

fn table(curves: &CurvesRecord) -> Table {
    let columns: [Column<OverBatchesRecord>; 7] = [
        ("batches_per_aggregation", "N", |at| at.batches_per_aggregation.into()),
        ("published_throughput_batches_per_s", "published: batches/s", |at| {
            at.published_throughput_batches_per_s.into()
        }),
        ("published_delay_s", "published: delay, s", |at| at.published_delay_s.into()),
        ("corrected_throughput_batches_per_s", "corrected: batches/s", |at| {
            at.corrected_throughput_batches_per_s.into()
        }),
        ("corrected_delay_s", "corrected: delay, s", |at| at.corrected_delay_s.into()),
        ("simulated_delay_s", "simulated: mean, s", |at| at.simulated.map(|delay| delay.mean_s).into()),
        ("simulated_delay_p99_s", "simulated: p99, s", |at| at.simulated.map(|delay| delay.p99_s).into()),
    ];
    Table::of(&curves.over_batches, columns)
}
