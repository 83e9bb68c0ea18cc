//! The two programs of a comparison: starting one for each sample, hearing its answer, and no longer than it may
//! take.

use ::machine::Standard;
use prover::process::ChildProcess;
use records::regression::arm::{
    ARM_PROTOCOL, ArmAnswer, ArmRequest, DescribedAnswer, FailedAnswer, FailedName, MemoryAnswer,
    NotAnAnswer, SampleAnswer, SampleRequest, TimeAnswer, from_output,
};
use records::regression::paired::ComparedName;
use regression::paired::{Arm, ArmError, Reading, Readings};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a program that works is looked at. It sleeps meanwhile, so that it takes nothing from what is timed.
const LOOK: Duration = Duration::from_millis(10);

/// One of the two programs.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// `base` or `head`, with what the user named.
    pub(crate) name: String,
    /// The file.
    pub(crate) file: PathBuf,
    /// What both are asked to measure: the fields of a spec that are not at their default.
    pub(crate) spec: Map<String, Value>,
    /// The keys of the cells that follow from it.
    pub(crate) cells: Vec<String>,
    /// Whether a sample needs an aggregation.
    pub(crate) aggregates: bool,
    /// How long one sample may take.
    pub(crate) limit: Duration,
    /// Set by Ctrl-C.
    pub(crate) stop: &'a AtomicBool,
    /// The best reading of the probe in any sample of either program.
    pub(crate) standard: Rc<Cell<Standard>>,
    /// The stages of every sample, by cell, for planning.
    pub(crate) stages: BTreeMap<String, Vec<BTreeMap<String, f64>>>,
}

impl Arm for Program<'_> {
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError> {
        match self.ask(None)? {
            ArmAnswer::Described(described) => {
                if described.cells != self.cells {
                    return Err(self.no_result(format!(
                        "it would measure other cells than it was asked for: {} instead of {}; what decides the cells \
                         is --workload, --batch-size, --cores, --batches-per-aggregation and --proof-system: name \
                         them, and leave them out of a wrapper of your own",
                        described.cells.join(" "),
                        self.cells.join(" ")
                    )));
                }
                Ok(described)
            }
            other => Err(self.unexpected("a description", &other)),
        }
    }

    fn sample(&mut self, cell: &str, seed: u64) -> Result<Readings, ArmError> {
        let mut standard = self.standard.get();
        let best_adds_per_cycle = standard.best_adds_per_cycle();
        let without_aggregation = !self.aggregates;
        let wanted = SampleRequest { cell: cell.to_owned(), seed, best_adds_per_cycle, without_aggregation };
        match self.ask(Some(wanted))? {
            ArmAnswer::Sample(SampleAnswer { cell: of, seed: on, times, memory, stages, adds_per_cycle })
                if of == cell && on == seed =>
            {
                standard.see(adds_per_cycle);
                self.standard.set(standard);
                self.stages.entry(of).or_default().push(stages);
                let times = times
                    .into_iter()
                    .map(|(name, TimeAnswer { time_s, mark })| (name, Reading { value: time_s, mark }));
                let memory = memory.map(|MemoryAnswer { peak_rss_bytes, mark }| {
                    (ComparedName::Memory, Reading { value: peak_rss_bytes as f64, mark })
                });
                Ok(times.chain(memory).collect())
            }
            other => Err(self.unexpected(&format!("a sample of {cell} on seed {seed}"), &other)),
        }
    }
}

impl Program<'_> {
    fn no_result(&self, why: String) -> ArmError {
        ArmError::NoResult { arm: self.name.clone(), why }
    }

    fn unexpected(&self, expected: &str, got: &ArmAnswer) -> ArmError {
        match got {
            ArmAnswer::Failed(FailedAnswer { kind: FailedName::WrongProof, why }) => {
                ArmError::WrongProof { arm: self.name.clone(), why: why.clone() }
            }
            ArmAnswer::Failed(FailedAnswer { why, .. }) => self.no_result(why.clone()),
            other => self.no_result(format!("expected {expected}, got {other:?}")),
        }
    }

    fn ask(&self, sample: Option<SampleRequest>) -> Result<ArmAnswer, ArmError> {
        let request =
            ArmRequest { protocol: ARM_PROTOCOL, spec: self.spec.clone(), sample, guard_input: true };
        let (output, errors, status) = self.run(&request)?;
        let no_result = |why: String| self.no_result(format!("{why}{errors}"));
        // What it wrote says more than how it ended.
        match from_output(&String::from_utf8_lossy(&output)) {
            Ok(answer) if status.success() => Ok(answer),
            Ok(_) => Err(no_result(format!("it answered and then ended with {status}"))),
            Err(NotAnAnswer::Protocol(got)) => {
                Err(ArmError::Protocol { arm: self.name.clone(), known: ARM_PROTOCOL, got })
            }
            Err(NotAnAnswer::Text(why)) => {
                Err(no_result(format!("`{} gate-sample` ended with {status}: {why}", self.file.display())))
            }
        }
    }

    fn run(&self, request: &ArmRequest) -> Result<(Vec<u8>, String, ExitStatus), ArmError> {
        let line = serde_json::to_string(request).map_err(|error| self.no_result(error.to_string()))?;
        let mut child =
            ChildProcess::start(Command::new(&self.file).arg("gate-sample")).map_err(|error| {
                self.no_result(format!("it cannot be started: {}: {error}", self.file.display()))
            })?;
        child.send(line + "\n");
        let status = self.wait(&mut child)?;
        let output = child.rest_of_output();
        child.end();
        Ok((output, child.last_errors(), status))
    }

    /// Waits for its end. Where it does not come, the program is ended when the caller drops it.
    fn wait(&self, child: &mut ChildProcess) -> Result<ExitStatus, ArmError> {
        let started = Instant::now();
        loop {
            match child.status() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(error) => return Err(self.no_result(format!("it is lost: {error}"))),
            }
            if self.stop.load(Ordering::SeqCst) {
                return Err(ArmError::Stopped);
            }
            if started.elapsed() > self.limit {
                return Err(self.no_result(format!(
                    "no answer within {} s; --sample-timeout sets how long one may take",
                    self.limit.as_secs_f64()
                )));
            }
            std::thread::sleep(LOOK);
        }
    }
}
