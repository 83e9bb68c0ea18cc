//! The queue over a day of uneven load.

use crate::chart::{Axis, Chart, Series, Table, TableValue, Tone};
use crate::html::section::{Block, Section};
use crate::words::{count, seconds};
use records::number::significant;
use records::plan::curves::{DayFleetRecord, DayRecord};
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "day", title: "The queue over a day", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let day = records.curves.as_ref()?.day.as_ref()?;
    if day.fleets.iter().all(|fleet| fleet.queue_batches.is_empty()) {
        return None;
    }
    let mut blocks = vec![Block::Words(day.shape.clone())];
    blocks.push(match nobody_waits(day) {
        Some(words) => Block::Words(words),
        None => Block::chart(queue(day)),
    });
    if day.load_batches_per_s.len() > 1 {
        blocks.push(Block::chart(load(day)));
    }
    Some(blocks)
}

/// Why there is nothing to draw: no batch waits at any hour for any of the fleets.
fn nobody_waits(day: &DayRecord) -> Option<String> {
    let waits = day.fleets.iter().flat_map(|fleet| &fleet.queue_batches).any(|batches| *batches > 0.0);
    let least = day.fleets.iter().map(|fleet| fleet.provers).min()?;
    (!waits).then(|| format!("With {} no batch waits at any hour.", count(least, "prover")))
}

/// (hours, value) of values in equal slots from midnight.
fn hours(values: &[f64]) -> Vec<(f64, f64)> {
    let slot = 24.0 / values.len().max(1) as f64;
    values.iter().enumerate().map(|(place, value)| (place as f64 * slot, *value)).collect()
}

fn x_axis() -> Axis {
    Axis::linear("hour of the day").with_ticks((0..=8).map(|k| f64::from(k) * 3.0).collect())
}

fn queue(day: &DayRecord) -> Chart {
    let mut series = Vec::new();
    let mut words = Vec::new();
    let mut table =
        Table::new([("provers", "provers"), ("hour", "hour"), ("queue_batches", "batches that wait")]);
    for (fleet, tone) in day.fleets.iter().zip([Tone::Main, Tone::Second, Tone::Third, Tone::Fourth]) {
        let DayFleetRecord { provers, why, queue_batches, wait_max_s, settles } = fleet;
        let points = hours(queue_batches);
        for (hour, batches) in &points {
            table.push([(*provers).into(), (*hour).into(), (*batches).into()]);
        }
        let draw = if tone == Tone::Main { Series::line } else { Series::dashed };
        series.push(draw(&format!("{} ({why})", count(*provers, "prover")), tone, points));
        words.push(if *settles {
            format!("With {provers} the longest wait is {}.", seconds(*wait_max_s))
        } else {
            format!("With {provers} the queue grows from day to day.")
        });
    }
    Chart {
        id: "queue-over-a-day".to_owned(),
        title: "Batches that wait to be proved, over a day".to_owned(),
        caption: format!(
            "A fleet sized for the mean is behind after every peak, and its queue drains at night. {}",
            words.join(" ")
        ),
        x: x_axis(),
        y: Axis::from_zero("batches that wait"),
        series,
        rules: Vec::new(),
        table,
    }
}

fn load(day: &DayRecord) -> Chart {
    let mut points = hours(&day.load_batches_per_s);
    let mut table = Table::new([("hour", "hour"), ("load_batches_per_s", "load, batches/s")]);
    for (hour, load) in &points {
        table.push([(*hour).into(), TableValue::from(*load)]);
    }
    // The last slot lasts until midnight.
    points.extend(day.load_batches_per_s.last().map(|load| (24.0, *load)));
    let most = day.load_batches_per_s.iter().copied().fold(0.0, f64::max);
    Chart {
        id: "load-over-a-day".to_owned(),
        title: "The load of that day".to_owned(),
        caption: format!("Batches that close each second; {} at the peak.", significant(most, 3)),
        x: x_axis(),
        y: Axis::from_zero("load, batches/s"),
        series: vec![Series::step("", Tone::Main, points)],
        rules: Vec::new(),
        table,
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Records, build};
    use crate::html::fixture;

    #[test]
    fn a_day_without_a_queue_is_a_sentence() {
        fn charts(records: &Records) -> usize {
            let blocks = build(records).expect("blocks");
            blocks.iter().filter(|block| matches!(block, Block::Chart(_))).count()
        }
        let mut records = fixture::records();
        let before = charts(&records);
        let day = records.curves.as_mut().and_then(|curves| curves.day.as_mut()).expect("a day");
        day.fleets
            .iter_mut()
            .for_each(|fleet| fleet.queue_batches.iter_mut().for_each(|batches| *batches = 0.0));
        assert_eq!(charts(&records), before - 1);
        assert!(format!("{:?}", build(&records)).contains("no batch waits at any hour"));
    }
}
