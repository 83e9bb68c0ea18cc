//! Time of each stage over the clock, `T = A/f + B`, and over the fraction of the processor that a quota leaves.
//!
//! The two are never mixed: under a quota memory keeps its speed and the caches stay warm, so that half of the time
//! is not half of the clock.

use records::laws::{FamilyRecord, FitRecord, LawName, LawPointRecord, LawRecord, OfName, OverName};
use records::profile::{CellSummaryRecord, ProfileRecord};

use super::asked::{Asked, count};
use super::family::{StageKey, families, pairs, places, points, stages, whole};
use super::fit;
use crate::scaling::LineFit;

/// The place of a cell on the axis of `over`; none where it has none.
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
        let places_max = by_clock.iter().map(|(_, members)| places(members)).max().unwrap_or(0);
        if places_max < 3 {
            missing.push(format!(
                "Over the {what}: T = A/x + B takes {how}, four for intervals; measured: {places_max}."
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
    let line = LineFit::over_clock(&pairs(&points)).ok()?;
    let notes = (line.degrees_of_freedom() == 1).then(|| {
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
        fits: vec![record(over, &line, &points, asked)],
        points,
        notes,
        trees: vec![],
    })
}

fn record(over: OverName, line: &LineFit, points: &[LawPointRecord], asked: &Asked) -> FitRecord {
    let a = if over == OverName::ClockGhz { "a_ghz_s" } else { "a_s" };
    let coefficients = vec![
        fit::coefficient(a, line.slope, line.intervals.map(|intervals| intervals.1)),
        fit::coefficient("b_s", line.intercept, line.intervals.map(|intervals| intervals.0)),
    ];
    let curve = fit::curve(wanted(over, points, asked), |x| fit::line_point(line, x, 1.0 / x, asked.far));
    fit::line(LawName::InverseClock, line, coefficients, curve)
}

/// The clocks asked for; without a wish those measured, and half as fast again for a clock.
fn wanted(over: OverName, points: &[LawPointRecord], asked: &Asked) -> Vec<f64> {
    if over == OverName::ClockGhz && !asked.clock_ghz.is_empty() {
        return asked.clock_ghz.clone();
    }
    let mut wanted: Vec<f64> = points.iter().map(|point| point.x).collect();
    if let (OverName::ClockGhz, Some(max)) = (over, wanted.last().copied()) {
        wanted.push(max * 1.5);
    }
    wanted.dedup();
    wanted
}
