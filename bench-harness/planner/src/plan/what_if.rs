//! The answers around a plan, at every position of a few sliders.
//!
//! Each is what [`choose`] and [`closed_form`] say for that position, so that a page which holds them shows what
//! `plan` prints. Without a limit on delay and with N given no fleet has to be simulated to be chosen, and ten
//! thousand positions take less than a second.

use records::number::rounded;
use records::plan::RecommendationRecord;
use records::what_if::{
    AnswerRecord, CostRecord, PositionRecord, WHAT_IF_SCHEMA_VERSION, WhatIfAxesRecord, WhatIfRecord,
};
use std::collections::HashMap;

use crate::domain::{Close, Gas, Load, Prices, Target};
use crate::error::PlanError;
use crate::plan::needs::provers_min;
use crate::plan::{Fleet, Plan, PlanRequest, choose, closed_form};

/// Where targets stand around the one asked for.
const TARGET_STEPS: [f64; 9] = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
/// Block times of chains that rollups settle on, s; the one asked for is added.
const BLOCKS_S: [f64; 5] = [1.0, 2.0, 6.0, 12.0, 24.0];
/// Close times by hand, around the interval between two batches at the target.
const CLOSE_STEPS: [f64; 3] = [0.25, 0.5, 1.0];
/// N around the one chosen.
const GROUP_STEPS: [f64; 5] = [0.25, 0.5, 1.5, 2.0, 4.0];
/// P around the fewest that keep up.
const PROVER_STEPS: [f64; 7] = [0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
/// Prices around the ones given.
const PRICE_STEPS: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];
/// Prices tried where none was given, dollars an hour: positions of a slider, and nobody's offer.
const PRICES_USD: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// The grid around `plan`. `command` prints the plan without what the sliders say.
///
/// # Errors
/// [`PlanError::BadInput`]; a position that no plan meets is an answer, and no error.
pub fn what_if(plan: &Plan, command: &str) -> Result<WhatIfRecord, PlanError> {
    let base = plan.request.clone().without_delay_limit();
    let (axes, start) = axes(&base, &plan.choice);
    let mut packed = Packed::default();
    let mut answers = Vec::new();
    for &target in &axes.target {
        for &close_s in &axes.close_s {
            let load = load(&base.load, target, close_s)?;
            for &block_s in &axes.block_s {
                let here = base.clone().with_load(load).with_block(block_s)?;
                for &n in &axes.batches_per_aggregation {
                    let here = here.clone().with_batches_per_aggregation(n)?.with_provers_free();
                    for &provers in &axes.provers {
                        let request = match provers {
                            Some(provers) => here.clone().with_provers(provers)?,
                            None => here.clone(),
                        };
                        answers.push(packed.answer(&request, &axes)?);
                    }
                }
            }
        }
    }
    let Packed { rows, refusals, costs, .. } = packed;
    let target_unit = match base.load.batch_transactions() {
        Some(_) => "transactions/s",
        None => "batches/s",
    };
    Ok(WhatIfRecord {
        schema_version: WHAT_IF_SCHEMA_VERSION,
        target_unit: target_unit.to_owned(),
        batch_transactions: base.load.batch_transactions(),
        spares: base.spares,
        aggregator_spares: base.aggregator_spares,
        is_n_given: base.batches_per_aggregation.is_some(),
        axes,
        start,
        answers,
        rows,
        refusals,
        costs,
        command: command.to_owned(),
    })
}

/// Answers, each kept once.
#[derive(Default)]
struct Packed {
    rows: Vec<AnswerRecord>,
    refusals: Vec<String>,
    costs: Vec<Vec<CostRecord>>,
    known_rows: HashMap<String, i32>,
    known_costs: HashMap<String, u32>,
}

