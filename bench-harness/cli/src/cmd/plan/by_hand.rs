//! A plan from times given by hand.

use crate::cmd::plan::args::{KnownProver, PlanArgs};
use crate::cmd::plan::merge_shape::Merging;
use crate::cmd::plan::prove::ProveArgs;
use crate::exit::usage;
use crate::number::{cv, time, whole};
use planner::PlanRequest;
use planner::domain::{Aggregation, Close, Load, TimeDist};

/// Times by hand, in place of a measured profile.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Times, measured or by hand")]
pub(crate) struct ByHandArgs {
    #[command(flatten)]
    prove: ProveArgs,
    /// Time to aggregate all N proofs into one, by hand, whatever N is.
    #[arg(long, value_name = "TIME", value_parser = time, group = "aggregate_time")]
    aggregate: Option<f64>,
    /// Time of one merge, by hand: a pairwise tree over N proofs has N − 1 of them on ⌈log2 N⌉ levels.
    #[arg(long, value_name = "TIME", value_parser = time, group = "aggregate_time")]
    aggregate_merge: Option<f64>,
    /// How aggregation times scatter around that: the coefficient of variation of a lognormal law; 0 is fixed.
    #[arg(long, value_name = "CV", value_parser = cv, default_value_t = 0.0, requires = "aggregate_time")]
    aggregate_cv: f64,
    /// Transactions in a batch, by hand.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_000_u32))]
    batch_size: Option<u32>,
}

impl ByHandArgs {
    /// The flags of this struct, for what excludes them.
    pub(crate) const IDS: [&str; 7] =
        ["prove", "prove_cv", "prove_law", "aggregate", "aggregate_merge", "aggregate_cv", "batch_size"];

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
        let close_s = plan_args.close.ok_or_else(|| missing("--close"))?;
        let prove = self.prove.law()?.ok_or_else(|| missing("--prove"))?;
        let step = |name, s| TimeDist::log_normal(name, s, self.aggregate_cv);
        let shape = plan_args.aggregate_shape;
        let aggregation = match (self.aggregate, self.aggregate_merge) {
            (None, None) if shape == Merging::Separate => Aggregation::Separate,
            (Some(_), _) | (_, Some(_)) if shape == Merging::Separate => {
                return Err(usage(
                    "--aggregate-shape: separate proofs are not aggregated; leave --aggregate and --aggregate-merge out",
                ));
            }
            (Some(_), _) if shape != Merging::Tree(2) => {
                return Err(usage(
                    "--aggregate-shape: a total has no shape; give the time of one merge, --aggregate-merge",
                ));
            }
            (Some(total_s), _) => Aggregation::fixed_total(step("aggregate", total_s)?),
            (None, Some(merge_s)) => shape.of(step("aggregate_merge", merge_s)?)?,
            (None, None) => return Err(missing("--aggregate or --aggregate-merge")),
        };
        plan_args.prices.refuse_without_bytes(&plan_args.flags())?;
        let target = plan_args.required_target()?;
        let load = Load::new(target, self.batch_size, Close::Fixed { close_s })?;
        let prover = KnownProver { cores: cores.map(u64::from), proof_bytes: None };
        plan_args.request(load, prove, aggregation, prover)
    }
}
