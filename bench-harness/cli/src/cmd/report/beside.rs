//! Records that a page may hold beside those of a run's folder.

use records::file::Versioned;
use records::report::Records;
use std::path::{Path, PathBuf};

/// Records from other commands; each adds a section to the page.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Further sections of the page")]
pub(crate) struct BesideArgs {
    /// What the sources claim: what `claims --json` prints.
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
    /// Where parallel execution pays: what `execute --json` prints.
    #[arg(long, value_name = "FILE")]
    execution: Option<PathBuf>,
    /// How long closing a batch takes: what `close --json` prints.
    #[arg(long, value_name = "FILE")]
    closed_batches: Option<PathBuf>,
    /// What growth of the state costs: what `state-growth --json` prints.
    #[arg(long, value_name = "FILE")]
    state_growth: Option<PathBuf>,
    /// Many rollups settled by one proof: what `fractal --json` prints.
    #[arg(long, value_name = "FILE")]
    fractal: Option<PathBuf>,
}

impl BesideArgs {
    /// The first flag that was given, without its dashes.
    pub(crate) fn first_flag(&self) -> Option<&'static str> {
        let Self { claims, execution, closed_batches, state_growth, fractal } = self;
        let flags = [
            (claims, "claims"),
            (execution, "execution"),
            (closed_batches, "closed-batches"),
            (state_growth, "state-growth"),
            (fractal, "fractal"),
        ];
        flags.into_iter().find_map(|(file, flag)| file.is_some().then_some(flag))
    }

    /// Adds what was given.
    pub(crate) fn add_to(&self, records: &mut Records) -> anyhow::Result<()> {
        let Self { claims, execution, closed_batches, state_growth, fractal } = self;
        records.claims = read(claims.as_deref())?;
        records.execution = read(execution.as_deref())?;
        records.closing = read(closed_batches.as_deref())?;
        records.state_growth = read(state_growth.as_deref())?;
        records.fractal = read(fractal.as_deref())?;
        Ok(())
    }
}

fn read<T: Versioned>(file: Option<&Path>) -> anyhow::Result<Option<T>> {
    Ok(file.map(records::file::read).transpose()?)
}
