//! What this computer is, and holding it still.
//!
//! | question | file |
//! |---|---|
//! | which machine is this? | [`state`](MachineState): [`processor`](Processor), [`topology`](Topology), [`cache`](Cache), [`memory`](Memory), [`cgroup`](CgroupLimits), [`conditions`](Conditions), [`features`](TargetFeatures), [`build_info`](BuildInfo) |
//! | is it fit to be measured on? | [`checks`](run_checks), [`check`](Check) |
//! | how many cores may be used, and which? | [`cores`](Allowance), [`placement`](Placement), [`pin`](pin_thread) |
//! | what was used, and what did others take? | [`usage`] |
//! | how fast does the clock run, and how much of the core is ours? | [`probe`](Probe) on `chains`, judged in [`interference`](Standard) |
//! | can it run slower? | [`clock`](ClockSetting), [`clock_hold`](ClockHold), [`cpufreq`](FrequencyHold), [`duty`](DutyCycle) on `group` |
//! | what of a file is in the system's memory? | [`page_cache`](forget_pages) |
//! | what did a dead run leave? | [`restore`], `state_file`, `owner` |
//! | will a cell fit into memory? | [`memory_law`](MemoryLaw) |
//!
//! Every reader takes a [`Root`], so that it can be tested against a folder that stands for `/`.
//! What cannot be read is `None` and prints as `unknown`; nothing is guessed.
//!
//! **Invariant:** this is the only crate that changes anything on the computer, and it always puts
//! it back.

mod build_info;
mod cache;
mod cgroup;
#[cfg(target_arch = "x86_64")]
mod chains;
mod check;
mod checks;
mod clock;
mod clock_hold;
mod conditions;
mod cores;
mod cpu_list;
mod cpufreq;
mod duty;
mod duty_error;
mod features;
mod group;
mod interference;
mod memory;
mod memory_law;
mod owner;
mod page_cache;
mod pin;
mod placement;
mod probe;
mod processor;
mod restore;
mod root;
mod state;
mod state_file;
mod topology;
pub mod usage;

pub use build_info::BuildInfo;
pub use cache::Cache;
pub use cgroup::{CgroupLimits, CgroupVersion};
pub use check::{Check, RequireError, Verdict, require};
pub use checks::run_checks;
pub use clock::{ClockSetting, ClockSettingError, DutyPercent, Frequency};
pub use clock_hold::{ClockError, ClockHold};
pub use conditions::Conditions;
pub use cores::{Allowance, CoreCount, CoresError, CoresRequest};
pub use cpu_list::{CpuList, CpuListError};
pub use cpufreq::{CpufreqError, FrequencyHold};
pub use duty::{DutyCycle, DutyMeter, DutyRefusal};
pub use duty_error::DutyError;
pub use features::{GenericBuild, MissingFeatures, NATIVE_BUILD, TargetFeatures};
pub use group::Throttling;
pub use interference::{Standard, lost_fraction};
pub use memory::{Headroom, Memory, MemoryBound};
pub use memory_law::{DoesNotFit, MemoryLaw, MemoryPoint};
pub use page_cache::{forget_pages, storage_read_bytes};
pub use pin::{PinError, ProcessPin, ThreadPin, pin_process, pin_thread};
pub use placement::{CoreKind, Placement, PlacementError};
pub use probe::{Probe, ProbeError, ProbeReading};
pub use processor::Processor;
pub use restore::{RestoreError, Restored, STATE_FILE, restore};
pub use root::Root;
pub use state::MachineState;
pub use state_file::StateFileError;
pub use topology::{LogicalCpu, Topology};
