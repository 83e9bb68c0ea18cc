//! A measured time over the number of cores: a law where several counts were measured, one point otherwise.

use records::laws::Reach;

use crate::error::{PlanError, positive};
use crate::scaling::UslFit;
use crate::scaling::usl::{Errors, Law};

/// The time of one process over its cores.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OverCores {
    /// One core count, which says nothing of another.
    Single {
        /// The count.
        cores: u32,
        /// The mean time, s.
        time_s: f64,
    },
    /// Amdahl's law from two counts, the universal one from three.
    Law(Box<UslFit>),
}

impl OverCores {
    /// From `(cores, time in s)` points at one clock.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no points, or numbers that are not above zero.
    pub(crate) fn new(field: &str, points: &[(f64, f64)]) -> Result<Self, PlanError> {
        let mut rates = Vec::new();
        for &(cores, time_s) in points {
            rates.push((positive("cores", cores)?, 1.0 / positive(field, time_s)?));
        }
        let mut counts: Vec<f64> = rates.iter().map(|point| point.0).collect();
        counts.sort_by(f64::total_cmp);
        counts.dedup();
        Ok(match counts.len() {
            0 => return Err(PlanError::bad("profile", "at least one core count", "none")),
            1 => {
                let time_s = points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
                Self::Single { cores: crate::formulas::capacity::whole_at_most(counts[0]), time_s }
            }
            2 => Self::Law(Box::new(UslFit::new(&rates, Law::Amdahl, Errors::Relative)?)),
            _ => Self::Law(Box::new(UslFit::new(&rates, Law::Usl, Errors::Relative)?)),
        })
    }

    /// The time with `cores` cores, s.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for core counts too far from those measured.
    pub(crate) fn at(&self, cores: u32) -> Result<(f64, Reach), PlanError> {
        match self {
            Self::Single { cores: measured, time_s } if cores == *measured => Ok((*time_s, Reach::Within)),
            Self::Single { cores: measured, .. } => {
                let expected = format!("{measured}, the only count measured");
                Err(PlanError::bad("cores per prover", &expected, cores))
            }
            Self::Law(fit) => fit.predict(f64::from(cores), false).map(|(rate, reach)| (1.0 / rate, reach)),
        }
    }
}
