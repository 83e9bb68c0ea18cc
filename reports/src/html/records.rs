//! All that a report may be made of. Every record is there or not; a section without its records is left out.

use crate::plan::PlanRecord;
use crate::plan::curves::CurvesRecord;
use crate::plan::machines::MachineRecord;
use crate::profile::ProfileRecord;
use crate::scaling::LawsRecord;
use crate::timeline::TimelineRecord;
use crate::what_if::WhatIfRecord;

/// The records of one report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// What was measured.
    pub profile: Option<ProfileRecord>,
    /// What is recommended.
    pub plan: Option<PlanRecord>,
    /// Which cell of the profile the plan was made with, in words; none for times given by hand.
    pub planned_with: Option<String>,
    /// What the planner says of fleets around the one recommended.
    pub curves: Option<CurvesRecord>,
    /// The scaling laws of the profile.
    pub laws: Option<LawsRecord>,
    /// Machines ranked for the plan.
    pub machines: Vec<MachineRecord>,
    /// The planner's answers around the plan.
    pub what_if: Option<WhatIfRecord>,
    /// The recommended fleet at work.
    pub timeline: Option<TimelineRecord>,
}
