//! A run in summary: the input of planning.
//!
//! | room | what it owns |
//! |---|---|
//! | [`record`] | the record types |
//! | [`json`] | reading and writing `profile.json` |
//! | [`histogram_log`] | every quantity in the format of HdrHistogram's own tools |
//! | [`csv`] | one row a cell and quantity |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod histogram_log;
pub mod json;
pub mod markdown;
pub mod record;
pub(crate) mod rows;
pub mod terminal;

#[cfg(test)]
pub(crate) mod fixture;

pub use record::{
    CellSummaryRecord, CyclesRecord, IntervalRecord, OutliersRecord, PROFILE_SCHEMA_VERSION, ProfileRecord,
    QuantileRecord, QuantityName, QuantityRecord,
};
