//! From which work on more threads pay.

use records::execution::{ExecutionBreakEvenRecord, ExecutionPointRecord};

/// One row for each state size, contention, executor and number of threads above one, in the order of the points.
pub(super) fn break_even(points: &[ExecutionPointRecord]) -> Vec<ExecutionBreakEvenRecord> {
    let mut rows: Vec<ExecutionBreakEvenRecord> = Vec::new();
    for point in points.iter().filter(|point| point.threads > 1) {
        let is_of = |other: &&ExecutionPointRecord| {
            (other.accounts, other.hot_pool, other.executor, other.threads)
                == (point.accounts, point.hot_pool, point.executor, point.threads)
        };
        let is_new = !rows.iter().any(|row| {
            (row.accounts, row.hot_pool, row.executor, row.threads)
                == (point.accounts, point.hot_pool, point.executor, point.threads)
        });
        if is_new {
            let of_row = || points.iter().filter(is_of);
            rows.push(ExecutionBreakEvenRecord {
                accounts: point.accounts,
                hot_pool: point.hot_pool,
                executor: point.executor,
                threads: point.threads,
                work_us: least_work(of_row().map(|at| (at.work_us, at.execution.speedup.median))),
                work_us_with_root: least_work(of_row().map(|at| (at.work_us, at.with_root.speedup.median))),
            });
        }
    }
    rows
}

/// The least work from which on every speed-up is above 1.
fn least_work(speedups: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut speedups: Vec<_> = speedups.collect();
    speedups.sort_by(|a, b| b.0.total_cmp(&a.0));
    speedups.into_iter().take_while(|(_, speedup)| *speedup > 1.0).last().map(|(work_us, _)| work_us)
}

#[cfg(test)]
mod tests {
    use super::least_work;

    #[test]
    fn a_gain_below_a_loss_is_not_from_where_on() {
        let from = |speedups: &[(f64, f64)]| least_work(speedups.iter().copied());
        assert_eq!(from(&[(0.0, 0.4), (1.0, 0.9), (10.0, 1.4), (50.0, 1.8)]), Some(10.0));
        assert_eq!(from(&[(50.0, 1.8), (0.0, 1.2), (1.0, 0.9)]), Some(50.0));
        assert_eq!(from(&[(0.0, 1.2), (50.0, 0.7)]), None);
        assert_eq!(from(&[(0.0, 1.1), (1.0, 1.3)]), Some(0.0));
        assert_eq!(from(&[]), None);
    }
}
