//! What a run is made of: the spec, the computer, the processes, and the flag that stops it.

use crate::host::Host;
use crate::run::launch::Launcher;
use crate::spec::Spec;
use std::sync::atomic::{AtomicBool, Ordering};

/// A run that can be started or resumed.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What is measured.
    pub spec: &'a Spec,
    /// On what.
    pub host: &'a Host,
    /// In which processes.
    pub launcher: &'a Launcher,
    /// Set by anybody, Ctrl-C say: the run then ends the child, keeps what is measured and returns.
    pub stop: &'a AtomicBool,
}

impl Run<'_> {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}
