//! The versioned record types, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`sample`] | what a run writes line by line: samples, failures, ends of repeats and cells |
//! | [`machine`] | what a machine is, as named fields that are known or unknown |
//! | [`profile`] | a run in summary: the input of planning |
//! | [`plan`] | what is recommended, and everything that led to it |
//! | [`export`] | the one trait of all renderings |
//! | [`gate`] | what the gate finds when it compares two builds |
//! | [`mod@file`] | reading JSON with file, line and field in every error; writing a file whole or not at all |
//! | [`number`] | numbers as people read them |
//!
//! Nothing here proves, measures or plans.

pub mod export;
pub mod file;
pub mod gate;
pub mod machine;
pub mod number;
pub mod plan;
pub mod profile;
pub mod sample;
