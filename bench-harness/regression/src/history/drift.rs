//! Which series of a history have drifted, and by how much.
//!
//! Every machine is a series of its own: results of two machines are never put into one. Of each series the last
//! results are split by E-divisive; it is slower where the median after the last change point is above the smallest
//! median before it by the minimum shift or more. The level is shared among the series of a machine (Bonferroni), so
//! that the false positive rate of a machine is the level, however many series it has.

use crate::history::e_divisive::{ChangePoint, ChangePointRules, change_points};
use records::regression::drift::{
    ChangeRecord, DRIFT_SCHEMA_VERSION, DriftName, DriftPointRecord, DriftRecord, DriftRules,
    MachineDriftRecord, SeriesDriftRecord, ShiftRecord,
};
use records::regression::history::{HistoryPointRecord, HistoryRecord};
use thiserror::Error;

/// Which quantities are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantities {
    /// Those that decide how many provers there must be: a whole proof of a batch, and each merge.
    Main,
    /// All that were recorded.
    All,
}

/// Results on each side of a change point.
const MIN_VALUES: usize = 3;

/// Rules that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{what}: expected {expected}, got {got}")]
pub struct DriftError {
    /// Which rule.
    pub what: &'static str,
    /// What it should be.
    pub expected: &'static str,
    /// What it is.
    pub got: String,
}

/// Refuses rules that cannot be.
fn check(rules: &DriftRules) -> Result<(), DriftError> {
    let wrong = |what, expected, got: String| Err(DriftError { what, expected, got });
    if !(rules.level > 0.0 && rules.level < 1.0) {
        return wrong("level", "more than 0 and less than 1", rules.level.to_string());
    }
    if !(rules.min_shift >= 0.0 && rules.min_shift.is_finite()) {
        return wrong("minimum shift", "0 or more", rules.min_shift.to_string());
    }
    if rules.permutations == 0 {
        return wrong("permutations", "at least 1", "0".to_owned());
    }
    if rules.last < 2 * MIN_VALUES as u64 {
        return wrong("last results", "at least 6", rules.last.to_string());
    }
    Ok(())
}

/// What has drifted in a history, machine by machine in the order of their first results.
///
/// # Errors
/// [`DriftError`]: rules that cannot be.
pub fn drift(
    history: &[HistoryRecord],
    quantities: Quantities,
    rules: &DriftRules,
) -> Result<DriftRecord, DriftError> {
    check(rules)?;
    let mut machines: Vec<&str> = Vec::new();
    for record in history {
        if !machines.contains(&record.machine.fingerprint.as_str()) {
            machines.push(&record.machine.fingerprint);
        }
    }
    let of_machine = |machine| of_machine(machine, history, quantities, rules);
    Ok(DriftRecord {
        schema_version: DRIFT_SCHEMA_VERSION,
        rules: *rules,
        machines: machines.into_iter().filter_map(of_machine).collect(),
    })
}

/// The points of one series, in the order of the history.
struct Series<'a> {
    first: &'a HistoryPointRecord,
    points: Vec<DriftPointRecord>,
}

fn of_machine(
    fingerprint: &str,
    history: &[HistoryRecord],
    quantities: Quantities,
    rules: &DriftRules,
) -> Option<MachineDriftRecord> {
    let mut machine = None;
    let mut all: Vec<Series<'_>> = Vec::new();
    for record in history.iter().filter(|record| record.machine.fingerprint == fingerprint) {
        machine = Some(record.machine.clone());
        let wanted = record.points.iter().filter(|point| {
            quantities == Quantities::All
                || (point.quantity == "prove_batch" || point.quantity.starts_with("aggregate_merge"))
        });
        for point in wanted {
            let HistoryPointRecord { cell, quantity, value_s, low_s, high_s, samples: _ } = point;
            let one = DriftPointRecord {
                commit: record.commit.clone(),
                recorded_unix_s: record.recorded_unix_s,
                value_s: *value_s,
                low_s: *low_s,
                high_s: *high_s,
            };
            match all
                .iter_mut()
                .find(|series| series.first.cell == *cell && series.first.quantity == *quantity)
            {
                Some(series) => series.points.push(one),
                None => all.push(Series { first: point, points: vec![one] }),
            }
        }
    }
    let level = rules.level / (all.len() as f64).max(1.0);
    let series = all.into_iter().map(|series| of_series(series, level, rules)).collect();
    machine.map(|machine| MachineDriftRecord { machine, series })
}

