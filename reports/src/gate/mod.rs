//! What the gate finds, as records, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`paired`] | two builds compared in pairs of runs: the record types |
//! | [`paired_terminal`] | the same for a person at a terminal |

pub mod paired;
pub mod paired_terminal;
