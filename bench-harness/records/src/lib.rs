//! What is written and read: versioned record types, as JSON and JSON Lines.
//!
//! | room | what it owns |
//! |---|---|
//! | [`sample`] | what a run writes line by line: samples, failures, ends of repeats and cells |
//! | [`machine`] | what a machine is, as named fields that are known or unknown |
//! | [`profile`] | a run in summary: the input of planning |
//! | [`laws`] | the scaling laws of a profile |
//! | [`plan`] | what is recommended, and everything that led to it |
//! | [`what_if`] | the planner's answers at every position of a few sliders |
//! | [`comparison`] | two profiles side by side |
//! | [`regression`] | two builds compared: baseline, exact and paired comparison, history, drift |
//! | [`report`] | all that a report may be made of |
//! | [`execution`] | executors side by side, over threads, contention and work |
//! | [`state_growth`] | execution and state root as the state grows, in memory and on disk |
//! | [`fractal`] | many rollups settled by one proof, and what each stage took |
//! | [`closing`] | batches closed under a load, and what closing each took |
//! | [`claims`] | what the source documents claim, each claim with the figures that answer it |
//! | [`timeline`] | who did what and when: lanes of spans |
//! | [`mod@file`] | reading JSON with file, line and field in every error; writing a file whole or not at all |
//! | [`lines`] | files of JSON lines that only grow |
//! | [`fleet`] | jobs and results of a fleet, the coordinator's ledger, the summary of a run |
//! | [`number`] | the text form of a number, in the sentences that records and errors carry |
//!
//! Nothing here renders, proves, measures or plans. Every crate may import this one; it imports none of ours.

pub mod claims;
pub mod closing;
pub mod comparison;
pub mod execution;
pub mod file;
pub mod fleet;
pub mod fractal;
pub mod laws;
pub mod lines;
pub mod machine;
mod names;
pub mod number;
pub mod plan;
pub mod profile;
pub mod regression;
pub mod report;
pub mod sample;
pub mod state_growth;
pub mod timeline;
pub mod what_if;
