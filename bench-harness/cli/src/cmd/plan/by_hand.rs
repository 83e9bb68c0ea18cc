//! A plan from times given by hand.

use crate::cmd::plan::args::{KnownProver, PlanArgs};
use crate::cmd::plan::merge_shape::Merging;
use crate::cmd::plan::prove::ProveArgs;
use crate::exit::usage;
use crate::number::{cv, time, whole};
use planner::PlanRequest;
use planner::domain::{Aggregation, Close, Load, LoneProof, TimeDist};

/// Times by hand, in place of a measured profile.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Times, measured or by hand")]
pub(crate) struct ByHandArgs {
    #[command(flatten)]
    prove: ProveArgs,
    /// Time to aggregate all N proofs into one, by hand, whatever N is.
    #[arg(long, value_name = "TIME", value_parser = time, group = "aggregate_time")]
    aggregate: Option<f64>,
    /// How aggregation times scatter around that: the coefficient of variation of a lognormal law; 0 is fixed.
    #[arg(long, value_name = "CV", value_parser = cv, default_value_t = 0.0, requires = "aggregate_time")]
    aggregate_cv: f64,
    /// Transactions in a batch, by hand.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_000_u32))]
    batch_size: Option<u32>,
}

/// The jobs of many rollups, by hand.
pub(crate) struct ByHandJobs {
    /// Proving a batch.
    pub(crate) prove: TimeDist,
    /// A merge of two proofs.
    pub(crate) merge: TimeDist,
    /// Transactions in a batch.
    pub(crate) batch_transactions: u32,
}

impl ByHandArgs {
    /// The flags of this struct, for what excludes them.
    pub(crate) const IDS: [&str; 6] =
        ["prove", "prove_cv", "prove_law", "aggregate", "aggregate_cv", "batch_size"];

    /// The batch size of close times that were measured.
    fn measured_size(&self, measured: u64) -> anyhow::Result<u32> {
        if self.batch_size.is_some_and(|size| u64::from(size) != measured) {
            return Err(usage(format!(
                "--close-times: measured with batches of {measured}, and --batch-size is another"
            )));
        }
        u32::try_from(measured)
            .map_err(|_| usage("--close-times: expected batches of less than 2^32 transactions"))
    }

    /// The request of these times. `cores` are those of one prover, where they were given.
    ///
    /// # Errors
    /// Usage, with the first flag that is missing.
    pub(crate) fn request(&self, plan_args: &PlanArgs, cores: Option<u32>) -> anyhow::Result<PlanRequest> {
        let missing = |flag: &str| {
            usage(format!(
                "{flag} is missing: give --close, --prove, --aggregate and a target, or a --profile"
            ))
        };
        let measured = plan_args.close_times.as_slice();
        let size = match measured {
            [] => self.batch_size,
            [times] => Some(self.measured_size(times.batch_transactions())?),
            _ => {
                return Err(usage(
                    "--close-times: expected one file, since times by hand are of one batch size",
                ));
            }
        };
        let close = match plan_args.close {
            Some(close_s) => Close::Fixed { close_s },
            None if measured.is_empty() => return Err(missing("--close")),
            // What was measured takes its place.
            None => Close::Filled { execute_s: 0.0, root_s: 0.0, encode_s: 0.0 },
        };
        let prove = self.prove.law()?.ok_or_else(|| missing("--prove"))?;
        let step = |name, s| TimeDist::log_normal(name, s, self.aggregate_cv);
        let shape = plan_args.aggregate_shape.unwrap_or_default();
        let lone = shape.lone(plan_args.lone_proof, LoneProof::Passes)?;
        let aggregation = match (self.aggregate, plan_args.aggregate_merge) {
            (None, None) if shape == Merging::Separate => Aggregation::Separate,
            (Some(_), _) | (_, Some(_)) if shape == Merging::Separate => {
                return Err(usage(
                    "--aggregate-shape: separate proofs are not aggregated; leave --aggregate and --aggregate-merge out",
                ));
            }
            (Some(_), _) if plan_args.lone_proof.is_some() => {
                return Err(usage(
                    "--lone-proof: a total has no tree; give the time of one merge, --aggregate-merge",
                ));
            }
            (Some(_), _) if shape != Merging::Tree(2) => {
                return Err(usage(
                    "--aggregate-shape: a total has no shape; give the time of one merge, --aggregate-merge",
                ));
            }
            (Some(total_s), _) => Aggregation::fixed_total(step("aggregate", total_s)?),
            (None, Some(merge_s)) => shape.of(lone, step("aggregate_merge", merge_s)?),
            (None, None) => return Err(missing("--aggregate or --aggregate-merge")),
        };
        plan_args.prices.refuse_without_bytes(&plan_args.flags())?;
        let target = plan_args.required_target()?;
        let load = Load::new(target, size, close)?;
        let prover = KnownProver { cores: cores.map(u64::from), proof_bytes: None };
        plan_args.request(load, prove, aggregation, prover)
    }

    /// The jobs of many rollups.
    ///
    /// # Errors
    /// Usage, with the first flag that is missing.
    pub(crate) fn jobs(&self, plan_args: &PlanArgs) -> anyhow::Result<ByHandJobs> {
        let missing = |flag: &str| {
            usage(format!(
                "{flag} is missing: give --prove, --aggregate-merge and --batch-size, or --fractal with measured times"
            ))
        };
        if self.aggregate.is_some() {
            return Err(usage(
                "--aggregate: a total has no shape; give the time of one merge, --aggregate-merge",
            ));
        }
        let prove = self.prove.law()?.ok_or_else(|| missing("--prove"))?;
        let merge_s = plan_args.aggregate_merge.ok_or_else(|| missing("--aggregate-merge"))?;
        let merge = TimeDist::log_normal("aggregate_merge", merge_s, self.aggregate_cv)?;
        let batch_transactions = self.batch_size.ok_or_else(|| missing("--batch-size"))?;
        Ok(ByHandJobs { prove, merge, batch_transactions })
    }
}
