//! The statistics of a comparison in pairs. Pure: numbers in, numbers out.
//!
//! | room | what it owns |
//! |---|---|
//! | [`signed_rank`] | the exact signed-rank test, with ties and zeros |
//! | [`hodges_lehmann`] | the estimate that belongs to it, with its exact interval |
//! | [`holm`] | p-values of many tests at once |
//! | [`geometric`] | many comparisons as one |
//!
//! A difference is ln(time of head / time of base) of one pair: above 0 where head was slower. Logarithms make
//! "twice as slow" and "twice as fast" equally far from nothing, and a mean of them is a geometric mean of ratios.

pub mod geometric;
pub mod hodges_lehmann;
pub mod holm;
pub mod signed_rank;
