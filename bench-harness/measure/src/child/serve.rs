//! Set-up, warm-up, repeats, until all are made or the time is spent.

use crate::child::message::{FatalName, Message};
use crate::child::monitor::{Conditions, Monitor};
use crate::child::repeat::repeat;
use crate::child::request::{CellRequest, Role, seed_of};
use crate::child::source::Source;
use crate::child::system::{Support, System, record};
use crate::child::tally::Tally;
use crate::child::timer::{Timed, Timer};
use prover::system::{Proof, ProverError, Shape, verify_against_native};
use prover::witness;
use records::sample::{
    CellEndRecord, EndName, FailureName, FailureRecord, LogRecord, MarkName, RepeatRecord,
    SAMPLE_SCHEMA_VERSION, SampleRecord, SetUpRecord, StageName,
};
use std::ops::ControlFlow;
use std::time::Instant;

/// Where messages go. Whoever takes them may break off.
pub type Sink<'a> = &'a mut dyn FnMut(Message) -> ControlFlow<()>;

/// Why measuring a cell ends before its end.
pub(crate) enum Halt {
    /// Whoever takes the messages has broken off.
    Stopped,
    /// The prover says no.
    Prover(ProverError),
}

impl From<ProverError> for Halt {
    fn from(error: ProverError) -> Self {
        Self::Prover(error)
    }
}

/// One cell in this process.
pub(crate) struct Session<'a> {
    pub(crate) request: &'a CellRequest,
    pub(crate) system: System,
    pub(crate) support: Support,
    pub(crate) source: Source,
    pub(crate) shape: Shape,
    pub(crate) timer: Timer,
    pub(crate) watch: Monitor,
    pub(crate) tally: Tally,
    sink: Sink<'a>,
}

/// Measures one cell in this process, on the thread pool that is there.
pub fn serve<'a>(request: &'a CellRequest, sink: Sink<'a>) {
    let started = Instant::now();
    let (mut session, set_up) = match Session::open(request, sink) {
        Ok(opened) => opened,
        Err((sink, error)) => {
            let _ = sink(fatal(&error));
            return;
        }
    };
    let outcome = session.set_up(set_up).and_then(|()| match request.role {
        Role::Measured => session.repeats(started),
        Role::Neighbour(number) => session.go_on_for_ever(number),
    });
    if let Err(Halt::Prover(error)) = outcome {
        // Nobody to tell is as good as told.
        let _ = (session.sink)(fatal(&error));
    }
}

fn fatal(error: &ProverError) -> Message {
    let fatal = if error.is_wrong_proof() { FatalName::WrongProof } else { FatalName::Input };
    Message::Fatal { fatal, why: error.to_string() }
}

/// Whether the run can go on without this proof.
fn is_survivable(error: &ProverError) -> bool {
    match error {
        ProverError::NoProof { .. } | ProverError::Command { .. } => true,
        ProverError::Input { .. }
        | ProverError::Execution(_)
        | ProverError::Rejected { .. }
        | ProverError::Mismatch { .. } => false,
    }
}

type Opened<'a> = (Session<'a>, (Result<prover::system::Description, ProverError>, Timed, Conditions));

