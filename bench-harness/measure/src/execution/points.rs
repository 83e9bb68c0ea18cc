//! From times to points of the record.

use crate::execution::cell::{Bench, Timed, Variant};
use crate::statistics::middle;
use records::execution::{ExecutionCountsRecord, ExecutionPointRecord, ExecutionSpeedRecord, ExecutorName};
use workloads::executor::ExecutionCounts;

/// What is counted of a repeat.
#[derive(Clone, Copy)]
struct Counted {
    wall_s: fn(&Timed) -> f64,
    cpu_s: fn(&Timed) -> f64,
}

const EXECUTION: Counted = Counted { wall_s: |timed| timed.execute_s, cpu_s: |timed| timed.execute_cpu_s };
const WITH_ROOT: Counted = Counted {
    wall_s: |timed| timed.execute_s + timed.root_s,
    cpu_s: |timed| timed.execute_cpu_s + timed.root_cpu_s,
};

/// The points of a cell.
pub(super) fn points(bench: &Bench<'_>, work_us: f64, variants: &[Variant]) -> Vec<ExecutionPointRecord> {
    let transactions = bench.transactions.len();
    let refused = bench.outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let point = |variant: &Variant| ExecutionPointRecord {
        accounts: bench.accounts,
        hot_pool: bench.hot_pool,
        work_us,
        executor: variant.executor,
        threads: u32::try_from(variant.threads).unwrap_or(u32::MAX),
        refused: u32::try_from(refused).unwrap_or(u32::MAX),
        execution: speed(variants, variant, transactions, EXECUTION),
        with_root: speed(variants, variant, transactions, WITH_ROOT),
        counts: mean_counts(&variant.repeats),
    };
    variants.iter().map(point).collect()
}

fn speed(variants: &[Variant], of: &Variant, transactions: usize, counted: Counted) -> ExecutionSpeedRecord {
    let walls = |variant: &Variant| -> Vec<f64> { variant.repeats.iter().map(counted.wall_s).collect() };
    let best = best_single_thread(variants, counted);
    let wall_s = middle(walls(of));
    let cpu_s = middle(of.repeats.iter().map(counted.cpu_s).collect()).median;
    let (ours, theirs) = (walls(of), best.map_or_else(Vec::new, walls));
    ExecutionSpeedRecord {
        wall_s,
        cpu_s_per_tx: cpu_s / transactions as f64,
        tx_per_s: transactions as f64 / wall_s.median,
        // In the same repeat, so that a machine that slows down slows both sides.
        speedup: middle(theirs.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect()),
        best_single_thread: best.map_or(ExecutorName::Sequential, |best| best.executor),
    }
}

fn best_single_thread(variants: &[Variant], counted: Counted) -> Option<&Variant> {
    let wall_s = |variant: &Variant| middle(variant.repeats.iter().map(counted.wall_s).collect()).median;
    let single = variants.iter().filter(|variant| variant.threads == 1);
    single.min_by(|a, b| wall_s(a).total_cmp(&wall_s(b)))
}

fn mean_counts(repeats: &[Timed]) -> ExecutionCountsRecord {
    let mut sum = ExecutionCounts::default();
    repeats.iter().for_each(|timed| sum += timed.counts);
    let ExecutionCounts { executions, re_executions, aborts, suspensions, validations } = sum;
    let mean = |count: u64| count as f64 / repeats.len() as f64;
    ExecutionCountsRecord {
        executions: mean(executions),
        re_executions: mean(re_executions),
        aborts: mean(aborts),
        suspensions: mean(suspensions),
        validations: mean(validations),
    }
}

#[cfg(test)]
mod tests {
    use super::{EXECUTION, WITH_ROOT, speed};
    use crate::execution::cell::{Timed, Variant};
    use records::execution::ExecutorName;
    use workloads::executor::ExecutionCounts;

    fn variant(executor: ExecutorName, threads: usize, times: &[f64], root_s: f64) -> Variant {
        let timed = |execute_s: &f64| Timed {
            execute_s: *execute_s,
            execute_cpu_s: 2.0 * execute_s,
            root_s,
            root_cpu_s: root_s,
            counts: ExecutionCounts::default(),
        };
        Variant { executor, threads, repeats: times.iter().map(timed).collect() }
    }

    /// The best single thread is not always `sequential`, a slow repeat slows both sides, and a root shrinks what a
    /// faster execution gains.
    #[test]
    fn speed_up_is_over_the_best_single_thread_in_the_same_repeat() {
        let variants = [
            variant(ExecutorName::Sequential, 1, &[4.0, 40.0, 4.2], 1.0),
            variant(ExecutorName::Locks, 1, &[3.0, 30.0, 3.0], 1.0),
            variant(ExecutorName::Locks, 2, &[1.5, 15.0, 1.5], 1.0),
        ];
        let alone = speed(&variants, &variants[2], 10, EXECUTION);
        assert_eq!(alone.best_single_thread, ExecutorName::Locks);
        assert_eq!([alone.speedup.min, alone.speedup.median, alone.speedup.max], [2.0; 3]);
        assert_eq!((alone.wall_s.median, alone.tx_per_s), (1.5, 10.0 / 1.5));
        assert_eq!(alone.cpu_s_per_tx, 0.3);
        let with_root = speed(&variants, &variants[2], 10, WITH_ROOT);
        assert_eq!(with_root.speedup.median, 1.6);
        assert_eq!(with_root.cpu_s_per_tx, 0.4);
    }
}
