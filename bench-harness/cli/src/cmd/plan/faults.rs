//! What goes wrong with provers: crashes and stragglers.

use crate::units::seconds;
use clap::ValueEnum;
use planner::sim::{AfterCrash, Crashes, Stragglers};

/// What goes wrong with provers.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "FaultArgs")]
pub(crate) struct FaultArgs {
    /// Mean time between crashes of a prover at work.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "repair")]
    pub(crate) mtbf: Option<f64>,
    /// Time to repair a crashed prover.
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "mtbf")]
    pub(crate) repair: Option<f64>,
    /// What happens to the job of a crashed prover.
    #[arg(long, value_enum, default_value_t = OnCrash::Requeue, requires = "mtbf")]
    pub(crate) on_crash: OnCrash,
    /// The share of batches that take longer for no reason of their own, 0 to 1.
    #[arg(long, value_name = "SHARE", requires = "straggler_factor")]
    pub(crate) straggler_fraction: Option<f64>,
    /// How many times longer those take.
    #[arg(long, value_name = "TIMES", requires = "straggler_fraction")]
    pub(crate) straggler_factor: Option<f64>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnCrash {
    /// It goes to the next free prover.
    Requeue,
    /// It waits for its own prover.
    Wait,
}

impl FaultArgs {
    /// Whether there are any.
    pub(crate) fn is_asked(&self) -> bool {
        self.mtbf.is_some() || self.straggler_fraction.is_some()
    }

    pub(crate) fn crashes(&self) -> Option<Crashes> {
        let after = match self.on_crash {
            OnCrash::Requeue => AfterCrash::Requeue,
            OnCrash::Wait => AfterCrash::Wait,
        };
        Some(Crashes { mtbf_s: self.mtbf?, repair_s: self.repair?, after })
    }

    pub(crate) fn stragglers(&self) -> Option<Stragglers> {
        Some(Stragglers { fraction: self.straggler_fraction?, factor: self.straggler_factor? })
    }
}
