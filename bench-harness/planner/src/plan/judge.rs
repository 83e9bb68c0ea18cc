//! Whether a fleet meets what was asked: simulated until that is clear, and not longer.
//!
//! All fleets of a request see the same random numbers, so that a difference between two is theirs. What a search may
//! simulate is counted in batches, not in seconds: the same request gives the same answer on any machine.

use std::collections::HashMap;

use records::plan::{BatchState, DelayLimitRecord, LimitVerdict, Statistic};

use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::{carries, delay_of, keeps_up};
use crate::plan::needs::{DelayBounds, consolidated_limit, meets};
use crate::plan::objective::{Cost, cost};
use crate::plan::request::PlanRequest;
use crate::plan::run_length::{DECIDES, Effort, look_batches, simulated_for};
use crate::sim::Simulated;

/// Batches that the search of one request may simulate, all replications together: well under a second on one core.
pub(crate) const SEARCH_BATCHES: u64 = 1_000_000;

/// First looks that a search makes at least, where it can.
const LOOKS_MIN: u64 = 4;

/// How long a simulation of the search may become before a fleet is called unclear.
const SEARCH_EFFORT_MAX: Effort = Effort(2);

/// A fraction of batches or of a merge below which waiting is not worth a machine.
const NEGLIGIBLE: f64 = 2e-3;

/// By so much one long run may correct all short ones.
const CORRECTION_MAX: f64 = 1.1;

/// A half-width, as a fraction of the limit, that a search does not get below.
const HOPELESS: f64 = 0.05;

/// What a simulation says of a fleet against what was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    /// The statistic of the limit, or the mean where there is none, s.
    pub(crate) delay_s: f64,
    /// Half of its 95 % interval, s; 0 where nothing is random.
    pub(crate) half_width_s: f64,
    /// What that means.
    pub(crate) verdict: LimitVerdict,
    /// Whether the figure itself lies within the limit.
    is_within: bool,
    /// Whether batches wait for a prover, by more than a negligible fraction of them: if not, more provers change
    /// nothing.
    pub(crate) provers_waited_for: bool,
    /// Whether merges wait for an aggregator, by more than a negligible fraction of a merge.
    pub(crate) aggregators_waited_for: bool,
}

impl Judged {
    pub(crate) fn new(request: &PlanRequest, fleet: Fleet, result: &Simulated) -> Self {
        let limit = consolidated_limit(request);
        let statistic = limit.map_or(Statistic::Mean, |limit| limit.statistic);
        let delay = delay_of(result, BatchState::Consolidated, statistic);
        let half_width_s = delay.half_width.unwrap_or(0.0);
        Self {
            delay_s: delay.value,
            half_width_s,
            // A fleet that was given may be too small: its delay grows, and has a value only where the simulation ends.
            verdict: match carries(request, result) && keeps_up(request, fleet) {
                true => verdict(limit, delay.value, half_width_s),
                false => LimitVerdict::Misses,
            },
            is_within: limit.is_none_or(|limit| meets(limit, delay.value)),
            // A sequencer that holds back until a prover is free loses load where others would wait.
            provers_waited_for: result.prover_wait_fraction.value > NEGLIGIBLE || !carries(request, result),
            aggregators_waited_for: result.aggregator_wait_s.value
                > NEGLIGIBLE * request.aggregation.step().mean_s(),
        }
    }

    /// Whether the limit is kept for certain.
    pub(crate) fn is_clearly_good(&self) -> bool {
        self.verdict == LimitVerdict::Meets
    }

    /// Whether the figure is so uncertain that a machine more or less cannot be told from it.
    pub(crate) fn is_hopeless(&self, request: &PlanRequest) -> bool {
        let limit_s = consolidated_limit(request).map_or(f64::INFINITY, |limit| limit.limit_s);
        self.verdict == LimitVerdict::Unclear && self.half_width_s > HOPELESS * limit_s
    }

