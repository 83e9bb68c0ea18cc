//! The two programs of a comparison: starting one for each sample, hearing its answer, and no longer than it may
//! take.

use records::regression::arm::{
    ARM_PROTOCOL, ArmAnswer, ArmRequest, DescribedAnswer, FailedAnswer, FailedName, NotAnAnswer,
    SampleAnswer, SampleRequest, from_output,
};
use regression::paired::{Arm, ArmError, Times};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a program that works is looked at. It sleeps meanwhile, so that it takes nothing from what is timed.
const LOOK: Duration = Duration::from_millis(10);
/// How much of a program's error output is told: its end.
const ERRORS_LIMIT_BYTES: usize = 1_000;

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
    /// How long one sample may take.
    pub(crate) limit: Duration,
    /// Set by Ctrl-C.
    pub(crate) stop: &'a AtomicBool,
    /// The best share of a core that any sample of either program has seen.
    pub(crate) best: Rc<Cell<Option<f64>>>,
    /// The stages of every sample, by cell, for planning.
    pub(crate) stages: BTreeMap<String, Vec<BTreeMap<String, f64>>>,
}

impl Arm for Program<'_> {
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError> {
        match self.ask(None)? {
            ArmAnswer::Described(described) => {
                if described.cells != self.cells {
                    return Err(self.no_result(format!(
                        "it would measure other cells than it was asked for: {} instead of {}",
                        described.cells.join(" "),
                        self.cells.join(" ")
                    )));
                }
                Ok(described)
            }
            other => Err(self.unexpected("a description", &other)),
        }
    }

    fn sample(&mut self, cell: &str, seed: u64) -> Result<Times, ArmError> {
        let best_adds_per_cycle = self.best.get();
        let wanted = SampleRequest { cell: cell.to_owned(), seed, best_adds_per_cycle };
        match self.ask(Some(wanted))? {
            ArmAnswer::Sample(SampleAnswer { cell: of, seed: on, times, stages, adds_per_cycle })
                if of == cell && on == seed =>
            {
                self.best.set(self.best.get().into_iter().chain(adds_per_cycle).reduce(f64::max));
                self.stages.entry(of).or_default().push(stages);
                Ok(times)
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
        let told = |why: String| {
            let errors = match errors.trim() {
                "" => String::new(),
                errors => format!("; its error output ends: {errors}"),
            };
            self.no_result(format!("{why}{errors}"))
        };
        // What it wrote says more than how it ended.
        match from_output(&output) {
            Ok(answer) if status.success() => Ok(answer),
            Ok(_) => Err(told(format!("it answered and then ended with {status}"))),
            Err(NotAnAnswer::Protocol(got)) => {
                Err(ArmError::Protocol { arm: self.name.clone(), known: ARM_PROTOCOL, got })
            }
            Err(NotAnAnswer::Text(why)) => {
                Err(told(format!("`{} gate-sample` ended with {status}: {why}", self.file.display())))
            }
        }
    }

    fn run(&self, request: &ArmRequest) -> Result<(String, String, ExitStatus), ArmError> {
        let lost = |what: &str, error: std::io::Error| {
            self.no_result(format!("{what}: {}: {error}", self.file.display()))
        };
        // Files take what pipes would need threads for: nothing of ours runs beside what is timed.
        let temporary = || tempfile::tempfile().map_err(|error| lost("no temporary file", error));
        let (mut output, mut errors) = (temporary()?, temporary()?);
        let handle = |file: &File| file.try_clone().map_err(|error| lost("no temporary file", error));
        let mut child = Command::new(&self.file)
            .arg("gate-sample")
            .stdin(Stdio::piped())
            .stdout(handle(&output)?)
            .stderr(handle(&errors)?)
            // A group of its own, so that all of it can be ended, and Ctrl-C comes to us alone.
            .process_group(0)
            .spawn()
            .map_err(|error| lost("it cannot be started", error))?;
        let mut input = child.stdin.take();
        if let Some(input) = &mut input {
            let line = serde_json::to_string(request).map_err(|error| self.no_result(error.to_string()))?;
            // A program that has ended already tells so by its output.
            let _ = input.write_all((line + "\n").as_bytes());
        }
        let status = self.wait(&mut child);
        drop(input);
        let status = status?;
        let text = |file: &mut File| read_back(file).map_err(|error| lost("its output is lost", error));
        let said = text(&mut errors)?;
        let end: Vec<char> = said.chars().rev().take(ERRORS_LIMIT_BYTES).collect();
        Ok((text(&mut output)?, end.into_iter().rev().collect(), status))
    }

    /// Waits for its end, or ends it with all that it started.
    fn wait(&self, child: &mut Child) -> Result<ExitStatus, ArmError> {
        let started = Instant::now();
        let why = loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(error) => break self.no_result(format!("it is lost: {error}")),
            }
            if self.stop.load(Ordering::SeqCst) {
                break ArmError::Stopped;
            }
            if started.elapsed() > self.limit {
                break self.no_result(format!(
                    "no answer within {} s; --sample-timeout sets how long one may take",
                    self.limit.as_secs_f64()
                ));
            }
            std::thread::sleep(LOOK);
        };
        end_group(child);
        Err(why)
    }
}

/// Ends a child that leads a group of its own, and all of that group.
pub(crate) fn end_group(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // Fails only where all of them have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn read_back(file: &mut File) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
