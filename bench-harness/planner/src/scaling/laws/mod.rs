//! The scaling laws of a measured profile: profile record in, law record out.
//!
//! A point is a cell's median. Cells are what is repeated independently (each is a process of its own, on its own
//! cores, at its own time), so that intervals count cells and not the samples within them.
//!
//! | module | what |
//! |---|---|
//! | `asked` | where the curves are wanted |
//! | `family` | which cells differ in one thing alone |
//! | `fit` | what the record of every fit has: coefficients and a curve |
//! | `cores` | Amdahl's law and the universal one over cores |
//! | `clock` | `T = A/f + B`, over the clock and over the fraction of the processor that a quota leaves |
//! | `size` | time and memory over batch size within one padded circuit |
//! | `between` | batch sizes between measured ones, for a plan |
//! | `merges` | aggregation over N |
//!
//! Not here: the fits ([`crate::scaling::usl`], [`crate::scaling::line`]); how laws are printed (`reports`).

mod asked;
mod between;
mod clock;
mod cores;
mod family;
mod fit;
mod merges;
mod size;

pub use asked::Asked;
pub use between::{SIZES_MIN, SizeBetween, sizes_between};

use records::laws::{LAWS_SCHEMA_VERSION, LawsRecord};
use records::profile::ProfileRecord;

/// Every law that a profile holds, and what it takes to have the others.
pub fn laws(profile: &ProfileRecord, asked: &Asked) -> LawsRecord {
    let mut missing = Vec::new();
    let mut laws = cores::laws(profile, asked, &mut missing);
    laws.extend(clock::laws(profile, asked, &mut missing));
    laws.extend(size::laws(profile, asked, &mut missing));
    laws.extend(merges::laws(profile, asked, &mut missing));
    LawsRecord { schema_version: LAWS_SCHEMA_VERSION, run: profile.run.clone(), laws, missing }
}
