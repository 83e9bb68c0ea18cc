//! What is asked of a plan, wherever the times come from: target, delay, L1, arrivals, faults, prices.

use crate::cmd::plan::arrivals::Arrivals;
use crate::cmd::plan::close_times::{CloseTimes, close_times};
use crate::cmd::plan::closing::closing;
use crate::cmd::plan::flags::{Flag, Given};
use crate::cmd::plan::merge_shape::{LoneProofKind, Merging};
use crate::cmd::plan::prices::PriceArgs;
use crate::cmd::plan::simulation::SimulationArgs;
use crate::exit::usage;
use crate::number::{fraction, number, rate, time, time_or_zero, whole};
use anyhow::Context;
use clap::ValueEnum;
use planner::PlanRequest;
use planner::domain::{
    Aggregation, BatchState, DelayLimitRecord, Load, MeasuredClosings, Statistic, Target, TimeDist,
};
use planner::hardware::{Catalogue, CorePrice};
use planner::plan::ArrivalLaw;
use planner::plan::request::{HEADROOM, SPARES};
use planner::sim::{Closing, L1};
use records::number::rounded;

/// What is known of one prover beside its times.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KnownProver {
    /// Its cores.
    pub(crate) cores: Option<u64>,
    /// Bytes of a proof that goes to L1.
    pub(crate) proof_bytes: Option<u64>,
}

/// What is asked of the plan, wherever the times come from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    given: Given<PlanArgs>,
    /// Target throughput, in transactions per second.
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) target_tx_per_s: Option<f64>,
    /// Target throughput, in batches per second.
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "target_tx_per_s")]
    pub(crate) target_batches_per_s: Option<f64>,
    /// Time from a batch's first transaction to its closing; overrides what was measured.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) close: Option<f64>,
    /// Close times that `close --json` measured under the load that is planned for, a file for each batch size; they stand in
    /// place of --close, --closing and --arrivals.
    #[arg(long, value_name = "FILES", value_parser = close_times, value_delimiter = ',', conflicts_with_all = ["close", "closing", "arrivals"])]
    pub(crate) close_times: Vec<CloseTimes>,
    /// L1 block time.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "12s")]
    pub(crate) block: f64,
    /// Maximum delay.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) delay: Option<f64>,
    /// The state that ends the delay.
    #[arg(long, value_name = "STATE", value_enum, default_value_t = DelayState::Consolidated, requires = "delay")]
    pub(crate) delay_state: DelayState,
    /// The statistic of the delay that must stay within the limit.
    #[arg(long, value_name = "STATISTIC", value_enum, default_value_t = DelayStatistic::Mean, requires = "delay")]
    pub(crate) delay_statistic: DelayStatistic,
    /// Fix N, the batches per aggregation of the plan, instead of choosing it.
    #[arg(long, value_name = "N", value_parser = whole(1..=BATCHES_MAX))]
    pub(crate) fix_n: Option<u32>,
    /// Fix P, the provers of the plan, instead of choosing it: the plan then reports what that fleet does, whether
    /// it is enough or not.
    #[arg(long, value_name = "P", value_parser = whole(1..=PROVERS_MAX), conflicts_with = "provers_max")]
    pub(crate) fix_p: Option<u32>,
    /// Fix A, the aggregators of the plan, instead of choosing it, as --fix-p fixes P.
    #[arg(long, value_name = "A", value_parser = whole(1..=PROVERS_MAX))]
    pub(crate) fix_a: Option<u32>,
    /// Maximum number of provers, spares among them.
    #[arg(long, value_name = "P", value_parser = whole(1..=PROVERS_MAX))]
    pub(crate) provers_max: Option<u32>,
    /// Spare provers beyond those needed, counted and paid for: the plan holds when this many fail.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=PROVERS_MAX), default_value_t = SPARES)]
    pub(crate) spares: u32,
    /// Spare aggregators beyond those needed, counted and paid for, where anything is aggregated.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=PROVERS_MAX), default_value_t = 0)]
    pub(crate) aggregator_spares: u32,
    /// The fraction of each stage's capacity, L1 included, that the plan leaves unused; 0 for none.
    #[arg(long, value_name = "FRACTION", value_parser = number(0.0..=0.95), default_value_t = HEADROOM)]
    pub(crate) headroom: f64,
    /// How batches come around the target rate: fixed, poisson, erlang:K, lognormal:CV, trace:FILE (a CSV file with a
    /// column time_s, one row per transaction, or per batch where no batch size is known),
    /// daily:RATES or daily-poisson:RATES (rates in equal slots from midnight, in any unit).
    #[arg(long, value_name = "LAW", default_value = "fixed")]
    pub(crate) arrivals: Arrivals,
    /// What closes a batch: full, timeout:TIME (or full before that), or prover-free (full, and a prover is free).
    #[arg(long, value_name = "RULE", value_parser = closing, default_value = "full")]
    pub(crate) closing: Closing,
    /// Batches in a sequence transaction, S: their data reaches L1 together. Proving does not wait for it.
    /// [default: 1, or with --sequence-gas as many as are cheapest]
    #[arg(long, value_name = "S", value_parser = whole(1..=1_000_000_u32))]
    pub(crate) batches_per_sequence: Option<u32>,
    /// Time of one merge, by hand, in place of what was measured: a pairwise tree over N proofs has N − 1 of them on
    /// ⌈log2 N⌉ levels, and more where lone proofs are lifted. For a proof system that has no aggregation yet it says what one would be worth.
    #[arg(long, value_name = "TIME", value_parser = time, group = "aggregate_time")]
    pub(crate) aggregate_merge: Option<f64>,
    /// How proofs are merged into one: pairwise, tree:K (K at a time), or fold (one after another); separate for not at
    /// all, each proof being verified on L1 by itself. [default: as measured; by hand pairwise]
    #[arg(long, value_name = "SHAPE")]
    pub(crate) aggregate_shape: Option<Merging>,
    /// What the last proof of a level of the tree costs where no neighbour is left for it: nothing (pass), or a merge
    /// of its own (lift), since each level has a circuit of its own. [default: with a profile lift; by hand pass]
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) lone_proof: Option<LoneProofKind>,
    /// How L1 includes proofs: serial (the next is submitted when the last is included, as in the published
    /// formula), latency (any number at once), slots or poisson.
    #[arg(long, value_name = "MODEL", value_enum, default_value_t = L1Kind::Serial)]
    pub(crate) l1: L1Kind,
    /// The fraction of L1 slots that are missed, 0 to 1, for --l1 slots.
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    pub(crate) missed_slots: Option<f64>,
    /// When the first L1 slot comes after the first batch begins, for --l1 slots [default: at random].
    #[arg(long, value_name = "TIME", value_parser = time_or_zero)]
    pub(crate) l1_phase: Option<f64>,
    /// The most proofs that L1 includes in a slot, for --l1 slots [default: any number].
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=PROVERS_MAX))]
    pub(crate) proofs_per_slot: Option<u32>,
    #[command(flatten)]
    pub(crate) simulation: SimulationArgs,
    #[command(flatten)]
    pub(crate) prices: PriceArgs,
}

