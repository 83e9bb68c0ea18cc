//! What a fleet proves, as flags.

use super::traffic_args::TrafficArgs;
use crate::number::{time_or_zero, whole};
use fleet::arrivals::BatchArrivals;
use records::fleet::job::FleetWorkRecord;

/// What is proved, and when its batches arrive.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to prove")]
pub(crate) struct WorkArgs {
    /// Batches to prove.
    #[arg(long, default_value_t = 64, value_name = "COUNT", value_parser = whole(1..=10_000_000_u64))]
    pub(crate) batches: u64,
    /// Batches in an aggregation, N.
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = whole(1..=65_536_u64))]
    aggregate: u64,
    /// Transactions in a batch.
    #[arg(long, default_value_t = 32, value_name = "COUNT", value_parser = whole(1..=1_000_000_u64))]
    batch_size: u64,
    #[command(flatten)]
    traffic: TrafficArgs,
    /// Time between batches; 0 has all of them at the beginning.
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = time_or_zero)]
    interval: f64,
    /// How batches arrive.
    #[arg(long, default_value = "fixed", value_parser = ["fixed", "poisson"])]
    arrivals: String,
}

impl WorkArgs {
    /// What workers set up for.
    pub(crate) fn work(&self) -> anyhow::Result<FleetWorkRecord> {
        self.traffic.work(self.batch_size, self.aggregate)
    }

    /// When each batch arrives, s since the beginning.
    pub(crate) fn arrivals_s(&self) -> Vec<f64> {
        let law = match (self.interval, self.arrivals.as_str()) {
            (0.0, _) => BatchArrivals::AtOnce,
            (mean_s, "poisson") => BatchArrivals::Poisson { mean_s },
            (mean_s, _) => BatchArrivals::Fixed { mean_s },
        };
        law.times_s(self.traffic.seed(), self.batches)
    }
}
