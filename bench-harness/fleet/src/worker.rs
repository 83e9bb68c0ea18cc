//! One prover: sets up once, takes jobs, proves them, says that it lives, answers.

use crate::chain::{BatchRange, BatchTraces, TracedBatch, of_numbers, shape_of, system_with};
use crate::error::FleetError;
use crate::queue::{JobQueue, Lease, QueueError};
use crate::task::{Task, WorkerClass};
use prover::plonk::cache::{CircuitCache, CircuitOrigins};
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, ProverError};
use records::fleet::job::{
    FleetJobRecord, FleetOutcomeRecord, FleetProofRecord, FleetResultRecord, FleetStagesRecord,
    FleetWorkRecord,
};
use records::fleet::{FLEET_SCHEMA_VERSION, ProofText};
use records::machine::MachineRecord;
use records::sample::SystemRecord;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A proof as it travels.
pub fn proof_record(proof: &Proof) -> FleetProofRecord {
    FleetProofRecord { level: proof.kind.level() as u64, bytes: ProofText(proof.bytes.clone()) }
}

/// A proof that has travelled.
pub fn proof_of(record: &FleetProofRecord) -> Proof {
    let level = usize::try_from(record.level).unwrap_or(usize::MAX);
    Proof { kind: ProofKind::of_level(level), bytes: record.bytes.0.clone() }
}

/// The digest of a set-up: that of the keys of all its circuits, by FNV-1a (Fowler, Noll, Vo), 64 bits. Two programs
/// that differ in it make proofs that the other refuses.
pub fn circuits_digest(system: &SystemRecord) -> String {
    let keys = system.circuits.iter().map(|circuit| circuit.key_digest.as_str());
    let words = [system.name.as_str(), system.version.as_str()].into_iter().chain(keys);
    let bytes = words.flat_map(|word| word.bytes().chain([0]));
    let digest = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{digest:016x}")
}

/// A proof system that is set up for a run, with its batches.
pub struct FleetProver {
    system: Box<dyn ProofSystem + Send>,
    traces: BatchTraces,
    circuits: String,
    origins: CircuitOrigins,
}

impl std::fmt::Debug for FleetProver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FleetProver").field("circuits", &self.circuits).finish_non_exhaustive()
    }
}

impl FleetProver {
    /// Sets up, which may take seconds.
    ///
    /// # Errors
    /// A run that cannot be.
    pub fn new(work: &FleetWorkRecord) -> Result<Self, FleetError> {
        Self::with_cache(work, None)
    }

    /// Sets up with circuits from a folder where there is one, and keeps there what it has to build.
    ///
    /// # Errors
    /// A run that cannot be.
    pub fn with_cache(work: &FleetWorkRecord, folder: Option<&Path>) -> Result<Self, FleetError> {
        let cache = folder.map(CircuitCache::new);
        let mut system = system_with(work, cache.clone())?;
        let batches = usize::try_from(work.batches_per_aggregation).unwrap_or(usize::MAX);
        let record = system.set_up(shape_of(work)?, batches)?;
        let origins = cache.map(|cache| cache.take_origins()).unwrap_or_default();
        Ok(Self { circuits: circuits_digest(&record), traces: BatchTraces::new(work), system, origins })
    }

    /// What became of the folder's circuits in the set-up; nothing without a folder.
    pub fn origins(&self) -> &CircuitOrigins {
        &self.origins
    }

    /// The digest of its set-up.
    pub fn circuits(&self) -> &str {
        &self.circuits
    }

    /// Makes the proof of a job, or says why not.
    pub fn perform(&mut self, job: &FleetJobRecord) -> FleetOutcomeRecord {
        self.tried(job).unwrap_or_else(|error| FleetOutcomeRecord::Failed { why: error.to_string() })
    }

