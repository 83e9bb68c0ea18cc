//! Records that a page may hold beside those of a run's folder.

use records::report::Records;
use std::path::PathBuf;

/// Records from other commands; each adds a section to the page.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Further sections of the page")]
pub(crate) struct BesideArgs {
    /// What the sources claim: what `claims --json` prints.
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

impl BesideArgs {
    /// The first flag that was given, without its dashes.
    pub(crate) fn first_flag(&self) -> Option<&'static str> {
        let Self { claims } = self;
        claims.is_some().then_some("claims")
    }

    /// Adds what was given.
    pub(crate) fn add_to(&self, records: &mut Records) -> anyhow::Result<()> {
        let Self { claims } = self;
        if let Some(file) = claims {
            records.claims = Some(records::file::read(file)?);
        }
        Ok(())
    }
}
