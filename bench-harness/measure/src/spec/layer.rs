//! A spec of which any field may be missing: a file, or flags.

use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;

/// Every field of a spec, none of them required. A file is one layer, flags are another; what no layer says has a
/// default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// The seed of everything that is drawn.
    pub seed: Option<u64>,
    /// `transfer`, `swap`, `mix`, `trace`.
    pub workloads: Option<Vec<String>>,
    /// The share of swaps in `mix`, 0 to 1.
    pub swap_ratio: Option<f64>,
    /// The CSV file of `trace`.
    pub trace: Option<PathBuf>,
    /// Accounts at the start.
    pub accounts: Option<u32>,
    /// Pools at the start.
    pub pools: Option<u32>,
    /// The fee of every pool, in basis points.
    pub fee_bps: Option<u16>,
    /// The depth of the state tree.
    pub depth: Option<u64>,
    /// How unevenly accounts and pools are chosen: the exponent of Zipf's law, 0 for uniform.
    pub skew: Option<f64>,
    /// Transactions in a batch, a cell each.
    pub batch_sizes: Option<Vec<usize>>,
    /// Transactions for which the circuit has room; the batch size where it is not given.
    pub capacity: Option<usize>,
    /// `plonky2`, `scripted` or `command`.
    pub proof_system: Option<String>,
    /// The TOML file of `scripted`.
    pub script: Option<PathBuf>,
    /// Program and arguments of `command`.
    pub command: Option<Vec<String>>,
    /// How long `command` may take for one answer.
    pub command_timeout_s: Option<f64>,
    /// Whether a prover that cannot verify its proofs may be measured all the same.
    pub allow_unverified: Option<bool>,
    /// Whether samples that something spoiled enter the estimate all the same.
    pub keep_discarded: Option<bool>,
    /// `all`, `powers`, or numbers: `"1,2,4"` or `[1, 2, 4]`.
    #[serde(deserialize_with = "words_or_numbers")]
    pub cores: Option<String>,
    /// `as_is`, frequencies such as `2.5GHz`, duty cycles such as `50%`; several with commas.
    pub clock: Option<String>,
    /// Provers at once: numbers, or `fill` for as many as the cores hold; several with commas.
    #[serde(deserialize_with = "words_or_numbers")]
    pub provers: Option<String>,
    /// Repeats of each cell, at most.
    pub repeats: Option<u64>,
    /// Repeats more, at most, for those that a neighbour spoiled.
    pub reruns: Option<u64>,
    /// The width of the interval of the median prove time, as a part of it, at which a cell ends; 0 for never.
    pub interval_width: Option<f64>,
    /// Memory that a cell may take; what is free where it is not given.
    pub memory_limit_bytes: Option<u64>,
    /// Repeats that are made even where the time limit is spent.
    pub min_repeats: Option<u64>,
    /// Batches in an aggregation, N.
    pub batches_per_aggregation: Option<usize>,
    /// Time after which a cell starts no further repeat.
    pub time_limit_s: Option<f64>,
}

/// The keys of a spec file.
pub(crate) const KEYS: [&str; 27] = [
    "seed",
    "workloads",
    "swap_ratio",
    "trace",
    "accounts",
    "pools",
    "fee_bps",
    "depth",
    "skew",
    "batch_sizes",
    "capacity",
    "proof_system",
    "script",
    "command",
    "command_timeout_s",
    "allow_unverified",
    "keep_discarded",
    "cores",
    "clock",
    "provers",
    "repeats",
    "reruns",
    "interval_width",
    "memory_limit_bytes",
    "min_repeats",
    "batches_per_aggregation",
    "time_limit_s",
];

impl Overrides {
    /// This layer over another: what this one says stands.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let Self {
            seed,
            workloads,
            swap_ratio,
            trace,
            accounts,
            pools,
            fee_bps,
            depth,
            skew,
            batch_sizes,
            capacity,
            proof_system,
            script,
            command,
            command_timeout_s,
            allow_unverified,
            keep_discarded,
            cores,
            clock,
            provers,
            repeats,
            reruns,
            interval_width,
            memory_limit_bytes,
            min_repeats,
            batches_per_aggregation,
            time_limit_s,
        } = self;
        Self {
            seed: seed.or(below.seed),
            workloads: workloads.or(below.workloads),
            swap_ratio: swap_ratio.or(below.swap_ratio),
            trace: trace.or(below.trace),
            accounts: accounts.or(below.accounts),
            pools: pools.or(below.pools),
            fee_bps: fee_bps.or(below.fee_bps),
            depth: depth.or(below.depth),
            skew: skew.or(below.skew),
            batch_sizes: batch_sizes.or(below.batch_sizes),
            capacity: capacity.or(below.capacity),
            proof_system: proof_system.or(below.proof_system),
            script: script.or(below.script),
            command: command.or(below.command),
            command_timeout_s: command_timeout_s.or(below.command_timeout_s),
            allow_unverified: allow_unverified.or(below.allow_unverified),
            keep_discarded: keep_discarded.or(below.keep_discarded),
            cores: cores.or(below.cores),
            clock: clock.or(below.clock),
            provers: provers.or(below.provers),
            repeats: repeats.or(below.repeats),
            reruns: reruns.or(below.reruns),
            interval_width: interval_width.or(below.interval_width),
            memory_limit_bytes: memory_limit_bytes.or(below.memory_limit_bytes),
            min_repeats: min_repeats.or(below.min_repeats),
            batches_per_aggregation: batches_per_aggregation.or(below.batches_per_aggregation),
            time_limit_s: time_limit_s.or(below.time_limit_s),
        }
    }

    /// What a spec is where nobody says otherwise.
    pub fn defaults() -> Self {
        Self {
            seed: Some(1),
            workloads: Some(vec!["mix".to_owned()]),
            swap_ratio: Some(0.5),
            trace: None,
            accounts: Some(10_000),
            pools: Some(16),
            fee_bps: Some(30),
            depth: Some(24),
            skew: Some(0.0),
            batch_sizes: Some(vec![16, 64]),
            capacity: None,
            proof_system: Some("plonky2".to_owned()),
            script: None,
            command: None,
            command_timeout_s: Some(600.0),
            allow_unverified: Some(false),
            keep_discarded: Some(false),
            cores: Some("powers".to_owned()),
            clock: Some("as_is".to_owned()),
            provers: Some("1".to_owned()),
            repeats: Some(20),
            reruns: Some(5),
            interval_width: Some(0.05),
            memory_limit_bytes: None,
            min_repeats: Some(2),
            batches_per_aggregation: Some(4),
            time_limit_s: Some(60.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WordsOrNumbers {
    Words(String),
    Number(u64),
    Numbers(Vec<u64>),
}

fn words_or_numbers<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let value = Option::<WordsOrNumbers>::deserialize(input)
        .map_err(|_| serde::de::Error::custom("expected words or numbers, such as `all`, `1,2` or [1, 2]"))?;
    Ok(value.map(|value| match value {
        WordsOrNumbers::Words(words) => words,
        WordsOrNumbers::Number(number) => number.to_string(),
        WordsOrNumbers::Numbers(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            numbers.join(",")
        }
    }))
}
