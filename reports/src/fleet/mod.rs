//! Records of fleets that were run.

pub mod validation;
