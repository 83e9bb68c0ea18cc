//! A profile, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`histogram_log`] | every quantity in the format of HdrHistogram's own tools |
//! | [`csv`] | one row a cell and quantity |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod histogram_log;
pub mod markdown;
pub(crate) mod rows;
pub mod terminal;
