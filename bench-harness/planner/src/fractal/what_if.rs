//! The same tree with faster cores. Nobody has measured such cores: what comes out is a what-if, and no plan.

use records::plan::FractalWhatIfRecord;

use crate::error::PlanError;
use crate::fractal::cost::usd_per_transaction;
use crate::fractal::request::{ClockLaw, FractalRequest};
use crate::fractal::search::{ChosenFleet, choose};
use crate::fractal::sim::Rounds;

/// Years in which the speed of a core doubles, by the source: from, to.
const YEARS_PER_DOUBLING: (f64, f64) = (4.0, 5.0);

/// What is asked for: single speed-ups first, then doublings.
///
/// # Errors
/// As [`choose`].
pub(crate) fn what_ifs(request: &FractalRequest) -> Result<Vec<FractalWhatIfRecord>, PlanError> {
    let given = request.core_speed_ups.iter().map(|&speed_up| (speed_up, None));
    let doublings = (1..=request.doublings).map(|count| {
        let (from, to) = YEARS_PER_DOUBLING;
        (f64::from(count).exp2(), Some((f64::from(count) * from, f64::from(count) * to)))
    });
    given.chain(doublings).map(|(speed_up, years)| what_if(request, speed_up, years)).collect()
}

fn what_if(
    request: &FractalRequest,
    core_speed_up: f64,
    years: Option<(f64, f64)>,
) -> Result<FractalWhatIfRecord, PlanError> {
    let by_law = request.clock_law.as_ref().map(|law| by_clock(law, core_speed_up));
    let job_speed_up = by_law.unwrap_or(core_speed_up);
    // A fleet that was fixed is fixed for the measured times.
    let faster = FractalRequest {
        times: request.times.faster(job_speed_up)?,
        provers: None,
        aggregators: None,
        ..request.clone()
    };
    let cadence = (faster.cadence.close_s, faster.cadence.batches, faster.cadence.block_s);
    let rounds = Rounds::new(&faster.tree, &faster.times, cadence, faster.seed);
    let ChosenFleet { fleet, simulated, .. } = choose(&faster, &rounds)?;
    let assumption = match years {
        Some(_) => "single-core speed doubles every 4 to 5 years".to_owned(),
        None => "a core is so many times as fast".to_owned(),
    };
    Ok(FractalWhatIfRecord {
        assumption,
        core_speed_up,
        job_speed_up,
        is_by_law: by_law.is_some(),
        years,
        provers: fleet.provers,
        aggregators: fleet.aggregators,
        critical_path_s: rounds.graph.critical_path_s(),
        consolidated_mean_s: simulated.all.mean_s.value,
        usd_per_transaction: usd_per_transaction(&faster, fleet),
    })
}

/// How many times as fast a job is at `factor` times the clock, by `T = A/f + B`: memory keeps its speed.
fn by_clock(law: &ClockLaw, factor: f64) -> f64 {
    let at = |ghz: f64| law.fit.at(1.0 / ghz).0;
    at(law.measured_ghz) / at(factor * law.measured_ghz)
}

#[cfg(test)]
mod tests {
    use super::by_clock;
    use crate::fractal::request::ClockLaw;
    use crate::scaling::LineFit;

    #[test]
    fn what_does_not_scale_with_the_clock_limits_the_gain() {
        // 3 s of cycles and 1 s of memory at 2 GHz.
        let time = |ghz: f64| 3.0 * 2.0 / ghz + 1.0;
        let points = [1.0, 2.0, 4.0].map(|ghz| (ghz, time(ghz)));
        let law = ClockLaw { fit: LineFit::over_clock(&points).unwrap(), measured_ghz: 2.0 };
        assert!((by_clock(&law, 1.0) - 1.0).abs() < 1e-9);
        assert!((by_clock(&law, 2.0) - 4.0 / 2.5).abs() < 1e-9);
        assert!(by_clock(&law, 1e6) < 4.0 + 1e-3);
    }
}
