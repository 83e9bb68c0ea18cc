//! Scaling laws as CSV (RFC 4180): one row a measured point, a coefficient, a point of a curve and a refusal.
//!
//! The unit of `x` is the column `over`, that of `y` the column `of`, but for coefficients, whose unit stands last in
//! their name.

use crate::export::{Plain, csv_text};
use records::laws::{LawRecord, LawsRecord, Reach};
use serde::Serialize;

/// Which law a row is of.
#[derive(Clone, Copy, Default, Serialize)]
struct LawColumns<'a> {
    run: &'a str,
    over: &'static str,
    of: &'static str,
    stage: Option<&'static str>,
    level: Option<u64>,
    workload: &'a str,
    swap_ratio: Option<Plain>,
    proof_system: &'a str,
    batch_transactions: Option<u64>,
    capacity_transactions: Option<u64>,
    batches_per_aggregation: Option<u64>,
    cores: Option<u64>,
    clock: Option<&'a str>,
    provers: Option<u64>,
    padded_rows: Option<u64>,
}

/// What a row says of it.
#[derive(Clone, Copy, Default, Serialize)]
struct Row<'a> {
    row: &'static str,
    law: &'static str,
    name: &'a str,
    x: Option<Plain>,
    y: Option<Plain>,
    low: Option<Plain>,
    high: Option<Plain>,
    samples: Option<u64>,
    reach: Option<Reach>,
    degrees_of_freedom: Option<u64>,
    leave_one_out_fraction: Option<Plain>,
    why: &'a str,
}

/// Laws as CSV.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(laws: &LawsRecord) -> Result<String, csv::Error> {
    let rows = laws.laws.iter().flat_map(|law| {
        let identity = identity(&laws.run, law);
        rows(law).into_iter().map(move |row| (identity, row))
    });
    csv_text(rows)
}

fn identity<'a>(run: &'a str, law: &'a LawRecord) -> LawColumns<'a> {
    let family = &law.family;
    LawColumns {
        run,
        over: law.over.key(),
        of: law.of.key(),
        stage: law.stage.map(|stage| stage.key()),
        level: law.level,
        workload: &family.workload,
        swap_ratio: family.swap_ratio.map(Plain),
        proof_system: &family.proof_system,
        batch_transactions: family.batch_transactions,
        capacity_transactions: family.capacity_transactions,
        batches_per_aggregation: family.batches_per_aggregation,
        cores: family.cores,
        clock: family.clock.as_deref(),
        provers: family.provers,
        padded_rows: family.padded_rows,
    }
}

fn rows(law: &LawRecord) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    rows.extend(law.points.iter().map(|point| Row {
        row: "measured",
        x: Some(Plain(point.x)),
        y: Some(Plain(point.y)),
        low: point.low.map(Plain),
        high: point.high.map(Plain),
        samples: Some(point.samples),
        ..Row::default()
    }));
    for fit in &law.fits {
        let of_fit = |row| Row {
            row,
            law: fit.law.key(),
            degrees_of_freedom: Some(fit.degrees_of_freedom),
            leave_one_out_fraction: fit.leave_one_out_fraction.map(Plain),
            ..Row::default()
        };
        rows.extend(fit.coefficients.iter().map(|coefficient| Row {
            name: &coefficient.name,
            y: Some(Plain(coefficient.value)),
            low: coefficient.low.map(Plain),
            high: coefficient.high.map(Plain),
            ..of_fit("coefficient")
        }));
        rows.extend(fit.peak.map(|peak| Row {
            name: "fastest_cores",
            x: Some(Plain(peak.cores)),
            reach: Some(peak.reach),
            ..of_fit("peak")
        }));
        rows.extend(fit.curve.iter().map(|point| Row {
            x: Some(Plain(point.x)),
            y: Some(Plain(point.y)),
            low: point.low.map(Plain),
            high: point.high.map(Plain),
            reach: Some(point.reach),
            ..of_fit("curve")
        }));
        let refused = fit.refused.iter();
        rows.extend(refused.map(|one| Row { x: Some(Plain(one.x)), why: &one.why, ..of_fit("refused") }));
    }
    for tree in &law.trees {
        let x = Some(Plain(tree.batches_per_aggregation as f64));
        let row = |name, y| Row { row: "tree", law: "merges", name, x, y: Some(Plain(y)), ..Row::default() };
        rows.push(row("one_aggregator_s", tree.one_aggregator_s));
        rows.push(row("enough_aggregators_s", tree.enough_aggregators_s));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::laws;

    #[test]
    fn a_row_a_figure() {
        insta::assert_snapshot!(render(&laws::laws()).expect("renders"));
    }
}