impl Packed {
    fn answer(&mut self, request: &PlanRequest, axes: &WhatIfAxesRecord) -> Result<i32, PlanError> {
        let choice = match choose(request) {
            Ok(choice) => choice,
            Err(error @ PlanError::Infeasible { .. }) => return Ok(self.refusal(&error.to_string())),
            Err(error) => return Err(error),
        };
        let costs = self.cost(request, &choice, axes)?;
        let size = request.load.batch_transactions();
        let closed = closed_form(request, Fleet::of(&choice));
        let row = AnswerRecord(
            choice.provers,
            choice.aggregators,
            rounded(100.0 * closed.utilization, 3),
            shown(choice.throughput_batches_per_s),
            size.map(|size| shown(choice.throughput_batches_per_s * f64::from(size))),
            shown(choice.delay_virtual_s),
            shown(closed.corrected_delay_s),
            shown(closed.published_delay_s),
            choice.bottleneck,
            costs,
        );
        let next = i32::try_from(self.rows.len()).unwrap_or(i32::MAX);
        let index = *self.known_rows.entry(format!("{row:?}")).or_insert(next);
        if index == next {
            self.rows.push(row);
        }
        Ok(index)
    }

    fn refusal(&mut self, why: &str) -> i32 {
        let at = self.refusals.iter().position(|known| known == why).unwrap_or_else(|| {
            self.refusals.push(why.to_owned());
            self.refusals.len() - 1
        });
        -i32::try_from(at + 1).unwrap_or(i32::MAX)
    }

    fn cost(
        &mut self,
        request: &PlanRequest,
        choice: &RecommendationRecord,
        axes: &WhatIfAxesRecord,
    ) -> Result<u32, PlanError> {
        let mut row = Vec::new();
        for (&prover, &aggregator) in axes.prover_usd_per_hour.iter().zip(&axes.aggregator_usd_per_hour) {
            for &gwei in &axes.gwei {
                let gas = request.prices_for(choice.batches_per_aggregation).and_then(|prices| prices.gas());
                let gas = gas.zip(gwei).map(|(gas, gwei)| Gas { gwei, ..gas });
                let (Some(prover), Some(aggregator)) = (prover, aggregator) else {
                    row.push(CostRecord(None, None));
                    continue;
                };
                let prices = Prices::new(prover, aggregator, gas)?;
                let rented = request.provers_rented(choice.provers);
                let aggregators = request.aggregators_rented(choice.aggregators);
                let (n, rate) = (choice.batches_per_aggregation, choice.throughput_batches_per_s);
                row.push(CostRecord(
                    Some(shown(prices.usd_per_hour(rented, aggregators))),
                    Some(rounded(prices.usd_per_batch(rented, aggregators, n, rate), 3)),
                ));
            }
        }
        let next = u32::try_from(self.costs.len()).unwrap_or(u32::MAX);
        let index = *self.known_costs.entry(format!("{row:?}")).or_insert(next);
        if index == next {
            self.costs.push(row);
        }
        Ok(index)
    }
}

/// As a plan prints it: what is rounded once here is not rounded again.
fn shown(x: f64) -> f64 {
    rounded(x, 4)
}

/// The number that is read back from what a person would type.
fn load(base: &Load, target: f64, close_s: Option<f64>) -> Result<Load, PlanError> {
    let size = base.batch_transactions();
    let target = match size {
        Some(_) => Target::TransactionsPerS(target),
        None => Target::BatchesPerS(target),
    };
    let close = close_s.map_or(base.close(), |close_s| Close::Fixed { close_s });
    Load::new(target, size, close)
}

