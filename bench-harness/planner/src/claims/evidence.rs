//! The records that claims are answered from.

use records::execution::ExecutionRecord;
use records::fleet::pipeline::PipelineRecord;
use records::fractal::FractalRecord;
use records::profile::ProfileRecord;
use records::state_growth::StateGrowthRecord;

/// What claims are answered from; a claim whose record is missing is not answered, and says which command makes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Proving over cores, sizes and systems.
    pub profile: Option<&'a ProfileRecord>,
    /// Executors side by side.
    pub execution: Option<&'a ExecutionRecord>,
    /// Blocks over states of several sizes.
    pub state_growth: Option<&'a StateGrowthRecord>,
    /// A live pipeline.
    pub pipeline: Option<&'a PipelineRecord>,
    /// A tree of rollups that was proved.
    pub fractal: Option<&'a FractalRecord>,
}
