//! The same queue and the same pipeline on a general discrete-event crate, nexosim, and on the planner's own event loop.
//!
//! Both draw from the same random streams, so that their delays must agree to the nanosecond to which nexosim counts
//! time. Only the tests and the bench of this package use it; no other package of the project does.
//!
//! | module | what |
//! |---|---|
//! | [`mod@general`] | the models on nexosim |
//! | [`mod@ours`] | the same configurations of the planner |

pub mod general;
pub mod ours;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// M/M/5 at 90 % use: Poisson arrivals, exponential service of mean 1 s, nothing behind it.
    Queue,
    /// Close every 10 s, 14 provers of 120 s lognormal with CV 0.3, groups of 12, aggregate 12 s, serial L1 of 15 s.
    Pipeline,
}

/// The results of a run, to compare with another's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    /// Groups that came through.
    pub groups: u64,
    /// Mean delay of the oldest transaction of a group, s.
    pub mean_s: f64,
    /// Events that were scheduled and handled.
    pub events: u64,
}

/// The numbers of a case.
pub(crate) struct Numbers {
    pub(crate) interval_s: f64,
    pub(crate) provers: u32,
    pub(crate) batches_per_group: u32,
    pub(crate) block_s: f64,
}

impl Case {
    pub(crate) fn numbers(self) -> Numbers {
        match self {
            Self::Queue => Numbers { interval_s: 1.0 / 4.5, provers: 5, batches_per_group: 1, block_s: 1e-6 },
            Self::Pipeline => Numbers { interval_s: 10.0, provers: 14, batches_per_group: 12, block_s: 15.0 },
        }
    }
}
