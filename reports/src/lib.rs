//! The versioned record types, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`sample`] | what a run writes line by line: samples, failures, ends of repeats and cells |
//! | [`machine`] | what a machine is, as named fields that are known or unknown |
//! | [`profile`] | a run in summary: the input of planning |
//! | [`plan`] | what is recommended, and everything that led to it |
//! | [`mod@compare`] | two profiles side by side |
//! | [`timeline`] | who did what and when: lanes of spans, and the Chrome trace event format |
//! | [`what_if`] | the planner's answers at every position of a few sliders |
//! | [`scaling`] | the scaling laws of a profile |
//! | [`chart`] | one model of a chart, drawn as SVG and PNG |
//! | [`html`] | the report as one page |
//! | [`story`] | a run and its plan in 25 lines of a terminal |
//! | [`export`] | the one trait of all renderings |
//! | [`gate`] | what the gate finds when it compares two builds |
//! | [`mod@file`] | reading JSON with file, line and field in every error; writing a file whole or not at all |
//! | [`number`] | numbers as people read them |
//!
//! Nothing here proves, measures or plans.

pub mod chart;
pub mod compare;
pub mod export;
pub mod file;
pub mod gate;
pub mod html;
pub mod machine;
mod markdown;
pub mod number;
pub mod plan;
pub mod profile;
pub mod sample;
pub mod scaling;
pub mod story;
mod text;
pub mod timeline;
pub mod what_if;
