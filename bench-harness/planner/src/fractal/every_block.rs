//! A proof in every block, early enough for the next: what the source asks of layers that compose atomically.
//!
//! Two questions. Whether machines keep up with a proof a block: they do with enough of them, since rounds overlap. And
//! whether the proof of a block is there before the next one: no number of machines shortens the longest chain of jobs, so
//! that faster machines are the only way.

use records::plan::{CoresForBlockRecord, EveryBlockRecord};

use crate::error::PlanError;
use crate::formulas::capacity::whole_at_least;
use crate::fractal::graph::RoundGraph;
use crate::fractal::request::{Cadence, CoresLaw, FractalRequest};
use crate::fractal::search::for_load;
use crate::scaling::Law;

/// The most cores of a machine that a law is asked for.
const CORES_MAX: u32 = 65_536;

/// The answer for the rollups of a request, each of which then closes its last batch of a block with the block.
///
/// # Errors
/// As [`Cadence::of_rounds`].
pub(crate) fn every_block(request: &FractalRequest) -> Result<EveryBlockRecord, PlanError> {
    let block_s = request.cadence.block_s;
    let batches = whole_at_least(block_s / request.cadence.close_s).max(1);
    let cadence = Cadence { close_s: block_s / f64::from(batches), batches, block_s };
    let with_blocks = FractalRequest { cadence, ..request.clone() };
    let graph = RoundGraph::new(&request.tree, batches, &request.times);
    let floor_s = graph.critical_path_s();
    let machines = for_load(&with_blocks);
    let speed_up = floor_s / block_s;
    Ok(EveryBlockRecord {
        block_s,
        floor_s,
        is_met: floor_s <= block_s * (1.0 + 1e-9),
        speed_up,
        provers: machines.provers,
        aggregators: machines.aggregators,
        blocks_behind: whole_at_least(speed_up).max(1),
        over_cores: request.cores_law.as_ref().map(|law| cores(law, speed_up)),
    })
}

/// Cores with which jobs are so many times as fast as on the measured machine, merges taken to gain what proofs do.
///
/// Amdahl: `X(n) = γn/(1 + α(n − 1))`, so that `X(n) = X` at `n = X(1 − α)/(γ − αX)`; nowhere for `X ≥ γ/α`.
fn cores(law: &CoresLaw, speed_up: f64) -> CoresForBlockRecord {
    let CoresLaw { fit, measured_cores, cores_max } = law;
    debug_assert_eq!(fit.law, Law::Amdahl, "the closed form is that of Amdahl's law");
    let (gamma, alpha) = (fit.gamma.value, fit.alpha.value);
    let rate = |n: f64| gamma * n / (1.0 + alpha * (n - 1.0));
    let now = rate(f64::from(*measured_cores));
    let wanted = now * speed_up;
    let left = gamma - alpha * wanted;
    let needed = (left > 0.0).then(|| whole_at_least(wanted * (1.0 - alpha) / left).max(1));
    let cores = needed.filter(|cores| *cores <= CORES_MAX);
    CoresForBlockRecord {
        measured_cores: *measured_cores,
        cores_max_measured: *cores_max,
        serial_fraction: alpha,
        speed_up_limit: fit.limit().map(|limit| limit / now),
        cores,
        is_extrapolated: cores.is_some_and(|cores| cores > 2 * cores_max),
    }
}

#[cfg(test)]
mod tests {
    use super::cores;
    use crate::fractal::request::CoresLaw;
    use crate::scaling::usl::{Errors, Law, UslFit};

    #[test]
    fn cores_follow_the_law_to_its_limit_and_not_beyond() {
        let rate = |n: f64| n / (1.0 + 0.1 * (n - 1.0));
        let points: Vec<_> = [1.0, 2.0, 4.0].map(|n| (n, rate(n))).to_vec();
        let fit = UslFit::new(&points, Law::Amdahl, Errors::Relative).unwrap();
        let law = CoresLaw { fit, measured_cores: 2, cores_max: 4 };
        let at_most = 10.0 / rate(2.0);
        let same = cores(&law, 1.0);
        assert_eq!((same.cores, same.is_extrapolated), (Some(2), false));
        assert!((same.speed_up_limit.unwrap() - at_most).abs() < 1e-6);
        let eight = cores(&law, rate(8.0) / rate(2.0));
        assert_eq!((eight.cores, eight.is_extrapolated), (Some(8), false), "twice the most measured");
        let more = cores(&law, rate(9.0) / rate(2.0));
        assert_eq!((more.cores, more.is_extrapolated), (Some(9), true));
        assert_eq!(cores(&law, 1.001 * at_most).cores, None);
    }
}
