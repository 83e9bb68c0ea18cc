//! What is recommended, and everything that led to it.
//!
//! | module | what |
//! |---|---|
//! | [`record`] | the plan |
//! | [`run_ahead`] | how far sequencing may run ahead of proving |
//! | [`curves`] | fleets around the one recommended: what the report draws |
//! | [`options`] | the ways to run a prover and the proof systems it was chosen from |
//! | [`answers`] | what a plan was asked about machines |
//! | [`fractal`] | a plan for many rollups settled by one proof |

pub mod answers;
pub mod curves;
pub mod fractal;
pub mod options;
pub mod record;
pub mod run_ahead;

pub use fractal::{
    CoresForBlockRecord, EveryBlockRecord, FRACTAL_PLAN_SCHEMA_VERSION, FractalCostRecord,
    FractalDelayPartName, FractalDelayPartRecord, FractalFleetRecord, FractalInputsRecord, FractalJobsRecord,
    FractalLayerRecord, FractalPlanRecord, FractalPoolName, FractalRoundRecord, FractalRoundsRecord,
    FractalTimeRecord, FractalWhatIfRecord, FractalWholeRecord, ServerBudgetRecord,
};
pub use options::{BreakEvenRecord, OptionFleetRecord, OptionRecord, SystemPlanRecord, SystemsRecord};
pub use record::{
    AggregationRecord, AlternativeRecord, BatchState, DelayLimitRecord, DelayRecord, Design, DesignRecord,
    FleetEstimateRecord, HOURS_PER_MONTH, InputsRecord, LimitVerdict, PLAN_SCHEMA_VERSION, ParetoRecord,
    PipelineStageRecord, PlanRecord, RecommendationRecord, SearchRecord, SensitivityRecord, SequencingRecord,
    SimulatedRecord, Statistic, StressEvent, StressRecord, Term, TimeRecord, UnstableRecord,
};
pub use run_ahead::RunAheadRecord;
