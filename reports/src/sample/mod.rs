//! What a run writes line by line: samples, failures, and the ends of repeats and cells.
//!
//! | room | what it owns |
//! |---|---|
//! | [`record`] | the record types |
//! | [`log`] | `samples.jsonl`: appending to it and reading it back |
//! | [`csv`] | samples as CSV |

pub mod csv;
pub mod log;
pub mod record;

pub use log::{SampleLog, read_log};
pub use record::{
    CellEndRecord, CellRecord, CircuitRecord, EndName, FailureName, FailureRecord, LogRecord, MarkName,
    RepeatRecord, SAMPLE_SCHEMA_VERSION, SampleRecord, SetUpRecord, StageName, SystemRecord,
};
