//! Batch sizes between measured ones as options of a plan: by the laws over batch size, at the careful end of their
//! intervals.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::{MeasuredTimes, system_of, times};
use planner::domain::Close;
use planner::plan::PlanOption;
use planner::scaling::SizeBetween;
use records::profile::QuantityName;

/// A size as an option: the times of the next larger size, each as many times as long as the law says at most.
///
/// # Errors
/// As [`MeasuredTimes::request`].
pub(crate) fn option(size: &SizeBetween<'_>, plan_args: &PlanArgs) -> anyhow::Result<PlanOption> {
    let above = times(size.above)?;
    let MeasuredTimes { mut prove_s, mut merge_s, close, .. } = above;
    let scale = |values: &mut Vec<f64>, name| {
        let factor = size.careful_times(name);
        values.iter_mut().for_each(|value| *value *= factor);
    };
    scale(&mut prove_s, QuantityName::ProveBatch);
    scale(&mut merge_s, QuantityName::AggregateMerge);
    let close = match close {
        Close::Filled { execute_s, root_s, encode_s } => Close::Filled {
            execute_s: execute_s * size.careful_times(QuantityName::Execute),
            root_s: root_s * size.careful_times(QuantityName::Root),
            encode_s: encode_s * size.careful_times(QuantityName::Encode),
        },
        fixed @ Close::Fixed { .. } => fixed,
    };
    let times =
        MeasuredTimes { prove_s, merge_s, close, batch_transactions: size.batch_transactions, ..above };
    Ok(PlanOption {
        words: words(size),
        system: system_of(size.above),
        is_predicted: true,
        request: times.request(plan_args)?,
    })
}

/// The size in words: `mix of 48 (predicted), plonky2, 1 core`.
pub(crate) fn words(size: &SizeBetween<'_>) -> String {
    let mut cell = size.above.cell.clone();
    cell.batch_transactions = size.batch_transactions;
    let number = size.batch_transactions.to_string();
    cell.words().replacen(&number, &format!("{number} (predicted)"), 1)
}

/// What a plan with such a size stands on.
pub(crate) fn basis(size: &SizeBetween<'_>) -> String {
    format!(
        "PREDICTED between {} and {} from the law over {} measured sizes, at the slow end of its 95 % interval: measure \
         it before you order",
        size.below.cell.batch_transactions, size.above.cell.batch_transactions, size.sizes
    )
}

#[cfg(test)]
mod tests {
    use crate::cmd::plan::planned::tests::{asked, measured};
    use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};

    /// The profile that is kept for tests with cells of these sizes, each with its time to prove a batch, s, and its
    /// padded rows.
    fn profile(sizes: &[(u64, f64, u64)]) -> ProfileRecord {
        let mut profile = measured();
        let first = profile.cells.swap_remove(0);
        let cell = |&(size, prove_s, padded_rows): &(u64, f64, u64)| {
            let mut cell: CellSummaryRecord = first.clone();
            (cell.cell.batch_transactions, cell.cell.capacity_transactions) = (size, size);
            for quantity in &mut cell.quantities {
                if quantity.quantity == QuantityName::ProveBatch {
                    (quantity.mean_s, quantity.median_s) = (prove_s, prove_s);
                    quantity.values_s = vec![prove_s; quantity.values_s.len()];
                }
            }
            for circuit in &mut cell.system.as_mut().expect("a system").circuits {
                if circuit.name == "batch" {
                    circuit.padded_rows = padded_rows;
                }
            }
            cell
        };
        profile.cells = sizes.iter().map(cell).collect();
        profile
    }

    /// The size planned with, and whether it was predicted, for 2 tx/s within 100 s.
    fn planned(sizes: &[(u64, f64, u64)]) -> (u32, bool) {
        let asked = asked("--target-tx-per-s 2 --delay 100s --l1 latency --spares 0");
        let profile = profile(sizes);
        let planned = asked.plan(&profile).expect("a plan");
        let size = planned.record.inputs.batch_transactions.expect("a size");
        let option = planned.record.options.iter().find(|option| option.batch_transactions == size);
        let is_predicted = option.expect("among the options").is_predicted;
        assert_eq!(planned.heading.contains("PREDICTED"), is_predicted, "{}", planned.heading);
        (size, is_predicted)
    }

    #[test]
    fn a_size_between_measured_ones_is_taken_where_it_is_the_cheapest() {
        // 32 fill in 16 s and take two provers; 128 take 64 s to fill, and are too late. Between them 12 s + 0.25 s for each
        // transaction: 91 fill in 45 s, and one prover is enough.
        let (size, is_predicted) =
            planned(&[(8, 14.0, 8_192), (16, 16.0, 8_192), (32, 20.0, 8_192), (128, 44.0, 8_192)]);
        assert!(is_predicted && size > 32 && size < 128, "{size}");
    }

    #[test]
    fn a_law_that_is_not_sure_and_a_step_of_the_padding_leave_the_measured_size() {
        let noisy = [(8, 18.0, 8_192), (16, 13.0, 8_192), (32, 20.0, 8_192), (128, 44.0, 8_192)];
        assert!(!planned(&noisy).1, "the interval is wide");
        let stepped = [(8, 14.0, 2_048), (16, 16.0, 4_096), (32, 20.0, 8_192), (128, 44.0, 16_384)];
        assert_eq!(planned(&stepped), (32, false), "no line crosses a step");
        let two = [(32, 20.0, 8_192), (128, 44.0, 8_192)];
        assert_eq!(planned(&two), (32, false), "two sizes are no law with an interval");
    }
}
