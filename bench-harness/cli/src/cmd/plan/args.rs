//! What is asked of a plan, wherever the times come from: target, delay, L1, arrivals, crashes, prices.

use crate::cmd::plan::arrivals::Arrivals;
use crate::cmd::plan::closing::closing;
use crate::cmd::plan::faults::FaultArgs;
use crate::cmd::plan::merge_shape::Merging;
use crate::exit::usage;
use crate::units::seconds;
use clap::ValueEnum;
use planner::PlanRequest;
use planner::domain::{Aggregation, DelayLimitRecord, Gas, Load, Prices, State, Statistic, Target, TimeDist};
use planner::plan::request::SPARES;
use planner::sim::{Closing, L1};

/// What is asked of the plan, wherever the times come from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// What the rollup must carry, in transactions a second.
    #[arg(long, value_name = "RATE")]
    pub(crate) target_tx_per_s: Option<f64>,
    /// What the rollup must carry, in batches a second.
    #[arg(long, value_name = "RATE", conflicts_with = "target_tx_per_s")]
    pub(crate) target_batches_per_s: Option<f64>,
    /// Time from a batch's first transaction to its closing; stands over what a profile has measured.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) close: Option<f64>,
    /// L1 block time.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "12s")]
    pub(crate) block: f64,
    /// The longest delay that is good enough.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) delay: Option<f64>,
    /// The state that ends the delay.
    #[arg(long, value_enum, default_value_t = DelayState::Consolidated)]
    pub(crate) delay_state: DelayState,
    /// The statistic of the delay that must stay within the limit.
    #[arg(long, value_enum, default_value_t = DelayStatistic::Mean)]
    pub(crate) delay_statistic: DelayStatistic,
    /// Fix N, the batches per aggregation of the plan, instead of choosing it.
    #[arg(long, value_name = "N")]
    pub(crate) fix_n: Option<u32>,
    /// Fix P, the provers of the plan, instead of choosing it: the plan then says what that fleet does, be it
    /// enough or not.
    #[arg(long, value_name = "P", conflicts_with = "provers_max")]
    pub(crate) fix_p: Option<u32>,
    /// The most provers there can be.
    #[arg(long, value_name = "P")]
    pub(crate) provers_max: Option<u32>,
    /// Provers beyond those needed, counted and paid for, so that the plan holds when so many fail.
    #[arg(long, value_name = "COUNT", default_value_t = SPARES)]
    pub(crate) spares: u32,
    /// How batches come around the target rate: fixed, poisson, erlang:K, lognormal:CV, trace:FILE (a CSV file with a
    /// column time_s, a row a transaction, or a batch where no batch size is known), daily:RATES or
    /// daily-poisson:RATES (rates in equal slots from midnight, in any unit).
    #[arg(long, value_name = "LAW", default_value = "fixed")]
    pub(crate) arrivals: Arrivals,
    /// What closes a batch: full, timeout:TIME (or full before that), or prover-free (full, and a prover is free).
    #[arg(long, value_name = "RULE", value_parser = closing, default_value = "full")]
    pub(crate) closing: Closing,
    /// How proofs are merged into one: pairwise, tree:K (K at a time), or fold (one after another).
    #[arg(long, value_name = "SHAPE", default_value = "pairwise")]
    pub(crate) aggregate_shape: Merging,
    /// How L1 includes proofs: serial (the next is handed in when the last is included, the seed's reading),
    /// latency (any number at once), slots or poisson.
    #[arg(long, value_enum, default_value_t = L1Kind::Serial)]
    pub(crate) l1: L1Kind,
    /// The probability that an L1 slot is missed, for --l1 slots.
    #[arg(long, value_name = "SHARE")]
    pub(crate) missed_slots: Option<f64>,
    /// The seed of the simulation.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) plan_seed: u64,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
    #[command(flatten)]
    pub(crate) prices: PriceArgs,
}

/// What machines and L1 cost. Every price is the user's: the program has none.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Prices")]
pub(crate) struct PriceArgs {
    /// Dollars an hour for what runs one prover.
    #[arg(long, value_name = "USD")]
    pub(crate) prover_usd_per_hour: Option<f64>,
    /// Dollars an hour for what runs one aggregator; the prover's unless given.
    #[arg(long, value_name = "USD", requires = "prover_usd_per_hour")]
    pub(crate) aggregator_usd_per_hour: Option<f64>,
    /// Gas to verify one proof on L1.
    #[arg(long, value_name = "GAS", requires = "gwei")]
    pub(crate) verify_gas: Option<f64>,
    /// Gas of each batch: data and sequencing.
    #[arg(long, value_name = "GAS", default_value_t = 0.0)]
    pub(crate) batch_gas: f64,
    /// Price of gas.
    #[arg(long, value_name = "GWEI", requires_all = ["verify_gas", "usd_per_eth", "prover_usd_per_hour"])]
    pub(crate) gwei: Option<f64>,
    /// Price of ether.
    #[arg(long, value_name = "USD", requires = "gwei")]
    pub(crate) usd_per_eth: Option<f64>,
}

