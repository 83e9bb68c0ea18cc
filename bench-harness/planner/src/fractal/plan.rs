//! From a request to the plan of a tree, as the record that is written.

use records::fractal::FractalStageName;
use records::plan::{
    FRACTAL_PLAN_SCHEMA_VERSION, FractalDelayPartName, FractalDelayPartRecord, FractalFleetRecord,
    FractalInputsRecord, FractalJobsRecord, FractalLayerRecord, FractalPlanRecord, FractalPoolName,
    FractalRoundsRecord, FractalTimeRecord, FractalWholeRecord,
};

use crate::error::PlanError;
use crate::fractal::cost::cost;
use crate::fractal::delays::{host_s, virtual_s};
use crate::fractal::every_block::every_block;
use crate::fractal::graph::RoundGraph;
use crate::fractal::jobs::{StageJobs, jobs_of_round, work_s};
use crate::fractal::notes::notes;
use crate::fractal::request::FractalRequest;
use crate::fractal::round_length::{ChosenRound, choose_round};
use crate::fractal::search::ChosenFleet;
use crate::fractal::sim::FractalFleet;
use crate::fractal::what_if::what_ifs;
use crate::plan::delay_record::delay_record;
use crate::plan::record::time;

/// The cheapest provers and aggregators for a tree of rollups, and what they give.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::fractal::{Cadence, FractalRequest, FractalTimes, JobTime, RollupTree, plan_rollups};
/// let time = |s| TimeDist::fixed("job", s).map(|time| JobTime::by_hand(time, None));
/// let times = FractalTimes::by_hand(time(4.0)?, time(1.0)?, None);
/// let cadence = Cadence::of_rounds(10.0, 60.0, 12.0)?;
/// let request = FractalRequest::new(RollupTree::balanced(1_000, 3)?, times, cadence, 100)?;
/// let plan = plan_rollups(&request)?;
/// // 1,000 rollups close 100 batches a second, of 4 s each; a fifth of each machine's time is left.
/// assert_eq!(plan.fleet.provers, 500);
/// assert_eq!(plan.whole.transactions_per_s, 10_000.0);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::Infeasible`] where no fleet meets the limit.
pub fn plan_rollups(request: &FractalRequest) -> Result<FractalPlanRecord, PlanError> {
    let ChosenRound { request, chosen, searched, is_complete } = choose_round(request)?;
    let request = &request;
    let graph = RoundGraph::new(&request.tree, request.cadence.batches, &request.times);
    let jobs = jobs_of_round(&request.tree, request.cadence.batches, &request.times);
    let record = FractalPlanRecord {
        schema_version: FRACTAL_PLAN_SCHEMA_VERSION,
        inputs: inputs(request, &jobs),
        fleet: fleet(request, &chosen, &jobs),
        layers: layers(request, &chosen, &jobs),
        rounds: FractalRoundsRecord { searched, is_complete },
        whole: whole(request, &graph, &chosen, &jobs),
        cost: cost(request, chosen.fleet),
        every_block: request.asks_every_block.then(|| every_block(request)).transpose()?,
        servers: None,
        what_ifs: what_ifs(request)?,
        notes: Vec::new(),
    };
    let notes = notes(request, &record);
    Ok(FractalPlanRecord { notes, ..record })
}

fn inputs(request: &FractalRequest, jobs: &[StageJobs]) -> FractalInputsRecord {
    let is_needed = |stage: FractalStageName| jobs.iter().any(|jobs| jobs.stage == stage);
    let times = request.times.all().filter(|(stage, ..)| is_needed(*stage));
    let times =
        times.map(|(stage, circuit, job)| FractalTimeRecord { stage, circuit, time: time(&job.wall) });
    FractalInputsRecord {
        rollups: request.tree.rollups(),
        layers: request.tree.layer_max(),
        batch_transactions: request.batch_transactions,
        close_s: request.cadence.close_s,
        round_s: request.cadence.round_s(),
        batches_per_round: request.cadence.batches,
        block_s: request.cadence.block_s,
        cores_per_machine: request.cores_per_machine,
        times: times.collect(),
        headroom: request.headroom,
        delay_limit: request.delay_limit,
        measured: request.measured.clone(),
    }
}

fn fleet(request: &FractalRequest, chosen: &ChosenFleet, jobs: &[StageJobs]) -> FractalFleetRecord {
    let ChosenFleet { fleet: FractalFleet { provers, aggregators }, for_load, .. } = chosen;
    let (prove_s, merge_s) = work_s(jobs);
    let used = |work_s: f64, machines: u32| work_s / request.cadence.round_s() / f64::from(machines);
    let (prover_use, aggregator_use) = (used(prove_s, *provers), used(merge_s, *aggregators));
    FractalFleetRecord {
        provers: *provers,
        spares: request.spares,
        aggregators: *aggregators,
        aggregator_spares: request.aggregator_spares,
        provers_for_load: for_load.provers,
        aggregators_for_load: for_load.aggregators,
        prover_use,
        aggregator_use,
        busiest: match prover_use >= aggregator_use {
            true => FractalPoolName::Provers,
            false => FractalPoolName::Aggregators,
        },
        fleets_simulated: chosen.fleets_simulated,
        is_complete: chosen.is_complete,
    }
}

