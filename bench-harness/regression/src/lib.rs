//! Comparing two builds: which figures must be equal, which may differ by noise, and which have drifted.
//!
//! | room | what it owns |
//! |---|---|
//! | [`aa`] | what a machine can decide: false positives, and the smallest change that is detected |
//! | [`exact`] | figures without noise against a baseline |
//! | [`paired`] | times, in pairs of runs: rules, order, verdict |
//! | [`profiles`] | two profiles side by side, stage by stage: what stands against what, and what forbids it |
//! | [`history`] | slow drift over many commits |
//! | [`statistics`] | signed-rank test, Hodges–Lehmann interval, Holm, geometric mean: all exact |
//!
//! Pure but for what it is handed: nothing here proves, reads a clock or starts a process.

pub mod aa;
pub mod exact;
pub mod history;
pub mod paired;
pub mod profiles;
pub mod statistics;
