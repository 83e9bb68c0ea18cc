//! Scaling laws: from a few measured points to a time that was not measured, with an interval and a warning.
//!
//! | module | what |
//! |---|---|
//! | [`usl`] | throughput over cores: the universal scalability law, and Amdahl's |
//! | [`mod@line`] | straight lines: time over the inverse clock, over batch size within one degree, over N |
//! | [`mod@laws`] | every law of a measured profile, as a record |
//! | [`turn`] | two machines: the parallel fraction at which the answer turns |
//! | [`reach`] | how far from what was measured a prediction is |
//! | `leave_one_out` | the error of a law on a point that it was not fitted to |

pub mod laws;
mod leave_one_out;
pub mod line;
mod normal_equations;
pub mod reach;
pub mod turn;
pub mod usl;

pub use laws::{Asked, SizeBetween, laws, sizes_between};
pub use line::LineFit;
pub use records::laws::Reach;
pub use usl::{Law, UslFit};
