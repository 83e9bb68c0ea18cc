//! Several runs on a page of their own.
//!
//! | module | what |
//! |---|---|
//! | [`plans`] | what each would need for one target |
//! | [`times`] | how long each takes, cell by cell |
//! | [`differences`] | where machines, programs and cells differ |

pub(super) mod differences;
pub(crate) mod plans;
pub(super) mod times;
