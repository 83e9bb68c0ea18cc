//! Two builds compared in pairs of runs: A B B A in fresh processes, a new seed each pair, a second block to confirm.
//!
//! | room | what it owns |
//! |---|---|
//! | [`rules`] | rules that cannot be, and what so few pairs cannot decide |
//! | [`arm`] | one of the two programs: what it must be able to do |
//! | [`comparable`] | why two programs cannot be compared |
//! | [`block`] | the pairs of one comparison and their figures |
//! | [`decide`] | figures to verdicts, of each comparison and of the whole |
//! | [`run`] | which pair comes when, and which is repeated |
//! | [`record`] | all of it as the record that is written and rendered |
//!
//! **Invariants.** The number of pairs is fixed by the rules, never by the data: a pair is repeated because the probes
//! discarded a sample, never because of its times. "Pass" states that a regression of the minimum effect is excluded;
//! where neither is shown the verdict is "inconclusive".

pub mod arm;
pub mod block;
pub mod comparable;
pub mod decide;
pub mod record;
pub mod rules;
pub mod run;

pub use arm::{Arm, ArmError, Reading, Readings};
pub use records::regression::paired::{Many, PairedRules};
pub use rules::RulesError;
pub use run::{Comparison, Made, PairedError, PairedEvent, compare, one_block};
