//! A cell in the columns of a CSV.

use crate::export::cell;
use records::sample::CellRecord;

/// The columns of a cell in every CSV.
pub(crate) const CELL_COLUMNS: [&str; 9] = [
    "workload",
    "swap_ratio",
    "batch_transactions",
    "capacity_transactions",
    "batches_per_aggregation",
    "proof_system",
    "cores",
    "clock",
    "provers",
];

/// The values of [`CELL_COLUMNS`].
pub(crate) fn columns(of: &CellRecord) -> [String; 9] {
    let CellRecord {
        workload,
        swap_ratio,
        batch_transactions,
        capacity_transactions,
        batches_per_aggregation,
        proof_system,
        cores,
        clock,
        provers,
    } = of;
    [
        workload.clone(),
        cell(*swap_ratio),
        batch_transactions.to_string(),
        capacity_transactions.to_string(),
        batches_per_aggregation.to_string(),
        proof_system.clone(),
        cores.to_string(),
        clock.clone(),
        provers.to_string(),
    ]
}
