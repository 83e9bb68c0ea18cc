//! The local workers of a pipeline, and how their number changes while it runs: by a script of times, or by a person who
//! writes a number into the control file. One that is taken away finishes its job first.

use crate::error::FleetError;
use crate::process::pool::{WorkerPool, WorkerSpec};
use records::file::write_whole;
use records::fleet::pipeline::PipelineScalingRecord;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// How often the control file is read, s.
const CONTROL_S: f64 = 0.5;

/// The control file of a folder: one line, the number of provers that is wanted.
pub fn control_path(folder: &Path) -> PathBuf {
    folder.join("provers")
}

/// A change at a time of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleStep {
    /// When, s since the beginning.
    pub at_s: f64,
    /// How many provers more, or fewer.
    pub change: i64,
}

/// What a pipeline asks of whoever has its workers.
pub trait PipelineWorkers {
    /// Does what is due at this time. Returns how many are there, where that is known.
    ///
    /// # Errors
    /// A worker that cannot be kept alive.
    fn turn(&mut self, now_s: f64) -> Result<Option<u64>, FleetError>;

    /// Every change until now, the first being how many there were at the beginning; none where that is not known.
    fn changes(&self) -> Vec<PipelineScalingRecord>;
}

/// Workers that are elsewhere, and come and go as they like.
#[derive(Clone, Copy, Debug)]
pub struct FarWorkers;

impl PipelineWorkers for FarWorkers {
    fn turn(&mut self, _now_s: f64) -> Result<Option<u64>, FleetError> {
        Ok(None)
    }

    fn changes(&self) -> Vec<PipelineScalingRecord> {
        Vec::new()
    }
}

/// Workers that are child processes of this one.
#[derive(Debug)]
pub struct LocalWorkers {
    pool: WorkerPool,
    /// Names of the workers that prove, the newest last.
    provers: Vec<String>,
    /// Places that no worker has: its CPUs, threads and class.
    free: Vec<WorkerSpec>,
    /// How many names were given.
    named: usize,
    script: VecDeque<ScaleStep>,
    wanted: u64,
    max: u64,
    control: PathBuf,
    /// What the control file said last.
    said: String,
    next_control_s: f64,
    changes: Vec<PipelineScalingRecord>,
    notes: Vec<String>,
}

impl LocalWorkers {
    /// Of a pool that has these provers at work from this time on, s, and room for as many more as places are `free`. The
    /// control file is written.
    ///
    /// # Errors
    /// A control file that cannot be written.
    pub fn new(
        pool: WorkerPool,
        provers: Vec<String>,
        free: Vec<WorkerSpec>,
        script: Vec<ScaleStep>,
        folder: &Path,
        at_s: f64,
    ) -> Result<Self, FleetError> {
        let wanted = provers.len() as u64;
        let mut workers = Self {
            named: pool.count(),
            max: wanted + free.len() as u64,
            pool,
            provers,
            free,
            script: script.into(),
            wanted,
            control: control_path(folder),
            said: String::new(),
            next_control_s: 0.0,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        workers.want(wanted, at_s, if at_s > 0.0 { "the restart" } else { "the beginning" })?;
        Ok(workers)
    }

    /// What a person should know of the changes since it was last asked.
    pub fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn want(&mut self, wanted: u64, at_s: f64, by: &str) -> Result<(), FleetError> {
        let provers = wanted.min(self.max);
        if provers < wanted {
            self.notes.push(format!("{wanted} provers are wanted, and {} is all that fits here", self.max));
        }
        self.wanted = provers;
        self.changes.push(PipelineScalingRecord { at_s, provers, by: by.to_owned() });
        self.said = provers.to_string();
        Ok(write_whole(&self.control, &format!("{provers}\n"))?)
    }

    fn read_control(&mut self, now_s: f64) -> Result<(), FleetError> {
        if now_s < self.next_control_s {
            return Ok(());
        }
        self.next_control_s = now_s + CONTROL_S;
        // One that is being written is read again later.
        let said = std::fs::read_to_string(&self.control).unwrap_or_default().trim().to_owned();
        if said.is_empty() || said == self.said {
            return Ok(());
        }
        match said.parse::<u64>() {
            Ok(wanted) => self.want(wanted, now_s, "the control file"),
            Err(_) => {
                let file = self.control.display();
                self.notes.push(format!("{file}: expected a number of provers, got `{said}`"));
                self.said = said;
                Ok(())
            }
        }
    }

    /// Brings what there is to what is wanted, as far as places are free.
    fn reconcile(&mut self) {
        self.free.extend(self.pool.ended());
        while self.provers.len() as u64 > self.wanted {
            let Some(name) = self.provers.pop() else { break };
            self.notes.push(format!("{name} is taken away once its job is done"));
            self.pool.drain(&name);
        }
        while (self.provers.len() as u64) < self.wanted {
            let Some(place) = self.free.pop() else { break };
            let spec = WorkerSpec { name: format!("worker-{}", self.named), ..place };
            self.named += 1;
            self.notes.push(format!("{} is added", spec.name));
            self.provers.push(spec.name.clone());
            self.pool.add(spec);
        }
    }
}

impl PipelineWorkers for LocalWorkers {
    fn turn(&mut self, now_s: f64) -> Result<Option<u64>, FleetError> {
        if let Some(error) = self.pool.trouble() {
            return Err(error);
        }
        while let Some(step) = self.script.front().copied().filter(|step| step.at_s <= now_s) {
            self.script.pop_front();
            self.want(self.wanted.saturating_add_signed(step.change), now_s, "--scale")?;
        }
        self.read_control(now_s)?;
        self.reconcile();
        Ok(Some(self.pool.count() as u64))
    }

    fn changes(&self) -> Vec<PipelineScalingRecord> {
        self.changes.clone()
    }
}
