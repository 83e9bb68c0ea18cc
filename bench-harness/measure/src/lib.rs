//! Measuring: what is to be measured, in which order, in a process of its own, written down as it comes.
//!
//! | room | what it owns |
//! |---|---|
//! | [`spec`] | what is to be measured: TOML, flags, defaults, and what cannot be |
//! | [`cell`], [`schedule`] | one combination; all of them in order, listable without running |
//! | [`child`] | the process that measures one cell |
//! | [`run`] | the parent: starts children, writes what they say, stops, resumes |
//! | [`stopping`] | when a cell ends, for child, parent and a run that is resumed |
//! | [`execution`] | executors side by side, in this process |
//! | [`state_growth`] | execution and state root as the state grows, in memory and on disk |
//! | [`fractal`] | many rollups proved as one, predicted and measured |
//! | [`closing`] | batches closed under a load, the work on each really done |
//! | [`pool`] | thread pools of a study's own |
//! | [`stage_sums`] | sums of the stages of a batch |
//! | [`profile`] | a log in summary |
//! | [`figures`] | every figure of a cell that has no noise |
//! | [`statistics`] | medians with exact intervals, quantiles with what stands behind them |
//! | [`timeline`] | the samples of a log in the order in which they were taken |
//! | [`host`] | what this crate must know of the computer |
//!
//! **Invariant:** every timed proof is verified and compared with native execution before its time is written;
//! one that is wrong ends the run.

mod busy;
pub mod cell;
pub mod child;
pub mod closing;
pub mod execution;
pub mod figures;
pub mod fractal;
pub mod host;
pub mod pool;
pub mod profile;
pub mod run;
pub mod schedule;
pub mod spec;
pub mod stage_sums;
pub mod state_growth;
pub mod statistics;
pub mod stopping;
pub mod timeline;
