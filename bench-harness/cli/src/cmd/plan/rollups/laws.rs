//! Laws of a profile that a plan of rollups looks at: over the cores of a machine, and over its clock.

use planner::fractal::{ClockLaw, CoresLaw};
use planner::scaling::usl::Errors;
use planner::scaling::{Asked, Law, LineFit, UslFit, laws};
use records::laws::{LawRecord, OverName};
use records::profile::{ProfileRecord, QuantityName};

/// Amdahl's law of prove times over cores, of the family with the most core counts; none where no family has two.
pub(crate) fn cores_law(profile: &ProfileRecord, measured_cores: u32) -> Option<CoresLaw> {
    let points = widest(profile, OverName::Cores)?;
    let rates: Vec<(f64, f64)> = points.iter().map(|&(cores, time_s)| (cores, 1.0 / time_s)).collect();
    let most = points.iter().map(|point| point.0).fold(0.0, f64::max);
    let fit = UslFit::new(&rates, Law::Amdahl, Errors::Relative).ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of cores")]
    Some(CoresLaw { fit, measured_cores, cores_max: most as u32 })
}

/// `T = A/f + B` of prove times, of the family with the most clocks; none where no family has three. The times that are
/// planned with are taken to be of the highest clock.
pub(crate) fn clock_law(profile: &ProfileRecord) -> Option<ClockLaw> {
    let points = widest(profile, OverName::ClockGhz)?;
    let measured_ghz = points.iter().map(|point| point.0).fold(0.0, f64::max);
    Some(ClockLaw { fit: LineFit::over_clock(&points).ok()?, measured_ghz })
}

/// The points of the law of prove times with the most of them.
fn widest(profile: &ProfileRecord, over: OverName) -> Option<Vec<(f64, f64)>> {
    let is_of_proofs = |law: &&LawRecord| law.over == over && law.stage == Some(QuantityName::ProveBatch);
    let found = laws(profile, &Asked::default()).laws;
    let law = found.iter().filter(is_of_proofs).max_by_key(|law| law.points.len())?;
    Some(law.points.iter().map(|point| (point.x, point.y)).collect())
}
