//! What a change of prove time does to the fleet for a target: provers and dollars, by the planner.
//!
//! Four plans on the same random numbers: with the prove times of base, and with those times the estimated ratio, its
//! lower and its upper end. Everything else (merges, closing, arrivals, prices) is that of base, so that any difference
//! is due to the change.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::MeasuredTimes;
use crate::cmd::plan::merge_shape::Merging;
use planner::domain::{Close, Target};
use planner::formulas::cost::usd_per_month;
use planner::plan::choose;
use planner::{PlanError, PlanRequest};
use prover::built_in::BuiltIn;
use records::regression::paired::{ComparedName, FleetImpactRecord, PairedComparisonRecord, PairedRecord};
use records::sample::CellRecord;
use std::collections::BTreeMap;

type Stages = BTreeMap<String, Vec<BTreeMap<String, f64>>>;

/// The fleet impact of each compared prove time; none without a target.
///
/// # Errors
/// A target that cannot be asked for, or that base itself does not meet.
pub(crate) fn of(
    record: &PairedRecord,
    base: &Stages,
    plan_args: &PlanArgs,
) -> anyhow::Result<Vec<FleetImpactRecord>> {
    let Some(target) = plan_args.target() else { return Ok(Vec::new()) };
    let proves = record.comparisons.iter().filter(|comparison| comparison.time == ComparedName::Prove);
    let mut impacts = Vec::new();
    for comparison in proves {
        if let Some(stages) = base.get(&comparison.key)
            && let Some(impact) = one(comparison, stages, plan_args, target)?
        {
            impacts.push(impact);
        }
    }
    Ok(impacts)
}

fn one(
    comparison: &PairedComparisonRecord,
    stages: &[BTreeMap<String, f64>],
    plan_args: &PlanArgs,
    target: Target,
) -> anyhow::Result<Option<FleetImpactRecord>> {
    let shown = comparison.compared.shown();
    let (Some(ratio), Some(ratio_low), Some(ratio_high)) = (shown.ratio, shown.ratio_low, shown.ratio_high)
    else {
        return Ok(None);
    };
    let Some(request) = request(comparison, stages, plan_args)? else { return Ok(None) };
    let base = fleet(&request, 1.0)?;
    let Some(base) = base else {
        eprintln!(
            "note: no number of provers with base's times meets the target, so that the impact of a change is unknown"
        );
        return Ok(None);
    };
    let head = fleet(&request, ratio)?;
    Ok(Some(FleetImpactRecord {
        key: comparison.key.clone(),
        target: words(plan_args, target),
        ratio,
        ratio_low,
        ratio_high,
        provers_base: base.provers,
        provers_head: head.map(|head| head.provers),
        provers_head_low: fleet(&request, ratio_low)?.map(|low| low.provers),
        provers_head_high: fleet(&request, ratio_high)?.map(|high| high.provers),
        usd_per_month_base: base.usd_per_month,
        usd_per_month_head: head.and_then(|head| head.usd_per_month),
    }))
}

#[derive(Clone, Copy, Debug)]
struct Fleet {
    provers: u64,
    usd_per_month: Option<f64>,
}

/// What base's prove times, scaled, ask for; none where nothing meets the target.
fn fleet(request: &PlanRequest, ratio: f64) -> anyhow::Result<Option<Fleet>> {
    let scaled = request.clone().with_prove_scaled(ratio)?;
    match choose(&scaled) {
        Ok(choice) => {
            let provers = u64::from(scaled.provers_rented(choice.provers));
            Ok(Some(Fleet { provers, usd_per_month: choice.usd_per_hour.map(usd_per_month) }))
        }
        Err(PlanError::Infeasible { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The request of base; none where its samples lack a stage that a plan needs.
fn request(
    comparison: &PairedComparisonRecord,
    stages: &[BTreeMap<String, f64>],
    plan_args: &PlanArgs,
) -> anyhow::Result<Option<PlanRequest>> {
    let all =
        |name: &str| -> Vec<f64> { stages.iter().filter_map(|sample| sample.get(name).copied()).collect() };
    let mean = |name: &str| {
        let values = all(name);
        if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let merge_s = all("merge_s");
    let compared = &comparison.compared;
    let blocks = std::iter::once(&compared.first).chain(&compared.second);
    let pairs = blocks.flat_map(|block| &block.pairs).filter(|pair| pair.is_used);
    let prove_s: Vec<f64> = pairs.filter_map(|pair| pair.base_s).collect();
    let is_separate = plan_args.aggregate_shape == Some(Merging::Separate);
    let lacks_merges = merge_s.is_empty() && plan_args.aggregate_merge.is_none() && !is_separate;
    if prove_s.is_empty() || lacks_merges {
        eprintln!(
            "note: the programs report no time of a merge, so that no plan can be made from them; \
             --aggregate-merge gives one, and --aggregate-shape separate plans without merges"
        );
        return Ok(None);
    }
    let close =
        Close::Filled { execute_s: mean("execute_s"), root_s: mean("root_s"), encode_s: mean("encode_s") };
    let (batch_transactions, cores) = (comparison.cell.batch_transactions, comparison.cell.cores);
    let (words, cannot_aggregate) = (comparison.cell.words(), false);
    Ok(Some(
        MeasuredTimes {
            words,
            cannot_aggregate,
            prove_s,
            merge_s,
            merge_children: merge_children(&comparison.cell),
            close,
            lacks_close: false,
            batch_transactions,
            cores,
            proof_bytes: None,
            aggregate_bytes: None,
        }
        .request(plan_args)?,
    ))
}

/// Proofs that a merge of the cell's proof system takes: of one that is not compiled in two.
fn merge_children(cell: &CellRecord) -> u32 {
    let can = BuiltIn::named(&cell.proof_system).and_then(|system| system.capabilities().aggregation);
    can.and_then(|can| u32::try_from(can.merge_children).ok()).unwrap_or(2)
}

fn words(plan_args: &PlanArgs, target: Target) -> String {
    let rate = match target {
        Target::TransactionsPerS(rate) => format!("{rate} tx/s"),
        Target::BatchesPerS(rate) => format!("{rate} batches/s"),
    };
    plan_args.delay.map_or(rate.clone(), |delay_s| format!("{rate} within {delay_s} s"))
}
