//! One cell to its end, over as many children as it takes.

use crate::cell::Cell;
use crate::child::message::{FatalName, Message};
use crate::child::request::{CellRequest, Remaining, Role, seed_of};
use crate::run::Run;
use crate::run::done::CellDone;
use crate::run::error::MeasureError;
use crate::run::events::{Event, Events};
use crate::run::launch::{ChildEvent, Launcher, Running};
use crate::run::memory;
use crate::run::progress::{Current, Progress};
use crate::run::reservation::{Refusal, Reservation};
use records::sample::record::SampleKey;
use records::sample::{
    CellEndRecord, EndName, FailureName, FailureRecord, LogRecord, SAMPLE_SCHEMA_VERSION, SampleLog,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How often the stop flag is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// One cell that is being measured.
pub(crate) struct CellRun<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) run_id: &'a str,
    pub(crate) cell: &'a Cell,
    pub(crate) place: usize,
    pub(crate) of: usize,
    pub(crate) before: &'a CellDone,
    pub(crate) known: &'a BTreeSet<SampleKey>,
    pub(crate) log: &'a mut SampleLog,
    pub(crate) records: &'a mut Vec<LogRecord>,
    pub(crate) best_adds_per_cycle: &'a mut Option<f64>,
    pub(crate) samples: u64,
    pub(crate) failures: u64,
}

/// How a cell ended.
pub(crate) struct Finish {
    pub(crate) repeats: u64,
    pub(crate) end: Option<EndName>,
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
    /// Measures until the cell ends, the run is stopped, or it cannot go on.
    pub(crate) fn go(&mut self, events: &mut dyn Events) -> Result<Finish, MeasureError> {
        let spec = self.run.spec;
        let mut progress = Progress {
            made: self.before.made(),
            spoiled: self.before.spoiled.len() as u64,
            failed: 0,
            prove_batch_s: self.before.prove_batch_s.clone(),
            aggregate_s: self.before.aggregate_s.clone(),
            current: None,
            has_achieved: false,
            remaining: (0..spec.repeats + spec.reruns)
                .filter(|repeat| !self.before.repeats.contains(repeat))
                .collect(),
            started: Instant::now(),
        };
        if let Some(why) = memory::refuse(spec, self.cell, self.records) {
            let refusal = Refusal { failure: FailureName::Memory, why };
            return self.refused(refusal, &mut progress, events);
        }
        let reservation = match self.run.launcher {
            Launcher::Program { .. } => Reservation::set(self.cell, &self.run.host.allowance.cpus).map(Some),
            // Threads of this process are not held to CPUs, and it is under no quota.
            Launcher::InProcess => Ok(None),
        };
        let reservation = match reservation {
            Ok(reservation) => reservation,
            Err(refusal) => return self.refused(refusal, &mut progress, events),
        };
        loop {
            progress.current = None;
            progress.has_achieved = false;
            let life = match self.start_all(reservation.as_ref(), &progress)? {
                Ok((mut child, mut neighbours)) => {
                    self.one_life(&mut child, &mut neighbours, &mut progress, events)?
                }
                Err(Start::Refused(refusal)) => return self.refused(refusal, &mut progress, events),
                Err(Start::Stopped) => ChildExit::Stopped,
                Err(Start::Died { how }) => ChildExit::Died { how },
            };
            self.log.sync()?;
            match life {
                ChildExit::Stopped => {
                    return Ok(Finish { repeats: progress.made, end: None });
                }
                ChildExit::Ended(end) => {
                    return Ok(Finish { repeats: progress.made, end: Some(end) });
                }
                ChildExit::Died { how } => {
                    if let Some(end) = self.after_death(how, &mut progress, events)? {
                        return Ok(Finish { repeats: progress.made, end: Some(end) });
                    }
                }
            }
        }
    }

