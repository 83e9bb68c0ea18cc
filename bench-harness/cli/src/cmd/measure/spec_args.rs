//! Every field of a spec as a flag; what a flag says stands over the file.

use measure::host::Host;
use measure::spec::{Overrides, Spec, file};
use std::path::PathBuf;

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to measure (each also a field of the spec file)")]
pub(crate) struct SpecArgs {
    /// Read the spec from this TOML file; flags stand over it.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Kinds of traffic: transfer, swap, mix, trace.
    #[arg(long = "workload", value_name = "KINDS", value_delimiter = ',')]
    workloads: Option<Vec<String>>,
    /// The share of swaps in mix, 0 to 1.
    #[arg(long, value_name = "SHARE")]
    swap_ratio: Option<f64>,
    /// The CSV file of the workload `trace`.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Transactions in a batch, a cell each.
    #[arg(long = "batch-size", value_name = "SIZES", value_delimiter = ',')]
    batch_sizes: Option<Vec<usize>>,
    /// Transactions for which the circuit has room; the batch size unless given.
    #[arg(long, value_name = "COUNT")]
    capacity: Option<usize>,
    /// Cores of a prover: all, powers, or numbers such as 1,2,4.
    #[arg(long, value_name = "CORES")]
    cores: Option<String>,
    /// The clock: as_is, frequencies (2.0GHz,2.5GHz) where cpufreq allows, duty cycles (50%,100%) where a control
    /// group does.
    #[arg(long, value_name = "CLOCKS")]
    clock: Option<String>,
    /// Provers at once, each with its own cores: numbers, or fill for as many as the machine holds.
    #[arg(long, value_name = "COUNTS")]
    provers: Option<String>,
    /// Batches in an aggregation, N.
    #[arg(long, value_name = "N")]
    batches_per_aggregation: Option<usize>,
    /// Repeats of each cell at most, each with a new seed.
    #[arg(long, value_name = "COUNT")]
    repeats: Option<u64>,
    /// Repeats more at most, for those of which a neighbour spoiled a proof.
    #[arg(long, value_name = "COUNT")]
    reruns: Option<u64>,
    /// End a cell once the 95 % interval of its median prove time is this narrow, as a part of it; 0 for never.
    #[arg(long, value_name = "PART")]
    interval_width: Option<f64>,
    /// Memory that a cell may take, in bytes; what is free unless given.
    #[arg(long, value_name = "BYTES")]
    memory_limit: Option<u64>,
    /// Repeats that are made even where the time limit is spent.
    #[arg(long, value_name = "COUNT")]
    min_repeats: Option<u64>,
    /// Time after which a cell starts no further repeat.
    #[arg(long, value_name = "TIME", value_parser = crate::units::seconds)]
    time_limit: Option<f64>,
    /// The seed of everything that is drawn.
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Accounts at the start.
    #[arg(long, value_name = "COUNT")]
    accounts: Option<u32>,
    /// Pools at the start.
    #[arg(long, value_name = "COUNT")]
    pools: Option<u32>,
    /// The fee of every pool, in basis points.
    #[arg(long, value_name = "BPS")]
    fee_bps: Option<u16>,
    /// The depth of the state tree.
    #[arg(long, value_name = "LEVELS")]
    depth: Option<u64>,
    /// Choose accounts and pools by Zipf's law with this exponent; 0 is uniform.
    #[arg(long = "zipf", value_name = "EXPONENT")]
    skew: Option<f64>,
    /// plonky2, scripted or command.
    #[arg(long, value_name = "NAME")]
    proof_system: Option<String>,
    /// The TOML file of the proof system `scripted`.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Program and arguments of the proof system `command`, separated by spaces.
    #[arg(long, value_name = "PROGRAM", value_delimiter = ' ')]
    command: Option<Vec<String>>,
    /// How long `command` may take for one answer.
    #[arg(long, value_name = "TIME", value_parser = crate::units::seconds)]
    command_timeout: Option<f64>,
    /// Measure a prover that cannot verify its own proofs; its samples are marked.
    #[arg(long)]
    allow_unverified: bool,
    /// Keep samples that a neighbour or a quota spoiled in the estimate; they are marked, and the figures are those of
    /// a busy machine.
    #[arg(long)]
    keep_discarded: bool,
}

impl SpecArgs {
    /// The spec of these flags, over the file they name, over `below`, over the defaults.
    pub(crate) fn resolve(self, below: Overrides, host: &Host) -> anyhow::Result<Spec> {
        let file = match &self.spec {
            Some(path) => file::read(path).map_err(measure::run::MeasureError::from)?,
            None => Overrides::default(),
        };
        let layer = self.into_overrides().over(file).over(below);
        Ok(Spec::new(layer, &host.allowance).map_err(measure::run::MeasureError::from)?)
    }

    fn into_overrides(self) -> Overrides {
        let Self {
            spec: _,
            workloads,
            swap_ratio,
            trace,
            batch_sizes,
            capacity,
            cores,
            clock,
            provers,
            batches_per_aggregation,
            repeats,
            reruns,
            interval_width,
            memory_limit,
            min_repeats,
            time_limit,
            seed,
            accounts,
            pools,
            fee_bps,
            depth,
            skew,
            proof_system,
            script,
            command,
            command_timeout,
            allow_unverified,
            keep_discarded,
        } = self;
        Overrides {
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
            command_timeout_s: command_timeout,
            allow_unverified: allow_unverified.then_some(true),
            keep_discarded: keep_discarded.then_some(true),
            cores,
            clock,
            provers,
            repeats,
            reruns,
            interval_width,
            memory_limit_bytes: memory_limit,
            min_repeats,
            batches_per_aggregation,
            time_limit_s: time_limit,
        }
    }
}
