//! What a cell needs of the machine before its processes start, and gives back after they have ended: CPUs for each
//! prover, a clock, room in memory.

use crate::cell::Cell;
use crate::run::launch::Running;
use machine::{ClockHold, ClockSetting, CoreCount, DutyMeter, Placement, Probe, Root, STATE_FILE, Topology};
use records::sample::FailureName;
use std::path::Path;

/// A cell that cannot be measured here.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) failure: FailureName,
    pub(crate) why: String,
}

/// Everything that a cell holds of the machine. It is given back when this is dropped, which must be after the
/// processes have ended.
#[derive(Debug)]
pub(crate) struct Reservation {
    /// The CPUs of each prover.
    placements: Vec<Placement>,
    /// A frequency for all of them, or a duty cycle for each.
    holds: Vec<ClockHold>,
}

impl Reservation {
    /// Chooses CPUs and holds the clock.
    pub(crate) fn set(cell: &Cell, allowed: &machine::CpuList) -> Result<Self, Refusal> {
        let root = Root::system();
        let placements = placements(cell, allowed, Topology::read(&root).as_ref())?;
        let holds = holds(&root, cell.clock, &placements)?;
        Ok(Self { placements, holds })
    }

    /// The CPUs of a prover.
    pub(crate) fn placement(&self, prover: usize) -> Option<Placement> {
        self.placements.get(prover).cloned()
    }

    /// What a prover needs to accept its own samples.
    pub(crate) fn meter(&self, prover: usize) -> Option<DutyMeter> {
        match self.holds.get(prover)? {
            ClockHold::Duty(duty) => Some(duty.meter()),
            ClockHold::AsIs | ClockHold::Frequency(_) => None,
        }
    }

    /// Puts a prover's process under its duty cycle, before it has begun anything.
    pub(crate) fn add(&self, prover: usize, child: &Running) -> Result<(), Refusal> {
        match (self.holds.get(prover), child.process()) {
            (Some(hold), Some(process)) => hold.add_process(process).map_err(no_clock),
            _ => Ok(()),
        }
    }
}

fn no_clock(error: impl std::fmt::Display) -> Refusal {
    Refusal { failure: FailureName::Clock, why: error.to_string() }
}

/// The CPUs of all provers together, divided among them in order.
fn placements(
    cell: &Cell,
    allowed: &machine::CpuList,
    topology: Option<&Topology>,
) -> Result<Vec<Placement>, Refusal> {
    let no_cores = |why: String| Refusal { failure: FailureName::Cores, why };
    let each = cell.cores.get();
    let all = CoreCount::new(each * cell.provers.get()).ok_or_else(|| no_cores("no core".to_owned()))?;
    let whole = Placement::choose(all, allowed, topology).map_err(|error| no_cores(error.to_string()))?;
    Ok(whole
        .cpus
        .chunks(each)
        .map(|cpus| Placement {
            cpus: cpus.to_vec(),
            kind: whole.kind,
            nodes: whole.nodes,
            rounds: whole
                .rounds
                .iter()
                .map(|round| round.iter().copied().filter(|cpu| cpus.contains(cpu)).collect::<Vec<_>>())
                .filter(|round| !round.is_empty())
                .collect(),
        })
        .collect())
}

fn holds(root: &Root, clock: ClockSetting, placements: &[Placement]) -> Result<Vec<ClockHold>, Refusal> {
    let set = |placement: &Placement| {
        ClockHold::set(root, clock, placement, Path::new(STATE_FILE)).map_err(no_clock)
    };
    match clock {
        ClockSetting::AsIs => Ok(Vec::new()),
        ClockSetting::Duty(_) => placements.iter().map(set).collect(),
        ClockSetting::Frequency(_) => {
            let mut all = placements.first().cloned().ok_or_else(|| no_clock("no CPU"))?;
            all.cpus = placements.iter().flat_map(|placement| placement.cpus.clone()).collect();
            let hold = set(&all)?;
            if let ClockHold::Frequency(frequency) = &hold {
                // What the files say is a claim; the probe sees what runs.
                for reading in Probe::new().read_rounds(&placements[0].rounds).iter().flatten() {
                    frequency.verify(reading).map_err(no_clock)?;
                }
            }
            Ok(vec![hold])
        }
    }
}
