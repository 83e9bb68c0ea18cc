//! From a measured profile to a request: which cells, and which samples are which term of the formulas.

use crate::cmd::plan::args::{KnownProver, PlanArgs};
use crate::cmd::plan::flags::{Flag, Given};
use crate::cmd::plan::merge_shape::Merging;
use crate::exit::{NotMeasured, usage};
use planner::PlanRequest;
use planner::domain::{Aggregation, Close, Load, LoneProof, TimeDist};
use planner::plan::OptionSystem;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName, QuantityRecord};
use records::sample::SystemRecord;
use std::collections::BTreeMap;

/// Which cells of a profile to plan with.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Times, measured or by hand")]
pub(crate) struct CellFilter {
    #[command(flatten)]
    given: Given<CellFilter>,
    /// Plan with the cells of this workload alone.
    #[arg(id = "of_workload", long = "of-workload", value_name = "KIND")]
    pub(crate) workload: Option<String>,
    /// Plan with the cells of this proof system alone.
    #[arg(id = "of_system", long = "of-system", value_name = "NAME")]
    pub(crate) system: Option<String>,
    /// Plan with the cells of this batch size alone.
    #[arg(id = "of_batch_size", long = "of-batch-size", value_name = "COUNT")]
    pub(crate) batch_size: Option<u64>,
    /// Plan with the cells of this number of cores alone.
    #[arg(id = "of_cores", long = "of-cores", value_name = "COUNT")]
    pub(crate) cores: Option<u64>,
    /// Plan with the cells of this number of provers at once alone.
    #[arg(id = "of_provers", long = "of-provers", value_name = "COUNT")]
    pub(crate) provers: Option<u64>,
}

impl CellFilter {
    /// The flags that were given.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        self.given.flags()
    }

    fn fits(&self, cell: &CellSummaryRecord) -> bool {
        let Self { given: _, workload, system, batch_size, cores, provers } = self;
        workload.as_ref().is_none_or(|workload| *workload == cell.cell.workload)
            && system.as_ref().is_none_or(|system| *system == cell.cell.proof_system)
            && batch_size.is_none_or(|size| size == cell.cell.batch_transactions)
            && cores.is_none_or(|cores| cores == cell.cell.cores)
            && provers.is_none_or(|provers| provers == cell.cell.provers)
    }

    /// An error unless the profile has a proved batch that counts.
    ///
    /// # Errors
    /// [`NotMeasured`].
    pub(crate) fn check_measured(profile: &ProfileRecord) -> anyhow::Result<()> {
        Self::default().of(profile).map(drop)
    }

    /// The cells to choose between: those that fit, have a proved batch and, where several provers were measured at
    /// once, use as many of the machine's cores as any does. A profile of several workloads is planned with the one that
    /// is slowest to prove, unless a filter names one.
    ///
    /// # Errors
    /// Usage where no cell fits; [`NotMeasured`] where none has a proved batch.
    pub(crate) fn of<'a>(&self, profile: &'a ProfileRecord) -> anyhow::Result<Vec<&'a CellSummaryRecord>> {
        let all: Vec<_> = profile.cells.iter().filter(|cell| prove(cell).is_some()).collect();
        let discarded: u64 = profile.cells.iter().flat_map(|cell| cell.discarded_proofs.values()).sum();
        if all.is_empty() && discarded > 0 {
            let words = format!(
                "every proved batch of the profile was discarded, {discarded} in all, since something else used the \
                 cores meanwhile: measure again on a quieter machine"
            );
            return Err(NotMeasured(words).into());
        }
        if all.is_empty() {
            let words = "the profile has no cell with a proved batch: measure again, or see its failures";
            return Err(NotMeasured(words.to_owned()).into());
        }
        let mut fitting: Vec<_> = all.iter().copied().filter(|cell| self.fits(cell)).collect();
        if fitting.is_empty() {
            let have: Vec<_> = all.iter().map(|cell| cell.cell.words()).collect();
            return Err(usage(format!("no cell of the profile fits; it has: {}", have.join("; "))));
        }
        // A cell that leaves cores idle says nothing of a full machine.
        let used = |cell: &CellSummaryRecord| cell.cell.cores * cell.cell.provers;
        if let Some(whole) = fitting.iter().filter(|cell| cell.cell.provers > 1).map(|cell| used(cell)).max()
        {
            fitting.retain(|cell| used(cell) == whole);
        }
        let slowest = slowest_workload(&fitting);
        fitting.retain(|cell| Some(&cell.cell.workload) == slowest.as_ref());
        Ok(fitting)
    }
}

