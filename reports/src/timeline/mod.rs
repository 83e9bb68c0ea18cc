//! A timeline, rendered: [`chrome`] is the Chrome trace event format, which Perfetto and `chrome://tracing` open.

pub mod chrome;
