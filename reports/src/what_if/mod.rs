//! What a planner answers at every position of a few sliders, for a page that cannot ask it.
//!
//! [`record`] has the record types. Not here: the answers (they are the planner's) and the page.

pub mod record;

pub use record::{
    AnswerRecord, CostRecord, PositionRecord, WHAT_IF_SCHEMA_VERSION, WhatIfAxesRecord, WhatIfRecord,
};
