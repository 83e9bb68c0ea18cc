//! The versioned record types, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`sample`] | what a run writes line by line: samples, failures, ends of repeats and cells |
//! | [`machine`] | what a machine is, as named fields that are known or unknown |
//! | [`profile`] | a run in summary: the input of planning |
//! | [`plan`] | what is recommended, and everything that led to it |
//! | [`scaling`] | the scaling laws of a profile |
//! | [`chart`] | one model of a chart, drawn as SVG and PNG |
//! | [`html`] | the report as one page |
//! | [`story`] | a run and its plan in 25 lines of a terminal |
//! | [`export`] | the one trait of all renderings |
//! | [`mod@file`] | reading JSON with file, line and field in every error; writing a file whole or not at all |
//! | [`number`] | numbers as people read them |
//!
//! Nothing here proves, measures or plans.

pub mod chart;
pub mod export;
pub mod file;
pub mod html;
pub mod machine;
pub mod number;
pub mod plan;
pub mod profile;
pub mod sample;
pub mod scaling;
pub mod story;
mod text;
