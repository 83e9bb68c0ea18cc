//! Where the curves of scaling laws are wanted.

use planner::scaling::{Asked, laws};
use records::laws::LawsRecord;
use records::profile::ProfileRecord;

/// Where the curves of `--what laws` are wanted; each is drawn over what was measured unless given.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Scaling laws")]
pub(crate) struct LawArgs {
    /// The core counts of the curves over cores; to twice the largest measured unless given.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',')]
    at_cores: Vec<u32>,
    /// The clocks of the curves over the clock, in GHz.
    #[arg(long, value_name = "GHZ", value_delimiter = ',')]
    at_ghz: Vec<f64>,
    /// The batch sizes of the curves within one padded circuit.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',')]
    at_sizes: Vec<u32>,
    /// The N of the aggregation trees.
    #[arg(long, value_name = "NS", value_delimiter = ',')]
    at_n: Vec<u32>,
    /// Extrapolate beyond twice the measured range, which is refused otherwise; each such figure says so.
    #[arg(long)]
    far: bool,
}

impl LawArgs {
    /// The first flag that was given, without its dashes.
    pub(crate) fn first_flag(&self) -> Option<&'static str> {
        let Self { at_cores, at_ghz, at_sizes, at_n, far } = self;
        let given = [
            ("at-cores", !at_cores.is_empty()),
            ("at-ghz", !at_ghz.is_empty()),
            ("at-sizes", !at_sizes.is_empty()),
            ("at-n", !at_n.is_empty()),
            ("far", *far),
        ];
        given.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }

    /// The laws of a profile, with the curves where they were asked for.
    pub(crate) fn of(&self, profile: &ProfileRecord) -> anyhow::Result<LawsRecord> {
        let Self { at_cores, at_ghz, at_sizes, at_n, far } = self;
        let asked =
            Asked::default().at_cores(at_cores)?.at_clocks_ghz(at_ghz)?.at_sizes(at_sizes)?.at_n(at_n)?;
        Ok(laws(profile, &if *far { asked.far() } else { asked }))
    }
}
