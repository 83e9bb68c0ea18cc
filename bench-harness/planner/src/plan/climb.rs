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
    let provers = Ladder::new(frontier::provers(request), nearest.provers);
    let aggregators = Ladder::new(frontier::aggregators(request, n), nearest.aggregators);
    let at = |provers_at: f64, aggregators_at: f64| Fleet {
        provers: provers.at(provers_at),
        batches_per_aggregation: n,
        aggregators: aggregators.at(aggregators_at),
    };
    let mut open: Option<Decided> = None;
    let (mut place, mut late) = ((0.0, 0.0), None);
    for _ in 0..STEPS {
        let fleet = at(place.0, place.1);
        if late == Some(fleet) {
            break;
        }
        let decision = decide(request, fleet, DECIDES)?;
        let judged = decision.0;
        if judged.is_good() {
            // Half a step of provers less, where that is another fleet.
            let less = at(place.0 - 0.5, place.1);
            if late.is_some_and(|late: Fleet| late.provers < less.provers) && less != fleet {
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
        place.0 += f64::from(u8::from(judged.provers_waited_for));
        place.1 += f64::from(u8::from(judged.aggregators_waited_for));
    }
    Ok(open)
}

/// Numbers of machines of one kind that are climbed, each a ratio above the one before.
struct Ladder {
    machines: Machines,
    ratio: f64,
}

impl Ladder {
    /// From the fewest up, with `count` some steps on.
    fn new(machines: Machines, count: u32) -> Self {
        let times = f64::from(count.max(1)) / f64::from(machines.min.max(1));
        Self { machines, ratio: times.powf(1.0 / f64::from(STEPS - 2)).max(RATIO_MIN) }
    }

    fn at(&self, place: f64) -> u32 {
        let wanted = f64::from(self.machines.min) * self.ratio.powf(place);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let whole = wanted.ceil() as u32;
        whole.clamp(self.machines.min, self.machines.max)
    }
}
