//! The scaling laws of a measured profile: profile record in, law record out.
//!
//! A point is a cell's median. Cells are what is repeated independently (each is a process of its own, on its own
//! cores, at its own time), so that intervals count cells and not the samples within them.
//!
//! | module | what |
//! |---|---|
//! | `family` | which cells differ in one thing alone |
//! | `fit` | what the record of every fit has: coefficients and a curve |
//! | `cores` | Amdahl's law and the universal one over cores |
//! | `clock` | `T = A/f + B`, over the clock and over the fraction of the processor that a quota leaves |
//! | `size` | time and memory over batch size within one padded circuit |
//! | `merges` | aggregation over N |
//!
//! Not here: the fits ([`crate::scaling::usl`], [`crate::scaling::line`]); how laws are printed (`reports`).

mod clock;
mod cores;
mod family;
mod fit;
mod merges;
mod size;

use crate::error::{PlanError, at_least_one, positive};
use records::laws::{LAWS_SCHEMA_VERSION, LawsRecord};
use records::profile::ProfileRecord;

/// Where the curves are wanted. What is not asked for is drawn over what was measured, and to twice as far where a
/// law may be believed so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    cores: Vec<f64>,
    clock_ghz: Vec<f64>,
    batch_transactions: Vec<f64>,
    batches_per_aggregation: Vec<u32>,
    far: bool,
}

impl Asked {
    /// With the curves over cores at these counts.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a count of 0.
    pub fn at_cores(self, counts: &[u32]) -> Result<Self, PlanError> {
        let cores: Result<Vec<f64>, PlanError> =
            counts.iter().map(|&count| at_least_one("cores", count).map(f64::from)).collect();
        Ok(Self { cores: cores?, ..self })
    }

    /// With the curves over the clock at these.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a clock that is not above zero.
    pub fn at_clocks_ghz(self, clocks: &[f64]) -> Result<Self, PlanError> {
        let clock_ghz: Result<Vec<f64>, PlanError> =
            clocks.iter().map(|&clock| positive("clock_ghz", clock)).collect();
        Ok(Self { clock_ghz: clock_ghz?, ..self })
    }

    /// With the curves over batch size at these.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a size of 0.
    pub fn at_sizes(self, sizes: &[u32]) -> Result<Self, PlanError> {
        let sizes: Result<Vec<f64>, PlanError> =
            sizes.iter().map(|&size| at_least_one("batch_transactions", size).map(f64::from)).collect();
        Ok(Self { batch_transactions: sizes?, ..self })
    }

    /// With the trees at these N.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for an N of 0.
    pub fn at_n(self, sizes: &[u32]) -> Result<Self, PlanError> {
        for &n in sizes {
            at_least_one("batches_per_aggregation", n)?;
        }
        Ok(Self { batches_per_aggregation: sizes.to_vec(), ..self })
    }

    /// With curves beyond twice what was measured as well, each point flagged.
    #[must_use]
    pub fn far(self) -> Self {
        Self { far: true, ..self }
    }
}

/// Every law that a profile holds, and what it takes to have the others.
pub fn laws(profile: &ProfileRecord, asked: &Asked) -> LawsRecord {
    let mut missing = Vec::new();
    let mut laws = cores::laws(profile, asked, &mut missing);
    laws.extend(clock::laws(profile, asked, &mut missing));
    laws.extend(size::laws(profile, asked, &mut missing));
    laws.extend(merges::laws(profile, asked, &mut missing));
    LawsRecord { schema_version: LAWS_SCHEMA_VERSION, run: profile.run.clone(), laws, missing }
}

/// `3 core counts`, `1 core count`.
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
