//! One call that gives a cell the clock it asks for, and gives it back.
//!
//! Owns choosing between `cpufreq` and `duty`; how each works is there.

use crate::clock::ClockSetting;
use crate::cores::CoreCount;
use crate::cpufreq::{CpufreqError, FrequencyHold};
use crate::duty::DutyCycle;
use crate::duty_error::DutyError;
use crate::placement::Placement;
use crate::root::Root;
use std::path::Path;

/// Why a clock setting cannot be had on this machine. The other cells can still run.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// A frequency cannot be held.
    #[error(transparent)]
    Frequency(#[from] CpufreqError),
    /// A duty cycle cannot be held.
    #[error(transparent)]
    Duty(#[from] DutyError),
}

/// The clock of one cell, held until this is dropped. On a signal, drop it before exiting.
#[derive(Debug)]
#[must_use = "the clock is given back as soon as this is dropped"]
pub enum ClockHold {
    /// Nothing is changed.
    AsIs,
    /// A frequency; verify it with the probe.
    Frequency(FrequencyHold),
    /// A duty cycle; accept each sample by its counters.
    Duty(DutyCycle),
}

impl ClockHold {
    /// Holds the clock of the CPUs of one point. `state_file` is used for a frequency only.
    ///
    /// # Errors
    /// [`ClockError`] that says why not, and what would be needed.
    pub fn set(
        root: &Root,
        setting: ClockSetting,
        placement: &Placement,
        state_file: &Path,
    ) -> Result<Self, ClockError> {
        Ok(match setting {
            ClockSetting::AsIs => Self::AsIs,
            ClockSetting::Frequency(frequency) => {
                let cpus = placement.cpu_list();
                Self::Frequency(FrequencyHold::set(root, frequency, &cpus, state_file)?)
            }
            ClockSetting::Duty(percent) => {
                let cores = CoreCount::new(placement.cpus.len());
                let cores = cores.ok_or_else(|| DutyError::Unavailable {
                    why: "the point has no CPU".to_owned(),
                    needed: "a placement of at least one core",
                })?;
                Self::Duty(DutyCycle::create(root, percent, cores)?)
            }
        })
    }

    /// Puts a child process under the duty cycle; the other settings hold for every process.
    ///
    /// # Errors
    /// [`ClockError::Duty`] where the kernel refuses.
    pub fn add_process(&self, process: u32) -> Result<(), ClockError> {
        match self {
            Self::Duty(duty) => Ok(duty.add_process(process)?),
            Self::AsIs | Self::Frequency(_) => Ok(()),
        }
    }
}