/// [`L1`] on the command line, without its times.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum L1Kind {
    /// The next proof is submitted when the last is included: block time limits the rate.
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

/// The most provers, spares among them: the simulation numbers them in 20 bits.
const PROVERS_MAX: u32 = 1 << 20;
/// The most batches in one proof.
const BATCHES_MAX: u32 = 1_000_000;

/// The target where none is given: a rollup of a hundred transactions a second.
const USUAL_TX_PER_S: f64 = 100.0;
const TARGETS: &str = "--target-tx-per-s or --target-batches-per-s";

impl PlanArgs {
    /// The same, with a target of 100 transactions per second where none was given.
    #[must_use]
    pub(crate) fn or_usual_target(mut self) -> Self {
        if self.target().is_none() {
            self.target_tx_per_s = Some(USUAL_TX_PER_S);
            self.given.add("target-tx-per-s", &USUAL_TX_PER_S);
        }
        self
    }

    /// The same with the catalogue's price of a core where no price of a machine was given, and where that is from.
    ///
    /// # Errors
    /// None, unless the catalogue that was built in is broken.
    pub(crate) fn or_catalogue_price(mut self) -> anyhow::Result<(Self, Option<String>)> {
        let is_priced = self.prices.usd_per_core_hour.is_some() || self.prices.prover_usd_per_hour.is_some();
        let price = Catalogue::starter().context("the built-in catalogue")?.core_price();
        let Some(CorePrice { usd_per_hour, machines, dates }) = price.filter(|_| !is_priced) else {
            return Ok((self, None));
        };
        let usd = rounded(usd_per_hour, 3);
        let dated = dates.map_or_else(String::new, |(first, last)| format!(" of {first} to {last}"));
        self.prices.usd_per_core_hour = Some(usd);
        self.given.add("usd-per-core-hour", &usd);
        let words = format!(
            "No price was given: a core is taken to cost ${usd} an hour, the median of the {machines} machines in the \
             catalogue with a price, on demand{dated}; --usd-per-core-hour gives another."
        );
        Ok((self, Some(words)))
    }

