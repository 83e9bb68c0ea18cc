//! `plan --rollups` and `plan --servers`: many rollups settled by one proof.

mod data;
mod laws;

use crate::cmd::plan::args::{KnownProver, PlanArgs};
use crate::cmd::plan::by_hand::{ByHandArgs, ByHandJobs};
use crate::cmd::plan::flags::{Flag, Given};
use crate::cmd::plan::rollups::data::DataArgs;
use crate::cmd::plan::rollups::laws::{clock_law, cores_law};
use crate::exit::usage;
use crate::number::{number, time, whole};
use clap::ArgGroup;
use planner::domain::TimeDist;
use planner::fractal::{
    Cadence, FractalRequest, FractalTimes, JobTime, RollupTree, plan_rollups, within_servers,
};
use records::fractal::FractalRecord;
use records::plan::FractalPlanRecord;
use records::profile::ProfileRecord;
use std::path::PathBuf;

/// The most rollups that are asked for.
const ROLLUPS_MAX: u32 = 1 << 20;
/// The most servers: more rollups than a plan simulates would come of more.
const SERVERS_MAX: u32 = 100_000_000;

/// Rollups of the tree whose place that of the servers takes: more than one on layer 2 at any depth.
const STAND_IN: u32 = 1_024;

/// Flags of other plans that have a meaning here too.
const SHARED: [&str; 20] = [
    "close",
    "block",
    "delay",
    "delay-state",
    "delay-statistic",
    "fix-p",
    "fix-a",
    "spares",
    "aggregator-spares",
    "headroom",
    "aggregate-merge",
    "plan-seed",
    "usd-per-core-hour",
    "prover-usd-per-hour",
    "aggregator-usd-per-hour",
    "verify-gas",
    "proof-byte-gas",
    "block-gas",
    "gwei",
    "usd-per-eth",
];

/// Flags of many rollups.
#[derive(Clone, Debug, clap::Args)]
#[command(
    next_help_heading = "Many rollups, one proof",
    group(ArgGroup::new("rollup_count").args(["rollups", "servers"]))
)]
pub(crate) struct RollupArgs {
    #[command(flatten)]
    given: Given<RollupArgs>,
    /// Plan so many rollups, on layers 2 and beyond, that are settled by one proof: machines, delays and cost of all.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=ROLLUPS_MAX))]
    rollups: Option<u32>,
    /// Plan the most rollups that so many servers carry: one that executes for each, provers and aggregators.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=SERVERS_MAX))]
    servers: Option<u32>,
    /// The deepest layer: 3 for rollups that settle on rollups. The tree is balanced: up to three rollups settle on one of
    /// another rollup. `fractal` proves the same tree.
    #[arg(long, value_name = "LAYER", value_parser = whole(2..=32_u32), default_value_t = 3, requires = "rollup_count")]
    layers: u32,
    /// Another shape of the tree: how many rollups settle on layer 1, on each of layer 2, and so on.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', value_parser = whole(1..=ROLLUPS_MAX), requires = "rollups", conflicts_with = "layers")]
    fan_out: Vec<u32>,
    /// Between two proofs on L1: a whole number of close times [default: with --delay that at which a
    /// transaction costs least within the limit; otherwise the shortest that is no shorter than a block]
    #[arg(long, value_name = "TIME", value_parser = time, requires = "rollup_count")]
    settle_every: Option<f64>,
    /// Times of all jobs as measured: what `fractal --json` prints.
    #[arg(long, value_name = "FILE", requires = "rollup_count", conflicts_with_all = ByHandArgs::IDS, conflicts_with_all = ["aggregate_merge", "measured_cores"])]
    fractal: Option<PathBuf>,
    /// Time to bind a rollup's proof to its host's transactions, by hand [default: that of a merge].
    #[arg(long, value_name = "TIME", value_parser = time, requires = "rollup_count", conflicts_with = "fractal")]
    attach: Option<f64>,
    #[command(flatten)]
    data: DataArgs,
    /// Say what a proof in every block takes, early enough for the next block, as atomic composition asks for.
    #[arg(long, requires = "rollup_count")]
    proof_every_block: bool,
    /// What if a core were so many times as fast: several, separated by commas.
    #[arg(long, value_name = "FACTORS", value_delimiter = ',', value_parser = number(0.01..=1e6), requires = "rollup_count")]
    core_speed_up: Vec<f64>,
    /// What if single-core speed doubled every 4 to 5 years, so many times.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=10_u32), default_value_t = 0, requires = "rollup_count")]
    doublings: u32,
}

/// What a plan of rollups takes of the other flags.
pub(crate) struct Beside<'a> {
    pub(crate) plan_args: &'a PlanArgs,
    pub(crate) by_hand: &'a ByHandArgs,
    /// Cores of one machine, by hand.
    pub(crate) cores: Option<u32>,
    /// For laws over cores and clock.
    pub(crate) profile: Option<&'a ProfileRecord>,
}

/// Times and what is known with them.
struct Times {
    times: FractalTimes,
    batch_transactions: u32,
    cores: Option<u32>,
    proof_bytes: Option<u64>,
    measured: Option<String>,
}

