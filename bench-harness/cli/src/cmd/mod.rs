//! One file or folder per verb, each with one `run`; `main` hands over to it.

pub(crate) mod cell;
pub(crate) mod claims;
pub(crate) mod close;
pub(crate) mod execute;
pub(crate) mod fleet;
pub(crate) mod fractal;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod machine;
pub(crate) mod measure;
pub(crate) mod pipeline;
pub(crate) mod plan;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod state_growth;
pub(crate) mod workload;
