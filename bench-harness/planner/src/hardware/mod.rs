//! Machines that can be bought or rented, what a prover would do on them, and which is cheapest.
//!
//! | module | what |
//! |---|---|
//! | [`catalogue`] | [`Catalogue`]: machines from a CSV text, the user's own first |
//! | [`predict`] | [`MeasuredProver`]: prove and merge times on another machine, and how far they are a guess |
//! | `over_cores` | a measured time over the number of cores |
//! | [`packing`] | processes of two sizes on the fewest machines, by cores and memory |
//! | `fleet` | what a fleet needs on a machine, before any search |
//! | [`mod@rank`] | [`rank()`] and [`compare()`]: provers, aggregators, machines, dollars and delay of each |
//! | [`split`] | few provers of many cores against many of few, for a budget and for a target |
//! | [`shopping`] | a fleet as an order of machines, with the bill |

pub mod catalogue;
mod fleet;
mod over_cores;
pub mod packing;
pub mod predict;
pub mod rank;
pub mod shopping;
pub mod split;

pub use catalogue::{Catalogue, Clock, CorePrice, Machine};
pub use packing::{ProcessSize, Room};
pub use predict::{Basis, MeasuredProver, MergePrediction, MergeScaling, Neighbours, Prediction};
pub use rank::{compare, rank};
pub use split::splits;
