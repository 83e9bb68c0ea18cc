//! `report.json`: all that a report may be made of. Every record is there or not; a section without its records is left out.

use crate::claims::ClaimsRecord;
use crate::closing::ClosingRecord;
use crate::comparison::ComparedRunsRecord;
use crate::execution::ExecutionRecord;
use crate::file::Versioned;
use crate::fleet::pipeline::PipelineRecord;
use crate::fractal::FractalRecord;
use crate::laws::LawsRecord;
use crate::plan::PlanRecord;
use crate::plan::answers::CatalogueMachineRecord;
use crate::plan::curves::CurvesRecord;
use crate::profile::ProfileRecord;
use crate::state_growth::StateGrowthRecord;
use crate::timeline::TimelineRecord;
use crate::what_if::WhatIfRecord;
use serde::{Deserialize, Serialize};

/// Version of [`ReportRecord`] written by this program.
pub const REPORT_SCHEMA_VERSION: u32 = 2;

/// The records of one report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Records {
    /// What was measured. It has a file of its own.
    #[serde(skip)]
    pub profile: Option<ProfileRecord>,
    /// A live pipeline. It has a file of its own.
    #[serde(skip)]
    pub pipeline: Option<PipelineRecord>,
    /// What the source documents claim, answered. It has a file of its own.
    #[serde(skip)]
    pub claims: Option<ClaimsRecord>,
    /// Executors side by side. It has a file of its own.
    #[serde(skip)]
    pub execution: Option<ExecutionRecord>,
    /// Batches closed under a load. It has a file of its own.
    #[serde(skip)]
    pub closing: Option<ClosingRecord>,
    /// Execution and root as the state grows. It has a file of its own.
    #[serde(skip)]
    pub state_growth: Option<StateGrowthRecord>,
    /// Many rollups settled by one proof. It has a file of its own.
    #[serde(skip)]
    pub fractal: Option<FractalRecord>,
    /// Several runs, on a page of their own. Each has files of its own.
    #[serde(skip)]
    pub compared: Option<ComparedRunsRecord>,
    /// What is recommended.
    pub plan: Option<PlanRecord>,
    /// Why nothing is recommended, where something was asked: a sentence.
    pub no_plan: Option<String>,
    /// Which cell of the profile the plan was made with, in words; none for times given by hand.
    pub planned_with: Option<String>,
    /// What the planner says of fleets around the one recommended.
    pub curves: Option<CurvesRecord>,
    /// The scaling laws of the profile.
    pub laws: Option<LawsRecord>,
    /// Machines ranked for the plan.
    pub machines: Vec<CatalogueMachineRecord>,
    /// The planner's answers around the plan.
    pub what_if: Option<WhatIfRecord>,
    /// The recommended fleet at work.
    pub timeline: Option<TimelineRecord>,
}

/// `report.json`: what a report is made of beside the profile, so that it can be made again without planning again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportRecord {
    /// [`REPORT_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The records.
    pub records: Records,
}

impl Versioned for ReportRecord {
    const SCHEMA_VERSION: u32 = REPORT_SCHEMA_VERSION;
}

impl ReportRecord {
    /// The file of these records.
    pub fn of(records: &Records) -> Self {
        Self {
            schema_version: REPORT_SCHEMA_VERSION,
            records: Records {
                profile: None,
                pipeline: None,
                claims: None,
                execution: None,
                closing: None,
                state_growth: None,
                fractal: None,
                compared: None,
                ..records.clone()
            },
        }
    }
}
