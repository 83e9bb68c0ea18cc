//! Two builds compared, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`aa`] | a program compared with itself, for a terminal |
//! | [`exact_terminal`], [`paired_terminal`] | a comparison, for a terminal |
//! | [`sentences`] | what each of them says, made once |
//! | [`markdown`] | either for a pull request: verdict first, and a marker by which it is updated in place |
//! | [`annotations`] | `::error` and `::warning` lines |
//! | [`junit`] | JUnit XML |
//! | [`bencher`] | Bencher Metric Format |
//! | [`smaller_is_better`] | `customSmallerIsBetter` of github-action-benchmark |
//! | [`drift`] | what has drifted in a history: text, Markdown, warnings |
//! | [`drift_svg`] | a plot of it |

pub mod aa;
pub mod annotations;
pub mod bencher;
pub mod drift;
pub mod drift_svg;
pub mod exact_terminal;
pub mod junit;
pub mod markdown;
pub mod paired_terminal;
pub mod sentences;
pub mod smaller_is_better;