    /// Starts the provers that keep the other cores busy, and then, once all of them prove, the one that is measured.
    fn start_all(
        &self,
        reservation: Option<&Reservation>,
        progress: &Progress,
    ) -> Result<Result<(Running, Vec<Running>), Start>, MeasureError> {
        let mut neighbours = Vec::new();
        for number in 1..self.cell.provers.get() {
            let role = Role::Neighbour(number as u64);
            match self.start(reservation, number, role, progress)? {
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
        let child = self.start(reservation, 0, Role::Measured, progress)?;
        Ok(child.map(|child| (child, neighbours)).map_err(Start::Refused))
    }

    fn start(
        &self,
        reservation: Option<&Reservation>,
        prover: usize,
        role: Role,
        progress: &Progress,
    ) -> Result<Result<Running, Refusal>, MeasureError> {
        let remaining = Remaining {
            repeats: progress.remaining.clone(),
            made: progress.made,
            spoiled: progress.spoiled,
            failed: progress.failed,
            prove_batch_s: progress.prove_batch_s.clone(),
            aggregate_s: progress.aggregate_s.clone(),
            time_left_s: self.time_left_s(progress),
        };
        let request = CellRequest {
            role,
            placement: reservation.and_then(|reservation| reservation.placement(prover)),
            duty: reservation.and_then(|reservation| reservation.meter(prover)),
            best_adds_per_cycle: *self.best_adds_per_cycle,
            ..CellRequest::new(self.run_id, self.run.spec, self.cell, remaining)
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
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<Finish, MeasureError> {
        let Refusal { failure, why } = refusal;
        self.fail(None, failure, why, progress, events)?;
        self.end(EndName::Failed, progress, events)?;
        Ok(Finish { repeats: progress.made, end: Some(EndName::Failed) })
    }

    fn time_left_s(&self, progress: &Progress) -> f64 {
        let spent_s = self.before.spent_s + progress.started.elapsed().as_secs_f64();
        (self.run.spec.time_limit.as_secs_f64() - spent_s).max(0.0)
    }

    /// Hears one child to its end.
    fn one_life(
        &mut self,
        child: &mut Running,
        neighbours: &mut [Running],
        progress: &mut Progress,
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
                Message::WarmUp { wall_s } => events.on(&Event::WarmUp { wall_s }),
                Message::Loading => {}
                Message::Started { repeat, seed: _ } => {
                    progress.current = Some(Current::new(repeat));
                    events.on(&Event::Started { repeat });
                }
                Message::Record { record } => {
                    if let LogRecord::CellEnd(end) = &*record {
                        ended = Some(end.end);
                    }
                    self.take(*record, progress, events)?;
                }
                Message::Fatal { fatal, why } => {
                    self.log.sync()?;
                    let cell = self.cell.record().words();
                    return Err(match fatal {
                        FatalName::WrongProof => MeasureError::WrongProof { cell, why },
                        FatalName::Input => MeasureError::Input { cell, why },
                    });
                }
            }
        }
    }

    /// Writes a record and tells of it.
    fn take(
        &mut self,
        record: LogRecord,
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<(), MeasureError> {
        if let LogRecord::Sample(sample) = &record
            && sample.repeat.is_some()
            && self.known.contains(&sample.key())
        {
            // The first measurement of it stands: a repeat that was interrupted is made whole, not twice.
            return Ok(());
        }
        self.log.append(&record)?;
        match &record {
            LogRecord::SetUp(_) => {}
            LogRecord::Sample(sample) => {
                self.samples += 1;
                *self.best_adds_per_cycle =
                    (*self.best_adds_per_cycle).into_iter().chain(sample.adds_per_cycle).reduce(f64::max);
                progress.sample(sample);
                events.on(&Event::Sample(sample));
            }
            LogRecord::Repeat(repeat) => {
                self.log.sync()?;
                progress.repeat_is_made();
                let (cell_left_s, run_left_s) = self.estimate(progress);
                events.on(&Event::Repeat {
                    made: progress.made,
                    of: self.run.spec.repeats,
                    wall_s: repeat.wall_s,
                    cell_left_s,
                    run_left_s,
                });
            }
            LogRecord::Failure(failure) => {
                self.failures += 1;
                progress.repeat_has_failed(failure.repeat);
                events.on(&Event::Failure(failure));
            }
            LogRecord::CellEnd(end) => {
                events.on(&Event::CellEnd { cell: &end.cell, end: end.end, repeats: end.repeats })
            }
        }
        self.records.push(record);
        Ok(())
    }

    /// What this cell and the run may still take, if everything goes on as in this cell.
    fn estimate(&self, progress: &Progress) -> (f64, f64) {
        let elapsed_s = progress.started.elapsed().as_secs_f64();
        let made_now = progress.made.saturating_sub(self.before.made()).max(1) as f64;
        let wanted = (self.run.spec.repeats + progress.spoiled.min(self.run.spec.reruns)) as f64;
        let tried = (progress.made + progress.failed) as f64;
        let by_repeats_s = elapsed_s / made_now * (wanted - tried).max(0.0);
        let must = self.run.spec.min_repeats.saturating_sub(progress.made) as f64;
        let min_left_s = elapsed_s / made_now * must;
        let cell_left_s = by_repeats_s.min(self.time_left_s(progress).max(min_left_s));
        let cells_left = self.of.saturating_sub(self.place + 1) as f64;
        (cell_left_s, cell_left_s + cells_left * (elapsed_s + cell_left_s))
    }

    /// Records a death. The cell goes on with the next repeat, unless the child died before its first.
    fn after_death(
        &mut self,
        how: String,
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<Option<EndName>, MeasureError> {
        let repeat = progress.current.as_ref().map(|current| current.repeat);
        self.fail(repeat, FailureName::Crash, how, progress, events)?;
        let end = if repeat.is_none() && !progress.has_achieved {
            // Set-up or warm-up killed it: the next child would fare no better.
            EndName::Failed
        } else if progress.made + progress.failed >= self.run.spec.repeats + progress.spoiled {
            EndName::Repeats
        } else if self.time_left_s(progress) == 0.0 && progress.made >= self.run.spec.min_repeats {
            EndName::TimeLimit
        } else {
            return Ok(None);
        };
        self.end(end, progress, events)?;
        Ok(Some(end))
    }

    fn fail(
        &mut self,
        repeat: Option<u64>,
        failure: FailureName,
        why: String,
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<(), MeasureError> {
        let failure = FailureRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run_id.to_owned(),
            cell: self.cell.record(),
            repeat,
            seed: repeat.map(|repeat| seed_of(self.run.spec.seed, repeat)),
            failure,
            why,
        };
        self.take(LogRecord::Failure(failure), progress, events)
    }

    fn end(
        &mut self,
        end: EndName,
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<(), MeasureError> {
        let record = CellEndRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run_id.to_owned(),
            cell: self.cell.record(),
            end,
            repeats: progress.made,
        };
        self.take(LogRecord::CellEnd(record), progress, events)?;
        self.log.sync()?;
        Ok(())
    }
}
