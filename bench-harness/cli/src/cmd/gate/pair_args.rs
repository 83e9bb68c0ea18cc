//! How pairs of samples are taken and tested: the flags that `gate paired` and `gate aa` share.

use crate::exit::usage;
use ::measure::spec::units::{fraction, seconds};
use clap::ValueEnum;
use records::regression::paired::ComparedName;
use regression::paired::{Many, PairedRules};
use std::time::Duration;

/// Pairs, tests and times.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Rules, fixed before the first pair")]
pub(crate) struct PairArgs {
    /// Pairs of a block: 5 is the minimum that can decide anything, 10 suits a change, 20 a nightly run.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pairs: usize,
    /// The level of each one-sided test, as 5% or 0.05.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, default_value = "5%")]
    level: f64,
    /// Maximum pairs of a cell and block that are repeated because the probes discarded a sample [default: as many
    /// as there are pairs].
    #[arg(long, value_name = "COUNT")]
    repeat_discarded: Option<usize>,
    /// What is compared: times, and peak memory; aggregation only in cells whose proof system has one, and where
    /// `aggregate` is not among them nothing is aggregated.
    #[arg(long = "time", value_enum, value_delimiter = ',', default_values_t = [Time::Prove, Time::Aggregate])]
    times: Vec<Time>,
    /// How long a program may take for one sample.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "10min")]
    sample_timeout: f64,
}

/// [`ComparedName`] on the command line, with help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Time {
    /// Witness and proof of one batch.
    Prove,
    /// The same without grinding, whose duration is random: fewer pairs decide.
    ProveWithoutGrind,
    /// From the proofs of N batches to one.
    Aggregate,
    /// Verifying one batch's proof.
    Verify,
    /// Building circuits and keys before the first proof.
    SetUp,
    /// The peak of resident memory while a sample is made: set-up, proofs, and merges where there are any.
    Memory,
}

impl PairArgs {
    /// The rules of these flags, at the default minimum effect.
    pub(crate) fn rules(&self, many: Many, seed: u64) -> PairedRules {
        let Self { pairs, level, repeat_discarded, times: _, sample_timeout: _ } = *self;
        let repeat_discarded = repeat_discarded.unwrap_or(pairs);
        PairedRules { pairs, level, many, repeat_discarded, seed, ..PairedRules::default() }
    }

    /// How long a sample may take.
    ///
    /// # Errors
    /// Usage for a negative time.
    pub(crate) fn limit(&self) -> anyhow::Result<Duration> {
        Duration::try_from_secs_f64(self.sample_timeout)
            .map_err(|error| usage(format!("--sample-timeout: {} s: {error}", self.sample_timeout)))
    }

    /// The times that were asked for, each once.
    pub(crate) fn times(&self) -> Vec<ComparedName> {
        let name = |time: &Time| match time {
            Time::Prove => ComparedName::Prove,
            Time::ProveWithoutGrind => ComparedName::ProveWithoutGrind,
            Time::Aggregate => ComparedName::Aggregate,
            Time::Verify => ComparedName::Verify,
            Time::SetUp => ComparedName::SetUp,
            Time::Memory => ComparedName::Memory,
        };
        let mut times: Vec<_> = self.times.iter().map(name).collect();
        times.sort_unstable();
        times.dedup();
        times
    }
}
