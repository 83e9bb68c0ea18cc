//! One cell to its end, over as many children as it takes.

use crate::cell::Cell;
use crate::child::message::{FatalName, Message};
use crate::child::request::{CellRequest, Role};
use crate::run::error::MeasureError;
use crate::run::events::{Events, RunEvent};
use crate::run::inputs::Run;
use crate::run::launch::{ChildEvent, Launcher, Running};
use crate::run::memory;
use crate::run::reservation::{Refusal, Reservation};
use machine::Standard;
use records::sample::record::SampleKey;
use records::sample::{EndName, FailureName, LogRecord, SampleLog};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How often the stop flag is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// One cell that is being measured.
pub(crate) struct CellRun<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) cell: &'a Cell,
    pub(crate) place: usize,
    pub(crate) of: usize,
    /// What the next child is asked for; its progress is that of the cell when this run began, and what came since.
    pub(crate) request: CellRequest,
    /// Repeats that an earlier run had made.
    pub(crate) made_before: u64,
    pub(crate) known: &'a BTreeSet<SampleKey>,
    pub(crate) log: &'a mut SampleLog,
    pub(crate) records: &'a mut Vec<LogRecord>,
    pub(crate) standard: &'a mut Standard,
    pub(crate) life: Life,
    pub(crate) started: Instant,
    pub(crate) samples: u64,
    pub(crate) failures: u64,
}

/// What is known of the child that lives.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// The repeat that it is making.
    repeat: Option<u64>,
    /// Whether it has brought any repeat to an end.
    has_achieved: bool,
}

/// What became of one child.
enum ChildExit {
    Stopped,
    Ended(EndName),
    Died { how: String },
}

/// Why no child lives.
enum Start {
    Refused(Refusal),
    Stopped,
    Died { how: String },
}

