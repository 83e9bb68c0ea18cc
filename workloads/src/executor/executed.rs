//! What an executor returns: the outcome of each transaction, and what was done to get there.

use crate::leaf::{LeafId, LeafWrite};
use crate::rules::{ExecutionError, Receipt};
use std::ops::AddAssign;
use thiserror::Error;

/// What a transaction did, or the rule that it breaks: it then changed nothing.
pub type TransactionOutcome = Result<Receipt, ExecutionError>;

/// A block after its execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// One for each transaction, in their order.
    pub outcomes: Vec<TransactionOutcome>,
    /// What was done to get there.
    pub counts: ExecutionCounts,
}

/// What an execution took, in transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecutionCounts {
    /// Executions that ran to their end, each with its work.
    pub executions: u64,
    /// Executions beyond the first of their transaction.
    pub re_executions: u64,
    /// Executions whose result was discarded, since a validation found that they had read too early.
    pub aborts: u64,
    /// Executions that stopped at a leaf known to be written anew, before their work.
    pub suspensions: u64,
    /// Checks of what an execution had read, or of what it wrote against a list.
    pub validations: u64,
}

impl AddAssign for ExecutionCounts {
    fn add_assign(&mut self, other: Self) {
        let Self { executions, re_executions, aborts, suspensions, validations } = other;
        self.executions += executions;
        self.re_executions += re_executions;
        self.aborts += aborts;
        self.suspensions += suspensions;
        self.validations += validations;
    }
}

/// What an executor was given beside the block does not fit it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExecutorError {
    /// A transaction writes what the list does not say.
    #[error(
        "transaction {index} leaves {leaf} otherwise than the access list says: expected {expected:?}, got {got:?}"
    )]
    WrongValue {
        /// The place of the transaction in its block, from 0.
        index: usize,
        /// Which leaf.
        leaf: LeafId,
        /// What the list says, or nothing where it has no entry.
        expected: Option<LeafWrite>,
        /// What executing the transaction gave.
        got: LeafWrite,
    },
    /// The list says that a transaction writes what it does not.
    #[error("the access list says that transaction {index} writes {leaf}, and it does not")]
    NeverWritten {
        /// The place of the transaction in its block, from 0.
        index: usize,
        /// Which leaf.
        leaf: LeafId,
    },
}
