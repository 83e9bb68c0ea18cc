//! Scaling laws of a profile, and every rendering of them.
//!
//! Owned here: what a law looks like on disk and on paper. Not here: how one is fitted (that is `planner::scaling`).
//!
//! | room | what it owns |
//! |---|---|
//! | [`record`] | the record types |

pub mod record;

pub use record::{
    CoefficientRecord, CurvePointRecord, FamilyRecord, FitRecord, LAWS_SCHEMA_VERSION, LawName,
    LawPointRecord, LawRecord, LawsRecord, OfName, OverName, PeakRecord, ReachName, RefusedRecord,
    TreeRecord,
};
