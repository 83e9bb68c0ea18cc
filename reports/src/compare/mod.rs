//! Two profiles side by side, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`csv`] | one row a stage of a pair |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod markdown;
pub(crate) mod rows;
pub mod terminal;
