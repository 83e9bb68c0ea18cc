//! The last word before a request is refused: a few fleets, each with more machines, by long simulations.

use records::plan::LimitVerdict;

use crate::error::PlanError;
use crate::plan::fewer::{Decide, Decided};
use crate::plan::fleet::Fleet;
use crate::plan::frontier::{self, Machines};
use crate::plan::request::PlanRequest;
use crate::plan::run_length::DECIDES;

/// Steps from the fewest machines to somewhat more than those of the fleet that came nearest.
const STEPS: u32 = 5;

/// The least ratio of one step's machines to those of the step before.
const RATIO_MIN: f64 = 1.25;

/// The first of a few fleets, from the fewest machines with more of what is waited for, up to those of `nearest` and beyond, that a
/// long simulation finds good; else the first of them of which none says that it misses the limit, which is no reason to refuse;
/// none where all do.
pub(crate) fn climbed(
    request: &PlanRequest,
    nearest: Fleet,
    decide: Decide,
) -> Result<Option<Decided>, PlanError> {
    let n = nearest.batches_per_aggregation;
    let (provers, aggregators) = (frontier::provers(request), frontier::aggregators(request, n));
    let mut fleet = Fleet { provers: provers.min, batches_per_aggregation: n, aggregators: aggregators.min };
    let mut open: Option<Decided> = None;
    let mut late: Option<Fleet> = None;
    for _ in 0..STEPS {
        let decision = decide(request, fleet, DECIDES)?;
        let judged = decision.0;
        if judged.is_good() {
            // Half a step of provers less, where that is another fleet.
            let fewer = late.map_or(fleet.provers, |late| u32::midpoint(late.provers, fleet.provers));
            let less = Fleet { provers: fewer, ..fleet };
            if less != fleet && late.is_some_and(|late| late.provers < fewer) {
                let decision = decide(request, less, DECIDES)?;
                if decision.0.is_good() {
                    return Ok(Some((less, decision)));
                }
            }
            return Ok(Some((fleet, decision)));
        }
        if judged.verdict != LimitVerdict::Misses && open.is_none() {
            open = Some((fleet, decision));
        }
        late = Some(fleet);
        if judged.provers_waited_for {
            fleet.provers = above(provers, fleet.provers, nearest.provers);
        }
        if judged.aggregators_waited_for {
            fleet.aggregators = above(aggregators, fleet.aggregators, nearest.aggregators);
        }
        if late == Some(fleet) {
            break;
        }
    }
    Ok(open)
}

/// The next number of machines that is looked at: some steps lead from the fewest to `count`, one more beyond it.
fn above(machines: Machines, now: u32, count: u32) -> u32 {
    let times = f64::from(count.max(1)) / f64::from(machines.min.max(1));
    let ratio = times.powf(1.0 / f64::from(STEPS - 2)).max(RATIO_MIN);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let whole = (f64::from(now) * ratio).ceil() as u32;
    whole.max(now.saturating_add(1)).min(machines.max)
}

#[cfg(test)]
mod tests {
    use super::{Machines, above};

    #[test]
    fn each_step_is_more_and_the_last_is_beyond_the_nearest() {
        for (min, nearest) in [(1, 2), (1, 3), (2, 4), (15, 30), (3, 200), (7, 7)] {
            let machines = Machines { min, max: 10_000 };
            let steps: Vec<u32> =
                std::iter::successors(Some(min), |now| Some(above(machines, *now, nearest)))
                    .take(5)
                    .collect();
            assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
            assert!(steps[4] > nearest, "{steps:?}");
        }
        assert_eq!(above(Machines { min: 3, max: 4 }, 4, 9), 4);
    }
}
