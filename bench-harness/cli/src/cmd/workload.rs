//! `workload`: batches from a seed or a trace, without proving anything.

use crate::exit::usage;
use crate::output::{deliver, print, print_json};
use anyhow::Context;
use clap::Subcommand;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;
use workloads::encoding::encode;
use workloads::generate::Traffic;
use workloads::hash::digest_hex;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::Depth;
use workloads::trace;
use workloads::transaction::{Action, Batch};

/// Generate, inspect and replay batches of transfers and swaps.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness workload generate --transactions 200 --batch-size 32 --output trace.csv
  bench-harness workload inspect --trace trace.csv
  bench-harness workload replay --trace trace.csv --batch-size 32
  bench-harness workload replay --transactions 100000 --batch-size 1000 --swap-ratio 0")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a trace as CSV.
    #[command(after_help = "Example:
  bench-harness workload generate --transactions 200 --batch-size 32 --output trace.csv")]
    Generate {
        #[command(flatten)]
        source: Source,
        /// Write JSON instead of CSV: batches of transactions.
        #[arg(long)]
        json: bool,
        /// Write to this file instead of printing.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Summarize a workload: kinds, busiest senders and pools, size of its data.
    #[command(after_help = "Example:
  bench-harness workload inspect --transactions 200 --batch-size 32")]
    Inspect {
        #[command(flatten)]
        source: Source,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Execute a workload natively and print the state root after each batch.
    #[command(after_help = "Example:
  bench-harness workload replay --transactions 100000 --batch-size 1000 --swap-ratio 0")]
    Replay {
        #[command(flatten)]
        source: Source,
        /// Print the roots as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Where batches come from, and the initial state.
#[derive(Debug, clap::Args)]
struct Source {
    /// Read the transactions from this CSV file instead of generating them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["transactions", "swap_ratio", "zipf"])]
    trace: Option<PathBuf>,
    /// How many transactions to generate.
    #[arg(long, default_value_t = 200)]
    transactions: usize,
    /// Transactions in a batch.
    #[arg(long, default_value_t = 32)]
    batch_size: usize,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The fraction of swaps, 0 to 1; the rest are transfers.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.5)]
    swap_ratio: f64,
    /// Choose accounts and pools by Zipf's law with this exponent instead of uniformly.
    #[arg(long, value_name = "EXPONENT")]
    zipf: Option<f64>,
    /// Accounts at the start.
    #[arg(long, default_value_t = 10_000)]
    accounts: u32,
    /// Pools at the start.
    #[arg(long, default_value_t = 16)]
    pools: u32,
    /// The fee of every pool, in basis points.
    #[arg(long, default_value_t = 30)]
    fee_bps: u16,
    /// The depth of the state tree.
    #[arg(long, default_value_t = 24)]
    depth: u64,
}

impl Source {
    fn population(&self) -> anyhow::Result<Population> {
        let depth = Depth::new(self.depth).map_err(usage)?;
        Ok(Population { accounts: self.accounts, pools: self.pools, depth, fee_bps: self.fee_bps })
    }

    fn batches(&self) -> anyhow::Result<Vec<Batch>> {
        if self.batch_size == 0 {
            return Err(usage("--batch-size: expected at least 1, got 0"));
        }
        let population = self.population()?;
        match &self.trace {
            Some(path) => {
                let named = |error| usage(format!("{}: {error}", path.display()));
                let rows = match trace::read_file(path) {
                    Err(error @ trace::TraceError::Io { .. }) => return Err(usage(error)),
                    read => read.map_err(named)?,
                };
                let ledger = population.ledger(self.seed).map_err(usage)?;
                trace::batches(&rows, ledger, self.batch_size).map_err(named)
            }
            None => self.generate(&population),
        }
    }

    fn generate(&self, population: &Population) -> anyhow::Result<Vec<Batch>> {
        if self.transactions == 0 {
            return Err(usage("--transactions: expected at least 1, got 0"));
        }
        let skew = self.zipf.map_or(Skew::Uniform, |exponent| Skew::Zipf { exponent });
        let traffic = Traffic { swap_ratio: self.swap_ratio, skew };
        let mut generator = population.generator(self.seed, traffic).map_err(usage)?;
        let mut left = self.transactions;
        let mut batches = Vec::new();
        while left > 0 {
            let size = left.min(self.batch_size);
            batches.push(generator.next_batch(size));
            left -= size;
        }
        Ok(batches)
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Verb::Generate { source, json: true, output } => generate_json(&source, output.as_deref()),
        Verb::Generate { source, json: false, output } => generate(&source, output.as_deref()),
        Verb::Inspect { source, json } => inspect(&source, json),
        Verb::Replay { source, json } => execute(&source, json),
    }
}

fn generate(source: &Source, output: Option<&Path>) -> anyhow::Result<()> {
    let mut text = Vec::new();
    trace::write(&source.batches()?, &mut text).context("writing a trace to memory")?;
    deliver(&String::from_utf8_lossy(&text), output)
}

/// The same rows as the CSV, with numbers as numbers.
fn generate_json(source: &Source, output: Option<&Path>) -> anyhow::Result<()> {
    let batches = source.batches()?;
    let batches = batches.iter().map(|batch| {
        let transactions = batch.transactions.iter().map(|transaction| {
            let mut row = json!({ "sender": transaction.sender.0, "nonce": transaction.nonce });
            match transaction.action {
                Action::Transfer { ref to, token, amount } => {
                    row["kind"] = json!("transfer");
                    row["target"] = json!(to.0);
                    row["token_in"] = json!(token.index());
                    row["amount_in"] = json!(amount);
                }
                Action::Swap { ref pool, token_in, amount_in, min_out } => {
                    row["kind"] = json!("swap");
                    row["target"] = json!(pool.0);
                    row["token_in"] = json!(token_in.index());
                    row["amount_in"] = json!(amount_in);
                    row["min_out"] = json!(min_out);
                }
            }
            row
        });
        json!({ "batch": batch.id.0, "transactions": transactions.collect::<Vec<_>>() })
    });
    let record = json!({ "schema_version": 1, "batches": batches.collect::<Vec<_>>() });
    deliver(&format!("{record}\n"), output)
}

fn inspect(source: &Source, as_json: bool) -> anyhow::Result<()> {
    let batches = source.batches()?;
    let (mut swaps, mut bytes, mut total) = (0usize, 0usize, 0usize);
    let (mut senders, mut pools) = (BTreeMap::<u32, usize>::new(), BTreeMap::<u32, usize>::new());
    for batch in &batches {
        bytes += encode(batch).len();
        for transaction in &batch.transactions {
            total += 1;
            *senders.entry(transaction.sender.0).or_default() += 1;
            if let Action::Swap { pool, .. } = transaction.action {
                swaps += 1;
                *pools.entry(pool.0).or_default() += 1;
            }
        }
    }
    let busiest = |counts: &BTreeMap<u32, usize>| counts.values().copied().max().unwrap_or(0);
    if as_json {
        let record = json!({
            "schema_version": 1,
            "transactions": total,
            "transfers": total - swaps,
            "swaps": swaps,
            "batches": batches.len(),
            "senders": senders.len(),
            "busiest_sender_transactions": busiest(&senders),
            "pools_used": pools.len(),
            "busiest_pool_swaps": busiest(&pools),
            "data_bytes": bytes,
        });
        return print_json(&record);
    }
    print(&format!(
        "transactions        {total}\n  transfers         {}\n  swaps             {swaps}\n\
         batches             {}\nsenders             {}, the busiest sends {}\n\
         pools used          {}, the busiest sees {}\nbytes of data       {bytes}, {:.1} a transaction",
        total - swaps,
        batches.len(),
        senders.len(),
        busiest(&senders),
        pools.len(),
        busiest(&pools),
        bytes as f64 / total as f64,
    ))
}

fn execute(source: &Source, as_json: bool) -> anyhow::Result<()> {
    let batches = source.batches()?;
    let mut state = source.population()?.state(source.seed).map_err(usage)?;
    let genesis = digest_hex(state.root());
    let mut lines = vec![format!("genesis    {genesis}")];
    let mut roots = Vec::new();
    let (mut execute_s, mut root_s, mut total) = (0.0, 0.0, 0usize);
    for batch in &batches {
        let start = Instant::now();
        state.execute(batch).map_err(usage)?;
        let executed = Instant::now();
        let root = state.update_root();
        execute_s += (executed - start).as_secs_f64();
        root_s += executed.elapsed().as_secs_f64();
        total += batch.transactions.len();
        lines.push(format!("batch {:<4} {}", batch.id.0, digest_hex(root)));
        roots.push(json!({
            "batch": batch.id.0,
            "transactions": batch.transactions.len(),
            "root": digest_hex(root),
        }));
    }
    if as_json {
        let record = json!({
            "schema_version": 1,
            "genesis_root": genesis,
            "batches": roots,
            "execute_s": execute_s,
            "root_s": root_s,
        });
        return print_json(&record);
    }
    print(&lines.join("\n"))?;
    // Times differ from run to run; the roots above do not, and can be piped and compared.
    eprintln!(
        "{total} transactions: executed in {:.3} ms ({:.0} a second), roots in {:.3} ms; one run, not a measurement",
        execute_s * 1e3,
        total as f64 / execute_s,
        root_s * 1e3,
    );
    Ok(())
}
