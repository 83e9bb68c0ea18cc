//! What the gate finds, as records, and every rendering of them.
//!
//! | room | what it owns |
//! |---|---|
//! | [`aa`] | a program compared with itself: what a machine can decide |
//! | [`arm`] | what is asked of a program that is compared, and what it answers |
//! | [`paired`] | two builds compared in pairs of runs: the record types |
//! | [`paired_terminal`] | the same for a person at a terminal |

pub mod aa;
pub mod arm;
pub mod paired;
pub mod paired_terminal;
