//! Faults of workers, queue and coordinator over the queue in memory, with a clock that the test moves: nothing is lost,
//! nothing counts twice, and what cannot be done is named.

mod circuits;
mod named;
mod random;
mod samples;
mod world;
