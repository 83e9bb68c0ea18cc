//! What the gate finds, as records, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`aa`] | a program compared with itself: what a machine can decide |
//! | [`arm`] | what is asked of a program that is compared, and what it answers |
//! | [`figures`] | a baseline: every figure without noise |
//! | [`exact`] | an exact comparison: the record types |
//! | [`exact_terminal`] | the same for a person at a terminal |
//! | [`paired`] | two builds compared in pairs of runs: the record types |
//! | [`paired_terminal`] | the same for a person at a terminal |
//! | [`markdown`] | either for a pull request: verdict first, and a marker by which it is updated in place |
//! | [`annotations`] | `::error` and `::warning` lines |
//! | [`junit`] | JUnit XML |
//! | [`bencher`] | Bencher Metric Format |
//! | [`smaller_is_better`] | `customSmallerIsBetter` of github-action-benchmark |
//! | [`history`] | results over commits, one JSON line each |
//! | [`drift`] | what has drifted in them: records, text, Markdown, warnings |
//! | [`drift_svg`] | a plot of them |
//!
//! Not here: how a verdict is reached (that is `gate`).

pub mod aa;
pub mod annotations;
pub mod arm;
pub mod bencher;
pub mod drift;
pub mod drift_svg;
pub mod exact;
pub mod exact_terminal;
pub mod figures;
pub mod history;
pub mod junit;
pub mod markdown;
pub mod paired;
pub mod paired_terminal;
pub mod smaller_is_better;

#[cfg(test)]
pub(crate) mod fixture;
