//! What arrives: a trace's transactions or generated ones, at a trace's times or by a law.

use crate::cmd::plan::arrivals::Arrivals;
use crate::exit::usage;
use crate::number::{fraction, number, rate, whole};
use measure::closing::Arrival;
use planner::plan::ArrivalLaw;
use planner::sim;
use records::closing::ClosingLoadRecord;
use std::path::{Path, PathBuf};
use workloads::depth::Depth;
use workloads::generate::{Generator, Traffic};
use workloads::ledger::Ledger;
use workloads::population::{MAX_LEAVES, Population};
use workloads::random::Skew;
use workloads::state::State;
use workloads::trace::{self, TraceRow};
use workloads::transaction::Transaction;

/// The rate where none is given.
const USUAL_TX_PER_S: f64 = 100.0;

/// Arrivals, transactions, and the state that they change.
#[derive(Debug, clap::Args)]
pub(crate) struct IncomingArgs {
    /// Transactions that arrive a second, on average [default: 100, or as a trace with times has it]
    #[arg(long, value_name = "RATE", value_parser = rate)]
    tx_per_s: Option<f64>,
    /// How they arrive: fixed, poisson, erlang:K, lognormal:CV, or trace:FILE (a CSV file with a column time_s, at its
    /// own times unless --tx-per-s is given).
    #[arg(long, value_name = "LAW", default_value = "poisson")]
    arrivals: Arrivals,
    /// Close the transactions of this CSV file instead of generated ones, at the times in its column time_s if it has
    /// one.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["swap_ratio", "zipf"])]
    trace: Option<PathBuf>,
    /// The fraction of swaps, 0 to 1; the rest are transfers [default: 1]
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    swap_ratio: Option<f64>,
    /// Choose accounts and pools by Zipf's law with this exponent instead of uniformly.
    #[arg(long, value_name = "EXPONENT", value_parser = number(0.0..=10.0))]
    zipf: Option<f64>,
    /// Accounts of the state.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=MAX_LEAVES), default_value_t = 100_000)]
    accounts: u32,
    /// Pools of the state.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=MAX_LEAVES), default_value_t = 250)]
    pools: u32,
    /// The fee of every pool, in basis points.
    #[arg(long, value_name = "BPS", value_parser = whole(0..=10_000_u16), default_value_t = 30)]
    fee_bps: u16,
    /// The depth of the state tree.
    #[arg(long, value_name = "LEVELS", default_value_t = 24)]
    depth: u64,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What arrives, and how the record calls it.
pub(crate) struct Incoming {
    pub(crate) load: ClosingLoadRecord,
    times: Times,
    transactions: Box<dyn Iterator<Item = Transaction>>,
}

impl Incoming {
    /// One transaction after the other, in virtual time; without end where they are generated.
    pub(crate) fn arrivals(&mut self) -> Box<dyn Iterator<Item = Arrival> + '_> {
        let Self { load, times, transactions } = self;
        let arrival = |(at_s, transaction)| Arrival { at_s, transaction };
        match times {
            Times::Law(law) => Box::new(law.times_s(load.seed).zip(transactions).map(arrival)),
            Times::Recorded(times_s) => Box::new(times_s.iter().copied().zip(transactions).map(arrival)),
        }
    }
}

/// Times of arrivals, s.
enum Times {
    Law(sim::Arrivals),
    Recorded(Vec<f64>),
}

impl IncomingArgs {
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    fn population(&self) -> anyhow::Result<Population> {
        let depth = Depth::new(self.depth).map_err(usage)?;
        Ok(Population { accounts: self.accounts, pools: self.pools, depth, fee_bps: self.fee_bps })
    }

    /// The state before the first transaction.
    pub(crate) fn genesis(&self) -> anyhow::Result<State> {
        self.population()?.state(self.seed).map_err(usage)
    }

