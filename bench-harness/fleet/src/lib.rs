//! A fleet of real provers: as child processes of this one, or on other machines through NATS JetStream.
//!
//! ```text
//! batches ─> coordinator ─> JobQueue ─> workers ─> JobQueue ─> coordinator: verify, ledger, merges that are now possible
//!               └─ ledger.jsonl, the truth
//! ```
//!
//! | room | what it owns |
//! |---|---|
//! | [`task`] | the jobs of a run by name, and the tree of merges of a group |
//! | [`arrivals`] | when batches arrive |
//! | [`chain`] | the batches of a run by number, and what each must prove |
//! | [`queue`] | the [`queue::JobQueue`] trait: what a queue must do |
//! | [`memory`] | the queue in this process |
//! | [`nats`] | the queue on a JetStream server |
//! | [`worker`] | one prover: takes jobs, proves, tells that it lives, answers |
//! | [`process`] | workers as child processes, each held to its CPUs |
//! | [`placement`] | how many workers fit, by cores and by memory |
//! | [`coordinator`] | submits, verifies, merges, tries again, leaves out who cheats |
//! | [`run`] | a whole run: ledger, coordinator, progress, summary |
//! | [`pipeline`] | order, then prove, in real time: sequencer, a simulated L1, workers that come and go |
//! | [`scaling`] | workers in this process, as many as a rule wants |
//! | [`metrics`] | figures of a worker and of a coordinator for Prometheus |
//! | [`summary`] | figures of a run |
//! | [`samples`] | its samples, as `measure` writes them, with queue waits |
//! | [`error`] | why a run ends early |
//!
//! **Invariants.** The coordinator's ledger is the truth: a queue may lose, repeat or delay anything. No proof is used
//! before it was verified and compared with native execution here. Nothing is counted twice.

pub mod arrivals;
pub mod chain;
pub mod coordinator;
pub mod error;
pub mod memory;
pub mod metrics;
pub mod nats;
pub mod pipeline;
pub mod placement;
pub mod process;
pub mod queue;
pub mod run;
pub mod samples;
pub mod scaling;
pub mod summary;
pub mod task;
pub mod worker;
