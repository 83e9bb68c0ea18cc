//! A plan, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`csv`] | one row a design |
//! | [`machines`] | machines ranked for a plan |
//! | [`sentences`] | the recommendation in sentences |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod machines;
pub mod markdown;
pub mod sentences;
pub mod terminal;
