//! Comparing two builds: which figures must be equal, which may differ by noise, and which have drifted.
//!
//! | room | what it owns |
//! |---|---|
//! | [`exact`] | figures without noise against a baseline |
//! | [`history`] | slow drift over many commits |
//!
//! Pure but for what it is handed: nothing here proves, reads a clock or starts a process.

pub mod exact;
pub mod history;
