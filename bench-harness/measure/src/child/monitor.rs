//! What held while a section of a repeat ran: the clock, the fraction of the cores that was ours, what others took.
//!
//! A section is what two readings of the probes enclose: closing a batch, proving it, aggregating. Reading takes
//! 1.3 ms a round of CPUs, all CPUs of a round at once, outside what is timed. While a long section runs, a background
//! probe reads as well. What the readings mean is judged in the `machine` crate.

use crate::child::background_probe::BackgroundProbe;
use crate::child::request::{CellRequest, Role};
use machine::usage::UsageMark;
use machine::{
    CoreKind, CpuList, DutyMeter, Placement, Probe, ProbeReading, Root, Standard, Throttling, lost_fraction,
};
use prover::scripted::Script;
use records::sample::MarkName;

/// Watches sections.
#[derive(Debug)]
pub(crate) struct Monitor {
    root: Root,
    mode: ProbeMode,
    standard: Standard,
    /// The readings that ended the last section, good to begin the next one with.
    last: Vec<Option<ProbeReading>>,
}

#[derive(Debug)]
enum ProbeMode {
    /// Nothing is known of the cores.
    Closed,
    /// What the script says.
    Scripted(Box<Script>, u64),
    Open(Open),
}

/// Where to look, and what may be held against a sample.
#[derive(Debug)]
struct Open {
    cpus: CpuList,
    rounds: Vec<Vec<usize>>,
    /// The quota of a duty cycle.
    duty: Option<DutyMeter>,
    /// Provers of our own on the siblings of our cores are no neighbours: they are what is measured.
    is_alone: bool,
    /// Where our own threads are on siblings, a reading meanwhile would see them.
    looks_on: bool,
    /// The CPU time is that of this process, which a prover that is another process does not use.
    is_here: bool,
}

/// A section that is open.
#[derive(Debug)]
pub(crate) struct Section {
    before: Vec<Option<ProbeReading>>,
    usage: Option<UsageMark>,
    throttling: Option<Throttling>,
    background: BackgroundProbe,
}

/// What held during a section.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Conditions {
    pub(crate) clock_ghz: Option<f64>,
    pub(crate) adds_per_cycle: Option<f64>,
    pub(crate) core_fraction: Option<f64>,
    pub(crate) steal_s: Option<f64>,
    pub(crate) lost_fraction: Option<f64>,
    /// Why its samples are discarded; none where nothing speaks against them.
    pub(crate) discard: Option<MarkName>,
    /// Whether CPU time of this process is that of the prover.
    pub(crate) is_here: bool,
}

impl Monitor {
    /// Looks where the request says; what a script says stands for it.
    pub(crate) fn new(request: &CellRequest, script: Option<&Script>, is_here: bool) -> Self {
        let mode = match (script, &request.placement) {
            (Some(script), _) if script.adds_per_cycle.is_some() => {
                ProbeMode::Scripted(Box::new(script.clone()), 0)
            }
            // The times of a script are not those of this machine.
            (Some(_), _) | (None, None) => ProbeMode::Closed,
            (None, Some(Placement { cpus, rounds, kind, nodes: _ })) => {
                // The kind is that of all provers at once: none of them is on another's sibling.
                let is_apart = *kind == CoreKind::Physical;
                ProbeMode::Open(Open {
                    cpus: cpus.iter().copied().collect(),
                    rounds: rounds.clone(),
                    duty: request.duty.clone(),
                    is_alone: is_apart || request.cell.provers == 1,
                    looks_on: is_apart && request.role == Role::Measured,
                    is_here,
                })
            }
        };
        Self { root: Root::system(), mode, standard: request.standard, last: Vec::new() }
    }

    /// Begins a short section with new readings.
    pub(crate) fn open(&mut self) -> Section {
        if let ProbeMode::Open(open) = &self.mode {
            self.last = Probe::new().read_rounds(&open.rounds);
        }
        self.begin(false)
    }

    /// Begins a section that may be long, with the readings that ended the last one.
    pub(crate) fn go_on(&mut self) -> Section {
        self.begin(true)
    }

