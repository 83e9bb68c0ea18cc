//! Prove times by hand: a time, and how it scatters.

use crate::exit::usage;
use crate::number::{cv, time};
use clap::ValueEnum;
use planner::domain::TimeDist;

/// The prove time of one batch on one prover, by hand.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Times, measured or by hand")]
pub(crate) struct ProveArgs {
    /// Time to prove one batch on one prover, by hand.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) prove: Option<f64>,
    /// How prove times scatter around that: the coefficient of variation of a lognormal law; 0 is fixed.
    #[arg(long, value_name = "CV", value_parser = cv, default_value_t = 0.0, requires = "prove")]
    prove_cv: f64,
    /// The law of prove times.
    #[arg(long, value_enum, default_value_t = ProveLaw::Lognormal, requires = "prove")]
    prove_law: ProveLaw,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProveLaw {
    /// Lognormal with --prove-cv; fixed where that is 0.
    Lognormal,
    /// Exponential, as in textbooks: far wider than proving is.
    Exponential,
}

impl ProveArgs {
    /// The distribution of prove times; none without `--prove`.
    pub(crate) fn law(&self) -> anyhow::Result<Option<TimeDist>> {
        let Some(prove_s) = self.prove else { return Ok(None) };
        Ok(Some(match self.prove_law {
            ProveLaw::Lognormal => TimeDist::log_normal("prove", prove_s, self.prove_cv)?,
            ProveLaw::Exponential if self.prove_cv > 0.0 => {
                return Err(usage(
                    "--prove-cv: an exponential law has 1; omit it or use --prove-law lognormal",
                ));
            }
            ProveLaw::Exponential => TimeDist::exponential("prove", prove_s)?,
        }))
    }
}
