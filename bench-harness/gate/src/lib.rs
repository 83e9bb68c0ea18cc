//! Comparing two builds: which figures must be equal, which may differ by noise, and which have drifted.
//!
//! Pure but for what it is handed: nothing here proves, reads a clock or starts a process.