impl<'a> Session<'a> {
    fn open(request: &'a CellRequest, sink: Sink<'a>) -> Result<Opened<'a>, (Sink<'a>, ProverError)> {
        let made =
            Source::new(request).and_then(|made| System::new(&request.system).map(|system| (made, system)));
        let ((source, shape), mut system) = match made {
            Ok(made) => made,
            Err(error) => return Err((sink, error)),
        };
        let mut timer = Timer::new(system.script());
        let batches = request.cell.batches_per_aggregation as usize;
        let is_here = !matches!(system, System::Command(_));
        let mut watch = Monitor::new(request, system.script(), is_here);
        let section = watch.open();
        let (described, timed) = timer.time(|| system.as_dyn_mut().set_up(shape, batches));
        let conditions = watch.close(section);
        let tally = Tally::new(request);
        let support = system.support();
        let session = Self { request, support, system, source, shape, timer, watch, tally, sink };
        Ok((session, (described, timed, conditions)))
    }

    pub(crate) fn send(&mut self, message: Message) -> Result<(), Halt> {
        match (self.sink)(message) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    fn log(&mut self, record: LogRecord) -> Result<(), Halt> {
        if self.request.role != Role::Measured {
            return Ok(());
        }
        self.send(Message::Record { record: Box::new(record) })
    }

    /// Writes one sample.
    pub(crate) fn sample(
        &mut self,
        place: Place,
        stage: StageName,
        (timed, conditions): (Timed, &Conditions),
        transactions: u64,
        output_bytes: Option<u64>,
    ) -> Result<(), Halt> {
        let Place { repeat, batch, level } = place;
        let Timed { wall_s, cpu_s, peak_rss_bytes, .. } = timed;
        let Conditions { clock_ghz, adds_per_cycle, share, steal_s, lost_fraction, mark, is_here } =
            *conditions;
        let if_clean =
            if self.support.verify || !needs_proof(stage) { MarkName::Clean } else { MarkName::Unverified };
        let mark = mark.map(|mark| if self.request.keep_discarded { MarkName::Kept } else { mark });
        let mark = mark.unwrap_or(if_clean);
        if repeat.is_some() {
            self.tally.sample(batch, stage, wall_s, mark);
        }
        let sample = SampleRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.request.run.clone(),
            cell: self.request.cell.clone(),
            repeat,
            seed: repeat.map(|repeat| seed_of(self.request.seed, repeat)),
            batch,
            stage,
            level: level.map(|(level, _)| level),
            merges: level.map(|(_, merges)| merges),
            wall_s,
            cpu_s,
            peak_rss_bytes,
            transactions,
            output_bytes,
            clock_ghz,
            probe_cycles: clock_ghz.filter(|_| is_here).and_then(|clock_ghz| timed.cycles(clock_ghz)),
            adds_per_cycle,
            share,
            steal_s,
            lost_fraction,
            mark,
        };
        self.log(LogRecord::Sample(sample))
    }

    fn set_up(
        &mut self,
        (described, timed, conditions): (Result<prover::system::Description, ProverError>, Timed, Conditions),
    ) -> Result<(), Halt> {
        let warm = described.map_err(Halt::from).and_then(|description| {
            if !self.support.verify && !self.request.allow_unverified {
                return Err(Halt::Prover(ProverError::Input {
                    what: "proof system",
                    expected: "one that verifies its proofs, since a time of an unverified proof says nothing (allow_unverified = true measures it all the same, and says so)".to_owned(),
                    got: "one whose set-up says that it cannot".to_owned(),
                }));
            }
            self.log(LogRecord::SetUp(SetUpRecord {
                schema_version: SAMPLE_SCHEMA_VERSION,
                run: self.request.run.clone(),
                cell: self.request.cell.clone(),
                system: record(description),
                core_kind: self.request.placement.as_ref().map(|placement| placement.kind.clone()),
                cpus: self.request.placement.iter().flat_map(|placement| &placement.cpus).map(|cpu| *cpu as u64).collect(),
            }))?;
            self.sample(Place::default(), StageName::SetUp, (timed, &conditions), 0, None)?;
            self.warm_up()
        });
        match warm {
            Err(Halt::Prover(error)) if is_survivable(&error) => {
                self.failure(None, FailureName::SetUp, &error)?;
                self.end(EndName::Failed, self.tally.made())?;
                Err(Halt::Stopped)
            }
            other => other,
        }
    }

    /// One proof that is made, verified and thrown away: first calls fill caches and page memory in.
    fn warm_up(&mut self) -> Result<(), Halt> {
        let mut chain = self.source.chain(WARM_UP_REPEAT)?;
        let Some(batch) = chain.next_batch() else {
            return Ok(());
        };
        let trace = witness::record(&mut chain.state, &batch, self.shape.capacity)?;
        let statement = trace.statement;
        let job = prover::system::Job { batch: &batch, trace: &trace, statement };
        let proved = self.system.as_dyn_mut().prove(&job)?;
        self.checked(&proved.proof, &statement)?;
        self.send(Message::WarmUp { wall_s: (proved.witness + proved.prove).as_secs_f64() })
    }

    /// Verifies a proof against native execution and says what that took; nothing where the system cannot verify
    /// and that was allowed.
    pub(crate) fn checked(
        &self,
        proof: &Proof,
        native: &prover::statement::Statement,
    ) -> Result<Option<Timed>, ProverError> {
        if !self.support.verify {
            return Ok(None);
        }
        verify_against_native(self.system.as_dyn(), proof, native).map(|time| Some(Timed::told(time)))
    }

    fn repeats(&mut self, started: Instant) -> Result<(), Halt> {
        for number in &self.request.remaining.repeats {
            if let Some(end) = self.tally.end(started.elapsed().as_secs_f64()) {
                return self.end(end, self.tally.made());
            }
            let seed = seed_of(self.request.seed, *number);
            self.send(Message::Started { repeat: *number, seed })?;
            let begun = Instant::now();
            match repeat(self, *number) {
                Ok(()) => {
                    self.tally.repeat_is_made();
                    self.log(LogRecord::Repeat(RepeatRecord {
                        schema_version: SAMPLE_SCHEMA_VERSION,
                        run: self.request.run.clone(),
                        cell: self.request.cell.clone(),
                        repeat: *number,
                        seed,
                        wall_s: begun.elapsed().as_secs_f64(),
                    }))?;
                }
                Err(Halt::Prover(error)) if is_survivable(&error) => {
                    self.tally.repeat_has_failed();
                    self.failure(Some(*number), FailureName::NoProof, &error)?;
                }
                Err(halt) => return Err(halt),
            }
        }
        let end = self.tally.end(started.elapsed().as_secs_f64());
        self.end(end.unwrap_or(EndName::Repeats), self.tally.made())
    }

    /// Proves and verifies batches that nobody measures, until the parent has enough.
    fn go_on_for_ever(&mut self, neighbour: u64) -> Result<(), Halt> {
        self.send(Message::Loading)?;
        // Counted down from the warm-up's number, far from those that are measured, and apart for each neighbour.
        let first = WARM_UP_REPEAT - 1 - (neighbour << 32);
        for number in (0..=first).rev() {
            match repeat(self, number) {
                Err(Halt::Prover(error)) if is_survivable(&error) => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn failure(
        &mut self,
        repeat: Option<u64>,
        failure: FailureName,
        error: &ProverError,
    ) -> Result<(), Halt> {
        self.log(LogRecord::Failure(FailureRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.request.run.clone(),
            cell: self.request.cell.clone(),
            repeat,
            seed: repeat.map(|repeat| seed_of(self.request.seed, repeat)),
            failure,
            why: error.to_string(),
        }))
    }

    fn end(&mut self, end: EndName, repeats: u64) -> Result<(), Halt> {
        self.log(LogRecord::CellEnd(CellEndRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.request.run.clone(),
            cell: self.request.cell.clone(),
            end,
            repeats,
        }))
    }
}

/// No repeat has this number, so the warm-up's batch is none that is measured.
const WARM_UP_REPEAT: u64 = u64::MAX;

/// Where a sample belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) repeat: Option<u64>,
    pub(crate) batch: Option<u64>,
    /// The level and its merges.
    pub(crate) level: Option<(u64, u64)>,
}

/// Whether a stage's time stands for a proof that had to be verified.
fn needs_proof(stage: StageName) -> bool {
    match stage {
        StageName::Witness
        | StageName::Prove
        | StageName::Grind
        | StageName::ProveCall
        | StageName::Aggregate
        | StageName::AggregateCall => true,
        StageName::SetUp
        | StageName::Generate
        | StageName::Execute
        | StageName::Root
        | StageName::Encode
        | StageName::Record
        | StageName::Verify
        | StageName::VerifyAggregate => false,
    }
}
