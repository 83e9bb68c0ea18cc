//! One cell to its end, over as many children as it takes.

use crate::cell::Cell;
use crate::child::message::{FatalName, Message};
use crate::child::request::{CellRequest, Remaining, seed_of};
use crate::run::Run;
use crate::run::done::CellDone;
use crate::run::error::MeasureError;
use crate::run::events::{Event, Events};
use crate::run::launch::{News, Running};
use reports::sample::record::SampleKey;
use reports::sample::{
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
    pub(crate) samples: u64,
    pub(crate) failures: u64,
}

/// How a cell ended.
pub(crate) struct Finish {
    pub(crate) repeats: u64,
    pub(crate) end: Option<EndName>,
}

/// What became of one child.
enum Life {
    Stopped,
    Ended(EndName),
    Died { how: String },
}

/// What is known while children come and go.
struct Progress {
    made: u64,
    current: Option<u64>,
    remaining: Vec<u64>,
    /// Whether the child that lives, or lived last, has brought any repeat to an end.
    has_achieved: bool,
    started: Instant,
}

impl CellRun<'_> {
    /// Measures until the cell ends, the run is stopped, or it cannot go on.
    pub(crate) fn go(&mut self, events: &mut dyn Events) -> Result<Finish, MeasureError> {
        let spec = self.run.spec;
        let mut progress = Progress {
            made: self.before.made(),
            current: None,
            has_achieved: false,
            remaining: (0..spec.repeats).filter(|repeat| !self.before.repeats.contains(repeat)).collect(),
            started: Instant::now(),
        };
        loop {
            let request = CellRequest::new(
                self.run_id,
                spec,
                self.cell,
                Remaining {
                    repeats: progress.remaining.clone(),
                    made: progress.made,
                    time_left_s: self.time_left_s(&progress),
                },
            );
            progress.current = None;
            progress.has_achieved = false;
            let mut child = self.run.launcher.start(&request)?;
            let life = self.one_life(&mut child, &mut progress, events)?;
            self.log.sync()?;
            match life {
                Life::Stopped => {
                    return Ok(Finish { repeats: progress.made, end: None });
                }
                Life::Ended(end) => {
                    return Ok(Finish { repeats: progress.made, end: Some(end) });
                }
                Life::Died { how } => {
                    if let Some(end) = self.after_death(how, &mut progress, events)? {
                        return Ok(Finish { repeats: progress.made, end: Some(end) });
                    }
                }
            }
        }
    }

    fn time_left_s(&self, progress: &Progress) -> f64 {
        let spent_s = self.before.spent_s + progress.started.elapsed().as_secs_f64();
        (self.run.spec.time_limit.as_secs_f64() - spent_s).max(0.0)
    }

    /// Hears one child to its end.
    fn one_life(
        &mut self,
        child: &mut Running,
        progress: &mut Progress,
        events: &mut dyn Events,
    ) -> Result<Life, MeasureError> {
        let mut ended = None;
        loop {
            if self.run.is_stopped() && ended.is_none() {
                child.end();
                return Ok(Life::Stopped);
            }
            let message = match child.next(LOOK) {
                News::Nothing => continue,
                News::Ended { is_clean, how } => {
                    return Ok(match ended {
                        Some(end) => Life::Ended(end),
                        None if is_clean => Life::Died { how: format!("{how}, before the cell's end") },
                        None => Life::Died { how },
                    });
                }
                News::Message(message) => message,
            };
            match message {
                Message::WarmUp { wall_s } => events.on(&Event::WarmUp { wall_s }),
                Message::Started { repeat, seed: _ } => {
                    progress.current = Some(repeat);
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
                events.on(&Event::Sample(sample));
            }
            LogRecord::Repeat(repeat) => {
                self.log.sync()?;
                progress.made += 1;
                progress.has_achieved = true;
                progress.current = None;
                progress.remaining.retain(|left| *left != repeat.repeat);
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
                progress.remaining.retain(|left| Some(*left) != failure.repeat);
                progress.current = None;
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
        let by_repeats_s = elapsed_s / made_now * progress.remaining.len() as f64;
        let must = self.run.spec.min_repeats.saturating_sub(progress.made) as f64;
        let at_least_s = elapsed_s / made_now * must;
        let cell_left_s = by_repeats_s.min(self.time_left_s(progress).max(at_least_s));
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
        let repeat = progress.current;
        let failure = FailureRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run_id.to_owned(),
            cell: self.cell.record(),
            repeat,
            seed: repeat.map(|repeat| seed_of(self.run.spec.seed, repeat)),
            failure: FailureName::Crash,
            why: how,
        };
        self.take(LogRecord::Failure(failure), progress, events)?;
        let end = if repeat.is_none() && !progress.has_achieved {
            // Set-up or warm-up killed it: the next child would fare no better.
            EndName::Failed
        } else if progress.remaining.is_empty() {
            EndName::Repeats
        } else if self.time_left_s(progress) == 0.0 && progress.made >= self.run.spec.min_repeats {
            EndName::TimeLimit
        } else {
            return Ok(None);
        };
        let end_record = CellEndRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run_id.to_owned(),
            cell: self.cell.record(),
            end,
            repeats: progress.made,
        };
        self.take(LogRecord::CellEnd(end_record), progress, events)?;
        self.log.sync()?;
        Ok(Some(end))
    }
}
