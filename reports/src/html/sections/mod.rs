//! The sections, one file each, in the order in which they are read: the answer first, then why, then what it
//! stands on.

mod aggregation;
mod batch_size;
mod clock;
mod cores;
mod designs;
mod distribution;
mod groups;
mod hardware;
mod law_chart;
mod machine;
mod method;
mod pareto;
mod provers;
mod queue;
pub(crate) mod recommendation;

use crate::html::section::Section;

/// All sections. A section whose records are missing is left out of the page.
pub const SECTIONS: &[Section] = &[
    recommendation::SECTION,
    provers::SECTION,
    groups::SECTION,
    pareto::SECTION,
    queue::SECTION,
    designs::SECTION,
    hardware::SECTION,
    cores::SECTION,
    clock::SECTION,
    distribution::SECTION,
    batch_size::SECTION,
    aggregation::SECTION,
    machine::SECTION,
    method::SECTION,
];