    /// Whether the limit is kept, by the figure alone where its interval cannot tell: what is chosen is simulated longer
    /// in the end.
    pub(crate) fn is_good(&self) -> bool {
        self.is_clearly_good() || (self.verdict == LimitVerdict::Unclear && self.is_within)
    }
}

impl Judged {
    /// Whether the interval leaves no doubt. Of a short run it must lie twice its half-width away: its own width is
    /// uncertain, and a percentile of few samples is biased.
    fn is_clear(&self, request: &PlanRequest, effort: Effort) -> bool {
        let Some(limit) = consolidated_limit(request) else { return true };
        let widths = [2.0, 1.5].get(effort.0 as usize).copied().unwrap_or(1.0);
        self.half_width_s == 0.0 || (self.delay_s - limit.limit_s).abs() > widths * self.half_width_s
    }
}

fn verdict(limit: Option<DelayLimitRecord>, delay_s: f64, half_width_s: f64) -> LimitVerdict {
    match limit {
        None => LimitVerdict::Meets,
        Some(limit) if meets(limit, delay_s + half_width_s) => LimitVerdict::Meets,
        Some(limit) if meets(limit, delay_s - half_width_s) => LimitVerdict::Unclear,
        Some(_) => LimitVerdict::Misses,
    }
}

/// Judges the fleets of one request, each once.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) request: &'a PlanRequest,
    /// Delays that no fleet goes below.
    pub(crate) bounds: DelayBounds<'a>,
    known: HashMap<Fleet, Known>,
    batches_left: u64,
    /// Batches of one look, at most, as long as other fleets can be looked at.
    look_max: u64,
    /// What may be simulated beyond that while nothing that meets the limit was found: as much again.
    overdraft: u64,
    /// How many times as long as by short runs the delay of a fleet was that a long one refused; at least 1. All fleets
    /// see the same random numbers, so that this is what short runs of the others leave out too.
    correction: f64,
}

/// What is known of a fleet, and the effort it took.
#[derive(Debug, Clone, Copy)]
struct Known {
    judged: Judged,
    effort: Effort,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(request: &'a PlanRequest, batches_left: u64) -> Self {
        Self {
            request,
            bounds: DelayBounds::new(request),
            known: HashMap::new(),
            batches_left,
            look_max: batches_left / LOOKS_MIN,
            overdraft: batches_left,
            correction: 1.0,
        }
    }

    /// Whether what may be simulated is used up.
    pub(crate) fn is_spent(&self) -> bool {
        self.batches_left == 0
    }

