//! A live pipeline for a terminal and as Markdown. As a page it is a section of the report.

pub mod markdown;
pub(crate) mod rows;
pub mod terminal;
