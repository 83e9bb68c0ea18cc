//! Every formula of the planner, one small pure function each.
//!
//! Owned here: arithmetic on plain numbers, in seconds and batches per second, with source, units,
//! assumptions and a worked example. Not here: checking of what a user typed (see [`crate::domain`]),
//! choosing (see [`crate::plan`]).
//!
//! | module | what |
//! |---|---|
//! | [`published`] | the four designs and order-then-prove, as *Order then Prove* v1.0 prints them |
//! | [`capacity`] | the rate each stage allows, the balance point |
//! | [`corrected`] | the closed form with the true throughput, the in-order floor, the delay to virtual |
//! | [`cost`] | dollars a batch |
//! | [`crash`] | what crashes cost |
//! | [`merging`] | aggregating with merges that start as soon as their children are there |
//! | [`queue`] | waiting in the textbook queues |
//! | [`toy`] | the toy factory: pipelined and one car at a time |
//! | [`tree`] | the merges, levels and rounds of a tree of merges |

pub mod capacity;
pub mod corrected;
pub mod cost;
pub mod crash;
pub mod merging;
pub mod published;
pub mod queue;
pub mod toy;
pub mod tree;
