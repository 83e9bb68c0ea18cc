//! Aggregation over N: a tree of merges of k has about (N − 1)/(k − 1) of them on ⌈logₖ N⌉ levels,
//! and one for each proof that is left without a neighbour.

use records::laws::{
    FamilyRecord, FitRecord, LawName, LawPointRecord, LawRecord, OfName, OverName, TreeRecord,
};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};

use super::asked::Asked;
use super::family::{families, places, points, whole};
use super::fit;
use crate::formulas::tree::{AggregationTree, LoneProof};
use crate::normal::t_975;
use crate::scaling::leave_one_out::leave_one_out;
use crate::scaling::reach::{self, range};

pub(super) fn laws(profile: &ProfileRecord, asked: &Asked, missing: &mut Vec<String>) -> Vec<LawRecord> {
    let by_n = families(profile, |summary| {
        summary.quantity(QuantityName::Aggregate).filter(|quantity| quantity.samples > 0)?;
        // A single proof is its own aggregate: it says nothing of a merge.
        let n = summary.cell.batches_per_aggregation;
        let family = FamilyRecord { batches_per_aggregation: None, ..whole(&summary.cell) };
        (n > 1).then_some((family, n as f64))
    });
    if by_n.is_empty() {
        missing.push(
            "Over N: nothing was aggregated; measure with --batches-per-aggregation 2 or more.".to_owned(),
        );
    }
    by_n.into_iter()
        .map(|(family, members)| {
            let points = points(&members, (QuantityName::Aggregate, None));
            let mut notes = Vec::new();
            if places(&members) < 2 {
                notes.push(format!(
                    "One N was measured ({}): that every merge takes as long is taken for granted. Two N check it and \
                     give an interval over them.",
                    members[0].0
                ));
            }
            notes.extend(levels(&members));
            let (fitted, trees) = record(&points, asked, tree(members[0].1));
            LawRecord {
                over: OverName::BatchesPerAggregation,
                of: OfName::TimeS,
                stage: Some(QuantityName::Aggregate),
                level: None,
                family,
                points,
                fits: vec![fitted],
                notes,
                trees,
            }
        })
        .collect()
}

/// A merge of each level of the largest tree, so that a reader sees whether they are alike.
fn levels(members: &[(f64, &CellSummaryRecord)]) -> Option<String> {
    let (n, summary) = members.last()?;
    let levels = summary.levels(QuantityName::AggregateMerge);
    (levels.len() > 1).then(|| {
        let words: Vec<String> = levels
            .iter()
            .map(|level| {
                format!("level {} {}", level.level.unwrap_or(0), records::number::time(level.median_s))
            })
            .collect();
        format!("A merge at N = {n}: {}.", words.join(", "))
    })
}

/// The tree that a cell's proof system makes, by pairs where a record, of an earlier version, does not say.
fn tree(summary: &CellSummaryRecord) -> AggregationTree {
    let can = summary.system.as_ref().and_then(|system| system.capabilities);
    let children = can.and_then(|can| u32::try_from(can.merge_children?).ok());
    let tree = children.and_then(|children| AggregationTree::new(children, LoneProof::Lifted));
    tree.unwrap_or(AggregationTree::LIFTED_PAIRS)
}

/// The time of a merge from `(N, time of all merges)`, on relative errors: time over those of this tree.
fn record(points: &[LawPointRecord], asked: &Asked, tree: AggregationTree) -> (FitRecord, Vec<TreeRecord>) {
    let each: Vec<f64> = points.iter().map(|point| point.y / merges_of(point.x, tree)).collect();
    let merge_s = relative_mean(&each);
    let freedom = each.len().saturating_sub(1);
    let half = (freedom > 0).then(|| {
        let squares: f64 = each.iter().map(|s| (merge_s / s - 1.0).powi(2)).sum();
        let weight: f64 = each.iter().map(|s| (merge_s / s).powi(2)).sum();
        t_975(freedom as f64) * merge_s * (squares / freedom as f64 / weight).sqrt()
    });
    let leave_one_out_fraction = (freedom > 0)
        .then(|| leave_one_out(&each, |others, s| Some(relative_mean(others) / s - 1.0)))
        .flatten();
    let (min, max) = range(points.iter().map(|point| point.x));
    let band = half.map(|half| (merge_s - half, merge_s + half));
    let mut curve = Vec::new();
    let mut trees = Vec::new();
    for n in wanted(max, asked) {
        let (x, count) = (f64::from(n), f64::from(tree.merges(n)));
        let levels = tree.levels(n);
        let band = band.map(|(low, high)| (low * count, high * count));
        curve.push(fit::curve_point(x, merge_s * count, band, reach::of(x, min, max)));
        trees.push(TreeRecord {
            batches_per_aggregation: u64::from(n),
            merges: u64::from(tree.merges(n)),
            levels: u64::from(levels),
            one_aggregator_s: merge_s * count,
            enough_aggregators_s: merge_s * f64::from(levels),
        });
    }
    let interval = band.map(|(low, high)| (low.max(0.0), high));
    let fitted = FitRecord {
        law: LawName::Merges,
        coefficients: vec![fit::coefficient("merge_s", merge_s, interval)],
        degrees_of_freedom: freedom as u64,
        leave_one_out_fraction,
        peak: None,
        curve,
        // Work is counted and not extrapolated, so that no N is refused; its reach is said all the same.
        refused: vec![],
    };
    (fitted, trees)
}

/// The `m` that makes the relative errors of `m` against each value smallest: `Σ(1/s) / Σ(1/s²)`.
fn relative_mean(each: &[f64]) -> f64 {
    each.iter().map(|s| 1.0 / s).sum::<f64>() / each.iter().map(|s| 1.0 / (s * s)).sum::<f64>()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an N of the profile; saturates")]
fn merges_of(n: f64, tree: AggregationTree) -> f64 {
    f64::from(tree.merges(n as u32))
}

/// The N asked for; without a wish the powers of two up to eight times the largest measured.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an N of the profile; saturates")]
fn wanted(n_max: f64, asked: &Asked) -> Vec<u32> {
    if !asked.batches_per_aggregation.is_empty() {
        return asked.batches_per_aggregation.clone();
    }
    let end = (n_max as u32).saturating_mul(8);
    (1..31).map(|power| 1_u32 << power).take_while(|n| *n <= end).collect()
}
