//! Time of each stage over the clock, `T = A/f + B`, and over the share of the processor that a quota leaves.
//!
//! The two are never mixed: under a quota memory keeps its speed and the caches stay warm, so that half of the time
//! is not half of the clock.

use records::laws::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LawName, LawPointRecord, LawRecord, OfName,
    OverName, RefusedRecord,
};
use records::profile::{CellSummaryRecord, ProfileRecord};

use super::family::{StageKey, families, pairs, places, points, stages, whole};
use super::{Asked, count, reach_name};
use crate::scaling::{LineFit, Reach, reach::FAR_TIMES};

/// Where a cell stands on the axis of `over`, if it does.
fn place(summary: &CellSummaryRecord, over: OverName) -> Option<f64> {
    let clock = summary.cell.clock.as_str();
    let number = |unit: &str| clock.strip_suffix(unit).and_then(|text| text.trim().parse::<f64>().ok());
    let place = match over {
        // What the probe found is what ran; what was set is what the system was asked for.
        OverName::ClockGhz if clock == "as_is" => summary.clock_ghz,
        OverName::ClockGhz => number("GHz").map(|asked| summary.clock_ghz.unwrap_or(asked)),
        OverName::CpuFraction if clock == "as_is" => Some(1.0),
        OverName::CpuFraction => number("%").map(|percent| percent / 100.0),
        OverName::Cores | OverName::BatchTransactions | OverName::BatchesPerAggregation => None,
    };
    place.filter(|place| place.is_finite() && *place > 0.0)
}

pub(super) fn laws(profile: &ProfileRecord, asked: &Asked, missing: &mut Vec<String>) -> Vec<LawRecord> {
    let mut laws = Vec::new();
    for (over, what, how) in [
        (OverName::ClockGhz, "clock", "three clocks that were set (--clock 1.5GHz,2.0GHz,2.5GHz)"),
        (OverName::CpuFraction, "share of the processor", "three shares (--clock 30%,60%,as_is)"),
    ] {
        let by_clock = families(profile, |summary| {
            Some((FamilyRecord { clock: None, ..whole(&summary.cell) }, place(summary, over)?))
        });
        let most = by_clock.iter().map(|(_, members)| places(members)).max().unwrap_or(0);
        if most < 3 {
            missing.push(format!(
                "Over the {what}: T = A/x + B takes {how}, four for intervals; measured: {most}."
            ));
        }
        for (family, members) in by_clock.iter().filter(|(_, members)| places(members) >= 3) {
            for stage in stages(members) {
                let points = points(members, stage);
                laws.extend(law(over, family, stage, points, asked));
            }
        }
    }
    laws
}

fn law(
    over: OverName,
    family: &FamilyRecord,
    (stage, level): StageKey,
    points: Vec<LawPointRecord>,
    asked: &Asked,
) -> Option<LawRecord> {
    // A stage that some cells lack may have fewer points than the family.
    let fit = LineFit::over_clock(&pairs(&points)).ok()?;
    let notes = (fit.degrees_of_freedom() == 1).then(|| {
        format!(
            "{} leave one degree of freedom: the intervals are wide.",
            count(points.len(), "point", "points")
        )
    });
    let mut notes: Vec<String> = notes.into_iter().collect();
    if over == OverName::CpuFraction {
        notes.push("A share of the processor's time is not a clock: memory keeps its speed.".to_owned());
    }
    Some(LawRecord {
        over,
        of: OfName::TimeS,
        stage: Some(stage),
        level,
        family: family.clone(),
        fits: vec![record(over, &fit, &points, asked)],
        points,
        notes,
        trees: vec![],
    })
}

fn record(over: OverName, fit: &LineFit, points: &[LawPointRecord], asked: &Asked) -> FitRecord {
    let ends = |interval: Option<(f64, f64)>| (interval.map(|i| i.0), interval.map(|i| i.1));
    let (a_low, a_high) = ends(fit.intervals.map(|intervals| intervals.1));
    let (b_low, b_high) = ends(fit.intervals.map(|intervals| intervals.0));
    let a = if over == OverName::ClockGhz { "a_ghz_s" } else { "a_s" };
    let (mut curve, mut refused) = (Vec::new(), Vec::new());
    for x in wanted(over, points, asked) {
        let (y, reach) = fit.at(1.0 / x);
        if matches!(reach, Reach::Far { .. }) && !asked.far {
            let why = format!("nothing is said beyond {FAR_TIMES} times what was measured");
            refused.push(RefusedRecord { x, why });
            continue;
        }
        let (low, high) = ends(fit.band(1.0 / x));
        curve.push(CurvePointRecord {
            x,
            y,
            low: low.map(|low| low.max(0.0)),
            high,
            reach: reach_name(reach),
        });
    }
    FitRecord {
        law: LawName::InverseClock,
        coefficients: vec![
            CoefficientRecord { name: a.to_owned(), value: fit.slope, low: a_low, high: a_high },
            CoefficientRecord { name: "b_s".to_owned(), value: fit.intercept, low: b_low, high: b_high },
        ],
        degrees_of_freedom: fit.degrees_of_freedom() as u64,
        leave_one_out_fraction: fit.leave_one_out_relative,
        peak: None,
        curve,
        refused,
    }
}

/// The clocks asked for; without a wish those measured, and half as fast again for a clock.
fn wanted(over: OverName, points: &[LawPointRecord], asked: &Asked) -> Vec<f64> {
    if over == OverName::ClockGhz && !asked.clock_ghz.is_empty() {
        return asked.clock_ghz.clone();
    }
    let mut wanted: Vec<f64> = points.iter().map(|point| point.x).collect();
    if let (OverName::ClockGhz, Some(most)) = (over, wanted.last().copied()) {
        wanted.push(most * 1.5);
    }
    wanted.dedup();
    wanted
}