    /// The flags that were given, in the order of the help.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        self.given.flags()
    }

    /// The target, where one was given, or the load that close times were measured under.
    pub(crate) fn target(&self) -> Option<Target> {
        let transactions = self.target_tx_per_s.map(Target::TransactionsPerS);
        let given = transactions.or(self.target_batches_per_s.map(Target::BatchesPerS));
        given.or(self.close_times.first().map(|times| Target::TransactionsPerS(times.tx_per_s())))
    }

    /// The same with close times that were just measured and written to files.
    #[must_use]
    pub(crate) fn with_close_times(mut self, measured: Vec<CloseTimes>, files: &[String]) -> Self {
        if !measured.is_empty() {
            self.close_times = measured;
            self.given.add("close-times", &files.join(","));
            // Both are in what was measured.
            (self.arrivals, self.closing) = (Arrivals::Law(ArrivalLaw::Fixed), Closing::Full);
            self.given.remove(&["arrivals", "closing"]);
        }
        self
    }

    /// The closings that were measured with batches of this load, if any were.
    fn closings(&self, load: &Load) -> anyhow::Result<Option<MeasuredClosings>> {
        let size = load.batch_transactions().map(u64::from);
        let Some(times) = self.close_times.iter().find(|times| Some(times.batch_transactions()) == size)
        else {
            return Ok(None);
        };
        times.check_load(load)?;
        Ok(Some(times.closings()?))
    }

    /// The request of these times and flags. `prover` is what is known of one beside its times.
    pub(crate) fn request(
        &self,
        load: Load,
        prove: TimeDist,
        aggregation: Aggregation,
        prover: KnownProver,
    ) -> anyhow::Result<PlanRequest> {
        let KnownProver { cores, proof_bytes } = prover;
        let verification_gas = self.prices.verification_gas(proof_bytes);
        let closings = self.closings(&load)?;
        let mut request = PlanRequest::new(load, prove, aggregation, self.block)?
            .with_arrivals(self.arrivals.law(load.batch_transactions())?)?
            .with_closing(self.closing)?
            .with_l1(self.l1()?)?
            .with_spares(self.spares)
            .with_aggregator_spares(self.aggregator_spares)
            .with_headroom(self.headroom)?
            .with_seed(self.simulation.seed());
        if let Some(closings) = closings {
            request = request.with_closings(closings)?;
        }
        if let Some(crashes) = self.simulation.faults.crashes() {
            request = request.with_crashes(crashes)?;
        }
        if let Some(stragglers) = self.simulation.faults.stragglers() {
            request = request.with_stragglers(stragglers)?;
        }
        if let Some(cores) = cores {
            let cores = u32::try_from(cores).unwrap_or(u32::MAX);
            request = request.with_cores(cores, cores)?;
        }
        if let Some(prices) = self.prices.prices(cores, verification_gas)? {
            request = request.with_prices(prices);
        }
        if let Some(room) = self.prices.l1_room(verification_gas)? {
            request = request.with_l1_room(room);
        }
        if let Some(limit) = self.delay_limit() {
            request = request.with_delay_limit(limit)?;
        }
        if let Some(n) = self.fix_n {
            request = request.with_batches_per_aggregation(n)?;
        }
        if let Some(batches) = self.batches_per_sequence {
            request = request.with_batches_per_sequence(batches)?;
        }
        if let Some(provers) = self.fix_p {
            request = request.with_provers(provers)?;
        }
        if let Some(aggregators) = self.fix_a {
            request = request.with_aggregators(aggregators)?;
        }
        if let Some(provers) = self.provers_max {
            request = request.with_provers_max(provers)?;
        }
        if self.simulation.plan_seed.is_some() && request.is_deterministic() {
            return Err(usage(
                "--plan-seed: nothing in this plan is random; give --prove-cv, --arrivals, --l1 slots or faults with it",
            ));
        }
        Ok(request)
    }

    /// The limit on the delay, where one was given.
    pub(crate) fn delay_limit(&self) -> Option<DelayLimitRecord> {
        let state = match self.delay_state {
            DelayState::Virtual => BatchState::Virtual,
            DelayState::Consolidated => BatchState::Consolidated,
        };
        let statistic = match self.delay_statistic {
            DelayStatistic::Mean => Statistic::Mean,
            DelayStatistic::P50 => Statistic::P50,
            DelayStatistic::P99 => Statistic::P99,
        };
        Some(DelayLimitRecord { state, statistic, limit_s: self.delay? })
    }

    fn l1(&self) -> anyhow::Result<L1> {
        if !matches!(self.l1, L1Kind::Slots) {
            if self.missed_slots.is_some() {
                return Err(usage("--missed-slots: only slots can be missed; give --l1 slots"));
            }
            if self.l1_phase.is_some() {
                return Err(usage("--l1-phase: only slots have a phase; give --l1 slots"));
            }
            if self.proofs_per_slot.is_some() {
                return Err(usage("--proofs-per-slot: only slots take so many; give --l1 slots"));
            }
        }
        Ok(match self.l1 {
            L1Kind::Serial => L1::Serial(self.block),
            L1Kind::Latency => L1::Latency(self.block),
            L1Kind::Slots => L1::Slots {
                slot_s: self.block,
                missed: self.missed_slots.unwrap_or(0.0),
                phase_s: self.l1_phase,
                proofs_max: self.proofs_per_slot,
            },
            L1Kind::Poisson => L1::Poisson { mean_s: self.block },
        })
    }

    /// The target.
    ///
    /// # Errors
    /// Usage without one.
    pub(crate) fn required_target(&self) -> anyhow::Result<Target> {
        self.target().ok_or_else(|| usage(format!("give a target: {TARGETS}")))
    }

    /// Refuses flags of a plan where there will be none for lack of a target.
    pub(crate) fn refuse_without_target(&self) -> anyhow::Result<()> {
        match self.flags().first() {
            Some((flag, _)) if self.target().is_none() => {
                Err(usage(format!("--{flag}: has an effect with a target only; give {TARGETS}")))
            }
            _ => Ok(()),
        }
    }
}
