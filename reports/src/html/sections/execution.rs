//! Where parallel execution pays: contention × work × threads, beside what others have published.

use super::published_speedups::{PUBLISHED, PublishedSpeedup};
use crate::chart::{Axis, Chart, Column, Dot, Rule, Series, Table, TableValue, Tone};
use crate::execution::evm_words;
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::words::{count, percent};
use records::execution::{ExecutionBreakEvenRecord, ExecutionPointRecord, ExecutionRecord, ExecutorName};
use records::number::significant;
use records::report::Records;
use std::cmp::Reverse;
use std::collections::BTreeSet;

pub(super) const SECTION: Section =
    Section { id: "execution", title: "Where parallel execution pays", script: None, build };

/// Executors in the order of the legend.
const EXECUTORS: [(ExecutorName, Tone); 3] = [
    (ExecutorName::BlockStm, Tone::Main),
    (ExecutorName::Locks, Tone::Second),
    (ExecutorName::KnownValues, Tone::Third),
];

fn build(records: &Records) -> Option<Vec<Block>> {
    let record = records.execution.as_ref().filter(|record| !record.break_even.is_empty())?;
    // One state: the greatest, as claims are answered from.
    let accounts = record.points.iter().map(|point| point.accounts).max()?;
    let seen = Seen { record, accounts };
    let mut measured = seen.measured();
    if let Some(evm) = &record.evm {
        measured += &format!(" {}", evm_words(evm));
    }
    Some(vec![
        Block::Words(measured),
        Block::chart(seen.break_even()),
        Block::chart(seen.speedups()),
        Block::Table {
            id: "published-speedups".to_owned(),
            caption: "What others have published, over execution in order on their machines. These are figures of other \
                      virtual machines, workloads and years; none was measured here."
                .to_owned(),
            table: published(),
        },
    ])
}

/// A record, seen at one size of state.
struct Seen<'a> {
    record: &'a ExecutionRecord,
    accounts: u32,
}

