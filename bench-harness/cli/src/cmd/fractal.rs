//! `fractal`: many rollups of different circuits, settled by one proof.

use crate::cmd::close::all_threads;
use crate::exit::usage;
use crate::number::{number, whole};
use crate::output::{print, print_json, width, write_json};
use anyhow::Context;
use measure::fractal::memory::MemoryProgram;
use measure::fractal::study::FractalStudy;
use planner::PlanError;
use planner::fractal::{RollupTree, predicted_stages, same_traffic};
use std::io::{BufReader, IsTerminal, stdin, stdout};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use workloads::depth::Depth;
use workloads::population::MAX_LEAVES;

/// The most rollups that are asked for.
const ROLLUPS_MAX: u32 = 100_000;

/// Prove a tree of rollups with circuits of their own, and settle all of them by one recursive proof.
///
/// Rollups of layer 2 settle on layer 1, those of layer 3 on one of layer 2, and so on. What leaves one ledger arrives in
/// the other exactly once, by the same proof. One job of each kind is timed apart, from which the planner predicts the CPU
/// time of the whole tree, stage by stage; and all of it is proved. Every proof is verified and compared with native execution;
/// exit code 6 if any differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness fractal
  bench-harness fractal --rollups 8 --layers 3 --batch-size 4 --depth 6 --accounts 20 --pools 4 --repeats 1
  bench-harness fractal --rollups 64 --layers 4 --batches 2 --output fractal.json")]
pub(crate) struct Args {
    /// Rollups of the tree.
    #[arg(long, value_name = "COUNT", value_parser = whole(2..=ROLLUPS_MAX), default_value_t = 8)]
    rollups: u32,
    /// The highest layer that a rollup is on; 2 is the one that settles on layer 1. The tree is that of `plan --rollups`:
    /// up to three rollups settle on one of another rollup.
    #[arg(long, value_name = "COUNT", value_parser = whole(2..=32_u32), default_value_t = 3)]
    layers: u32,
    /// Another shape of the tree: how many rollups settle on layer 1, on each of layer 2, and so on.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', value_parser = whole(1..=ROLLUPS_MAX), conflicts_with_all = ["rollups", "layers"])]
    fan_out: Vec<u32>,
    /// Batches of each rollup, merged before it settles.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_u32), default_value_t = 1)]
    batches: u32,
    /// Transactions of a batch.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=4_096_u32), default_value_t = 16)]
    batch_size: u32,
    /// Timed jobs of each kind, for the prediction.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_u32), default_value_t = 3)]
    repeats: u32,
    /// The traffic for which provers of one core are counted, on each circuit that can hold it: transactions a second.
    #[arg(long, value_name = "RATE", value_parser = number(1e-6..=1e9), default_value_t = 1_000.0)]
    tx_per_s: f64,
    /// Threads that prove [default: the CPUs of this process]
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_usize))]
    threads: Option<usize>,
    /// Accounts of each rollup; the last of them are its portal and its bridges.
    #[arg(long, value_name = "COUNT", value_parser = whole(3..=MAX_LEAVES), default_value_t = 1_000)]
    accounts: u32,
    /// Pools of each rollup.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=16_u32), default_value_t = 16)]
    pools: u32,
    /// The depth of each state tree; half of its leaves are accounts.
    #[arg(long, value_name = "LEVELS", default_value_t = 24)]
    depth: u64,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the record to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// The tree that a plan of as many rollups has.
    fn tree(&self) -> Result<RollupTree, PlanError> {
        match self.fan_out.as_slice() {
            [] => RollupTree::balanced(self.rollups, self.layers),
            fan_outs => RollupTree::of_fan_outs(fan_outs),
        }
    }

    fn study(&self) -> anyhow::Result<FractalStudy> {
        Ok(FractalStudy {
            parents: self.tree()?.parents(),
            batches: self.batches,
            batch_size: self.batch_size,
            accounts: self.accounts,
            pools: self.pools,
            depth: Depth::new(self.depth).map_err(usage)?,
            seed: self.seed,
            repeats: self.repeats,
            threads: self.threads.and_then(NonZeroUsize::new).unwrap_or_else(all_threads),
        })
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let shows_progress = std::io::stderr().is_terminal();
    let program = MemoryProgram {
        program: std::env::current_exe().context("finding this program's own file")?,
        arguments: vec!["fractal-child".to_owned()],
    };
    let mut record = measure::fractal::measure(&args.study()?, &program, |what| {
        if shows_progress {
            eprintln!("{what}");
        }
    })?;
    record.predicted = predicted_stages(&record)?;
    record.same_traffic = Some(same_traffic(&record, args.tx_per_s)?);
    if let Some(file) = &args.output {
        write_json(file, &record)?;
    }
    if args.json {
        return print_json(&record);
    }
    print(&reports::fractal::render(&record, width()))
}