/// The workload whose best cell proves the fewest transactions a second.
fn slowest_workload(cells: &[&CellSummaryRecord]) -> Option<String> {
    let mut best: BTreeMap<&str, f64> = BTreeMap::new();
    for cell in cells {
        let rate = best.entry(&cell.cell.workload).or_insert(0.0);
        *rate = rate.max(cell.transactions_per_s.unwrap_or(0.0) / cell.cell.cores as f64);
    }
    best.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(workload, _)| workload.to_owned())
}

/// Whether the slowdown by neighbours is in a cell's times.
pub(crate) fn neighbours(cell: &CellSummaryRecord) -> String {
    match cell.cell.provers {
        0 | 1 => "solo: a neighbour's cost is unknown".to_owned(),
        2 => "measured with 1 neighbour".to_owned(),
        provers => format!("measured with {} neighbours", provers - 1),
    }
}

fn prove(cell: &CellSummaryRecord) -> Option<&QuantityRecord> {
    cell.quantity(QuantityName::ProveBatch).filter(|quantity| quantity.samples > 0)
}

/// The proof system of a cell, as far as a plan asks.
pub(crate) fn system_of(cell: &CellSummaryRecord) -> OptionSystem {
    let can = cell.system.as_ref().and_then(|system| system.capabilities);
    OptionSystem {
        name: cell.cell.proof_system.clone(),
        conjectured_security_bits: can.and_then(|can| can.conjectured_security_bits),
        proven_security_bits: can.and_then(|can| can.proven_security_bits),
    }
}

/// Measured times of one prover, for a plan.
pub(crate) struct MeasuredTimes {
    /// Witness and proof of a batch on one prover, s.
    pub(crate) prove_s: Vec<f64>,
    /// The cell in words.
    pub(crate) words: String,
    /// Whether the proof system is known to have no aggregation.
    pub(crate) cannot_aggregate: bool,
    /// One merge, s; empty where none was measured.
    pub(crate) merge_s: Vec<f64>,
    /// Proofs that such a merge takes.
    pub(crate) merge_children: u32,
    /// Closing beside the filling that the target implies.
    pub(crate) close: Close,
    /// Whether a part of that was not measured, and is counted as nothing.
    pub(crate) lacks_close: bool,
    /// Transactions in a batch.
    pub(crate) batch_transactions: u64,
    /// Cores of one prover.
    pub(crate) cores: u64,
    /// Bytes of a batch's proof, where they are known.
    pub(crate) proof_bytes: Option<u64>,
    /// Bytes of the proof of an aggregate, where they are known.
    pub(crate) aggregate_bytes: Option<u64>,
}

impl MeasuredTimes {
    /// Whether each proof is verified on L1 by itself, so that no merge is needed.
    fn is_separate(&self, plan_args: &PlanArgs) -> bool {
        let has_none = self.cannot_aggregate || (self.merge_s.is_empty() && plan_args.fix_n == Some(1));
        plan_args.aggregate_shape == Some(Merging::Separate)
            || (has_none && plan_args.aggregate_merge.is_none())
    }

    /// Whether a plan needs merges and none that counts was measured.
    pub(crate) fn lacks_merges(&self, plan_args: &PlanArgs) -> bool {
        self.merge_s.is_empty() && plan_args.aggregate_merge.is_none() && !self.is_separate(plan_args)
    }

    /// Whether a plan needs times of closing and not all that count were measured.
    pub(crate) fn lacks_closing(&self, plan_args: &PlanArgs) -> bool {
        self.lacks_close && plan_args.close.is_none() && plan_args.close_times.is_empty()
    }