impl Seen<'_> {
    fn rows(&self) -> impl Iterator<Item = &ExecutionBreakEvenRecord> {
        self.record.break_even.iter().filter(|row| row.accounts == self.accounts)
    }

    fn points(&self) -> impl Iterator<Item = &ExecutionPointRecord> {
        self.record.points.iter().filter(|point| point.accounts == self.accounts)
    }

    fn greatest_work_us(&self) -> f64 {
        self.points().map(|point| point.work_us).fold(0.0, f64::max)
    }

    /// The greatest number of threads above one, and the least where that is another: lines of more could not be told
    /// apart, and are in the table.
    fn threads(&self) -> BTreeSet<Reverse<u32>> {
        let threads = || self.rows().map(|row| row.threads);
        threads().max().into_iter().chain(threads().min()).map(Reverse).collect()
    }

    fn measured(&self) -> String {
        let record = self.record;
        format!(
            "Blocks of {} over {} accounts and {}, {} swaps, on {}{}; {} of each point, interleaved. Work is what a \
             transaction costs beside its own rule, as a virtual machine would have it.",
            count(record.workload.transactions, "transaction"),
            self.accounts,
            count(record.workload.pools, "pool"),
            percent(record.workload.swap_ratio, 3),
            count(record.cpus, "CPU"),
            record.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})")),
            count(record.repeats, "repeat"),
        )
    }

    /// The surface contention × work × threads: for each executor and number of threads a line, above which it is faster
    /// than the best executor on one thread.
    fn break_even(&self) -> Chart {
        let greatest_us = self.greatest_work_us();
        let mut series = Vec::new();
        let mut never = Vec::new();
        for (place, Reverse(threads)) in self.threads().into_iter().enumerate() {
            for (executor, tone) in EXECUTORS {
                let rows: Vec<_> =
                    self.rows().filter(|row| row.executor == executor && row.threads == threads).collect();
                let from = rows.iter().filter_map(|row| Some((row.hot_pool, row.work_us?)));
                let name = format!("{}, {}", executor.words(), count(threads, "thread"));
                let draw = if place == 0 { Series::line } else { Series::dashed };
                series.push(draw(&name, tone, from.collect()));
                let slower = rows.iter().filter(|row| row.work_us.is_none());
                never.extend(slower.map(|row| Dot {
                    x: row.hot_pool,
                    // Above the greatest work that was measured, apart for each executor.
                    y: greatest_us * (1.06 + 0.05 * never_place(executor)),
                    interval: None,
                    note: format!("{name}: slower at {} µs still", significant(greatest_us, 3)),
                }));
            }
        }
        series.retain(|series| !series.is_empty());
        if !never.is_empty() {
            series.push(Series::rings("slower at every work measured", Tone::Warning, never));
        }
        Chart {
            id: "break-even-surface".to_owned(),
            title: "From which work on more threads pay".to_owned(),
            caption: "Above its line an executor is faster than the best one on a single thread, execution alone. Where the \
                      line ends, it is slower at every work that was measured."
                .to_owned(),
            x: Axis::linear("fraction of swaps on one pool"),
            y: Axis::from_zero("work of a transaction, µs"),
            series,
            rules: self.work_rules(),
            table: self.surface_table(),
        }
    }

    /// The greatest work that was measured, and that of a virtual machine.
    fn work_rules(&self) -> Vec<Rule> {
        let greatest_us = self.greatest_work_us();
        let label = format!("greatest work measured, {} µs", significant(greatest_us, 3));
        let mut rules = vec![Rule::Y { at: greatest_us, label }];
        rules.extend(self.record.evm.as_ref().map(|evm| {
            let at = evm.us_per_tx.median;
            Rule::Y {
                at,
                label: format!("a transaction in {}, {} µs", short(&evm.engine), significant(at, 3)),
            }
        }));
        rules
    }

    fn surface_table(&self) -> Table {
        let columns: [Column<ExecutionBreakEvenRecord>; 5] = [
            ("hot_pool", "fraction on one pool", |row| row.hot_pool.into()),
            ("executor", "executor", |row| row.executor.words().into()),
            ("threads", "threads", |row| row.threads.into()),
            ("work_us", "faster from, µs", |row| row.work_us.into()),
            ("work_us_with_root", "with the root, from, µs", |row| row.work_us_with_root.into()),
        ];
        Table::of(self.rows(), columns)
    }

    /// Speed-ups at the greatest work on the most threads, beside published ones.
    fn speedups(&self) -> Chart {
        let (work_us, threads) =
            (self.greatest_work_us(), self.threads().first().map_or(1, |threads| threads.0));
        let points = || self.points().filter(|at| at.work_us == work_us && at.threads == threads);
        let mut table = Table::new([
            ("what", "what"),
            ("threads", "threads"),
            ("hot_pool", "fraction on one pool"),
            ("speedup", "speed-up"),
            ("speedup_with_root", "with the root"),
        ]);
        let mut series = Vec::new();
        for (executor, tone) in EXECUTORS {
            let of = || points().filter(move |point| point.executor == executor);
            series.push(Series::line(
                executor.words(),
                tone,
                of().map(|point| (point.hot_pool, point.execution.speedup.median)).collect(),
            ));
            for point in of() {
                table.push([
                    executor.words().into(),
                    threads.into(),
                    point.hot_pool.into(),
                    point.execution.speedup.median.into(),
                    point.with_root.speedup.median.into(),
                ]);
            }
        }
        for (system, tone) in [("pevm", Tone::Fourth), ("Block-STM", Tone::Muted)] {
            let placed = PUBLISHED.iter().filter(|one| one.system == system);
            let placed: Vec<_> = placed.filter_map(|one| Some((one.contention?, one))).collect();
            for (contention, one) in &placed {
                let what = format!("published: {system}, {}", one.workload);
                table.push([
                    what.into(),
                    one.threads.into(),
                    (*contention).into(),
                    one.speedup.into(),
                    TableValue::Nothing,
                ]);
            }
            let name = format!("published: {system}, 32 threads");
            series.push(Series::rings(&name, tone, placed.iter().map(|(x, one)| dot(*x, one)).collect()));
        }
        series.retain(|series| !series.is_empty());
        Chart {
            id: "speedups-over-contention".to_owned(),
            title: "Speed-up over contention, beside published ones".to_owned(),
            caption: format!(
                "Lines are of this machine: {} µs of work on {}, over the best executor on one. Rings are others' figures, on \
                 their machines, of workloads at the ends of the axis alone: see the table below.",
                significant(work_us, 3),
                count(threads, "thread"),
            ),
            x: Axis::linear("fraction of swaps on one pool"),
            y: Axis::log("speed-up"),
            series,
            rules: vec![Rule::Y { at: 1.0, label: "as fast as one thread".to_owned() }],
            table,
        }
    }
}

