//! A spec on the command line: every field as a flag, over a file.

use measure::host::Host;
use measure::run::MeasureError;
use measure::spec::{Overrides, Spec, file};
use std::path::PathBuf;

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to measure (each also a field of the spec file)")]
pub(crate) struct SpecArgs {
    /// Read the spec from this TOML file; flags override it.
    #[arg(long, value_name = "FILE", display_order = 0)]
    spec: Option<PathBuf>,
    #[command(flatten)]
    flags: Overrides,
}

impl SpecArgs {
    /// Whether anything is said of how often or how long a cell is measured, so that nothing else decides it.
    pub(crate) fn limits_cells(&self) -> bool {
        let Overrides { repeats, reruns, interval_width, min_repeats, time_limit_s, .. } = &self.flags;
        let counts = [repeats, reruns, min_repeats].iter().any(|count| count.is_some());
        counts || interval_width.is_some() || time_limit_s.is_some() || self.spec.is_some()
    }

    /// The spec of these flags, over the file they name, over `below`, over the defaults.
    pub(crate) fn resolve(self, below: Overrides, host: &Host) -> anyhow::Result<Spec> {
        let file = match &self.spec {
            Some(path) => file::read(path).map_err(MeasureError::from)?,
            None => Overrides::default(),
        };
        let above = self.flags.of_flags().over(file);
        // Who says which sizes means them for every system.
        let own = below.batch_sizes_of.filter(|_| above.batch_sizes.is_none());
        let layer = above.over(Overrides { batch_sizes_of: own, ..below });
        Ok(Spec::new(layer, &host.allowance).map_err(MeasureError::from)?)
    }
}
