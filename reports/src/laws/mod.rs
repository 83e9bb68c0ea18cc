//! The scaling laws of a profile, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`csv`] | one row a measured point, coefficient and point of a curve |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod markdown;
pub(crate) mod rows;
pub mod terminal;