/// Rings of several executors at one contention do not cover each other.
fn never_place(executor: ExecutorName) -> f64 {
    match executor {
        ExecutorName::Sequential | ExecutorName::BlockStm => 0.0,
        ExecutorName::Locks => 1.0,
        ExecutorName::KnownValues => 2.0,
    }
}

fn dot(x: f64, published: &PublishedSpeedup) -> Dot {
    let PublishedSpeedup { system, workload, threads, speedup, source, date, .. } = published;
    let note = format!(
        "{system}, {workload}, {}: {} times; {source}, {date}",
        count(*threads, "thread"),
        significant(*speedup, 3)
    );
    Dot { x, y: *speedup, interval: None, note }
}

fn published() -> Table {
    let columns: [Column<PublishedSpeedup>; 6] = [
        ("system", "system", |one| one.system.into()),
        ("workload", "workload", |one| one.workload.into()),
        ("threads", "threads", |one| one.threads.into()),
        ("speedup", "speed-up", |one| one.speedup.into()),
        ("source", "source", |one| one.source.into()),
        ("date", "date", |one| one.date.into()),
    ];
    Table::of(&PUBLISHED, columns)
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::chart::Chart;
    use crate::html::section::Block;
    use fixtures::execution::{execution, of_points, surface};
    use records::execution::ExecutionRecord;
    use records::report::Records;

    fn charts(record: ExecutionRecord) -> Vec<Chart> {
        let blocks = build(&Records { execution: Some(record), ..Records::default() }).expect("blocks");
        let charts = blocks.into_iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(*chart),
            _ => None,
        });
        charts.collect()
    }

    fn names(chart: &Chart) -> Vec<&str> {
        chart.series.iter().map(|series| series.name.as_str()).collect()
    }

    #[test]
    fn a_line_for_each_executor_and_number_of_threads_and_rings_where_it_never_pays() {
        let charts = charts(surface());
        assert_eq!(
            names(&charts[0]),
            [
                "Block-STM, 4 threads",
                "known values, 4 threads",
                "Block-STM, 2 threads",
                "known values, 2 threads",
                "slower at every work measured"
            ]
        );
        assert_eq!(charts[0].table.rows.len(), 12);
    }

    #[test]
    fn published_figures_are_apart_from_ours() {
        let charts = charts(execution());
        let published: Vec<_> =
            names(&charts[1]).into_iter().filter(|name| name.starts_with("published")).collect();
        assert_eq!(published, ["published: pevm, 32 threads", "published: Block-STM, 32 threads"]);
        let csv = charts[1].table.csv().expect("CSV");
        assert!(csv.contains("\"published: pevm, 6,413 independent Uniswap swaps\",32,0,22.1,"), "{csv}");
        assert!(csv.contains("Block-STM,2,1,0.8333"), "{csv}");
    }

    #[test]
    fn nothing_without_several_threads() {
        let alone = of_points(execution().points, vec![]);
        assert!(build(&Records { execution: Some(alone), ..Records::default() }).is_none());
        assert!(build(&Records::default()).is_none());
    }
}
