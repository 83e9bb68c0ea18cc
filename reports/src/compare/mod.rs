//! Two profiles side by side: single-core against many-core, two machines, two commits.
//!
//! | module | what |
//! |---|---|
//! | [`record`] | the record types |
//! | [`matching`] | which cell stands against which, what differs between them, and what forbids it |
//! | [`csv`] | one row a stage of a pair |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |
//!
//! Not here: whether a difference is a regression. Two runs at two times are no pairs; that is the gate's question.

pub mod csv;
pub mod markdown;
pub mod matching;
pub mod record;
mod rows;
pub mod terminal;

pub use matching::{CannotCompare, Compared, compare};
pub use record::{
    COMPARISON_SCHEMA_VERSION, ComparedDifferenceRecord, ComparisonRecord, FigureRecord, FleetRecord,
    PairRecord, RatioRecord, SideRecord, StageRecord,
};