    /// What arrives. Generated transactions are drawn in pieces of a batch's size.
    ///
    /// # Errors
    /// Usage for a trace or a traffic that cannot be.
    pub(crate) fn incoming(&self, batch_size: u64) -> anyhow::Result<Incoming> {
        let population = self.population()?;
        let swap_ratio = self.swap_ratio.unwrap_or(1.0);
        let (transactions, (times, tx_per_s, is_ordered)): (Box<dyn Iterator<Item = _>>, _) = match &self
            .trace
        {
            Some(path) => {
                let (transactions, recorded_s) = traced(path, population.ledger(self.seed).map_err(usage)?)?;
                let times = match recorded_s {
                    Some(times_s) => self.recorded(&times_s)?,
                    None => self.by_law()?,
                };
                (Box::new(transactions.into_iter()), times)
            }
            None => {
                let skew = self.zipf.map_or(Skew::Uniform, |exponent| Skew::Zipf { exponent });
                let generator = population.generator(self.seed, Traffic { swap_ratio, skew });
                let generator = generator.map_err(usage)?;
                let size = usize::try_from(batch_size).unwrap_or(usize::MAX);
                (Box::new(without_end(generator, size)), self.by_law()?)
            }
        };
        let load = ClosingLoadRecord {
            arrivals: match times {
                Times::Law(_) => self.arrivals.to_string(),
                Times::Recorded(_) => "trace".to_owned(),
            },
            is_ordered,
            transactions_per_s: tx_per_s,
            is_trace: self.trace.is_some(),
            swap_ratio: self.trace.is_none().then_some(swap_ratio),
            zipf: self.zipf,
            accounts: self.accounts,
            pools: self.pools,
            fee_bps: self.fee_bps,
            depth: population.depth.into(),
            seed: self.seed,
        };
        Ok(Incoming { load, times, transactions })
    }

    /// The times of a law, or of a file of times; their mean rate; and whether they were recorded.
    fn by_law(&self) -> anyhow::Result<(Times, f64, bool)> {
        let law = self.arrivals.law(Some(1))?;
        let (is_ordered, own_rate) = match &law {
            ArrivalLaw::Daily { .. } => {
                return Err(usage(
                    "--arrivals: a day is longer than a study; give the rate of its busiest hour with --tx-per-s",
                ));
            }
            ArrivalLaw::Trace(gaps_s) => {
                let mean_s = gaps_s.iter().sum::<f64>() / gaps_s.len() as f64;
                (true, (mean_s > 0.0).then_some(1.0 / mean_s))
            }
            _ => (false, None),
        };
        let tx_per_s = self.tx_per_s.or(own_rate).unwrap_or(USUAL_TX_PER_S);
        Ok((Times::Law(law.arrivals(1.0 / tx_per_s)?), tx_per_s, is_ordered))
    }

    /// The times of a trace's own transactions, from its first; at another rate where one is asked for.
    fn recorded(&self, times_s: &[f64]) -> anyhow::Result<(Times, f64, bool)> {
        let first_s = times_s.first().copied().unwrap_or(0.0);
        let span_s = times_s.last().copied().unwrap_or(0.0) - first_s;
        if span_s <= 0.0 {
            return Err(usage("--trace: expected times that differ in column time_s, got one time alone"));
        }
        let own = (times_s.len() - 1) as f64 / span_s;
        let tx_per_s = self.tx_per_s.unwrap_or(own);
        let from_first = times_s.iter().map(|time_s| (time_s - first_s) * own / tx_per_s).collect();
        Ok((Times::Recorded(from_first), tx_per_s, true))
    }
}

/// The transactions of a trace, valid one after the other, and their times where it has them.
fn traced(path: &Path, genesis: Ledger) -> anyhow::Result<(Vec<Transaction>, Option<Vec<f64>>)> {
    let named = |error| usage(format!("{}: {error}", path.display()));
    let rows = match trace::read_file(path) {
        Err(error @ trace::TraceError::Io { .. }) => return Err(usage(error)),
        read => read.map_err(named)?,
    };
    // The sequencer closes batches, whatever the file says of them.
    let rows: Vec<TraceRow> = rows.into_iter().map(|row| TraceRow { batch: None, ..row }).collect();
    let times_s = rows.iter().map(|row| row.time_s).collect();
    let batches = trace::batches(&rows, genesis, usize::MAX).map_err(named)?;
    Ok((batches.into_iter().flat_map(|batch| batch.transactions).collect(), times_s))
}

/// Generated transactions, drawn so many at a time.
fn without_end(mut generator: Generator, size: usize) -> impl Iterator<Item = Transaction> {
    std::iter::repeat_with(move || generator.next_batch(size).transactions).flatten()
}
