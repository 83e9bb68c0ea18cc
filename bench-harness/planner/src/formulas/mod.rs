//! Every formula of the planner, one small pure function each.
//!
//! Owned here: arithmetic on plain numbers, in seconds and batches per second, with source, units,
//! assumptions and a worked example. Not here: checking of what a user typed (see [`crate::domain`]),
//! choosing (see [`crate::plan`]).
//!
//! | module | what |
//! |---|---|
//! | [`seed`] | the four designs and order-then-prove, as *Order then Prove* v1.0 prints them |
//! | [`capacity`] | the rate each stage allows, the balance point, the work of aggregating |
//! | [`toy`] | the toy factory: pipelined and one car at a time |

pub mod capacity;
pub mod seed;
pub mod toy;