/// `fractal-child`: the process that proves with one circuit. Hidden: `fractal` starts it.
pub(crate) fn child() -> anyhow::Result<()> {
    measure::fractal::memory::child(BufReader::new(stdin()), stdout())
        .context("proving with one circuit: standard input and output")
}

#[cfg(test)]
mod tests {
    use planner::domain::TimeDist;
    use planner::fractal::{FractalTimes, JobTime, RollupTree, chain_merges, jobs_of_round};
    use prover::fractal::chain::merges_of;
    use prover::fractal::tree::{SettlementTree, Settling, TreeRollup};
    use records::fractal::{FractalStageName, RollupCircuitName};
    use std::collections::BTreeMap;
    use workloads::depth::LeafIndex;

    /// The tree that is proved for a planned one. Bridges are accounts 1, 2, … of the parent, portals account 0 from the top.
    fn proved(planned: &RollupTree) -> SettlementTree {
        let parents = planned.parents();
        let settling = |place: usize| {
            let bridge = LeafIndex(1 + place as u64);
            parents[place].map(|parent| Settling { parent, bridge, portal: LeafIndex(1 << 30) })
        };
        let rollups = (0..parents.len()).map(|place| TreeRollup {
            id: place as u64,
            circuit: RollupCircuitName::General,
            settling: settling(place),
        });
        SettlementTree::new(rollups.collect()).expect("a tree")
    }

    #[test]
    fn a_plan_counts_the_jobs_that_the_prover_does() {
        let time = || JobTime::by_hand(TimeDist::fixed("job", 1.0).expect("a time"), None);
        let times = FractalTimes::by_hand(time(), time(), None);
        for (rollups, layers, batches) in
            [(2, 2, 1), (2, 3, 1), (8, 3, 1), (8, 4, 3), (13, 3, 2), (64, 3, 5), (65, 4, 6), (200, 6, 1)]
        {
            let planned = RollupTree::balanced(rollups, layers).expect("a tree");
            let tree = proved(&planned);
            let mut jobs: BTreeMap<(u32, FractalStageName), u64> = BTreeMap::new();
            for place in 0..tree.rollups().len() {
                let layer = tree.layer(place);
                *jobs.entry((layer, FractalStageName::Prove)).or_default() += u64::from(batches);
                let merges: usize = merges_of(batches as usize).iter().sum();
                *jobs.entry((layer, FractalStageName::Chain)).or_default() += merges as u64;
            }
            for (stage, layer) in tree.nodes().iter().filter_map(|node| tree.stage(*node)) {
                *jobs.entry((layer, stage)).or_default() += 1;
            }
            let counted = jobs_of_round(&planned, batches, &times);
            let counted: BTreeMap<_, _> =
                counted.iter().map(|jobs| ((jobs.layer, jobs.stage), jobs.jobs)).collect();
            assert_eq!(counted, jobs, "{rollups} rollups, {layers} layers, {batches} batches");
        }
    }

    #[test]
    fn a_chain_has_as_many_merges_and_levels_planned_as_proved() {
        for batches in 1..200_u32 {
            let levels = merges_of(batches as usize);
            let proved = (levels.iter().sum::<usize>() as u32, levels.len() as u32);
            assert_eq!(chain_merges(batches), proved, "{batches} batches");
        }
    }
}