    fn tried(&mut self, job: &FleetJobRecord) -> Result<FleetOutcomeRecord, FleetError> {
        let wrong =
            |what: &'static str, expected: String, got: String| FleetError::Input { what, expected, got };
        if job.circuits != self.circuits {
            return Ok(FleetOutcomeRecord::OtherCircuits { circuits: self.circuits.clone() });
        }
        let task = Task::named(&job.job)
            .ok_or_else(|| wrong("name of a job", "prove-BATCH or merge-…".to_owned(), job.job.clone()))?;
        match task {
            Task::Prove(batch) => {
                let statement = of_numbers(&job.statement).ok_or_else(|| {
                    wrong(
                        "statement of a job",
                        "13 field elements".to_owned(),
                        format!("{:?}", job.statement),
                    )
                })?;
                let range = BatchRange {
                    batch,
                    first_transaction: job.first_transaction,
                    transactions: job.transactions,
                };
                self.proved(range, statement)
            }
            Task::Merge { .. } => {
                let children: Vec<_> = job.children.iter().map(proof_of).collect();
                let merged = self.system.merge(&children)?;
                let (proof, prove_s) = (proof_record(&merged.proof), merged.time.as_secs_f64());
                Ok(FleetOutcomeRecord::Proof { proof, prove_s, stages: None })
            }
        }
    }

    fn proved(&mut self, range: BatchRange, statement: Statement) -> Result<FleetOutcomeRecord, FleetError> {
        let TracedBatch { batch, trace, record } = self.traces.of(range)?;
        if trace.statement != statement {
            let (proved, native) = (Box::new(trace.statement), Box::new(statement));
            return Err(ProverError::Mismatch { proved, native }.into());
        }
        let proved = self.system.prove(&Job { batch: &batch, trace: &trace, statement })?;
        let stages = FleetStagesRecord {
            record_s: record.as_secs_f64(),
            witness_s: proved.witness.as_secs_f64(),
            prove_s: proved.prove.as_secs_f64(),
            grind_s: proved.grind.as_ref().map(Duration::as_secs_f64),
        };
        let prove_s = (record + proved.witness + proved.prove).as_secs_f64();
        Ok(FleetOutcomeRecord::Proof { proof: proof_record(&proved.proof), prove_s, stages: Some(stages) })
    }
}

/// The answer to a lease.
pub fn result_of(
    lease: &Lease,
    worker: &str,
    busy: Duration,
    outcome: FleetOutcomeRecord,
) -> FleetResultRecord {
    FleetResultRecord {
        schema_version: FLEET_SCHEMA_VERSION,
        run: lease.job.run.clone(),
        job: lease.job.job.clone(),
        submission: lease.job.submission,
        delivery: lease.delivery,
        worker: worker.to_owned(),
        cores: None,
        busy_s: busy.as_secs_f64(),
        outcome,
        machine: None,
    }
}

/// How a worker behaves.
#[derive(Clone, Debug)]
pub struct WorkerRules {
    /// Its name, unique in the fleet.
    pub name: String,
    /// Which jobs it takes.
    pub class: WorkerClass,
    /// How often it says that it lives: a quarter of the lease.
    pub beat: Duration,
    /// How long it waits for a job before it looks whether it is to stop.
    pub look: Duration,
    /// How long the job at hand may go on once it is to stop.
    pub grace: Duration,
    /// Its threads, one a core; none where it does not say.
    pub cores: Option<u64>,
    /// What it runs on, for the coordinator.
    pub machine: Option<Box<MachineRecord>>,
    /// Where it loads circuits from and keeps them; none where it builds them.
    pub circuit_cache: Option<PathBuf>,
}

impl WorkerRules {
    /// Of a worker that says every `beat` that it lives: it looks twice a second, and has ten minutes to stop.
    pub fn new(name: String, class: WorkerClass, beat: Duration) -> Self {
        let (look, grace) = (Duration::from_millis(500), Duration::from_secs(600));
        Self { name, class, beat, look, grace, cores: None, machine: None, circuit_cache: None }
    }
}

/// What a worker tells meanwhile.
pub trait WorkerWatcher: Sync {
    /// The queue failed, and is asked again.
    fn trouble(&self, _error: &QueueError) {}

    /// It is set up for the run of a job.
    fn set_up(&self, _origins: &CircuitOrigins) {}

    /// A job is begun.
    fn began(&self, _lease: &Lease) {}

    /// The queue has the answer.
    fn ended(&self, _result: &FleetResultRecord) {}