    /// The request of these times.
    ///
    /// # Errors
    /// Usage for merges or a shape of them that were not measured, though the system may aggregate, and for what the planner refuses.
    pub(crate) fn request(self, plan_args: &PlanArgs) -> anyhow::Result<PlanRequest> {
        let is_separate = self.is_separate(plan_args);
        if self.lacks_closing(plan_args) {
            return Err(usage(format!(
                "{}: the profile does not say how long a batch takes to execute and its state root to be computed; give \
                 --close TIME, or --close-times",
                self.words
            )));
        }
        let Self {
            words,
            cannot_aggregate: _,
            prove_s,
            merge_s,
            merge_children,
            close,
            lacks_close: _,
            batch_transactions,
            cores,
            proof_bytes,
            aggregate_bytes,
        } = self;
        let by_hand = plan_args.aggregate_merge;
        if by_hand.is_some() && plan_args.aggregate_shape == Some(Merging::Separate) {
            return Err(usage(
                "--aggregate-shape: separate proofs are not aggregated; leave --aggregate-merge out",
            ));
        }
        // A merge of another number of proofs takes another time.
        let asked = match plan_args.aggregate_shape {
            Some(Merging::Tree(children)) => Some(children),
            Some(Merging::Fold) => Some(2),
            Some(Merging::Separate) | None => None,
        };
        if by_hand.is_none() && !is_separate && asked.is_some_and(|children| children != merge_children) {
            return Err(usage(format!(
                "--aggregate-shape: only merges of {merge_children} proofs were measured; give times by hand with \
                 --aggregate-merge",
            )));
        }
        let measured = if by_hand.is_some() { Merging::default() } else { Merging::Tree(merge_children) };
        let shape = plan_args.aggregate_shape.unwrap_or(measured);
        // Every proof system here lifts: a merge takes proofs of one level alone. Where a system has no merges, others of
        // the profile may.
        let lone = shape.lone(plan_args.lone_proof, LoneProof::Lifted)?;
        let aggregation = match (is_separate, by_hand) {
            (true, _) => Aggregation::Separate,
            (false, Some(merge_s)) => shape.of(lone, TimeDist::fixed("aggregate_merge", merge_s)?),
            (false, None) if merge_s.is_empty() => {
                return Err(usage(format!(
                    "{words}: the profile has no aggregation times; --fix-n 1 plans without aggregation, and \
                     --aggregate-merge TIME with merges of that time"
                )));
            }
            (false, None) => shape.of(lone, TimeDist::empirical("aggregate_merge", merge_s)?),
        };
        let close = plan_args.close.map_or(close, |close_s| Close::Fixed { close_s });
        let target = plan_args.required_target()?;
        let size = u32::try_from(batch_transactions).map_err(|_| {
            usage(format!("a batch of {batch_transactions} transactions: expected less than 2^32"))
        })?;
        let load = Load::new(target, Some(size), close)?;
        let proof_bytes = if is_separate { proof_bytes } else { aggregate_bytes };
        let prover = KnownProver { cores: Some(cores), proof_bytes };
        plan_args.request(load, TimeDist::empirical("prove", prove_s)?, aggregation, prover)
    }
}

/// The request of one cell.
///
/// # Errors
/// As [`times`] and [`MeasuredTimes::request`].
pub(crate) fn request(cell: &CellSummaryRecord, plan_args: &PlanArgs) -> anyhow::Result<PlanRequest> {
    times(cell)?.request(plan_args)
}

/// Proofs that a merge of a cell's proof system takes: two where its record, of an earlier version, does not say.
pub(crate) fn merge_children(cell: &CellSummaryRecord) -> u32 {
    let can = cell.system.as_ref().and_then(|system| system.capabilities);
    let children = can.and_then(|can| u32::try_from(can.merge_children?).ok());
    children.map_or(2, |children| children.max(2))
}

/// The times of one cell.
///
/// # Errors
/// Usage for a cell without prove times.
pub(crate) fn times(cell: &CellSummaryRecord) -> anyhow::Result<MeasuredTimes> {
    let words = cell.cell.words();
    let prove = prove(cell).ok_or_else(|| usage(format!("{words}: the profile has no prove times")))?;
    let merge_s: Vec<f64> =
        cell.levels(QuantityName::AggregateMerge).iter().flat_map(|level| level.values_s.clone()).collect();
    let mean = |name| cell.quantity(name).map_or(0.0, |quantity: &QuantityRecord| quantity.mean_s);
    let close = Close::Filled {
        execute_s: mean(QuantityName::Execute),
        root_s: mean(QuantityName::Root),
        encode_s: mean(QuantityName::Encode),
    };
    // Encoding is no work of a fleet's coordinator, whose profiles know the other two.
    let lacks_close =
        [QuantityName::Execute, QuantityName::Root].iter().any(|name| cell.quantity(*name).is_none());
    let (batch_transactions, cores) = (cell.cell.batch_transactions, cell.cell.cores);
    let cannot_aggregate = cell.system.as_ref().is_some_and(SystemRecord::cannot_aggregate);
    let prove_s = prove.values_s.clone();
    let bytes_of = |kind: &str| {
        let circuits = cell.system.iter().flat_map(|system| &system.circuits);
        circuits.filter(|circuit| circuit.name.starts_with(kind)).map(|circuit| circuit.proof_bytes).max()
    };
    let proof_bytes = cell.proof_bytes.or_else(|| bytes_of("batch"));
    Ok(MeasuredTimes {
        words,
        cannot_aggregate,
        prove_s,
        merge_s,
        merge_children: merge_children(cell),
        close,
        lacks_close,
        batch_transactions,
        cores,
        proof_bytes,
        aggregate_bytes: bytes_of("aggregate").or(proof_bytes),
    })
}
