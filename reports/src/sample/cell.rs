//! A run and a cell as the first columns of a CSV.

use crate::export::Plain;
use records::sample::CellRecord;
use serde::Serialize;

/// The columns in which rows of samples and rows of a profile begin.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct CellColumns<'a> {
    run: &'a str,
    workload: &'a str,
    swap_ratio: Option<Plain>,
    batch_transactions: u64,
    capacity_transactions: u64,
    batches_per_aggregation: u64,
    proof_system: &'a str,
    cores: u64,
    clock: &'a str,
    provers: u64,
}

impl<'a> CellColumns<'a> {
    pub(crate) fn of(run: &'a str, cell: &'a CellRecord) -> Self {
        Self {
            run,
            workload: &cell.workload,
            swap_ratio: cell.swap_ratio.map(Plain),
            batch_transactions: cell.batch_transactions,
            capacity_transactions: cell.capacity_transactions,
            batches_per_aggregation: cell.batches_per_aggregation,
            proof_system: &cell.proof_system,
            cores: cell.cores,
            clock: &cell.clock,
            provers: cell.provers,
        }
    }
}
