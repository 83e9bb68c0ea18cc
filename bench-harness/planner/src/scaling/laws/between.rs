//! Batch sizes between measured ones: the times of each by straight lines over batch size, at the careful end of their
//! intervals.
//!
//! A line holds within one padded circuit, or everywhere for a proof system whose rows are not padded. It takes three
//! sizes, so that it has an interval; nothing is offered beyond the sizes measured. Not here: which size is the cheapest
//! ([`mod@crate::plan::options`]).

use records::profile::{CellSummaryRecord, QuantityName};

use super::family::whole;
use super::size::rows;
use crate::scaling::LineFit;

/// Sizes that a law takes to be believed between them.
pub const SIZES_MIN: usize = 3;
/// Sizes offered between two that were measured.
const STEPS: u32 = 3;

/// A size that was not measured, between two that were.
#[derive(Debug, Clone)]
pub struct SizeBetween<'a> {
    /// Transactions in a batch.
    pub batch_transactions: u64,
    /// The next larger size measured.
    pub above: &'a CellSummaryRecord,
    /// The next smaller one.
    pub below: &'a CellSummaryRecord,
    /// Sizes behind the law.
    pub sizes: usize,
    family: Vec<&'a CellSummaryRecord>,
}

/// All sizes to be offered between the sizes of `cells`, three between each two neighbours, evenly spaced by ratio.
pub fn sizes_between<'a>(cells: &[&'a CellSummaryRecord]) -> Vec<SizeBetween<'a>> {
    let mut families: Vec<Vec<&CellSummaryRecord>> = Vec::new();
    for cell in cells {
        match families.iter_mut().find(|family| is_one_law(family[0], cell, cells)) {
            Some(family) => family.push(cell),
            None => families.push(vec![cell]),
        }
    }
    let mut sizes = Vec::new();
    for mut family in families {
        family.sort_by_key(|cell| cell.cell.batch_transactions);
        family.dedup_by_key(|cell| cell.cell.batch_transactions);
        if family.len() < SIZES_MIN || rows(family[0]).is_none() {
            continue;
        }
        for pair in family.windows(2) {
            let [below, above] = [pair[0], pair[1]];
            let (low, high) = (below.cell.batch_transactions, above.cell.batch_transactions);
            let mut between: Vec<u64> = (1..=STEPS).map(|step| step_between(low, high, step)).collect();
            between.dedup();
            between.retain(|size| low < *size && *size < high);
            sizes.extend(between.into_iter().map(|batch_transactions| SizeBetween {
                batch_transactions,
                above,
                below,
                sizes: family.len(),
                family: family.clone(),
            }));
        }
    }
    sizes
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between low and high")]
fn step_between(low: u64, high: u64, step: u32) -> u64 {
    let ratio = (high as f64 / low as f64).powf(f64::from(step) / f64::from(STEPS + 1));
    (low as f64 * ratio).round() as u64
}

/// Whether two cells differ in batch size alone, and one line may join them.
fn is_one_law(one: &CellSummaryRecord, other: &CellSummaryRecord, all: &[&CellSummaryRecord]) -> bool {
    let family = |cell: &CellSummaryRecord| {
        let mut family = whole(&cell.cell);
        (family.batch_transactions, family.capacity_transactions) = (None, None);
        family
    };
    let padded = |cell: &CellSummaryRecord| rows(cell).map(|(_, padded)| padded);
    family(one) == family(other) && (padded(one) == padded(other) || is_free(one, all))
}

/// Whether the proof system of `cell` takes rows in any number: none of its circuits is padded, and not all happen to be
/// powers of two.
fn is_free(cell: &CellSummaryRecord, all: &[&CellSummaryRecord]) -> bool {
    let mut circuits =
        all.iter().filter(|other| other.cell.proof_system == cell.cell.proof_system).map(|other| rows(other));
    let unpadded = circuits.clone().all(|rows| rows.is_some_and(|(used, padded)| used == padded));
    unpadded && circuits.any(|rows| rows.is_some_and(|(_, padded)| !padded.is_power_of_two()))
}

/// Mean time of a quantity over all its levels, s.
fn mean_s(cell: &CellSummaryRecord, name: QuantityName) -> Option<f64> {
    let alike = cell.quantities.iter().filter(|quantity| quantity.quantity == name && quantity.samples > 0);
    let (sum, samples) = alike.fold((0.0, 0), |(sum, samples), quantity| {
        (sum + quantity.mean_s * quantity.samples as f64, samples + quantity.samples)
    });
    (samples > 0).then(|| sum / samples as f64)
}

impl SizeBetween<'_> {
    /// How many times as long a quantity takes at this size as at the next larger one: by the upper end of the line's 95 %
    /// interval, so that it may be above 1. 1 where no line can be drawn: the larger size's time, which is careful too.
    pub fn careful_times(&self, name: QuantityName) -> f64 {
        let point =
            |cell: &&CellSummaryRecord| Some((cell.cell.batch_transactions as f64, mean_s(cell, name)?));
        let points: Vec<(f64, f64)> = self.family.iter().filter_map(point).collect();
        let Some(above_s) = mean_s(self.above, name).filter(|_| points.len() >= SIZES_MIN) else {
            return 1.0;
        };
        let band = LineFit::new("batch_transactions", &points)
            .ok()
            .and_then(|line| line.band(self.batch_transactions as f64));
        band.filter(|(_, high)| *high > 0.0 && above_s > 0.0).map_or(1.0, |(_, high)| high / above_s)
    }
}
