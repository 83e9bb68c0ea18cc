//! How prove times scatter: every proof where they are few, counts where they are many. Samples that were
//! discarded are apart.

use super::bins::{Kind, Stacked, stacked};
use crate::chart::{Axis, Chart, Dot, Rule, Series, Table, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use records::number::{significant, time};
use records::profile::{CellSummaryRecord, QuantityName, QuantityRecord};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "distribution", title: "How prove times scatter", script: None, build };

/// Up to so many proofs each is a dot; beyond, they are counted.
const DOTS_MAX: usize = 60;
/// Charts of counted proofs on one page.
const HISTOGRAMS_MAX: usize = 4;
/// Cells in the chart of dots.
const LANES_MAX: usize = 16;

fn build(records: &Records) -> Option<Vec<Block>> {
    let profile = records.profile.as_ref()?;
    let cells: Vec<_> = profile
        .cells
        .iter()
        .filter_map(|cell| Some((cell, cell.quantity(QuantityName::ProveBatch)?)))
        .filter(|(_, prove)| !prove.values_s.is_empty())
        .collect();
    if cells.is_empty() {
        return None;
    }
    let few = |prove: &QuantityRecord| prove.values_s.len() + prove.discarded_values_s.len() <= DOTS_MAX;
    let (dots, counted): (Vec<_>, Vec<_>) = cells.into_iter().partition(|(_, prove)| few(prove));
    let mut blocks = Vec::new();
    if !dots.is_empty() {
        blocks.push(Block::chart(every_proof(&dots)));
    }
    let left_over = counted.len().saturating_sub(HISTOGRAMS_MAX);
    for (place, (cell, prove)) in counted.into_iter().take(HISTOGRAMS_MAX).enumerate() {
        blocks.extend(histogram(cell, prove, place + 1).map(Block::chart));
    }
    if left_over > 0 {
        blocks.push(Block::Words(format!("{left_over} more cells are in the profile.")));
    }
    Some(blocks)
}

fn every_proof(cells: &[(&CellSummaryRecord, &QuantityRecord)]) -> Chart {
    let shown = &cells[..cells.len().min(LANES_MAX)];
    let mut table = Table::new([("cell", "cell"), ("prove_s", "prove, s"), ("counts", "in the estimate")]);
    let (mut clean, mut apart) = (Vec::new(), Vec::new());
    let names = names(shown);
    let lanes = shown.len();
    for (lane, (_, prove)) in shown.iter().enumerate() {
        // Lanes count from the top, places on the axis from the bottom.
        let middle = lanes as f64 - lane as f64 - 0.5;
        let name = names.get(lane).map_or_else(String::new, |name| short(name));
        let dot = |place: usize, x: f64, words: &str| {
            let note = format!("{name}: {}{words}", time(x));
            Dot { x, y: middle + jitter(place), interval: None, note }
        };
        for (place, value) in prove.values_s.iter().enumerate() {
            clean.push(dot(place, *value, ""));
            table.push([name.clone().into(), (*value).into(), "yes".into()]);
        }
        for (place, value) in prove.discarded_values_s.iter().enumerate() {
            apart.push(dot(prove.values_s.len() + place, *value, ", discarded"));
            table.push([name.clone().into(), (*value).into(), "no".into()]);
        }
    }
    let words = if apart.is_empty() {
        "No sample was discarded."
    } else {
        "Rings were taken while something else had the core: kept in the log, and discarded from every estimate."
    };
    let mut series = vec![Series::dots("in the estimate", Tone::Main, clean)];
    if !apart.is_empty() {
        series.push(Series::rings("discarded", Tone::Warning, apart));
    }
    let more = match cells.len() - shown.len() {
        0 => String::new(),
        more => format!(" {more} more cells are in the profile."),
    };
    Chart {
        id: "every-proof".to_owned(),
        title: "Every timed proof".to_owned(),
        caption: format!(
            "One dot a proof, each of another batch; they are spread over the height of their lane so that none hides \
             another. Dots far to the right are what p99 and queues are made of. {words}{more}"
        ),
        x: Axis::linear("time to prove a batch, s"),
        y: Axis::lanes("", names),
        series,
        rules: Vec::new(),
        table,
    }
}

/// How far above or below the middle of its lane the dot of this place stands: the first on it, the next ones as far
/// from each other as so many places allow (the golden ratio's sequence), all within the lane.
fn jitter(place: usize) -> f64 {
    let turns = place as f64 * 0.618_033_988_749_895 + 0.5;
    (turns.fract() - 0.5) * 0.6
}

/// What the cells are called; with N where that alone distinguishes two of them.
fn names(cells: &[(&CellSummaryRecord, &QuantityRecord)]) -> Vec<String> {
    let words: Vec<String> = cells.iter().map(|(cell, _)| cell.cell.words()).collect();
    let alone = |name: &String| words.iter().filter(|other| *other == name).count() == 1;
    words
        .iter()
        .zip(cells)
        .map(|(name, (cell, _))| match alone(name) {
            true => name.clone(),
            false => format!("{name}, N = {}", cell.cell.batches_per_aggregation),
        })
        .collect()
}

fn histogram(cell: &CellSummaryRecord, prove: &QuantityRecord, place: usize) -> Option<Chart> {
    let Stacked { series, table } = stacked([
        Kind {
            values: &prove.values_s,
            name: "in the estimate",
            tone: Tone::Main,
            head: ("samples", "samples in the estimate"),
            counted: "proofs",
        },
        Kind {
            values: &prove.discarded_values_s,
            name: "discarded",
            tone: Tone::Warning,
            head: ("discarded_samples", "samples discarded"),
            counted: "proofs discarded",
        },
    ])?;
    let p99 = prove.quantiles.iter().find(|quantile| quantile.quantile == 0.99);
    let behind = p99.map_or_else(String::new, |p99| {
        format!(" The p99, {}, has {} samples at or above it.", time(p99.value_s), p99.samples_at_or_above)
    });
    let mut rules = vec![Rule::X { at: prove.median_s, label: format!("median {}", time(prove.median_s)) }];
    rules.extend(p99.map(|p99| Rule::X { at: p99.value_s, label: format!("p99 {}", time(p99.value_s)) }));
    Some(Chart {
        id: format!("prove-times-{place}"),
        title: format!("Prove times of {} proofs: {}", prove.samples, short(&cell.cell.words())),
        caption: format!(
            "How many proofs took how long. A second hump is a second state of the machine; a long right side is what \
             queues are made of. The coefficient of variation is {}.{behind}",
            prove.deviation_s.map_or_else(|| "unknown".to_owned(), |s| significant(s / prove.mean_s, 2))
        ),
        x: Axis::linear("time to prove a batch, s"),
        y: Axis::from_zero("proofs"),
        series,
        rules,
        table,
    })
}

#[cfg(test)]
mod tests {
    use super::jitter;

    #[test]
    fn proofs_of_one_time_do_not_hide_each_other_and_stay_in_their_lane() {
        assert_eq!(jitter(0), 0.0, "a single proof stands on the line");
        let mut places: Vec<f64> = (0..super::DOTS_MAX).map(jitter).collect();
        assert!(places.iter().all(|place| place.abs() <= 0.3), "{places:?}");
        places.sort_by(f64::total_cmp);
        let least = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        assert!(least > 0.2 / super::DOTS_MAX as f64, "{least}");
    }
}
