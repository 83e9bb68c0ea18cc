//! Simulation of the whole pipeline: batches arrive and close, are proved, aggregated and verified on L1.
//!
//! ```text
//! arrivals ─> close ─> queue ─> P provers ─> neighbours, or all N ─> A aggregators ─> in order ─> L1 ─> consolidated
//!               └────> sequence transaction ────────────────────────────────────────────────────> L1 ─> virtual
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`pipeline`] | [`Pipeline`]: what is simulated, checked |
//! | [`arrivals`] | [`Arrivals`] and [`Closing`]: when batches close |
//! | `trace` | [`gaps_of_csv`]: arrivals that were recorded |
//! | [`floor`] | [`DelayFloor`]: delays that no such pipeline can beat |
//! | [`l1`] | [`L1`]: when a transaction is included |
//! | [`sequencing`] | [`VirtualForms`]: the delay to virtual by the formulas |
//! | [`replicate`] | [`simulate`]: independent replications in parallel, with an interval on every figure |
//! | [`figures`] | [`Simulated`]: what comes out |
//! | [`mod@spans`] | [`Span`]: who did what and when, for a timeline |
//! | [`watch`] | [`spans()`]: one replication, watched |
//!
//! One seed gives one result at any number of threads: each replication and each kind of draw has a stream
//! of its own, so plans that differ in P share every random number (common random numbers).

mod aggregate;
pub mod arrivals;
mod engine;
pub mod figures;
pub mod floor;
pub mod l1;
pub mod pipeline;
pub mod replicate;
pub mod sequencing;
pub mod spans;
mod streams;
mod tally;
mod trace;
pub mod watch;

pub use arrivals::{Arrivals, Closing};
pub use figures::{DelayFigures, Estimate, Simulated};
pub use floor::DelayFloor;
pub(crate) use floor::ProofFloor;
pub use l1::L1;
pub use pipeline::{AfterCrash, Crashes, Flow, Pipeline, Stragglers, check_attempts, occupied_s};
pub use replicate::{DAY_BATCHES_MAX, RunLength, simulate};
pub use sequencing::VirtualForms;
pub use spans::{Lane, Span, Work};
pub use streams::{Stage, Stream};
pub use trace::gaps_of_csv;
pub use watch::{WATCHED_BATCHES_MAX, spans};
