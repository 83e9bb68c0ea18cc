//! What a machine can decide: how often the gate would fail an unchanged build, and the least change it would catch.
//!
//! | room | what it owns |
//! |---|---|
//! | [`noise`] | a machine whose noise is planted, for trials that need no machine |
//! | [`trials`] | whole comparisons on planted noise, counted by verdict |
//! | [`study`] | the same for measured differences of a program with itself |

pub mod noise;
pub mod study;
pub mod trials;
