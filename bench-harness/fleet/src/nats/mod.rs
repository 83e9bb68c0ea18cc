//! The queue on a NATS server with JetStream: Debian's 2.9 and newer.
//!
//! | room | what it owns |
//! |---|---|
//! | [`server`] | which server, which fleet on it, and connecting |
//! | `claim` | one coordinator of a fleet at a time |
//! | `streams` | the streams of a fleet and their consumers |
//! | [`queue`] | [`crate::queue::JobQueue`] on them |
//!
//! Batches, merges and results are three work-queue streams. A worker publishes its result, awaits the server's acknowledgement, and
//! only then acknowledges the job, twice. A server may lose acknowledged messages all the same (2.9 syncs its store every
//! two minutes): the coordinator's ledger is the truth, and what the server no longer holds is submitted again.

mod claim;
pub mod queue;
pub mod server;
mod streams;

pub use queue::NatsQueue;
pub use server::NatsServer;
