//! What this computer is, and holding it still.
//!
//! | question | file |
//! |---|---|
//! | which machine is this? | [`state`](MachineState): [`processor`](Processor), [`topology`](Topology), [`cache`](Cache), [`memory`](Memory), [`cgroup`](CgroupLimits), [`conditions`](Conditions), [`features`](TargetFeatures), [`build_info`](BuildInfo) |
//! | is it fit to be measured on? | [`checks`] |
//! | how many cores may be used, and which? | [`cores`](Allowance), [`placement`](Placement), [`pin`](pin_thread) |
//! | what was used, and what did others take? | [`usage`] |
//!
//! Every reader takes a [`Root`], so that it can be tested against a folder that stands for `/`.
//! What cannot be read is `None` and prints as `unknown`; nothing is guessed.
//!
//! **Invariant:** this is the only crate that changes anything on the computer, and it always puts
//! it back.

mod build_info;
mod cache;
mod cgroup;
pub mod checks;
mod conditions;
mod cores;
mod cpu_list;
mod features;
mod memory;
mod pin;
mod placement;
mod processor;
mod root;
mod state;
mod topology;
pub mod usage;

pub use build_info::BuildInfo;
pub use cache::Cache;
pub use cgroup::{CgroupLimits, CgroupVersion};
pub use conditions::Conditions;
pub use cores::{Allowance, CoreCount, CoresError, CoresRequest};
pub use cpu_list::{CpuList, CpuListError};
pub use features::{MissingFeatures, TargetFeatures};
pub use memory::{Headroom, Memory, MemoryBound};
pub use pin::{PinError, ProcessPin, ThreadPin, pin_process, pin_thread};
pub use placement::{CoreKind, Placement, PlacementError};
pub use processor::Processor;
pub use root::Root;
pub use state::MachineState;
pub use topology::{LogicalCpu, Topology};
