//! What growth of the state costs: the time of a transaction over the number of accounts, in memory and on disk.

use crate::chart::{Axis, BandPoint, Chart, Column, Series, Table, TableValue, Tone};
use crate::html::section::{Block, Section};
use crate::state_growth::{cold, fetched_bytes, growth, measured};
use records::execution::MiddleRecord;
use records::report::Records;
use records::state_growth::{StateGrowthPointRecord, StateGrowthRecord, StatePlaceName};

pub(super) const SECTION: Section =
    Section { id: "state-growth", title: "What growth of the state costs", script: None, build };

const PLACES: [(StatePlaceName, Tone); 3] = [
    (StatePlaceName::Memory, Tone::Main),
    (StatePlaceName::DiskWarm, Tone::Second),
    (StatePlaceName::DiskCold, Tone::Third),
];

fn build(records: &Records) -> Option<Vec<Block>> {
    let record = records.state_growth.as_ref()?;
    // What a reader must know before the curve of the cold store is believed.
    let is_kept = fetched_bytes(record) == Some(0.0);
    Some(vec![
        Block::Words(measured(record)),
        if is_kept { Block::Caution(cold(record)) } else { Block::Words(cold(record)) },
        Block::chart(whole(record)),
        Block::chart(root(record)),
        Block::Table {
            id: "state-growth-stages".to_owned(),
            caption: "Where the time of a block goes; medians.".to_owned(),
            table: stages(record),
        },
    ])
}

/// The points of a place by size, with a time of a block as µs a transaction.
fn curve(
    record: &StateGrowthRecord,
    place: StatePlaceName,
    tone: Tone,
    of: fn(&StateGrowthPointRecord) -> MiddleRecord,
) -> [Series; 2] {
    let per_tx = |time_s: f64| time_s / f64::from(record.workload.transactions) * 1e6;
    let mut points: Vec<_> = record.points.iter().filter(|point| point.place == place).collect();
    points.sort_by_key(|point| point.accounts);
    let band = points.iter().map(|point| {
        let MiddleRecord { min, max, .. } = of(point);
        BandPoint { x: point.accounts.into(), low: per_tx(min), high: per_tx(max) }
    });
    let line = points.iter().map(|point| (point.accounts.into(), per_tx(of(point).median)));
    [Series::band(tone, band.collect()), Series::line(place.words(), tone, line.collect())]
}

fn x_axis(record: &StateGrowthRecord) -> Axis {
    let mut sizes: Vec<f64> = record.points.iter().map(|point| point.accounts.into()).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    // Marks at the sizes that were measured, as far as their numbers have room.
    let step = sizes.len().div_ceil(6).max(1);
    Axis::log("accounts").with_ticks(sizes.into_iter().step_by(step).collect())
}

fn whole(record: &StateGrowthRecord) -> Chart {
    let columns: [Column<StateGrowthPointRecord>; 5] = [
        ("accounts", "accounts", |point| point.accounts.into()),
        ("state", "state", |point| point.place.key().into()),
        ("tx_per_s", "transactions/s", |point| point.tx_per_s.into()),
        ("block_s_min", "block, least, s", |point| point.wall_s.min.into()),
        ("block_s_max", "block, most, s", |point| point.wall_s.max.into()),
    ];
    Chart {
        id: "state-growth-block".to_owned(),
        title: "A transaction over the size of the state, root and commit counted".to_owned(),
        caption: format!("{} Bands are from the least to the greatest block.", growth(record)),
        x: x_axis(record),
        y: Axis::log("time of a transaction, µs"),
        series: PLACES
            .iter()
            .flat_map(|(place, tone)| curve(record, *place, *tone, |at| at.wall_s))
            .collect(),
        rules: Vec::new(),
        table: Table::of(&record.points, columns),
    }
}

fn root(record: &StateGrowthRecord) -> Chart {
    let columns: [Column<StateGrowthPointRecord>; 4] = [
        ("accounts", "accounts", |point| point.accounts.into()),
        ("state", "state", |point| point.place.key().into()),
        ("root_s", "root of a block, s", |point| point.root_s.median.into()),
        ("changed_nodes", "nodes changed", |point| point.changed_nodes.into()),
    ];
    Chart {
        id: "state-growth-root".to_owned(),
        title: "The state root alone".to_owned(),
        caption: "Hashing what a block changed, and on disk reading the nodes beside it. More accounts spread the same \
                  transactions over more leaves, whose paths meet higher in the tree: more nodes change."
            .to_owned(),
        x: x_axis(record),
        y: Axis::log("root, time of a transaction, µs"),
        series: PLACES.iter().flat_map(|(place, tone)| curve(record, *place, *tone, |at| at.root_s)).collect(),
        rules: Vec::new(),
        table: Table::of(&record.points, columns),
    }
}

fn stages(record: &StateGrowthRecord) -> Table {
    let columns: [Column<StateGrowthPointRecord>; 8] = [
        ("accounts", "accounts", |point| point.accounts.into()),
        ("state", "state", |point| point.place.words().into()),
        ("read_s", "read leaves, s", |point| point.read_s.median.into()),
        ("execute_s", "execute, s", |point| point.execute_s.median.into()),
        ("root_s", "root, s", |point| point.root_s.median.into()),
        ("commit_s", "commit, s", |point| point.commit_s.median.into()),
        ("storage_bytes", "from storage", |point| {
            point.storage_bytes.map_or(TableValue::Nothing, TableValue::Bytes)
        }),
        ("state_bytes", "size", |point| TableValue::size(Some(point.state_bytes))),
    ];
    Table::of(&record.points, columns)
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::html::section::Block;
    use fixtures::state_growth::state_growth;
    use records::report::Records;

    #[test]
    fn two_curves_and_the_stages_and_nothing_without_the_record() {
        assert!(build(&Records::default()).is_none());
        let blocks =
            build(&Records { state_growth: Some(state_growth()), ..Records::default() }).expect("blocks");
        let charts: Vec<_> = blocks
            .iter()
            .filter_map(|block| match block {
                Block::Chart(chart) => Some((chart.id.as_str(), chart.series.len())),
                _ => None,
            })
            .collect();
        // A band and a line for each of three places.
        assert_eq!(charts, [("state-growth-block", 6), ("state-growth-root", 6)]);
        assert!(!blocks.iter().any(|block| matches!(block, Block::Caution(_))));
    }

    #[test]
    fn pages_that_the_system_kept_stand_out() {
        let mut record = state_growth();
        record.points.iter_mut().for_each(|point| point.storage_bytes = Some(0.0));
        let blocks = build(&Records { state_growth: Some(record), ..Records::default() }).expect("blocks");
        assert!(blocks.iter().any(|block| matches!(block, Block::Caution(_))));
    }
}
