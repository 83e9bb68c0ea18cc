//! Figures without noise against a baseline: what differs, and what cannot be compared at all.
//!
//! | room | what it owns |
//! |---|---|
//! | `compare` | two sets of figures to one record |
//! | `varying` | figures that are not exact, since two computations of one run differ |

mod compare;
mod varying;

pub use compare::{BaselineMismatch, compare};
pub use varying::varying;
