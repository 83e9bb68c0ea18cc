//! A plan, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`csv`] | one row a design |
//! | [`machines`] | machines ranked for a plan |
//! | [`rollups`] | many rollups settled by one proof |
//! | [`shopping`] | a fleet as an order of machines, with the bill |
//! | [`rows`] | what terminal and Markdown both show, as rows of tables |
//! | `systems` | proof systems side by side |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod machines;
pub mod markdown;
pub mod rollups;
pub mod rows;
pub mod shopping;
pub(crate) mod systems;
pub mod terminal;
