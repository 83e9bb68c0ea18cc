//! Executors side by side, for a person at a terminal.

use crate::text::{bare, framed, trimmed, wrap};
use crate::words::{count, or_dash, percent};
use records::execution::{
    EvmCostRecord, ExecutionBreakEvenRecord, ExecutionPointRecord, ExecutionRecord, ExecutionSpeedRecord,
    MiddleRecord,
};
use records::number::significant;

/// Every point, and from which work on more threads pay, in tables of at most `width_columns`.
pub fn render(record: &ExecutionRecord, width_columns: u16) -> String {
    let has_sizes = has_sizes(record);
    let mut before = None;
    let points = record.points.iter().map(|point| {
        // What is the same as in the row above stands once.
        let cell = (point.accounts, point.hot_pool, point.work_us);
        let is_first = before.replace(cell) != Some(cell);
        let of_cell = [size(has_sizes, point.accounts) + &hot(point.hot_pool), work(point.work_us)];
        let of_cell = if is_first { of_cell } else { [String::new(), String::new()] };
        let mut row = of_cell.to_vec();
        row.extend(point_row(point));
        row
    });
    let header = [
        if has_sizes { "accounts,\non one pool" } else { "on one\npool" },
        "work",
        "executor",
        "on",
        "transactions/s\n(min…max)",
        "speed-\nup",
        "with\nroot",
        "speed-\nup",
        "CPU\nµs/tx",
        "aborts",
        "again",
    ];
    let points = bare(header, points, width_columns);
    let width = width_columns;
    let mut page = format!("{}\n\n{points}\n\n", wrap(&measured(record), width, ""));
    if !record.break_even.is_empty() {
        let rows = record.break_even.iter().map(|row| break_even_row(record, row));
        let header = [
            if has_sizes { "accounts, on one pool" } else { "on one pool" },
            "executor",
            "threads",
            "faster from",
            "with root, from",
        ];
        page += &format!("{}\n\n{}\n\n", wrap(BREAK_EVEN, width, ""), framed(header, rows, width));
    }
    trimmed(&(page + &wrap(READING, width, "") + "\n"))
}

const BREAK_EVEN: &str = "Break-even: the least work measured from which on more threads are faster than the best \
    executor on one.";

const READING: &str = "*on* is the number of threads, *again* the executions beyond the first of their transaction. A \
    speed-up is over the best executor on one thread, the median of ratios within a repeat. A root is computed on as many \
    threads. Every execution was compared with that in order: state, outcomes and root are the same.";

fn measured(record: &ExecutionRecord) -> String {
    let workload = &record.workload;
    let choice = workload.zipf.map_or("uniform".to_owned(), |exponent| format!("Zipf {exponent}"));
    let accounts = record.points.first().map_or(0, |point| point.accounts);
    let accounts = if has_sizes(record) {
        "the accounts named below".to_owned()
    } else {
        format!("{accounts} accounts")
    };
    let refused = record.points.iter().map(|point| point.refused).max().unwrap_or(0);
    let refused = if refused > 0 { format!(", up to {refused} of them refused") } else { String::new() };
    let evm = record.evm.as_ref().map_or_else(String::new, |evm| format!(" {}", evm_words(evm)));
    format!(
        "A block of {} ({} swaps, {choice}, chains of {}{refused}) over {} and {accounts}, state tree of depth {}. {} \
         of each row, interleaved, on {}{}; 1 µs of work is {} iterations.{evm}",
        count(workload.transactions, "transaction"),
        percent(workload.swap_ratio, 3),
        workload.chain,
        count(workload.pools, "pool"),
        workload.depth,
        count(record.repeats, "repeat"),
        count(record.cpus, "CPU"),
        record.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})")),
        significant(record.iterations_per_us, 3),
    )
}

/// What a transaction cost in a virtual machine.
pub(crate) fn evm_words(evm: &EvmCostRecord) -> String {
    let MiddleRecord { median, min, max } = evm.us_per_tx;
    format!(
        "The same transactions as calls of a contract in {}, on one thread, took {} µs each ({}…{}) and {} gas, with the \
         native outcomes: that is one of the works.",
        evm.engine,
        significant(median, 3),
        significant(min, 3),
        significant(max, 3),
        significant(evm.gas_per_tx, 3),
    )
}

fn has_sizes(record: &ExecutionRecord) -> bool {
    record.points.iter().any(|point| point.accounts != record.points[0].accounts)
}

fn size(has_sizes: bool, accounts: u32) -> String {
    if has_sizes { format!("{accounts}, ") } else { String::new() }
}

fn hot(fraction: f64) -> String {
    percent(fraction, 3)
}

fn work(work_us: f64) -> String {
    if work_us == 0.0 { "none".to_owned() } else { format!("{} µs", significant(work_us, 3)) }
}

fn point_row(point: &ExecutionPointRecord) -> [String; 9] {
    let transactions = |speed: &ExecutionSpeedRecord| rate(speed.tx_per_s, 3);
    // Rates at the ends of the wall times: the slowest repeat is the least rate.
    let spread = |speed: &ExecutionSpeedRecord| {
        let MiddleRecord { median, min, max } = speed.wall_s;
        let at = |wall_s: f64| rate(speed.tx_per_s * median / wall_s, 2);
        format!("{} ({}…{})", transactions(speed), at(max), at(min))
    };
    let times = |speed: &ExecutionSpeedRecord| format!("{:.2}×", speed.speedup.median);
    [
        point.executor.words().to_owned(),
        point.threads.to_string(),
        spread(&point.execution),
        times(&point.execution),
        transactions(&point.with_root),
        times(&point.with_root),
        significant(point.execution.cpu_s_per_tx * 1e6, 3),
        significant(point.counts.aborts, 3),
        significant(point.counts.re_executions, 3),
    ]
}

/// A rate with a thousand or a million as its unit, so that a column of them can be read.
fn rate(per_s: f64, digits: u8) -> String {
    match per_s {
        _ if per_s >= 1e6 => format!("{}M", significant(per_s / 1e6, digits)),
        _ if per_s >= 1e3 => format!("{}k", significant(per_s / 1e3, digits)),
        _ => significant(per_s, digits),
    }
}

fn break_even_row(record: &ExecutionRecord, row: &ExecutionBreakEvenRecord) -> [String; 5] {
    let from = |work_us: Option<f64>| {
        or_dash(work_us.map(work).map(|from| if from == "none" { "any work".to_owned() } else { from }))
    };
    [
        size(has_sizes(record), row.accounts) + &hot(row.hot_pool),
        row.executor.words().to_owned(),
        row.threads.to_string(),
        from(row.work_us),
        from(row.work_us_with_root),
    ]
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::execution::execution;

    #[test]
    fn every_point_and_the_break_even() {
        insta::assert_snapshot!(render(&execution(), 100));
    }

    #[test]
    fn what_a_virtual_machine_took_is_told_where_it_was_measured() {
        let mut record = execution();
        assert!(!render(&record, 140).contains("revm"));
        record.evm = Some(fixtures::execution::evm_cost());
        let page = render(&record, 400);
        assert!(
            page.contains("in revm, on one thread, took 4.2 µs each (3.78…5.04) and 61200 gas"),
            "{page}"
        );
    }

    #[test]
    fn state_sizes_stand_where_there_are_several() {
        let mut record = execution();
        record.points[0].accounts = 1 << 20;
        let page = render(&record, 140);
        assert!(page.contains("1048576, 0 %") && page.contains("the accounts named below"), "{page}");
    }
}
