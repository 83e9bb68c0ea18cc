//! The words of a plan as types. What exists here is valid: constructors check, and nothing else makes them.
//!
//! | module | noun |
//! |---|---|
//! | [`time`] | [`TimeDist`]: how long a stage takes |
//! | [`load`] | [`Load`], [`Target`], [`Close`]: what arrives and how batches close |
//! | [`aggregation`] | [`Aggregation`]: how N proofs become one |
//! | [`autoscaler`] | [`Autoscaler`]: the rule by which a fleet follows the queue |
//! | [`limit`] | [`DelayLimit`]: the delay that is still good enough |
//! | [`price`] | [`Prices`]: what machines and L1 cost |
//! | [`design`] | [`Design`] and [`Term`]: the designs compared, and the terms that limit them |

pub mod aggregation;
pub mod autoscaler;
pub mod design;
pub mod limit;
pub mod load;
pub mod price;
pub mod time;

pub use aggregation::Aggregation;
pub use autoscaler::Autoscaler;
pub use design::{Design, Term};
pub use limit::{DelayLimit, State, Statistic};
pub use load::{Close, Load, Target};
pub use price::{Gas, Prices};
pub use time::TimeDist;