fn of_series(series: Series<'_>, level: f64, rules: &DriftRules) -> SeriesDriftRecord {
    let Series { first, mut points } = series;
    points.drain(..points.len().saturating_sub(to_usize(rules.last)));
    let values: Vec<f64> = points.iter().map(|point| point.value_s).collect();
    // A level that no number of permutations could reach would find nothing, ever.
    let permutations = u32::try_from(rules.permutations).unwrap_or(u32::MAX).max((2.0 / level).ceil() as u32);
    let search = ChangePointRules { permutations, level, min_values: MIN_VALUES, seed: rules.seed };
    let found = change_points(&values, &search);
    let changes = changes(&found, &values, &points);
    let shift = shift(&found, &values, &points, rules);
    let drift = match &shift {
        _ if values.len() < 2 * MIN_VALUES => DriftName::TooFew,
        None => DriftName::Steady,
        Some(shift) if shift.ratio > 1.0 => DriftName::Slower,
        Some(_) => DriftName::Faster,
    };
    SeriesDriftRecord {
        cell: first.cell.clone(),
        quantity: first.quantity.clone(),
        drift,
        shift,
        changes,
        points,
    }
}

/// The values between change points, each segment with the place where it begins.
fn segments<'a>(found: &[ChangePoint], values: &'a [f64]) -> Vec<(usize, &'a [f64])> {
    let starts = std::iter::once(0).chain(found.iter().map(|point| point.index));
    let ends = found.iter().map(|point| point.index).chain([values.len()]);
    starts.zip(ends).map(|(from, to)| (from, &values[from..to])).collect()
}

fn changes(found: &[ChangePoint], values: &[f64], points: &[DriftPointRecord]) -> Vec<ChangeRecord> {
    let segments = segments(found, values);
    let pairs = segments.windows(2).zip(found);
    pairs
        .map(|(pair, point)| {
            let (before_s, after_s) = (median(pair[0].1), median(pair[1].1));
            ChangeRecord {
                index: point.index as u64,
                commit: points[point.index].commit.clone(),
                before_s,
                after_s,
                ratio: after_s / before_s,
                p: point.p,
            }
        })
        .collect()
}

/// Where the last results stand against the best, or the worst, of what was before.
fn shift(
    found: &[ChangePoint],
    values: &[f64],
    points: &[DriftPointRecord],
    rules: &DriftRules,
) -> Option<ShiftRecord> {
    let segments = segments(found, values);
    let ((last_start, last), before) = segments.split_last()?;
    let now_s = median(last);
    let levels: Vec<(usize, f64)> =
        before.iter().map(|(start, values)| (start + values.len() - 1, median(values))).collect();
    let best = levels.iter().min_by(|one, other| one.1.total_cmp(&other.1))?;
    let worst = levels.iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
    let factor = 1.0 + rules.min_shift;
    let from = match () {
        () if now_s >= best.1 * factor => best,
        () if now_s * factor <= worst.1 => worst,
        () => return None,
    };
    Some(ShiftRecord {
        since: points[*last_start].commit.clone(),
        compared_with: points[from.0].commit.clone(),
        before_s: from.1,
        after_s: now_s,
        ratio: now_s / from.1,
        is_recent: last_start.saturating_add(to_usize(rules.recent)) >= values.len(),
    })
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Of at least one value; of an even number, the mean of the middle two.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}
