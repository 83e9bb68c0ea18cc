//! Time and memory over batch size, within one padded circuit: at the next power of two both step, and no line may
//! cross a step. For a proof system that reports no rows, one line through enough sizes that its steps show as scatter.

use std::collections::BTreeSet;

use records::laws::{FamilyRecord, FitRecord, LawName, LawPointRecord, LawRecord, OfName, OverName};
use records::profile::{CellSummaryRecord, ProfileRecord};

use super::asked::{Asked, count};
use super::family::{Members, families, pairs, places, points, stages, whole};
use super::fit;
use crate::scaling::{LineFit, reach::FAR_TIMES};

/// Sizes that a line takes where no rows are reported: steps of a padding, if there is one, are then in its interval.
const SIZES_WITHOUT_ROWS: usize = 4;

/// Rows of a cell's batch circuit: in use, and padded.
pub(super) fn rows(summary: &CellSummaryRecord) -> Option<(u64, u64)> {
    let circuits = &summary.system.as_ref()?.circuits;
    circuits.iter().find(|circuit| circuit.name == "batch").map(|circuit| (circuit.rows, circuit.padded_rows))
}

pub(super) fn laws(profile: &ProfileRecord, asked: &Asked, missing: &mut Vec<String>) -> Vec<LawRecord> {
    let by_size = families(profile, |summary| {
        let padded_rows = rows(summary).map(|(_, padded)| padded);
        let family = FamilyRecord {
            batch_transactions: None,
            capacity_transactions: None,
            padded_rows,
            ..whole(&summary.cell)
        };
        Some((family, summary.cell.batch_transactions as f64))
    });
    if by_size.is_empty() {
        missing.push("Over batch size: nothing was measured.".to_owned());
    }
    let (mut single, mut few) = (BTreeSet::new(), BTreeSet::new());
    let mut laws = Vec::new();
    for (family, members) in by_size {
        if family.padded_rows.is_none() && places(&members) < SIZES_WITHOUT_ROWS {
            few.insert(family.proof_system.clone());
            continue;
        }
        if places(&members) < 2 {
            let at: Vec<String> = members.first().map(|member| member.0.to_string()).into_iter().collect();
            single.insert(format!("{} of {} rows", at.join(""), family.padded_rows.unwrap_or(0)));
            continue;
        }
        let transactions_max = transactions_that_fit(&members);
        for stage in stages(&members) {
            let points = points(&members, stage);
            if let Some(fitted) = record(OfName::TimeS, &points, transactions_max, asked) {
                laws.push(law(&family, OfName::TimeS, Some(stage), points, fitted));
            }
        }
        let memory = memory(&members);
        if let Some(fitted) = record(OfName::MemoryBytes, &memory, transactions_max, asked) {
            laws.push(law(&family, OfName::MemoryBytes, None, memory, fitted));
        }
    }
    if !few.is_empty() {
        missing.push(format!(
            "Over batch size: {} reports no rows, so that a step of the padding cannot be seen; a line takes \
             {SIZES_WITHOUT_ROWS} sizes.",
            few.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    if !single.is_empty() {
        missing.push(format!(
            "Over batch size within one padded circuit: one size alone was measured ({}). A line takes 2 sizes of \
             the same padded rows, 3 for intervals.",
            single.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    laws
}

/// Peak memory of each cell's process.
fn memory(members: &Members) -> Vec<LawPointRecord> {
    let point = |(x, summary): &(f64, &CellSummaryRecord)| {
        let bytes = summary.peak_rss_bytes.filter(|bytes| *bytes > 0)?;
        Some(LawPointRecord { x: *x, y: bytes as f64, low: None, high: None, samples: 1 })
    };
    members.iter().filter_map(point).collect()
}

/// The most transactions that the padded circuit takes; infinite where no rows are reported. Rows are in proportion to the
/// largest circuit measured, which is a little low where a circuit has rows of its own.
fn transactions_that_fit(members: &Members) -> f64 {
    let fits = members.iter().filter_map(|(_, summary)| {
        let (used, padded) = rows(summary)?;
        let capacity = summary.cell.capacity_transactions as f64;
        (used > 0).then(|| (padded as f64 / used as f64 * capacity).floor())
    });
    fits.reduce(f64::max).unwrap_or(f64::INFINITY)
}

fn law(
    family: &FamilyRecord,
    of: OfName,
    stage: Option<super::family::StageKey>,
    points: Vec<LawPointRecord>,
    fit: FitRecord,
) -> LawRecord {
    let exact = (fit.degrees_of_freedom == 0).then(|| {
        format!(
            "The line passes through its {} exactly: no interval, and nothing that checks it.",
            count(points.len(), "point", "points")
        )
    });
    let smooth = family.padded_rows.is_none().then(|| {
        "No rows are reported: where the system pads to powers of two, the line passes through the middle of its steps."
            .to_owned()
    });
    LawRecord {
        over: OverName::BatchTransactions,
        of,
        stage: stage.map(|stage| stage.0),
        level: stage.and_then(|stage| stage.1),
        family: family.clone(),
        points,
        fits: vec![fit],
        notes: exact.into_iter().chain(smooth).collect(),
        trees: vec![],
    }
}

fn record(of: OfName, points: &[LawPointRecord], transactions_max: f64, asked: &Asked) -> Option<FitRecord> {
    let line = LineFit::new("batch_transactions", &pairs(points)).ok()?;
    let names = match of {
        OfName::TimeS => ["fixed_s", "each_s"],
        OfName::MemoryBytes => ["fixed_bytes", "each_bytes"],
    };
    let coefficients = vec![
        fit::coefficient(names[0], line.intercept, line.intervals.map(|intervals| intervals.0)),
        fit::coefficient(names[1], line.slope, line.intervals.map(|intervals| intervals.1)),
    ];
    let curve = fit::curve(wanted(points, transactions_max, asked), |x| {
        if x > transactions_max {
            return Err(format!(
                "more than {transactions_max} transactions do not fit the padded circuit: the next one is a step"
            ));
        }
        fit::line_point(&line, x, x, asked.far)
    });
    Some(fit::line(LawName::Line, &line, coefficients, curve))
}

/// The sizes asked for; without a wish those measured, and the most that fits where that is not too far.
fn wanted(points: &[LawPointRecord], transactions_max: f64, asked: &Asked) -> Vec<f64> {
    if !asked.batch_transactions.is_empty() {
        return asked.batch_transactions.clone();
    }
    let mut wanted: Vec<f64> = points.iter().map(|point| point.x).collect();
    if wanted.last().is_some_and(|last| transactions_max > *last && transactions_max <= FAR_TIMES * last) {
        wanted.push(transactions_max);
    }
    wanted.dedup();
    wanted
}
