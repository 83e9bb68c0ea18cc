//! The words of a plan as types. What exists here is valid: constructors check, and nothing else makes them.
//!
//! | module | noun |
//! |---|---|
//! | [`time`] | [`TimeDist`]: how long a stage takes |
//! | [`l1_room`] | [`L1Room`]: how many proofs a block has room for |
//! | [`load`] | [`Load`], [`Target`], [`Close`]: what arrives and how batches close |
//! | [`closings`] | [`MeasuredClosings`]: batches as they were closed, measured |
//! | [`aggregation`] | [`Aggregation`]: how N proofs become one; [`MergeStart`]: when a merge may start; [`AggregationTree`], [`LoneProof`] |
//! | [`autoscaler`] | [`Autoscaler`], [`ScalingPolicy`]: the rule by which a fleet follows the load |
//! | [`price`] | [`Prices`]: what machines and L1 cost |
//!
//! Names that a plan is written with are those of the records: [`Design`], [`Term`], [`BatchState`], [`Statistic`] and
//! [`DelayLimitRecord`].

pub mod aggregation;
pub mod autoscaler;
pub mod closings;
pub mod l1_room;
pub mod load;
pub mod price;
pub(crate) mod residual;
pub mod time;

pub use aggregation::{Aggregation, AggregationTree, LoneProof, MergeStart};
pub use autoscaler::{Autoscaler, LoadSeen, ScalingMemory, ScalingPolicy};
pub use closings::{MeasuredClosing, MeasuredClosings};
pub use l1_room::L1Room;
pub use load::{Close, Load, Target};
pub use price::{Gas, Prices};
pub use records::plan::{BatchState, DelayLimitRecord, Design, Statistic, Term};
pub use time::TimeDist;
