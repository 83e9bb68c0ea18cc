//! How many jobs a round of the tree has, by layer and stage, and how long they keep one machine busy.
//!
//! A round of `R` rollups with `b` batches each: `R·b` proofs; in each rollup the merges of its chain, of which there is
//! at least one level; an attach for each rollup that settles on another; and `R − 1` merges that make one of all: a join
//! for each attached rollup, and one merge less than there are rollups on layer 2.

use records::fractal::{FractalPredictionRecord, FractalRecord, FractalStageName};

use crate::error::PlanError;
use crate::formulas::tree::AggregationTree;
use crate::fractal::times::FractalTimes;
use crate::fractal::tree::RollupTree;

/// The jobs of one stage in one layer, a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageJobs {
    /// The layer of the rollups whose proofs they work on: of an attach that of the child, of a join that of the parent;
    /// 1 of merges for layer 1.
    pub layer: u32,
    /// The stage.
    pub stage: FractalStageName,
    /// How many.
    pub jobs: u64,
    /// Time of one machine for all of them, mean, s.
    pub machine_s: f64,
    /// CPU time of all of them, mean, s; none where it is not known.
    pub cpu_s: Option<f64>,
}

/// Merges of a chain of `batches` batches, and their levels: level by level in pairs, the last of an odd number lifted
/// alone at the cost of a merge, and at least one level.
///
/// ```
/// use planner::fractal::chain_merges;
/// assert_eq!([1, 2, 3, 4, 5, 8].map(chain_merges), [(1, 1), (1, 1), (3, 2), (3, 2), (6, 3), (7, 3)]);
/// ```
pub fn chain_merges(batches: u32) -> (u32, u32) {
    let tree = AggregationTree::LIFTED_PAIRS;
    // A single batch is lifted too.
    (tree.merges(batches).max(1), tree.levels(batches).max(1))
}

/// The jobs of a round, layer by layer from layer 1; stages without a job are left out.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::fractal::{FractalTimes, JobTime, RollupTree, jobs_of_round};
/// let time = |s| TimeDist::fixed("job", s).map(|time| JobTime::by_hand(time, None));
/// let times = FractalTimes::by_hand(time(4.0)?, time(1.0)?, None);
/// let jobs = jobs_of_round(&RollupTree::balanced(1_000, 3)?, 1, &times);
/// let of = |layer, stage: &str| {
///     jobs.iter().find(|jobs| jobs.layer == layer && jobs.stage.key() == stage).map_or(0, |jobs| jobs.jobs)
/// };
/// // 250 rollups on layer 2 and 750 on layer 3.
/// assert_eq!((of(2, "prove"), of(3, "prove"), of(3, "attach")), (250, 750, 750));
/// assert_eq!(of(2, "join") + of(1, "settle"), 999);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn jobs_of_round(tree: &RollupTree, batches: u32, times: &FractalTimes) -> Vec<StageJobs> {
    let merges = |layer, stage, jobs: u64| {
        let time = times.of(stage);
        let count = jobs as f64;
        let cpu_s = time.cpu_s.map(|cpu_s| cpu_s * count);
        StageJobs { layer, stage, jobs, machine_s: time.wall.mean_s() * count, cpu_s }
    };
    let mut all = vec![merges(1, FractalStageName::Settle, u64::from(tree.widths()[0]) - 1)];
    let (chain, _) = chain_merges(batches);
    for (layer, width) in tree.layers() {
        all.push(proofs(layer, width, batches, times));
        all.push(merges(layer, FractalStageName::Chain, u64::from(width) * u64::from(chain)));
        if layer > 2 {
            all.push(merges(layer, FractalStageName::Attach, u64::from(width)));
        }
        let attached = tree.widths().get(layer as usize - 1).copied().unwrap_or(0);
        all.push(merges(layer, FractalStageName::Join, u64::from(attached)));
    }
    all.retain(|jobs| jobs.jobs > 0);
    all
}

/// The jobs of the tree of a record and their CPU time by its unit costs, the highest layer first: what proving the tree
/// should take. Nothing of the record's own stages is in it.
///
/// # Errors
/// As [`RollupTree::of_record`] and [`FractalTimes::of_record`].
pub fn predicted_stages(record: &FractalRecord) -> Result<Vec<FractalPredictionRecord>, PlanError> {
    let tree = RollupTree::of_record(record)?;
    let times = FractalTimes::of_record(record, &tree)?;
    let mut jobs = jobs_of_round(&tree, record.batches_per_rollup, &times);
    jobs.sort_by_key(|jobs| std::cmp::Reverse(jobs.layer));
    let predicted = jobs.into_iter().map(|StageJobs { layer, stage, jobs, machine_s: _, cpu_s }| {
        // Every unit of a record has a CPU time.
        FractalPredictionRecord { stage, layer, jobs, cpu_s: cpu_s.unwrap_or(0.0) }
    });
    Ok(predicted.collect())
}

/// The proofs of a layer, whose rollups may have several circuits.
fn proofs(layer: u32, width: u32, batches: u32, times: &FractalTimes) -> StageJobs {
    let (mut machine_s, mut cpu_s) = (0.0, Some(0.0));
    for index in 0..width {
        let time = times.prove(layer, index);
        machine_s += f64::from(batches) * time.wall.mean_s();
        cpu_s = cpu_s.zip(time.cpu_s).map(|(sum, each)| sum + f64::from(batches) * each);
    }
    let jobs = u64::from(width) * u64::from(batches);
    StageJobs { layer, stage: FractalStageName::Prove, jobs, machine_s, cpu_s }
}

/// Machine time of a round on provers and on aggregators, s.
pub(crate) fn work_s(jobs: &[StageJobs]) -> (f64, f64) {
    let of = |is_proof: bool| {
        let jobs = jobs.iter().filter(move |jobs| (jobs.stage == FractalStageName::Prove) == is_proof);
        jobs.map(|jobs| jobs.machine_s).sum()
    };
    (of(true), of(false))
}
