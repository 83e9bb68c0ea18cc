//! Who did what and when: lanes of spans, simulated or measured, for a timeline.
//!
//! | module | what |
//! |---|---|
//! | [`record`] | the record types |
//! | [`chrome`] | the Chrome trace event format, which Perfetto and `chrome://tracing` open |
//! | [`measured`] | a run's samples, placed in the order in which they were taken |

pub mod chrome;
pub mod measured;
pub mod record;

pub use record::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};