impl PriceArgs {
    fn prices(&self) -> anyhow::Result<Option<Prices>> {
        let Self { prover_usd_per_hour, aggregator_usd_per_hour, verify_gas, batch_gas, gwei, usd_per_eth } =
            self;
        let Some(prover) = *prover_usd_per_hour else { return Ok(None) };
        let gas = match (*verify_gas, *gwei, *usd_per_eth) {
            (Some(verify_gas), Some(gwei), Some(usd_per_eth)) => {
                Some(Gas { verify_gas, batch_gas: *batch_gas, gwei, usd_per_eth })
            }
            _ => None,
        };
        Ok(Some(Prices::new(prover, aggregator_usd_per_hour.unwrap_or(prover), gas)?))
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum L1Kind {
    /// The next proof is handed in when the last is included: block time limits the rate.
    Serial,
    /// Included after the block time, any number at once.
    Latency,
    /// Slots of the block time; some may be missed.
    Slots,
    /// Blocks at random, the block time apart on average.
    Poisson,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DelayState {
    /// Sequenced on L1.
    Virtual,
    /// Proved and verified on L1.
    Consolidated,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DelayStatistic {
    Mean,
    P50,
    P99,
}

/// The target where none is given: a rollup of a hundred transactions a second.
const USUAL_TX_PER_S: f64 = 100.0;

impl PlanArgs {
    /// The same question, with the usual target where it has none.
    #[must_use]
    pub(crate) fn or_usual_target(mut self) -> Self {
        if self.target().is_none() {
            self.target_tx_per_s = Some(USUAL_TX_PER_S);
        }
        self
    }

    /// The target, where one was given.
    pub(crate) fn target(&self) -> Option<Target> {
        let transactions = self.target_tx_per_s.map(Target::TransactionsPerS);
        transactions.or(self.target_batches_per_s.map(Target::BatchesPerS))
    }

    /// The request of these times and this question.
    pub(crate) fn request(
        &self,
        load: Load,
        prove: TimeDist,
        aggregation: Aggregation,
    ) -> anyhow::Result<PlanRequest> {
        let mut request = PlanRequest::new(load, prove, aggregation, self.block)?
            .with_arrivals(self.arrivals.law(load.batch_transactions())?)?
            .with_closing(self.closing)?
            .with_l1(self.l1()?)?
            .with_spares(self.spares)
            .with_seed(self.plan_seed);
        if let Some(crashes) = self.faults.crashes() {
            request = request.with_crashes(crashes)?;
        }
        if let Some(stragglers) = self.faults.stragglers() {
            request = request.with_stragglers(stragglers)?;
        }
        if let Some(prices) = self.prices.prices()? {
            request = request.with_prices(prices);
        }
        if let Some(limit_s) = self.delay {
            let state = match self.delay_state {
                DelayState::Virtual => State::Virtual,
                DelayState::Consolidated => State::Consolidated,
            };
            let statistic = match self.delay_statistic {
                DelayStatistic::Mean => Statistic::Mean,
                DelayStatistic::P50 => Statistic::P50,
                DelayStatistic::P99 => Statistic::P99,
            };
            request = request.with_delay_limit(DelayLimitRecord { state, statistic, limit_s })?;
        }
        if let Some(n) = self.fix_n {
            request = request.with_batches_per_aggregation(n)?;
        }
        if let Some(provers) = self.fix_p {
            request = request.with_provers(provers)?;
        }
        if let Some(provers) = self.provers_max {
            request = request.with_provers_max(provers)?;
        }
        Ok(request)
    }

    fn l1(&self) -> anyhow::Result<L1> {
        if self.missed_slots.is_some() && !matches!(self.l1, L1Kind::Slots) {
            return Err(usage("--missed-slots: only slots can be missed; give --l1 slots"));
        }
        Ok(match self.l1 {
            L1Kind::Serial => L1::Serial(self.block),
            L1Kind::Latency => L1::Latency(self.block),
            L1Kind::Slots => {
                L1::Slots { slot_s: self.block, missed: self.missed_slots.unwrap_or(0.0), phase_s: None }
            }
            L1Kind::Poisson => L1::Poisson { mean_s: self.block },
        })
    }

    /// The target, or what is missing.
    pub(crate) fn required_target(&self) -> anyhow::Result<Target> {
        self.target().ok_or_else(|| usage("give a target: --target-tx-per-s or --target-batches-per-s"))
    }
}
