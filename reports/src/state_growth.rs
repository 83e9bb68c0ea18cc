//! Execution and state root as the state grows, for a person at a terminal; and the sentences that the page shares.

use crate::text::{bare, trimmed, wrap};
use crate::words::{count, or_dash, percent};
use records::number::{bytes, significant, time};
use records::state_growth::{StateGrowthPointRecord, StateGrowthRecord, StatePlaceName};

/// Every place at every size, in a table of at most `width_columns`.
pub fn render(record: &StateGrowthRecord, width_columns: u16) -> String {
    let mut before = None;
    let rows = record.points.iter().map(|point| {
        // The size stands once, where it begins.
        let is_first = before.replace(point.accounts) != Some(point.accounts);
        row(record, point, is_first)
    });
    let header = [
        "accounts",
        "state",
        "transactions/s\n(min…max)",
        "µs/tx",
        "read",
        "execute",
        "root",
        "commit",
        "from\nstorage",
        "size",
    ];
    let table = bare(header, rows, width_columns);
    let parts = [measured(record), growth(record), cold(record), READING.to_owned()];
    let [measured, growth, cold, reading] = parts.map(|part| wrap(&part, width_columns, ""));
    trimmed(&format!("{measured}\n\n{table}\n\n{growth}\n\n{cold}\n\n{reading}\n"))
}

const READING: &str = "*read*, *execute*, *root* and *commit* are medians for a whole block. A root takes each changed node \
    once, on all threads; a commit is one transaction, flushed to the disk, with leaves, nodes and root. Outcomes and root \
    of every block on disk were compared with those in memory.";

/// What was executed, and on what.
pub(crate) fn measured(record: &StateGrowthRecord) -> String {
    let (workload, store) = (&record.workload, &record.store);
    let choice = workload.zipf.map_or("uniform".to_owned(), |exponent| format!("Zipf {exponent}"));
    format!(
        "Blocks of {} ({} swaps, {choice}) over {}, state tree of depth {}; {} of each row, interleaved, on {} of {}{}. \
         On disk in {} with {} of its own cache.",
        count(workload.transactions, "transaction"),
        percent(workload.swap_ratio, 3),
        count(workload.pools, "pool"),
        workload.depth,
        count(record.repeats, "block"),
        count(record.threads, "thread"),
        count(record.cpus, "CPU"),
        record.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})")),
        store.engine,
        bytes(store.cache_bytes),
    )
}

/// How much longer a block takes on the greatest state than on the smallest, by place.
pub(crate) fn growth(record: &StateGrowthRecord) -> String {
    let of = |place| {
        let points = || record.points.iter().filter(move |point| point.place == place);
        let least = points().min_by_key(|point| point.accounts)?;
        let most = points().max_by_key(|point| point.accounts)?;
        let times = most.wall_s.median / least.wall_s.median;
        (least.accounts < most.accounts).then_some((least.accounts, most.accounts, times))
    };
    let places = [StatePlaceName::Memory, StatePlaceName::DiskWarm, StatePlaceName::DiskCold];
    let told: Vec<_> = places.into_iter().filter_map(|place| Some((place, of(place)?))).collect();
    let Some((_, (least, most, _))) = told.first() else {
        return "One size was measured: give --accounts several for what growth costs.".to_owned();
    };
    let words =
        told.iter().map(|(place, (.., times))| format!("{} times as long {place}", significant(*times, 3)));
    format!(
        "A block over {most} accounts takes, against one over {least}: {}.",
        words.collect::<Vec<_>>().join("; ")
    )
}

/// What all cold blocks together fetched from the storage, where the system counts it.
pub(crate) fn fetched_bytes(record: &StateGrowthRecord) -> Option<f64> {
    let points = record.points.iter().filter(|point| point.place == StatePlaceName::DiskCold);
    points.map(|point| point.storage_bytes).sum()
}

/// How cold the cold readings were.
pub(crate) fn cold(record: &StateGrowthRecord) -> String {
    let how = match fetched_bytes(record) {
        Some(fetched) if fetched > 0.0 => {
            "the system then fetched its pages from the storage again, whose own memory no process can empty"
        }
        Some(_) => {
            "THE SYSTEM KEPT THE FILE'S PAGES: nothing came from the storage, so that only the store's own cache was cold"
        }
        None => "whether the system kept the file's pages is not counted here",
    };
    format!("Cold: the store was opened anew after the system was asked to forget the file; {how}.")
}

fn row(record: &StateGrowthRecord, point: &StateGrowthPointRecord, is_first: bool) -> [String; 10] {
    let transactions = f64::from(record.workload.transactions);
    // The slowest block is the least rate.
    let rates = [point.tx_per_s, transactions / point.wall_s.max, transactions / point.wall_s.min];
    let [median, least, most] = rates.map(|rate| significant(rate, 3));
    let is_on_disk = point.place != StatePlaceName::Memory;
    let on_disk = |time_s: f64| or_dash(is_on_disk.then(|| time(time_s)));
    let fetched = point.storage_bytes.filter(|_| is_on_disk);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of counts")]
    let fetched = fetched.map(|fetched| bytes(fetched as u64));
    [
        if is_first { point.accounts.to_string() } else { String::new() },
        point.place.words().to_owned(),
        format!("{median} ({least}…{most})"),
        significant(point.wall_s.median / transactions * 1e6, 3),
        on_disk(point.read_s.median),
        time(point.execute_s.median),
        time(point.root_s.median),
        on_disk(point.commit_s.median),
        or_dash(fetched),
        bytes(point.state_bytes),
    ]
}

#[cfg(test)]
mod tests {
    use super::{cold, growth, render};
    use fixtures::state_growth::state_growth;

    #[test]
    fn every_place_at_every_size() {
        insta::assert_snapshot!(render(&state_growth(), 120));
    }

    #[test]
    fn how_cold_it_was_is_told() {
        let mut record = state_growth();
        assert!(cold(&record).contains("fetched its pages from the storage again"));
        record.points.iter_mut().for_each(|point| point.storage_bytes = Some(0.0));
        assert!(cold(&record).contains("THE SYSTEM KEPT THE FILE'S PAGES"));
        record.points.iter_mut().for_each(|point| point.storage_bytes = None);
        assert!(cold(&record).contains("is not counted here"));
    }

    #[test]
    fn one_size_says_nothing_of_growth() {
        let mut record = state_growth();
        assert!(growth(&record).starts_with(
            "A block over 1048576 accounts takes, against one over 1024: 1 times as long in memory; "
        ));
        record.points.truncate(3);
        assert!(growth(&record).contains("give --accounts several"));
    }
}