impl CellRun<'_> {
    /// Measures until the cell ends and says why, the run is stopped (none), or it cannot go on.
    pub(crate) fn go(&mut self, events: &mut dyn Events) -> Result<Option<EndName>, MeasureError> {
        if let Some(why) = memory::refuse(self.run.spec, self.cell, self.records) {
            return self.refused(Refusal { failure: FailureName::Memory, why }, events);
        }
        let reservation = match self.run.launcher {
            Launcher::Program { .. } => Reservation::set(self.cell, &self.run.host.allowance.cpus).map(Some),
            // Threads of this process are not held to CPUs, and it is under no quota.
            Launcher::InProcess => Ok(None),
        };
        let reservation = match reservation {
            Ok(reservation) => reservation,
            Err(refusal) => return self.refused(refusal, events),
        };
        loop {
            self.life = Life::default();
            let exit = match self.start_all(reservation.as_ref())? {
                Ok((mut child, mut neighbours)) => self.one_life(&mut child, &mut neighbours, events)?,
                Err(Start::Refused(refusal)) => return self.refused(refusal, events),
                Err(Start::Stopped) => ChildExit::Stopped,
                Err(Start::Died { how }) => ChildExit::Died { how },
            };
            self.log.sync()?;
            let end = match exit {
                ChildExit::Stopped => return Ok(None),
                ChildExit::Ended(end) => Some(end),
                ChildExit::Died { how } => self.after_death(how, events)?,
            };
            if end.is_some() {
                return Ok(end);
            }
        }
    }

    /// Starts the provers that keep the other cores busy, and then, once all of them prove, the one that is measured.
    fn start_all(
        &self,
        reservation: Option<&Reservation>,
    ) -> Result<Result<(Running, Vec<Running>), Start>, MeasureError> {
        let mut neighbours = Vec::new();
        for number in 1..self.cell.provers.get() {
            let role = Role::Neighbour(number as u64);
            match self.start(reservation, number, role)? {
                Ok(child) => neighbours.push(child),
                Err(refusal) => return Ok(Err(Start::Refused(refusal))),
            }
        }
        for neighbour in &mut neighbours {
            loop {
                if self.run.is_stopped() {
                    return Ok(Err(Start::Stopped));
                }
                match neighbour.next(LOOK) {
                    ChildEvent::Nothing | ChildEvent::Message(Message::WarmUp { .. }) => {}
                    ChildEvent::Message(Message::Loading) => break,
                    ChildEvent::Message(other) => {
                        return Ok(Err(Start::Died { how: format!("a neighbouring prover said {other:?}") }));
                    }
                    ChildEvent::Ended { how, .. } => {
                        return Ok(Err(Start::Died { how: format!("a neighbouring prover: {how}") }));
                    }
                }
            }
        }
        let child = self.start(reservation, 0, Role::Measured)?;
        Ok(child.map(|child| (child, neighbours)).map_err(Start::Refused))
    }

    fn start(
        &self,
        reservation: Option<&Reservation>,
        prover: usize,
        role: Role,
    ) -> Result<Result<Running, Refusal>, MeasureError> {
        let request = CellRequest {
            role,
            placement: reservation.and_then(|reservation| reservation.placement(prover)),
            duty: reservation.and_then(|reservation| reservation.meter(prover)),
            standard: *self.standard,
            progress: self.request.progress.after(self.started.elapsed().as_secs_f64()),
            ..self.request.clone()
        };
        let child = self.run.launcher.start(&request)?;
        Ok(match reservation.map(|reservation| reservation.add(prover, &child)) {
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(())) | None => Ok(child),
        })
    }

    /// Records why a cell is not measured; the others still are.
    fn refused(
        &mut self,
        refusal: Refusal,
        events: &mut dyn Events,
    ) -> Result<Option<EndName>, MeasureError> {
        let Refusal { failure, why } = refusal;
        self.take(self.request.failure(None, failure, why), events)?;
        self.end(EndName::Failed, events)
    }

    /// Hears one child to its end.
    fn one_life(
        &mut self,
        child: &mut Running,
        neighbours: &mut [Running],
        events: &mut dyn Events,
    ) -> Result<ChildExit, MeasureError> {
        let mut ended = None;
        loop {
            for neighbour in &mut *neighbours {
                // They have nothing to say any more but that they have ended.
                if let (ChildEvent::Ended { how, .. }, None) = (neighbour.next(Duration::ZERO), &ended) {
                    child.end();
                    return Ok(ChildExit::Died { how: format!("a neighbouring prover: {how}") });
                }
            }
            if self.run.is_stopped() && ended.is_none() {
                child.end();
                return Ok(ChildExit::Stopped);
            }
            let message = match child.next(LOOK) {
                ChildEvent::Nothing => continue,
                ChildEvent::Ended { is_clean, how } => {
                    return Ok(match ended {
                        Some(end) => ChildExit::Ended(end),
                        None if is_clean => ChildExit::Died { how: format!("{how}, before the cell's end") },
                        None => ChildExit::Died { how },
                    });
                }
                ChildEvent::Message(message) => message,
            };
            match message {
                Message::WarmUp { wall_s } => events.on(&RunEvent::WarmUp { wall_s }),
                Message::Loading => {}
                Message::Started { repeat, seed: _ } => {
                    self.life.repeat = Some(repeat);
                    events.on(&RunEvent::Started { repeat });
                }
                Message::Record { record } => {
                    if let LogRecord::CellEnd(end) = &*record {
                        ended = Some(end.end);
                    }
                    self.take(*record, events)?;
                }
                Message::Fatal { fatal, why } => {
                    self.log.sync()?;
                    let cell = self.request.cell.words();
                    return Err(match fatal {
                        FatalName::WrongProof => MeasureError::WrongProof { cell, why },
                        FatalName::Input => MeasureError::Input { cell, why },
                    });
                }
            }
        }
    }

    /// Writes a record, and reports it.
    fn take(&mut self, record: LogRecord, events: &mut dyn Events) -> Result<(), MeasureError> {
        if let LogRecord::Sample(sample) = &record
            && sample.repeat.is_some()
            && self.known.contains(&sample.key())
        {
            // The first measurement of it stands: a repeat that was interrupted is made whole, not twice.
            return Ok(());
        }
        self.log.append(&record)?;
        self.request.progress.take(&record);
        match &record {
            LogRecord::SetUp(_) => {}
            LogRecord::Sample(sample) => {
                self.samples += 1;
                self.standard.see(sample.adds_per_cycle);
                events.on(&RunEvent::Sample(sample));
            }
            LogRecord::Repeat(repeat) => {
                self.log.sync()?;
                self.life = Life { repeat: None, has_achieved: true };
                let (cell_left_s, run_left_s) = self.estimate();
                let CellRequest { stopping, progress, .. } = &self.request;
                events.on(&RunEvent::Repeat {
                    made: progress.made(),
                    of: stopping.wanted(progress).max(progress.made()),
                    wall_s: repeat.wall_s,
                    cell_left_s,
                    run_left_s,
                });
            }
            LogRecord::Failure(failure) => {
                self.failures += 1;
                self.life.repeat = None;
                events.on(&RunEvent::Failure(failure));
            }
            LogRecord::CellEnd(end) => {
                events.on(&RunEvent::CellEnd { cell: &end.cell, end: end.end, repeats: end.repeats })
            }
        }
        self.records.push(record);
        Ok(())
    }

    /// What this cell and the run may still take, if everything goes on as in this cell.
    fn estimate(&self) -> (f64, f64) {
        let CellRequest { stopping, progress, .. } = &self.request;
        let elapsed_s = self.started.elapsed().as_secs_f64();
        let each_s = elapsed_s / progress.made().saturating_sub(self.made_before).max(1) as f64;
        let by_repeats_s = each_s * stopping.still_wanted(progress) as f64;
        let min_left_s = each_s * stopping.min_repeats.saturating_sub(progress.made()) as f64;
        let cell_left_s = by_repeats_s.min(stopping.time_left_s(progress, elapsed_s).max(min_left_s));
        let cells_left = self.of.saturating_sub(self.place + 1) as f64;
        (cell_left_s, cell_left_s + cells_left * (elapsed_s + cell_left_s))
    }

    /// Records a death. The cell goes on with the next repeat, unless the child died before its first.
    fn after_death(&mut self, how: String, events: &mut dyn Events) -> Result<Option<EndName>, MeasureError> {
        let Life { repeat, has_achieved } = self.life;
        self.take(self.request.failure(repeat, FailureName::Crash, how), events)?;
        let CellRequest { stopping, progress, .. } = &self.request;
        let end = if repeat.is_none() && !has_achieved {
            // Set-up or warm-up killed it: the next child would fare no better.
            Some(EndName::Failed)
        } else {
            stopping.end(progress, self.started.elapsed().as_secs_f64())
        };
        match end {
            Some(end) => self.end(end, events),
            None => Ok(None),
        }
    }

    fn end(&mut self, end: EndName, events: &mut dyn Events) -> Result<Option<EndName>, MeasureError> {
        self.take(self.request.end(end, self.request.progress.made()), events)?;
        self.log.sync()?;
        Ok(Some(end))
    }
}
