//! One cell in this process: what it is measured with, and how its samples are written.

use crate::child::message::Message;
use crate::child::monitor::{Conditions, Monitor};
use crate::child::request::{CellRequest, Role, seed_of};
use crate::child::source::Source;
use crate::child::system::System;
use crate::child::timer::{Timed, Timer};
use crate::stopping::CellProgress;
use machine::Root;
use machine::usage::group_peak_ram_bytes;
use prover::capabilities::Capabilities;
use prover::statement::Statement;
use prover::system::{Proof, ProverError, Shape, verify_against_native};
use records::sample::{
    EndName, FailureName, LogRecord, MarkName, SAMPLE_SCHEMA_VERSION, SampleRecord, StageName, SystemRecord,
};
use std::ops::ControlFlow;

/// Where messages go. Whoever takes them may break off.
pub type Sink<'a> = &'a mut dyn FnMut(Message) -> ControlFlow<()>;

/// Why measuring a cell ends before its end.
pub(crate) enum Halt {
    /// Whoever takes the messages has broken off.
    Stopped,
    /// The prover gave an error.
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
    pub(crate) can: Capabilities,
    pub(crate) source: Source,
    pub(crate) shape: Shape,
    pub(crate) timer: Timer,
    pub(crate) watch: Monitor,
    pub(crate) progress: CellProgress,
    pub(crate) sink: Sink<'a>,
}

/// What came of a set-up, and what held meanwhile.
pub(crate) struct SetUp {
    pub(crate) described: Result<SystemRecord, ProverError>,
    pub(crate) timed: Timed,
    pub(crate) conditions: Conditions,
}

/// Where a sample belongs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) repeat: Option<u64>,
    pub(crate) batch: Option<u64>,
    /// The level and its merges.
    pub(crate) level: Option<(u64, u64)>,
}

impl<'a> Session<'a> {
    /// Makes batches and proof system ready, and sets the latter up. An error comes with the sink, which must hear
    /// of it.
    pub(crate) fn open(
        request: &'a CellRequest,
        sink: Sink<'a>,
    ) -> Result<(Self, SetUp), (Sink<'a>, ProverError)> {
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
        let progress = request.progress.clone();
        let can = system.capabilities();
        let session = Self { request, can, system, source, shape, timer, watch, progress, sink };
        Ok((session, SetUp { described, timed, conditions }))
    }

    pub(crate) fn send(&mut self, message: Message) -> Result<(), Halt> {
        match (self.sink)(message) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    /// Takes a record into account, and writes it unless this process is a neighbour alone.
    pub(crate) fn log(&mut self, record: LogRecord) -> Result<(), Halt> {
        self.progress.take(&record);
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
        let Timed { wall_s, cpu_s, .. } = timed;
        let Conditions { clock_ghz, adds_per_cycle, core_fraction, steal_s, lost_fraction, discard, is_here } =
            *conditions;
        let if_clean =
            if self.can.verifies || !needs_proof(stage) { MarkName::Clean } else { MarkName::Unverified };
        let mark = discard.map(|why| if self.request.keep_discarded { MarkName::Kept } else { why });
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
            peak_rss_bytes: self.peak_rss_bytes(stage, timed),
            transactions,
            output_bytes,
            clock_ghz,
            probe_cycles: clock_ghz.filter(|_| is_here).and_then(|clock_ghz| timed.cycles(clock_ghz)),
            adds_per_cycle,
            core_fraction,
            steal_s,
            lost_fraction,
            mark: mark.unwrap_or(if_clean),
        };
        self.log(LogRecord::Sample(sample))
    }

    /// The peak memory of a stage: of an external prover's that of its own processes, or what a script says.
    fn peak_rss_bytes(&self, stage: StageName, timed: Timed) -> Option<u64> {
        let verifies = matches!(stage, StageName::Verify | StageName::VerifyAggregate);
        let is_of_prover = needs_proof(stage) || verifies || stage == StageName::SetUp;
        match &self.system {
            System::Command(command) if is_of_prover => {
                command.process_group().and_then(|group| group_peak_ram_bytes(&Root::system(), group))
            }
            System::Scripted(system) if is_of_prover => {
                system.script().peak_rss_bytes.or(timed.peak_rss_bytes)
            }
            System::BuiltIn(_) | System::Command(_) | System::Scripted(_) => timed.peak_rss_bytes,
        }
    }

    /// Verifies a proof against native execution and says what that took; nothing where the system cannot verify
    /// and that was allowed.
    pub(crate) fn checked(&self, proof: &Proof, native: &Statement) -> Result<Option<Timed>, ProverError> {
        if !self.can.verifies {
            return Ok(None);
        }
        verify_against_native(self.system.as_dyn(), proof, native).map(|time| Some(Timed::reported(time)))
    }

    /// Writes a failure.
    pub(crate) fn failure(
        &mut self,
        repeat: Option<u64>,
        failure: FailureName,
        error: &ProverError,
    ) -> Result<(), Halt> {
        self.log(self.request.failure(repeat, failure, error.to_string()))
    }

    /// Writes the end of the cell.
    pub(crate) fn end(&mut self, end: EndName) -> Result<(), Halt> {
        self.log(self.request.end(end, self.progress.made()))
    }
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
        | StageName::VerifyAggregate
        | StageName::QueueWait => false,
    }
}
