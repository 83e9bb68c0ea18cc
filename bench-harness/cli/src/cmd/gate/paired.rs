//! `gate paired`: prove times of two programs, in pairs of runs.

use crate::cmd::gate::comparison::{ComparisonSpec, defaults, progress};
use crate::cmd::gate::fleet_impact;
use crate::cmd::gate::outputs::Outputs;
use crate::cmd::gate::pair_args::PairArgs;
use crate::cmd::gate::refused::{OF_A_SAMPLE, refuse};
use crate::cmd::gate::revision::{self, Lock};
use crate::cmd::measure::spec_args::{SpecArgs, with_defaults};
use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::merge_shape::Merging;
use crate::exit::{Inconclusive, Regression, stop_on_ctrl_c, usage};
use crate::output::{print, width};
use ::measure::spec::units::fraction;
use records::regression::paired::{ComparedName, PairedRecord, VerdictName};
use regression::paired::record::{PairedContext, record};
use regression::paired::rules::check;
use regression::paired::{Many, PairedRules, compare};
use reports::regression::paired_terminal;
use std::time::Instant;

/// Compare the prove times of two builds, or their memory, in pairs of runs: A B B A, each sample in a fresh process, a new seed for each
/// pair and the same in both arms.
///
/// Head regresses where the exact signed-rank test and the Hodges-Lehmann estimate show it in one block of pairs, and
/// again in a second, independent one. It passes where the interval excludes a regression of the minimum effect.
/// Everything else is inconclusive. The number of pairs is fixed beforehand; only pairs with a sample that the probes
/// discarded are repeated.
#[derive(Debug, clap::Args)]
#[command(mut_args(with_defaults(defaults())), mut_args(|arg| refuse(arg, &OF_A_SAMPLE)), after_help = "Examples:
  bench-harness gate paired --base ./old --head ./new --pairs 20
  bench-harness gate paired --base main --head HEAD --shared --strict
  bench-harness gate paired --base main --head HEAD --target-tx-per-s 500 --prover-usd-per-hour 1.2

Exit codes: 0 pass, improved, or inconclusive without --strict; 3 regressed; 4 inconclusive with
--strict; 5 the two cannot be compared.")]
pub(crate) struct Args {
    /// What to compare with: a program, or a git revision, which is built in a temporary worktree.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    base: String,
    /// What to judge.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    head: String,
    #[command(flatten)]
    pairs: PairArgs,
    /// The minimum effect that counts, as 3% or 0.03.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, conflicts_with = "shared", default_value = "3%")]
    min_effect: f64,
    /// The machine is shared with others: a minimum effect of 5%.
    #[arg(long)]
    shared: bool,
    /// Decide by the geometric mean over all cells and times, instead of by each with Holm's method.
    #[arg(long)]
    geometric_mean: bool,
    /// Fail where the verdict is inconclusive.
    #[arg(long)]
    strict: bool,
    /// Which lock file revisions are built with.
    #[arg(long, value_enum, default_value_t = Lock::Head)]
    lock: Lock,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    plan_args: PlanArgs,
}

/// The minimum effect on a shared machine.
const SHARED_MIN_EFFECT: f64 = 0.05;

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args {
        base,
        head,
        pairs,
        min_effect,
        shared,
        geometric_mean,
        strict,
        lock,
        outputs,
        spec,
        plan_args,
    } = args;
    plan_args.refuse_without_target()?;
    let spec = ComparisonSpec::of(spec)?;
    let many = if geometric_mean { Many::GeometricMean } else { Many::Holm };
    let min_effect = if shared { SHARED_MIN_EFFECT } else { min_effect };
    let rules = PairedRules { min_effect, strict, ..pairs.rules(many, spec.seed) };
    let (times, limit) = (pairs.times(), pairs.limit()?);
    // What can never be decided is refused before anything is built.
    check(&rules, spec.comparisons(&times)).map_err(usage)?;
    let stop = stop_on_ctrl_c()?;
    let built = revision::both(&base, &head, lock, &stop)?;
    // A fleet's merges are those of base: without a target, and where no time of them is compared, none are made.
    let merges_for_a_plan = plan_args.target().is_some()
        && plan_args.aggregate_merge.is_none()
        && plan_args.aggregate_shape != Some(Merging::Separate);
    let aggregates = times.contains(&ComparedName::Aggregate) || merges_for_a_plan;
    let started = Instant::now();
    let [mut base_arm, mut head_arm] =
        spec.programs([("base", &built.base), ("head", &built.head)], aggregates, limit, &stop);
    let found = compare(&mut base_arm, &mut head_arm, &times, &rules, &mut progress(started))?;
    let about = PairedContext {
        rules: &rules,
        base: (base, built.base.commit),
        head: (head, built.head.commit),
        cells: &spec.cells,
        spec_file: spec.file.clone(),
        wall_s: started.elapsed().as_secs_f64(),
    };
    let mut record = record(&found, about);
    record.fleet_impact = fleet_impact::of(&record, &base_arm.stages, &plan_args)?;
    print(&paired_terminal::render(&record, width()))?;
    outputs.write(&record)?;
    exit(&record)
}

/// What is worse in head, as the rest of a sentence.
fn what_regressed(record: &PairedRecord) -> &'static str {
    let regressed = || {
        let all = record.comparisons.iter();
        all.filter(|one| one.compared.verdict == VerdictName::Regressed).map(|one| one.time)
    };
    let is_memory = |name| name == ComparedName::Memory;
    // A mean over times and memory is more of either.
    match (regressed().any(is_memory), regressed().all(is_memory), record.geometric_mean.is_some()) {
        (true, true, false) => "takes more memory than base",
        (true, ..) => "is slower than base, or takes more memory",
        (false, ..) => "is slower than base",
    }
}

fn exit(record: &PairedRecord) -> anyhow::Result<()> {
    let because = record.reasons.join("; ");
    match record.verdict {
        VerdictName::Regressed => {
            Err(Regression(format!("head {}: {because}", what_regressed(record))).into())
        }
        VerdictName::Inconclusive if record.rules.strict => {
            Err(Inconclusive(format!("the comparison is inconclusive: {because}")).into())
        }
        VerdictName::Pass | VerdictName::Improved | VerdictName::Inconclusive => Ok(()),
    }
}
