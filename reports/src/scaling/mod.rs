//! Scaling laws of a profile, and every rendering of them.
//!
//! Owned here: what a law looks like on disk and on paper. Not here: how one is fitted (that is `planner::scaling`).
//!
//! | room | what it owns |
//! |---|---|
//! | [`record`] | the record types |
//! | [`json`] | reading and writing `laws.json` |
//! | [`csv`] | one row a measured point, coefficient and point of a curve |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod csv;
pub mod json;
pub mod markdown;
pub mod record;
mod rows;
pub mod terminal;

#[cfg(test)]
pub(crate) mod fixture;

pub use record::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LAWS_SCHEMA_VERSION, LawName,
    LawPointRecord, LawRecord, LawsRecord, OfName, OverName, PeakRecord, ReachName, RefusedRecord,
    TreeRecord,
};
