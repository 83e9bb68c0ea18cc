//! Many rollups settled by one proof: rollups that settle on rollups, proved as one tree a round.
//!
//! ```text
//! batch ─> prove ─> chain ─┬─> join ─> attach ─> (the same on the host) ─┬─> settle ─> one proof ─> L1
//! a rollup's batches        what is attached to it                        families of layer 2
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`tree`] | [`RollupTree`]: which rollup settles on which, planned or proved |
//! | [`times`] | [`FractalTimes`]: what a job takes, by hand or measured |
//! | [`jobs`] | how many jobs a round has, by layer and stage |
//! | `graph` | which job waits for which, and the longest chain of them |
//! | `sim` | rounds after each other on two pools of machines, event by event |
//! | [`request`] | [`FractalRequest`]: what is asked |
//! | `search` | the cheapest provers and aggregators |
//! | `round_length` | the cheapest time between two proofs |
//! | `delays` | delays to the states before consolidation, by formula |
//! | [`data`] | what of the data goes to L1, and its price |
//! | `cost` | what a transaction costs |
//! | `every_block` | a proof in every block, early enough for the next |
//! | [`servers`] | what a given number of servers carries |
//! | [`mod@same_traffic`] | provers for the same traffic on each circuit |
//! | `what_if` | faster cores, as what-ifs |
//! | `notes` | what to know with a plan |
//! | [`plan`] | [`plan_rollups`]: all of it as a record |

mod cost;
pub mod data;
mod delays;
mod every_block;
mod graph;
pub mod jobs;
mod notes;
pub mod plan;
pub mod request;
mod round_length;
pub mod same_traffic;
mod search;
pub mod servers;
mod sim;
#[cfg(test)]
mod tests;
pub mod times;
pub mod tree;
mod what_if;

pub use data::{BlockRoom, BytePrice, DataOnL1, LayerData};
pub use jobs::{StageJobs, chain_merges, jobs_of_round, predicted_stages};
pub use plan::plan_rollups;
pub use request::{Cadence, ClockLaw, CoresLaw, FractalRequest};
pub use same_traffic::same_traffic;
pub use servers::within_servers;
pub use sim::FractalFleet;
pub use times::{FractalTimes, JobTime};
pub use tree::{FAN_OUT, RollupTree};