    /// The grace is over, and the job was put back for another worker. Its proof cannot be interrupted: whoever does not
    /// end the process now waits for it in vain.
    fn gave_back(&self, _lease: &Lease) {}
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Untold;

impl WorkerWatcher for Untold {}

/// Takes and does jobs until `stop` is set; the job that it is at then is finished and answered, or put back when
/// `rules.grace` is over. Returns how many it did. What it lacks for a job's run is set up when the first such job comes.
///
/// A queue that fails is tried again for as long as `stop` is not set: a server may be back in a moment.
pub fn serve(
    queue: &dyn JobQueue,
    rules: &WorkerRules,
    stop: &AtomicBool,
    watcher: &dyn WorkerWatcher,
) -> u64 {
    let mut ready: Option<(FleetWorkRecord, FleetProver)> = None;
    let mut introduced: Option<String> = None;
    let mut done = 0;
    while !stop.load(Ordering::SeqCst) {
        let lease = match queue.take(&rules.name, rules.class, rules.look) {
            Ok(Some(lease)) => lease,
            Ok(None) => continue,
            Err(error) => {
                watcher.trouble(&error);
                std::thread::sleep(RETRY);
                continue;
            }
        };
        watcher.began(&lease);
        let started = Instant::now();
        let outcome =
            beating(queue, rules, &lease, (stop, watcher), || performed(&mut ready, &lease, rules, watcher));
        let mut result = result_of(&lease, &rules.name, started.elapsed(), outcome);
        result.cores = rules.cores;
        if introduced.as_ref() != Some(&lease.job.run) {
            result.machine.clone_from(&rules.machine);
        }
        let answered = Instant::now();
        while let Err(error) = queue.finish(&lease, &result) {
            watcher.trouble(&error);
            if stop.load(Ordering::SeqCst) && answered.elapsed() >= rules.grace {
                return done;
            }
            std::thread::sleep(RETRY);
        }
        introduced = Some(lease.job.run.clone());
        watcher.ended(&result);
        done += 1;
    }
    done
}

/// How long a queue that failed is left alone.
const RETRY: Duration = Duration::from_millis(200);

/// Sets up for a job's run where it is another than the last job's, and makes the proof.
fn performed(
    ready: &mut Option<(FleetWorkRecord, FleetProver)>,
    lease: &Lease,
    rules: &WorkerRules,
    watcher: &dyn WorkerWatcher,
) -> FleetOutcomeRecord {
    let work = &lease.job.work;
    if ready.as_ref().is_none_or(|(known, _)| known != work) {
        match FleetProver::with_cache(work, rules.circuit_cache.as_deref()) {
            Ok(prover) => {
                watcher.set_up(prover.origins());
                *ready = Some((work.clone(), prover));
            }
            Err(error) => return FleetOutcomeRecord::Failed { why: error.to_string() },
        }
    }
    match ready {
        Some((_, prover)) => prover.perform(&lease.job),
        None => unreachable!("it was set up above"),
    }
}

/// Runs `work` while another thread says every `rules.beat` that the worker lives, and puts the job back once it is to
/// stop and the grace is over.
fn beating<T>(
    queue: &dyn JobQueue,
    rules: &WorkerRules,
    lease: &Lease,
    (stop, watcher): (&AtomicBool, &dyn WorkerWatcher),
    work: impl FnOnce() -> T,
) -> T {
    let (over, is_over) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let (mut beaten, mut stopped) = (Instant::now(), None);
            let look = rules.beat.min(Duration::from_millis(100));
            while is_over.recv_timeout(look) == Err(RecvTimeoutError::Timeout) {
                if beaten.elapsed() >= rules.beat {
                    beaten = Instant::now();
                    // One that is lost is made up for by the next.
                    let _ = queue.beat(lease, &rules.name);
                }
                if stop.load(Ordering::SeqCst)
                    && stopped.get_or_insert_with(Instant::now).elapsed() >= rules.grace
                {
                    // A queue that fails hands it out again when the lease is over.
                    let _ = queue.give_back(lease);
                    return watcher.gave_back(lease);
                }
            }
        });
        let done = work();
        drop(over);
        done
    })
}
