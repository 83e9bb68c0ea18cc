//! The sections, one file each, in the order in which they are read: the answer first, then why, then what it
//! stands on.

mod aggregation;
mod batch_size;
mod bins;
mod claims;
mod clock;
mod close_times;
pub(crate) mod compared;
mod cores;
mod designs;
mod distribution;
mod execution;
mod fractal;
pub(crate) mod gantt;
mod groups;
mod hardware;
mod law_chart;
mod machine;
mod method;
mod pareto;
mod pipeline;
mod provers;
mod published_speedups;
mod queue;
pub(crate) mod recommendation;
mod state_growth;
mod systems;
pub(crate) mod what_if;

use crate::html::section::Section;

/// All sections. A section whose records are missing is omitted from the page.
pub(crate) const SECTIONS: &[Section] = &[
    pipeline::SECTION,
    compared::plans::SECTION,
    compared::times::SECTION,
    compared::differences::SECTION,
    recommendation::SECTION,
    what_if::SECTION,
    systems::SECTION,
    provers::SECTION,
    groups::SECTION,
    gantt::SECTION,
    pareto::SECTION,
    queue::SECTION,
    designs::SECTION,
    hardware::SECTION,
    cores::SECTION,
    clock::SECTION,
    distribution::SECTION,
    batch_size::SECTION,
    aggregation::SECTION,
    close_times::SECTION,
    execution::SECTION,
    state_growth::SECTION,
    fractal::SECTION,
    claims::SECTION,
    machine::SECTION,
    method::SECTION,
];
