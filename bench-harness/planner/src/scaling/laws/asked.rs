//! Where the curves of the laws are wanted.

use crate::error::{PlanError, at_least_one, positive};

/// Where the curves are wanted. What is not asked for is drawn over what was measured, and to twice as far where a
/// law may be believed so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    pub(super) cores: Vec<f64>,
    pub(super) clock_ghz: Vec<f64>,
    pub(super) batch_transactions: Vec<f64>,
    pub(super) batches_per_aggregation: Vec<u32>,
    pub(super) far: bool,
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

/// `3 core counts`, `1 core count`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
