//! Close times for the plan of a run: measured under the load that it plans for, with the traffic that it proves.

use crate::cmd::close::{COMPRESSION_QUALITY, ON_CHAIN_FRACTION, all_threads};
use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::close_times::CloseTimes;
use crate::exit::usage;
use crate::output::{say, write_json};
use crate::working::Working;
use measure::closing::Arrival;
use measure::closing::study::ClosingStudy;
use measure::spec::Spec;
use planner::domain::Target;
use planner::plan::ArrivalLaw;
use planner::sim::Closing;
use records::closing::{ClosingLoadRecord, ClosingRecord};
use records::execution::ExecutorName;
use records::sample::CellRecord;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use workloads::data::OnChainChoice;
use workloads::generate::Traffic;
use workloads::random::Skew;
use workloads::sequencer::ClosingRules;

/// What closing batches of one size may take.
const TIME: Duration = Duration::from_millis(800);
/// The most batches of one size.
const BATCHES_MAX: usize = 300;

/// The same arguments with close times for every batch size of the cells, written to the folder. As they are, with a note,
/// where nothing real was measured or arrivals are none that closings are drawn from.
///
/// # Errors
/// What cannot be written, and a result that is wrong.
pub(crate) fn under_load(
    spec: &Spec,
    cells: &[CellRecord],
    plan_args: PlanArgs,
    folder: &Path,
) -> anyhow::Result<PlanArgs> {
    let is_given = plan_args.close.is_some() || !plan_args.close_times.is_empty();
    // What a script claims to take is not measured.
    let cells = || cells.iter().filter(|cell| cell.proof_system != fleet::chain::SCRIPTED);
    if is_given || cells().next().is_none() {
        return Ok(plan_args);
    }
    let law = plan_args.arrivals.law(Some(1))?;
    let (is_ordered, timeout_s) = match (&law, plan_args.closing) {
        (ArrivalLaw::Fixed | ArrivalLaw::Trace(_), Closing::Full) => (law != ArrivalLaw::Fixed, None),
        (ArrivalLaw::Fixed | ArrivalLaw::Trace(_), Closing::Timeout(timeout_s)) => {
            (law != ArrivalLaw::Fixed, Some(timeout_s))
        }
        _ => {
            say(
                "note: the plan keeps its law of arrivals and its closing rule, and takes the times of closing as the \
                 cells measured them",
            );
            return Ok(plan_args);
        }
    };
    let Some(target) = plan_args.target() else { return Ok(plan_args) };
    // A workload of a trace has no traffic to draw from.
    let sizes: BTreeMap<u64, f64> =
        cells().filter_map(|cell| Some((cell.batch_transactions, cell.swap_ratio?))).collect();
    let genesis = spec.population.state(spec.seed).map_err(usage)?;
    let (mut measured, mut files) = (Vec::new(), Vec::new());
    for (size, swap_ratio) in sizes {
        let tx_per_s = match target {
            Target::TransactionsPerS(rate) => rate,
            Target::BatchesPerS(rate) => rate * size as f64,
        };
        let study = ClosingStudy {
            genesis: genesis.clone(),
            rules: ClosingRules { capacity: size, count: None, timeout_s, unproved_max: None },
            batches_max: BATCHES_MAX,
            time_limit: Some(TIME),
            executor: ExecutorName::Sequential,
            threads: all_threads(),
            compression_quality: COMPRESSION_QUALITY,
            on_chain: OnChainChoice { seed: spec.seed, fraction: ON_CHAIN_FRACTION },
            seed: spec.seed,
        };
        let load = ClosingLoadRecord {
            arrivals: plan_args.arrivals.to_string(),
            is_ordered,
            transactions_per_s: tx_per_s,
            is_trace: false,
            swap_ratio: Some(swap_ratio),
            zipf: match spec.skew {
                Skew::Uniform => None,
                Skew::Zipf { exponent } => Some(exponent),
            },
            accounts: spec.population.accounts,
            pools: spec.population.pools,
            fee_bps: spec.population.fee_bps,
            depth: spec.population.depth.into(),
            seed: spec.seed,
        };
        let record = Working::during("closing batches under the load of the plan", || {
            closed(spec, &study, load, &law)
        })?;
        let file = folder.join(format!("close-times-{size}.json"));
        write_json(&file, &record)?;
        files.push(file.display().to_string());
        measured.push(CloseTimes::of(record));
    }
    Ok(plan_args.with_close_times(measured, &files))
}

/// Batches of generated transactions that arrive by the law.
fn closed(
    spec: &Spec,
    study: &ClosingStudy,
    load: ClosingLoadRecord,
    law: &ArrivalLaw,
) -> anyhow::Result<ClosingRecord> {
    let traffic = Traffic { swap_ratio: load.swap_ratio.unwrap_or(0.0), skew: spec.skew };
    let mut generator = spec.population.generator(spec.seed, traffic).map_err(usage)?;
    let size = usize::try_from(study.rules.capacity).unwrap_or(usize::MAX);
    let transactions = std::iter::repeat_with(move || generator.next_batch(size).transactions).flatten();
    let arrivals = law.arrivals(1.0 / load.transactions_per_s)?;
    let arrivals = arrivals.times_s(spec.seed).zip(transactions);
    let arrivals = arrivals.map(|(at_s, transaction)| Arrival { at_s, transaction });
    Ok(measure::closing::measure(study, load, arrivals)?)
}
