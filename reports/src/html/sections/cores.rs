//! Stage times by core count, with Amdahl's and the universal law beside what was measured.

use super::law_chart::{CHARTS_MAX, chart, prove_laws, x_axis};
use crate::chart::{Axis, Chart, Column, Dot, Series, Table, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::profile::rows::ends;
use records::laws::{LawRecord, OverName};
use records::number::time;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName, QuantityRecord};
use records::report::Records;
use std::collections::BTreeSet;

pub(super) const SECTION: Section = Section { id: "cores", title: "Time over cores", script: None, build };

/// The stages that are drawn: what a plan is made of, from the longest to the shortest.
const STAGES: [(QuantityName, Tone); 5] = [
    (QuantityName::Aggregate, Tone::Second),
    (QuantityName::ProveBatch, Tone::Main),
    (QuantityName::Witness, Tone::Third),
    (QuantityName::Verify, Tone::Fourth),
    (QuantityName::Close, Tone::Muted),
];

fn build(records: &Records) -> Option<Vec<Block>> {
    let profile = records.profile.as_ref()?;
    let families = families(profile);
    if families.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    let counts: BTreeSet<u64> = families.iter().flatten().map(|cell| cell.cell.cores).collect();
    if counts.len() < 2 {
        blocks.push(Block::Caution(format!(
            "One core count was measured ({}): how time falls with cores is unknown. Measure with --cores all.",
            counts.first().copied().unwrap_or(0)
        )));
    }
    for (place, law) in prove_laws(records, &[OverName::Cores]) {
        let mut drawn = chart(
            law,
            format!("prove-over-cores-{place}"),
            format!("Time to prove a batch, by cores of the prover: {}", law.family.words()),
            (x_axis(law), Axis::log("time to prove a batch, s")),
            "Both axes are logarithmic. The grey line is ideal: twice the cores, half the time. Where the points leave \
             it, more cores are better spent on more provers. Dashed is extrapolated.",
        );
        // Below all else, so that it hides nothing.
        drawn.series.splice(0..0, ideal(law));
        blocks.push(Block::chart(drawn));
    }
    // A family on one core count says nothing of cores; where there is no other its stages are shown all the same.
    let several: Vec<_> = families.iter().filter(|family| family.len() > 1).collect();
    let shown = if several.is_empty() { families.iter().take(1).collect() } else { several };
    for (place, family) in shown.iter().take(CHARTS_MAX).enumerate() {
        blocks.push(Block::chart(stages(family, place + 1)));
    }
    if shown.len() > CHARTS_MAX {
        let more = shown.len() - CHARTS_MAX;
        blocks.push(Block::Words(format!("{more} more families of cells are in profile.csv.")));
    }
    Some(blocks)
}

/// What the fewest cores that were measured would become without any serial part, as far as anything is drawn.
fn ideal(law: &LawRecord) -> Option<Series> {
    let first = law.points.iter().min_by(|a, b| a.x.total_cmp(&b.x))?;
    let curves = law.fits.iter().flat_map(|fit| &fit.curve).map(|point| point.x);
    let last = law.points.iter().map(|point| point.x).chain(curves).fold(first.x, f64::max);
    let points = vec![(first.x, first.y), (last, first.y * first.x / last)];
    (last > first.x).then(|| Series::line("ideal", Tone::Muted, points))
}

/// Cells that differ in their cores alone, in the order of the profile; what was measured of each.
fn families(profile: &ProfileRecord) -> Vec<Vec<&CellSummaryRecord>> {
    let mut families: Vec<(String, Vec<&CellSummaryRecord>)> = Vec::new();
    for cell in profile.cells.iter().filter(|cell| !cell.quantities.is_empty()) {
        let key = records::sample::CellRecord { cores: 0, ..cell.cell.clone() }.key();
        match families.iter_mut().find(|(known, _)| *known == key) {
            Some((_, cells)) => cells.push(cell),
            None => families.push((key, vec![cell])),
        }
    }
    families.into_iter().map(|(_, cells)| cells).collect()
}

fn stages(family: &[&CellSummaryRecord], place: usize) -> Chart {
    let columns: [Column<(u64, &QuantityRecord)>; 6] = [
        ("stage", "stage", |(_, quantity)| quantity.quantity.words().into()),
        ("cores", "cores", |(cores, _)| (*cores).into()),
        ("median_s", "median, s", |(_, quantity)| quantity.median_s.into()),
        ("interval_low_s", "interval from, s", |(_, quantity)| ends(quantity).map(|ends| ends.0).into()),
        ("interval_high_s", "to, s", |(_, quantity)| ends(quantity).map(|ends| ends.1).into()),
        ("samples", "samples", |(_, quantity)| quantity.samples.into()),
    ];
    let mut rows = Vec::new();
    let mut series = Vec::new();
    let mut missing = Vec::new();
    for (stage, tone) in STAGES {
        let mut found: Vec<_> =
            family.iter().filter_map(|cell| Some((cell.cell.cores, cell.quantity(stage)?))).collect();
        found.sort_by_key(|(cores, _)| *cores);
        if found.is_empty() {
            missing.push(stage.words());
            continue;
        }
        let dots = found.iter().map(|(cores, quantity)| Dot {
            x: *cores as f64,
            y: quantity.median_s,
            interval: ends(quantity),
            note: format!("{}, {cores} cores: {}", stage.words(), time(quantity.median_s)),
        });
        let points = found.iter().map(|(cores, quantity)| (*cores as f64, quantity.median_s)).collect();
        series.push(Series::line("", tone, points));
        series.push(Series::dots(stage.words(), tone, dots.collect()));
        rows.extend(found);
    }
    let missing = match missing.as_slice() {
        [] => String::new(),
        stages => format!(" Not measured here: {}.", stages.join(", ")),
    };
    let ticks: BTreeSet<u64> = family.iter().map(|cell| cell.cell.cores).collect();
    let few = if ticks.len() <= 12 { ticks.iter().map(|cores| *cores as f64).collect() } else { Vec::new() };
    let first = family.first().map_or_else(String::new, |cell| {
        format!(
            "{} of {}, {}",
            short(&cell.cell.workload),
            cell.cell.batch_transactions,
            short(&cell.cell.proof_system)
        )
    });
    Chart {
        id: format!("stages-over-cores-{place}"),
        title: format!("Every stage by cores: {first}"),
        caption: format!(
            "Medians, with their intervals by order statistics. Steep lines gain from cores, level ones do not: \
             a stage that is level and high would become the limit.{missing}"
        ),
        x: Axis::log("cores of the prover").with_ticks(few),
        y: Axis::log("median time, s"),
        series,
        rules: Vec::new(),
        table: Table::of(&rows, columns),
    }
}
