//! The seed of the simulation, and what goes wrong with provers: crashes and stragglers.

use crate::number::{fraction, number, time, time_or_zero, whole};
use clap::ValueEnum;
use planner::sim::{AfterCrash, Crashes, Stragglers};

/// Flags of everything that is simulated.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SimulationArgs {
    /// The seed of the simulation [default: 1].
    #[arg(long, value_name = "SEED", value_parser = whole(0..=u64::MAX))]
    pub(crate) plan_seed: Option<u64>,
    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

impl SimulationArgs {
    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        self.plan_seed.unwrap_or(1)
    }
}

/// Crashes and stragglers.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Faults")]
pub(crate) struct FaultArgs {
    /// Mean time between crashes of a prover while it proves.
    #[arg(long, value_name = "TIME", value_parser = time, requires = "repair")]
    pub(crate) mtbf: Option<f64>,
    /// Time to repair a crashed prover.
    #[arg(long, value_name = "TIME", value_parser = time_or_zero, requires = "mtbf")]
    pub(crate) repair: Option<f64>,
    /// What happens to the job of a crashed prover.
    #[arg(long, value_enum, default_value_t = OnCrash::Requeue, requires = "mtbf")]
    pub(crate) on_crash: OnCrash,
    /// The fraction of batches whose proof takes longer by chance (stragglers), 0 to 1.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, requires = "straggler_factor")]
    pub(crate) straggler_fraction: Option<f64>,
    /// How many times longer a straggler takes.
    #[arg(long, value_name = "FACTOR", value_parser = number(1.0..=1000.0), requires = "straggler_fraction")]
    pub(crate) straggler_factor: Option<f64>,
}

/// [`AfterCrash`] on the command line: the planner knows nothing of flags.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OnCrash {
    /// It goes to the next free prover.
    Requeue,
    /// It waits for its own prover.
    Wait,
}

impl FaultArgs {
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