/// Layer 1, then each layer of rollups, with its part of each pool.
fn layers(request: &FractalRequest, chosen: &ChosenFleet, jobs: &[StageJobs]) -> Vec<FractalLayerRecord> {
    let numbers: Vec<u32> = (1..=request.tree.layer_max()).collect();
    let work = |layer: u32| {
        let own: Vec<_> = jobs.iter().filter(|jobs| jobs.layer == layer).copied().collect();
        work_s(&own)
    };
    let provers: Vec<f64> = numbers.iter().map(|&layer| work(layer).0).collect();
    let aggregators: Vec<f64> = numbers.iter().map(|&layer| work(layer).1).collect();
    let provers = shares(chosen.fleet.provers, &provers);
    let aggregators = shares(chosen.fleet.aggregators, &aggregators);
    let size = request.batch_transactions;
    let record = |at: usize| {
        let layer = numbers[at];
        let width = if layer == 1 { 0 } else { request.tree.widths()[at - 1] };
        let is_of_rollups = layer > 1;
        let own = jobs.iter().filter(|jobs| jobs.layer == layer);
        let consolidated = is_of_rollups.then(|| delay_record(&chosen.simulated.layers[at - 1]));
        FractalLayerRecord {
            layer,
            rollups: width,
            circuits: if is_of_rollups { request.times.circuits_of(layer) } else { Vec::new() },
            provers: provers[at],
            aggregators: aggregators[at],
            jobs: own
                .map(|&StageJobs { stage, jobs, machine_s, cpu_s, .. }| FractalJobsRecord {
                    stage,
                    jobs,
                    machine_s,
                    cpu_s,
                })
                .collect(),
            transactions_per_s: f64::from(width) * f64::from(size) / request.cadence.close_s,
            delay_host_s: is_of_rollups.then(|| host_s(request, layer)),
            delay_virtual_s: consolidated.map(|proven| virtual_s(request, layer).min(proven.mean_s)),
            consolidated,
            data: is_of_rollups.then(|| request.data.of(layer).mode()),
            data_bytes_per_transaction: request.data.bytes(layer, size).filter(|_| is_of_rollups),
        }
    };
    (0..numbers.len()).map(record).collect()
}

fn whole(
    request: &FractalRequest,
    graph: &RoundGraph,
    chosen: &ChosenFleet,
    jobs: &[StageJobs],
) -> FractalWholeRecord {
    let simulated = &chosen.simulated;
    let parts = [
        (FractalDelayPartName::Forming, request.cadence.round_s()),
        (FractalDelayPartName::Waiting, simulated.waiting_s),
        (FractalDelayPartName::Proving, simulated.proving_s),
        (FractalDelayPartName::Block, simulated.block_s),
    ]
    .map(|(part, mean_s)| FractalDelayPartRecord { part, mean_s });
    let longest = parts.iter().max_by(|a, b| a.mean_s.total_cmp(&b.mean_s));
    let (prove_s, merge_s) = work_s(jobs);
    FractalWholeRecord {
        transactions_per_s: request.transactions_per_s(),
        batches_per_s: f64::from(request.tree.rollups()) / request.cadence.close_s,
        proofs_per_hour: 3_600.0 / request.cadence.round_s(),
        jobs_per_round: jobs.iter().map(|jobs| jobs.jobs).sum(),
        cpu_s_per_round: jobs.iter().map(|jobs| jobs.cpu_s).sum(),
        machine_s_per_round: prove_s + merge_s,
        critical_path_s: graph.critical_path_s(),
        critical_merges: graph.critical_merges(),
        consolidated: delay_record(&simulated.all),
        longest_part: longest.map_or(FractalDelayPartName::Forming, |part| part.part),
        parts: parts.to_vec(),
        proof_bytes: request.proof_bytes,
        block_use: request.block_use().map(|block| block.used / block.room),
        rounds_simulated: simulated.rounds,
        replications: simulated.replications,
    }
}

/// A pool divided in proportion to the work.
fn shares(machines: u32, work_s: &[f64]) -> Vec<f64> {
    let sum: f64 = work_s.iter().sum();
    let share = |own: &f64| if sum > 0.0 { f64::from(machines) * own / sum } else { 0.0 };
    work_s.iter().map(share).collect()
}
