//! What the transactions of a block cost in a virtual machine, on one thread of this machine now.

use crate::execution::grid::ExecutionGridError;
use crate::statistics::middle;
use records::execution::EvmCostRecord;
use std::time::Instant;
use workloads::evm::pools::{ENGINE, EvmOutcome, EvmPools};
use workloads::executor::TransactionOutcome;
use workloads::ledger::Ledger;
use workloads::transaction::Transaction;

/// Executes a block `repeats` times, each from the same ledger, after one round that is checked and not counted. The
/// outcomes are those of native execution in order.
pub(super) fn evm_cost(
    ledger: &Ledger,
    transactions: &[Transaction],
    outcomes: &[TransactionOutcome],
    repeats: u32,
) -> Result<EvmCostRecord, ExecutionGridError> {
    let count = transactions.len() as f64;
    let (mut us_per_tx, mut gas) = (Vec::new(), 0);
    for round in 0..=repeats {
        let mut evm = EvmPools::new(ledger, transactions);
        let start = Instant::now();
        let executed: Vec<EvmOutcome> =
            transactions.iter().map(|transaction| evm.execute(transaction)).collect();
        let wall_s = start.elapsed().as_secs_f64();
        let native = outcomes.iter().map(|outcome| outcome.as_ref().ok().map(|receipt| receipt.amount_out));
        if !executed.iter().map(|outcome| outcome.amount_out).eq(native) {
            let what = "the outcomes of transactions";
            return Err(ExecutionGridError::Differs { point: ENGINE.to_owned(), what });
        }
        gas = executed.iter().map(|outcome| outcome.gas).sum();
        if round > 0 {
            us_per_tx.push(wall_s / count * 1e6);
        }
    }
    Ok(EvmCostRecord {
        engine: ENGINE.to_owned(),
        transactions: u32::try_from(transactions.len()).unwrap_or(u32::MAX),
        us_per_tx: middle(us_per_tx),
        gas_per_tx: gas as f64 / count,
    })
}
