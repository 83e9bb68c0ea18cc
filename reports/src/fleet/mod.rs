//! Records of fleets that were run.
//!
//! | room | what |
//! |---|---|
//! | [`run`] | one run |
//! | [`validation`] | many runs against what was predicted of them |

pub mod run;
pub mod validation;