impl RollupArgs {
    /// Whether many rollups are asked about.
    pub(crate) fn is_asked(&self) -> bool {
        self.rollups.is_some() || self.servers.is_some()
    }

    /// The plan.
    ///
    /// # Errors
    /// Usage, with the first flag that is missing or has no meaning here, and as [`plan_rollups`].
    pub(crate) fn plan(&self, beside: &Beside<'_>) -> anyhow::Result<FractalPlanRecord> {
        let Beside { plan_args, by_hand: _, cores: _, profile } = beside;
        refuse_others(&plan_args.flags())?;
        let close_s = plan_args
            .close
            .ok_or_else(|| usage(
                    "--close is missing: give --close, and --fractal with measured times or --prove, --aggregate-merge and \
                     --batch-size",
                ))?;
        let cadence = match self.settle_every {
            Some(round_s) => Cadence::of_rounds(close_s, round_s, plan_args.block)?,
            None => Cadence::shortest(close_s, plan_args.block)?,
        };
        let tree = self.tree()?;
        let times = self.times(beside, &tree)?;
        if plan_args.simulation.plan_seed.is_some() && self.fractal.is_some() {
            return Err(usage("--plan-seed: nothing in this plan is random"));
        }
        let mut request = FractalRequest::new(tree, times.times.clone(), cadence, times.batch_transactions)?
            .with_headroom(plan_args.headroom)?;
        let known = KnownProver { cores: times.cores.map(u64::from), proof_bytes: times.proof_bytes };
        let prices = &plan_args.prices;
        let verification_gas = prices.verification_gas(known.proof_bytes);
        request.delay_limit = plan_args.delay_limit();
        request.chooses_round = self.settle_every.is_none();
        request.provers = plan_args.fix_p;
        request.aggregators = plan_args.fix_a;
        request.spares = plan_args.spares;
        request.aggregator_spares = plan_args.aggregator_spares;
        request.prices = prices.prices(known.cores, verification_gas)?;
        request.l1_room = prices.l1_room(verification_gas)?;
        request.cores_per_machine = times.cores;
        request.data = self.data.data(prices)?;
        request.seed = plan_args.simulation.seed();
        request.measured = times.measured;
        request.proof_bytes = times.proof_bytes;
        request.asks_every_block = self.proof_every_block;
        request.cores_law = profile.zip(times.cores).and_then(|(profile, cores)| cores_law(profile, cores));
        request.clock_law = profile.and_then(clock_law);
        request.core_speed_ups = self.core_speed_up.clone();
        request.doublings = self.doublings;
        let Some(servers) = self.servers else { return Ok(plan_rollups(&request)?) };
        let (request, budget) = within_servers(request, servers)?;
        Ok(FractalPlanRecord { servers: Some(budget), ..plan_rollups(&request)? })
    }

    fn tree(&self) -> anyhow::Result<RollupTree> {
        // Servers are filled with a tree of this depth: one that needs every stage stands for it until then.
        let rollups = self.rollups.unwrap_or(STAND_IN);
        if self.fan_out.is_empty() {
            return Ok(RollupTree::balanced(rollups, self.layers)?);
        }
        let tree = RollupTree::of_fan_outs(&self.fan_out)?;
        if tree.rollups() == rollups {
            return Ok(tree);
        }
        Err(usage(format!("--fan-out: these are {} rollups, and --rollups says {rollups}", tree.rollups())))
    }

    fn times(&self, beside: &Beside<'_>, tree: &RollupTree) -> anyhow::Result<Times> {
        let Beside { plan_args, by_hand, cores, profile } = *beside;
        let Some(file) = &self.fractal else {
            if profile.is_some() {
                return Err(usage(
                    "--profile: a profile has no times of rollups on rollups; give --fractal with it",
                ));
            }
            plan_args.prices.refuse_without_bytes(&plan_args.flags())?;
            let ByHandJobs { prove, merge, batch_transactions } = by_hand.jobs(plan_args)?;
            if plan_args.simulation.plan_seed.is_some() && prove.is_fixed() && merge.is_fixed() {
                return Err(usage("--plan-seed: nothing in this plan is random; give --prove-cv with it"));
            }
            let job = |wall| JobTime::by_hand(wall, cores);
            let attach = self.attach.map(|s| TimeDist::fixed("attach", s)).transpose()?;
            let times = FractalTimes::by_hand(job(prove), job(merge), attach.map(job));
            return Ok(Times { times, batch_transactions, cores, proof_bytes: None, measured: None });
        };
        let record: FractalRecord = records::file::read(file)?;
        Ok(Times {
            times: FractalTimes::of_record(&record, tree)?,
            batch_transactions: record.capacity_transactions,
            cores: Some(record.threads),
            proof_bytes: Some(record.proof_bytes),
            measured: Some(file.display().to_string()),
        })
    }
}

/// Refuses flags of plans for one rollup.
fn refuse_others(given: &[Flag]) -> anyhow::Result<()> {
    match given.iter().find(|(flag, _)| !SHARED.contains(&flag.as_str())) {
        Some((flag, _)) => Err(usage(format!(
            "--{flag}: has no effect with --rollups or --servers, whose load is a full batch of each rollup every --close"
        ))),
        None => Ok(()),
    }
}
