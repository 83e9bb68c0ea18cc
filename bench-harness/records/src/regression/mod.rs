//! Two builds compared.
//!
//! | module | what |
//! |---|---|
//! | [`figures`] | a baseline: every figure without noise |
//! | [`exact`] | an exact comparison |
//! | [`arm`] | what is asked of a program that is compared, and what it answers |
//! | [`paired`] | two builds compared in pairs of runs |
//! | [`aa`] | a program compared with itself: what a machine can decide |
//! | [`history`] | results over commits, one JSON line each |
//! | [`drift`] | what has drifted in them |

pub mod aa;
pub mod arm;
pub mod drift;
pub mod exact;
pub mod figures;
pub mod history;
pub mod paired;