fn axes(base: &PlanRequest, choice: &RecommendationRecord) -> (WhatIfAxesRecord, PositionRecord) {
    let load = &base.load;
    let asked = load.transactions_per_s().unwrap_or_else(|| load.batches_per_s());
    let (target, at_target) = around(asked, TARGET_STEPS.iter().map(|step| rounded(asked * step, 3)));
    let (block_s, at_block) = around(base.block_s, BLOCKS_S.into_iter());
    let (close_s, at_close) = match load.close() {
        Close::Fixed { close_s } => {
            let steps = CLOSE_STEPS.iter().map(|step| rounded(close_s * step, 2));
            let (values, at) = around(close_s, steps);
            (values.into_iter().map(Some).collect(), at)
        }
        Close::Filled { .. } => {
            let interval_s = load.interval_s();
            let mut steps: Vec<_> = CLOSE_STEPS.iter().map(|step| rounded(interval_s * step, 2)).collect();
            steps.sort_by(f64::total_cmp);
            (std::iter::once(None).chain(steps.into_iter().map(Some)).collect(), 0)
        }
    };
    let n = choice.batches_per_aggregation;
    let (groups, at_n) = whole(n, GROUP_STEPS.iter().map(|step| f64::from(n) * step).chain([1.0]));
    let min = provers_min(base);
    let steps = PROVER_STEPS.iter().map(|step| f64::from(min) * step);
    let (fleets, _) = whole(min, steps.chain([1.0, f64::from(min) + 1.0, f64::from(min) + 2.0]));
    let fixed = base.provers.filter(|fixed| !fleets.contains(fixed));
    let mut provers: Vec<_> = fleets.into_iter().chain(fixed).map(Some).collect();
    provers.sort_unstable();
    provers.insert(0, None);
    let at_p = provers.iter().position(|position| *position == base.provers).unwrap_or(0);
    let (usd, aggregator_usd, at_usd) = machine_prices(base.prices);
    let (gwei, at_gwei) = match base.prices.and_then(|prices| prices.gas()) {
        None => (vec![None], 0),
        Some(gas) => {
            let (values, at) = around(gas.gwei, PRICE_STEPS.iter().map(|step| rounded(gas.gwei * step, 3)));
            (values.into_iter().map(Some).collect(), at)
        }
    };
    let start = PositionRecord {
        target: at_target,
        close: at_close,
        block: at_block,
        n: at_n,
        p: at_p,
        usd: at_usd,
        gwei: at_gwei,
    };
    let axes = WhatIfAxesRecord {
        target,
        close_s,
        block_s,
        batches_per_aggregation: groups,
        provers,
        prover_usd_per_hour: usd,
        aggregator_usd_per_hour: aggregator_usd,
        gwei,
    };
    (axes, start)
}

type PricePositions = (Vec<Option<f64>>, Vec<Option<f64>>, usize);

fn machine_prices(prices: Option<Prices>) -> PricePositions {
    let Some(prices) = prices else {
        let usd: Vec<_> = std::iter::once(None).chain(PRICES_USD.into_iter().map(Some)).collect();
        return (usd.clone(), usd, 0);
    };
    let (prover, aggregator) = (prices.prover_usd_per_hour(), prices.aggregator_usd_per_hour());
    let (values, at) = around(prover, PRICE_STEPS.iter().map(|step| rounded(prover * step, 3)));
    // An aggregator keeps its price beside a prover's; beside one that is free it stays as it is.
    let beside = |usd: f64| if prover > 0.0 { rounded(aggregator * usd / prover, 6) } else { aggregator };
    let aggregators = values.iter().map(|&usd| Some(beside(usd))).collect();
    (values.into_iter().map(Some).collect(), aggregators, at)
}

/// `steps` and `base` itself in ascending order, each once, and where `base` stands.
fn around(base: f64, steps: impl Iterator<Item = f64>) -> (Vec<f64>, usize) {
    let mut values: Vec<f64> = steps.filter(|x| x.is_finite() && *x > 0.0).collect();
    // A step that is the base but for rounding is the base.
    values.retain(|x| (x / base - 1.0).abs() > 1e-2);
    values.push(base);
    values.sort_by(f64::total_cmp);
    values.dedup();
    let at = values.iter().position(|x| *x == base).unwrap_or(0);
    (values, at)
}

/// The same for whole numbers from 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; at least 1")]
fn whole(base: u32, steps: impl Iterator<Item = f64>) -> (Vec<u32>, usize) {
    let mut values: Vec<u32> = steps.map(|x| x.round().max(1.0) as u32).chain([base]).collect();
    values.sort_unstable();
    values.dedup();
    let at = values.iter().position(|x| *x == base).unwrap_or(0);
    (values, at)
}
