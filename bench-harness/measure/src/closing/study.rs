//! What is asked of a closing study, and what cannot be.

use crate::pool::PoolError;
use records::execution::ExecutorName;
use std::num::NonZeroUsize;
use std::time::Duration;
use thiserror::Error;
use workloads::data::OnChainChoice;
use workloads::executor::ExecutorError;
use workloads::sequencer::ClosingRules;
use workloads::signature::WrongSignature;
use workloads::state::State;

/// A state, the rules that close batches, and how the work on each is done.
#[derive(Clone, Debug)]
pub struct ClosingStudy {
    /// The state before the first transaction.
    pub genesis: State,
    /// What closes batches; a bound on unproved batches has no effect, since nothing is proved.
    pub rules: ClosingRules,
    /// The most batches that are closed, at least 1.
    pub batches_max: usize,
    /// After which no further batch is begun, three excepted; none without.
    pub time_limit: Option<Duration>,
    /// The executor; `known_values` needs a list that a sequencer does not have.
    pub executor: ExecutorName,
    /// Threads of signatures, execution and state root.
    pub threads: NonZeroUsize,
    /// Quality of Brotli, 0 to 11.
    pub compression_quality: u8,
    /// Whose data a volition sends to L1.
    pub on_chain: OnChainChoice,
    /// Seed of the keys.
    pub seed: u64,
}

/// Why batches were not closed, or not counted.
#[derive(Debug, Error)]
pub enum ClosingStudyError {
    /// Nothing came, or nothing but a rest that no rule closed.
    #[error(
        "no batch was closed by a rule: expected at least as many transactions as a batch takes, or a timeout to close \
         one that is not full"
    )]
    Nothing,
    /// An executor that needs what a sequencer does not have.
    #[error(
        "executor known_values: expected sequential, block_stm or locks, since a sequencer does not know what \
         transactions write before it executes them"
    )]
    KnownValues,
    /// Threads cannot be started.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// An executor refused its own access list.
    #[error("batch {batch}: {source}")]
    Refused {
        /// From 0.
        batch: u64,
        /// What it says.
        source: Box<ExecutorError>,
    },
    /// A signature that was made beforehand did not verify.
    #[error("batch {batch}: {source}")]
    Signature {
        /// From 0.
        batch: u64,
        /// Which.
        source: WrongSignature,
    },
    /// Compressed data is not what was compressed.
    #[error("batch {batch}: the data that was compressed cannot be read back")]
    Data {
        /// From 0.
        batch: u64,
    },
    /// The state differs from that of execution in order.
    #[error("after the last batch {what} differ from execution in order")]
    Differs {
        /// `the accounts`, `the pools`, `the roots`.
        what: &'static str,
    },
}

impl ClosingStudyError {
    /// Whether a result was wrong, and not the request.
    pub fn is_wrong_result(&self) -> bool {
        match self {
            Self::Nothing | Self::KnownValues | Self::Pool(_) => false,
            Self::Refused { .. } | Self::Signature { .. } | Self::Data { .. } | Self::Differs { .. } => true,
        }
    }
}
