//! What a run writes line by line: samples, failures, and the ends of repeats and cells.
//!
//! | module | what |
//! |---|---|
//! | [`cell`] | what is measured: a cell, and the proof system in it |
//! | [`record`] | the lines of the log |
//! | [`log`] | `samples.jsonl`: appending to it and reading it back |

pub mod cell;
pub mod log;
pub mod record;

pub use cell::{CapabilitiesRecord, CellRecord, CircuitRecord, SystemRecord};
pub use log::{SampleLog, read_log, write_log};
pub use record::{
    CellEndRecord, EndName, FailureName, FailureRecord, LogRecord, MarkName, RepeatRecord,
    SAMPLE_SCHEMA_VERSION, SampleRecord, SetUpRecord, StageName,
};
