//! Machines that can be bought or rented, what a prover would do on them, and which is cheapest.
//!
//! | module | what |
//! |---|---|
//! | [`catalogue`] | [`Catalogue`]: machines from a CSV text, the user's own first |
//! | [`predict`] | [`MeasuredProver`]: prove time on another machine, with a flag that says how far it is a guess |
//! | [`mod@rank`] | [`rank()`] and [`compare()`]: provers, machines, dollars and delay of each |
//! | [`split`] | few provers of many cores against many of few, for a budget and for a target |

pub mod catalogue;
pub mod predict;
pub mod rank;
pub mod split;

pub use catalogue::{Catalogue, Clock, Machine};
pub use predict::{Basis, MeasuredProver, Neighbours, Prediction};
pub use rank::{compare, rank};
pub use split::splits;
