//! Two builds compared in pairs of runs: A B B A in fresh processes, a new seed each pair, a second block to confirm.
//!
//! | room | what it owns |
//! |---|---|
//! | [`rules`] | what is fixed before the first pair, and what cannot be decided by so few |
//! | [`arm`] | one of the two programs, as this crate sees it: describe yourself, give one sample |
//! | [`comparable`] | why two programs cannot be compared |
//! | [`block`] | the pairs of one comparison and their figures |
//! | [`decide`] | figures to verdicts, of each comparison and of the whole |
//! | [`run`] | which pair comes when, and which is repeated |
//! | [`record`] | all of it as the record that is written and rendered |
//!
//! **Invariants.** The number of pairs is fixed by the rules, never by what was seen: a pair is repeated because
//! the probes marked it, never because of its times. "Pass" is a statement of its own, that a regression of the
//! least effect is excluded; where neither is shown the verdict is "inconclusive".

pub mod arm;
pub mod block;
pub mod comparable;
pub mod decide;
pub mod record;
pub mod rules;
pub mod run;

pub use arm::{Arm, ArmError, Described, Sample, TimeSample};
pub use rules::{Many, Rules, RulesError};
pub use run::{Comparison, Event, Made, PairedError, compare, one_block};
