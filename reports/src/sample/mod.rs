//! Samples, rendered: [`csv`] has one row a sample.

pub(crate) mod cell;
pub mod csv;
