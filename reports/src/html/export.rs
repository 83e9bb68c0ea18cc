//! The charts and tables of a report as files.
