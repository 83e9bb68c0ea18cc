//! The sections, one file each, in the order in which they are read: the answer first, then why, then what it
//! stands on.

pub(crate) mod recommendation;

use crate::html::section::Section;

/// All sections. A section whose records are missing is left out of the page.
pub const SECTIONS: &[Section] = &[recommendation::SECTION];
