//! The sections, one file each, in the order in which they are read: the answer first, then why, then what it
//! stands on.

pub(crate) mod gantt;
pub(crate) mod recommendation;
pub(crate) mod what_if;

use crate::html::section::Section;

/// All sections. A section whose records are missing is left out of the page.
pub const SECTIONS: &[Section] = &[recommendation::SECTION, what_if::SECTION, gantt::SECTION];