    fn begin(&mut self, is_long: bool) -> Section {
        match &self.mode {
            ProbeMode::Closed | ProbeMode::Scripted(..) => Section {
                before: Vec::new(),
                usage: None,
                throttling: None,
                background: BackgroundProbe::default(),
            },
            ProbeMode::Open(open) => Section {
                before: self.last.clone(),
                background: match is_long && open.looks_on {
                    true => BackgroundProbe::start(&open.cpus.iter().collect::<Vec<_>>()),
                    false => BackgroundProbe::default(),
                },
                throttling: open.duty.as_ref().and_then(|duty| duty.throttling(&self.root)),
                usage: Some(UsageMark::now(&self.root, &open.cpus)),
            },
        }
    }

    /// Ends a section.
    pub(crate) fn close(&mut self, section: Section) -> Conditions {
        let open = match &mut self.mode {
            ProbeMode::Closed => return Conditions { is_here: true, ..Conditions::default() },
            ProbeMode::Scripted(script, turn) => {
                *turn += 1;
                let clock_ghz = script.clock_ghz;
                let adds_per_cycle = script.adds_per_cycle_at(*turn - 1).unwrap_or(0.0);
                let readings = [Some(ProbeReading { clock_ghz, adds_per_cycle })];
                let discard = self.standard.judge(&readings, None);
                let conditions = Conditions { is_here: true, discard, ..Conditions::default() };
                return conditions.seen(&readings, self.standard);
            }
            ProbeMode::Open(open) => open,
        };
        let usage = section.usage.map(|mark| mark.used());
        let after = open.duty.as_ref().and_then(|duty| duty.throttling(&self.root));
        let meanwhile = section.background.stop().into_iter().map(Some);
        self.last = Probe::new().read_rounds(&open.rounds);
        let readings: Vec<_> = section.before.iter().chain(&self.last).copied().chain(meanwhile).collect();
        let is_throttled = open.duty.as_ref().is_some_and(DutyMeter::is_limited);
        // Waiting for the quota counts as waiting for a CPU, so under one that says nothing of neighbours.
        let judged_usage = usage.as_ref().filter(|_| !is_throttled);
        let discard = if open.is_alone {
            self.standard.judge(&readings, judged_usage)
        } else {
            self.standard.see(readings.iter().flatten().map(|reading| reading.adds_per_cycle));
            Standard::default().judge(&[], judged_usage)
        };
        let conditions = Conditions {
            discard,
            steal_s: usage.and_then(|usage| usage.steal_s),
            lost_fraction: judged_usage.and_then(lost_fraction),
            is_here: open.is_here,
            ..Conditions::default()
        };
        let mut conditions = conditions.seen(&readings, self.standard);
        if is_throttled && conditions.discard.is_none() {
            let counters = section.throttling.zip(after).zip(usage);
            let is_accepted =
                open.duty.as_ref().zip(counters).is_some_and(|(duty, ((before, after), usage))| {
                    duty.accept(before, after, &usage).is_ok()
                });
            conditions.discard = (!is_accepted).then_some(MarkName::OffQuota);
        }
        conditions
    }
}

impl Conditions {
    /// The same, with the verdict on a longer section of the same work where this one is too short to be held against
    /// a quota.
    pub(crate) fn judged_with(&self, longer: &Self) -> Self {
        let is_short = self.discard == Some(MarkName::OffQuota);
        Self { discard: if is_short { longer.discard } else { self.discard }, ..*self }
    }

    /// With what the probes read: the mean clock, and the least fraction, since the slowest core holds up the others.
    fn seen(self, readings: &[Option<ProbeReading>], standard: Standard) -> Self {
        let found: Vec<_> = readings.iter().flatten().collect();
        let clocks: f64 = found.iter().map(|reading| reading.clock_ghz).sum();
        let least = found.iter().map(|reading| reading.adds_per_cycle).reduce(f64::min);
        Self {
            clock_ghz: (!found.is_empty()).then(|| clocks / found.len() as f64),
            adds_per_cycle: least,
            core_fraction: least.and_then(|least| standard.core_fraction(least)),
            ..self
        }
    }
}