    /// Whether what may be simulated is used up, and as much again: a search that has found nothing by then finds nothing.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.is_spent() && self.overdraft == 0
    }

    /// Whether a first look at `fleet` leaves the search enough for others.
    pub(crate) fn is_quick(&self, fleet: Fleet) -> bool {
        look_batches(self.request, fleet) <= self.look_max
    }

    /// The fleets that keep the limit for certain, as far as they were looked at; in no order.
    pub(crate) fn good_fleets(&self) -> impl Iterator<Item = Fleet> {
        let is_good = |known: &Known| self.corrected(known.judged).is_clearly_good();
        self.known.iter().filter(move |(_, known)| is_good(known)).map(|(fleet, _)| *fleet)
    }

    /// Whether a fleet that costs less could not be told from the limit.
    pub(crate) fn is_unclear_below(&self, limit: Cost) -> bool {
        let is_unclear = |known: &Known| known.judged.verdict == LimitVerdict::Unclear;
        let is_cheaper = |fleet: Fleet| cost(self.request, fleet).is_below(limit);
        self.known.iter().any(|(fleet, known)| is_unclear(known) && is_cheaper(*fleet))
    }

    /// Whether `fleet` was simulated before, so that asking again costs nothing.
    pub(crate) fn is_known(&self, fleet: Fleet) -> bool {
        self.known.contains_key(&fleet)
    }

    /// Fleets that were simulated.
    pub(crate) fn fleets(&self) -> usize {
        self.known.len()
    }

    /// What the simulation says of `fleet`, as long as the search allows.
    ///
    /// # Errors
    /// None that the request did not have.
    pub(crate) fn judge(&mut self, fleet: Fleet) -> Result<Judged, PlanError> {
        self.judge_up_to(fleet, SEARCH_EFFORT_MAX)
    }

    /// What a first look says of `fleet`: unclear, where it is close to the limit.
    ///
    /// # Errors
    /// None that the request did not have.
    pub(crate) fn glance(&mut self, fleet: Fleet) -> Result<Judged, PlanError> {
        self.judge_up_to(fleet, Effort(0))
    }

    /// Takes what a longer simulation says of `fleet` for the last word: good for certain, or not good.
    pub(crate) fn overrule(&mut self, fleet: Fleet, judged: Judged) {
        if let Some(short) = self.known.get(&fleet)
            && short.judged.delay_s > 0.0
        {
            let times = judged.delay_s / short.judged.delay_s;
            self.correction = self.correction.max(times.clamp(1.0, CORRECTION_MAX));
        }
        let judged = Judged { is_within: false, ..judged };
        self.known.insert(fleet, Known { judged, effort: SEARCH_EFFORT_MAX });
    }

    fn judge_up_to(&mut self, fleet: Fleet, effort_max: Effort) -> Result<Judged, PlanError> {
        let mut effort = Effort(0);
        if let Some(known) = self.known.get(&fleet) {
            let is_final = known.effort >= effort_max || known.judged.is_clear(self.request, known.effort);
            if is_final || self.is_spent() {
                return Ok(self.corrected(known.judged));
            }
            effort = known.effort.longer(self.request, fleet);
        }
        loop {
            let (result, batches) = simulated_for(self.request, fleet, effort)?;
            self.overdraft = self.overdraft.saturating_sub(batches.saturating_sub(self.batches_left));
            self.batches_left = self.batches_left.saturating_sub(batches);
            let longer = effort.longer(self.request, fleet);
            // Where the search has no longer look, this one is its last word.
            let reached = if longer > SEARCH_EFFORT_MAX { effort.max(SEARCH_EFFORT_MAX) } else { effort };
            let clear = Judged::new(self.request, fleet, &result);
            let is_clear = clear.is_clear(self.request, reached);
            // A figure that is not yet clear is neither good nor bad, whatever its own interval says.
            let judged = match is_clear {
                true => clear,
                false => Judged { verdict: LimitVerdict::Unclear, ..clear },
            };
            if is_clear || longer > effort_max || self.is_spent() {
                self.known.insert(fleet, Known { judged, effort: reached });
                return Ok(self.corrected(judged));
            }
            effort = longer;
        }
    }

    /// The effort from which a longer simulation of `fleet` tells more than the search knows; the first that decides where
    /// it knows nothing.
    pub(crate) fn decides_from(&self, fleet: Fleet) -> Effort {
        match self.known.get(&fleet) {
            Some(known) if known.judged.is_clear(self.request, known.effort) => known.effort.max(DECIDES),
            Some(known) => known.effort.longer(self.request, fleet).max(DECIDES),
            None => DECIDES,
        }
    }

    /// What short runs say, less what a long one found them to leave out.
    fn corrected(&self, judged: Judged) -> Judged {
        let keeps = |limit| meets(limit, judged.delay_s * self.correction);
        if self.correction <= 1.0
            || judged.half_width_s == 0.0
            || consolidated_limit(self.request).is_none_or(keeps)
        {
            return judged;
        }
        match judged.verdict {
            LimitVerdict::Misses => judged,
            LimitVerdict::Meets | LimitVerdict::Unclear => {
                Judged { verdict: LimitVerdict::Unclear, is_within: false, ..judged }
            }
        }
    }
}
