//! The plan as a versioned record, and every rendering of it.
//!
//! Owned here: what a plan looks like on disk and on paper. Not here: how one is made (that is `planner`).
//!
//! | module | what |
//! |---|---|
//! | [`record`] | the record types: JSON, units last in every name |
//! | [`json`] | reading and writing one file of them, with the version checked first |
//! | [`csv`] | one row a design |
//! | [`curves`] | fleets around the one recommended: what the report draws |
//! | [`answers`] | what a plan was asked about machines: records |
//! | [`machines`] | machines ranked for a plan: records and tables |
//! | [`terminal`] | for a person at a terminal |
//! | [`markdown`] | for a pull request or a page |

pub mod answers;
pub mod csv;
pub mod curves;
pub mod json;
pub mod machines;
pub mod markdown;
pub mod record;
pub mod sentences;
pub mod terminal;

pub use record::{
    AggregationRecord, DelayLimitRecord, DelayRecord, DesignName, DesignRecord, InputsRecord, OutlookRecord,
    PLAN_SCHEMA_VERSION, ParetoRecord, PlanRecord, RecommendationRecord, SensitivityRecord, SimulatedRecord,
    StateName, StatisticName, TermName, TimeRecord, UnstableRecord,
};

#[cfg(test)]
pub(crate) mod fixture;
