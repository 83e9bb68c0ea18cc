//! A user's own prover, as an external program.
//!
//! # Protocol, version 1
//! The program is started once for each set-up and kept, since a prover loads keys for seconds that are no part of
//! proving. It reads requests on its standard input and writes replies on its standard output: one JSON object a
//! line, each ended by a newline and flushed, one reply to each request, in order. What it writes to its standard
//! error is shown when something goes wrong. When its input ends it must end. Bytes are in hexadecimal, times in
//! seconds, a digest is 64 hexadecimal digits (four field elements, most significant digit first).
//!
//! A *statement* is `{"old_root": digest, "new_root": digest, "commitment": digest, "transactions": number}`.
//!
//! | request | fields | reply |
//! |---|---|---|
//! | `set_up` | `protocol` (1), `depth`, `capacity` (transactions in a full batch), `slots` (`"transfer"` or `"any"`), `batches` (the most proofs that one aggregation will get) | `name`, `version`; may have `verifies` and `aggregates` (true where it can; false if left out), `merge_children` (proofs that one merge takes at most, 2 if left out), `max_transactions` (for which a batch can have room), `conjectured_security_bits`, `proven_security_bits` and `settings` (an object of texts) |
//! | `prove` | `batch` (number), `statement`, `data` (the batch, as it goes to L1) | `proof`, `proof_bytes` (its length), `witness_s`, `prove_s` |
//! | `aggregate` | `proofs` (of batches, in the order of their chain); `statement` (what their aggregate is to state), where this process made all of them | `proof`, `levels` (from the batches upwards, each `{"level": from 1, "merges": number, "time_s": time of all of them}`) |
//! | `verify` | `level` (0 for a batch's proof, else the level of aggregation), `proof` | `valid` (true), `statement` (what the *proof* states), `verify_s`; or `valid` (false), `why` |
//!
//! A program that cannot aggregate says `"aggregates": false`, is never asked for `aggregate`, and its batches count
//! as verified on L1 one by one.
//!
//! The *statement of an aggregate* goes from the first `old_root` to the last `new_root` and has the sum of
//! `transactions`. Its `commitment` is that of a tree over the batches' commitments, whatever tree the program merges
//! by: neighbours are hashed pair by pair, level by level, and one without a neighbour rises as it is. The hash of a
//! pair is Poseidon over Goldilocks, as plonky2 has it, of the eight elements left then right, without padding: the
//! first four elements of one permutation of them and four zeros.
//!
//! The names `aggregate` and `verify` in a reply to `set_up` are those of earlier versions, and still read. The name of
//! the request stands in the field `request`. Any reply may be `{"error": text}` instead: no proof. A
//! reply may have more fields; they are not read. One line may have at most 256 MiB.
//!
//! An answer that does not come in time, an end of the program, a line that is no JSON, a missing field: each is an
//! error that names the batch. The program is then killed with all processes of its group, and started again, with
//! a new set-up, at the next request. So are all programs when the harness ends.
//!
//! `examples/prover-command.sh` and `examples/prover-command.py` are whole programs of a dozen lines.

mod failure;
mod made;
mod protocol;

use crate::capabilities::{BatchSizes, Capabilities};
use crate::command::failure::Failure;
use crate::command::made::Made;
use crate::command::protocol::{
    AggregateReply, ProveReply, Request, SetUpReply, StatementWire, VerifyReply, from_hex, parse_reply,
    seconds, to_hex,
};
use crate::process::{ChildProcess, LINE_LIMIT_BYTES, NoLine};
use crate::system::{
    Aggregated, Job, Level, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, SlotKind, Verified,
};
use records::sample::SystemRecord;
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::de::DeserializeOwned;
use std::os::unix::process::CommandExt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use workloads::encoding::encode;

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u32 = 1;

/// Before its set-up: nothing is promised.
const UNKNOWN: Capabilities = Capabilities {
    verifies: false,
    aggregation: None,
    batch_sizes: BatchSizes::ANY,
    swaps_over_pools_max: None,
    falls_back: false,
    varies_in_length: false,
    security: None,
};

/// How long a program that closed its output may take to end by itself, so that its exit status can be shown.
const GRACE: Duration = Duration::from_millis(500);

/// An external prover.
#[derive(Debug)]
pub struct Command {
    argv: Vec<String>,
    timeout: Duration,
    set_up: Option<Set>,
    made: Made,
    /// Behind a lock, since verifying takes `&self` and talks to the process all the same.
    process: Mutex<Option<ChildProcess>>,
}

/// What was set up.
#[derive(Clone, Debug)]
struct Set {
    request: String,
    can: Capabilities,
}

impl Command {
    /// A prover from program and arguments, which has `timeout` for each answer. Nothing is started yet.
    ///
    /// # Errors
    /// No program, or no time.
    pub fn new(argv: Vec<String>, timeout: Duration) -> Result<Self, ProverError> {
        let wrong = |expected: &str, got: String| ProverError::Input {
            what: "prover command",
            expected: expected.to_owned(),
            got,
        };
        if argv.first().is_none_or(String::is_empty) {
            return Err(wrong("a program and its arguments", "nothing".to_owned()));
        }
        if timeout.is_zero() {
            return Err(wrong("a time-out above zero", "0 s".to_owned()));
        }
        Ok(Self { argv, timeout, set_up: None, made: Made::default(), process: Mutex::new(None) })
    }

    /// One request and its reply, from a process that is set up.
    fn ask<T: DeserializeOwned>(&self, request: &Request<'_>) -> Result<T, Failure> {
        let set = self.set_up.as_ref().ok_or_else(|| Failure::Said("nothing was set up".to_owned()))?;
        let line = request.line()?;
        let mut place = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if place.is_none() {
            let mut process = self.start()?;
            let reply = exchange(&mut process, &set.request, self.timeout)?;
            parse_reply::<SetUpReply>(&reply)?;
            *place = Some(process);
        }
        let Some(process) = place.as_mut() else {
            return Err(Failure::Said("the program could not be started".to_owned()));
        };
        let reply = exchange(process, &line, self.timeout).and_then(|reply| parse_reply(&reply));
        if matches!(reply, Err(Failure::Broken(_))) {
            // What comes next might be the answer to this request: nothing from this process can be trusted.
            *place = None;
        }
        reply
    }

    /// The process group that its program leads, while one runs: all that proves is in it.
    pub fn process_group(&self) -> Option<u32> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(ChildProcess::id)
    }

    fn start(&self) -> Result<ChildProcess, Failure> {
        let mut command = std::process::Command::new(&self.argv[0]);
        command.args(&self.argv[1..]);
        // SAFETY: between fork and exec only what is safe in a signal handler may be called; this is one system call.
        unsafe {
            command.pre_exec(|| {
                // Where this process is killed without a chance to end its provers, the kernel ends them. It looks
                // at the thread that starts them: here the one that measures, which lives as long as the process.
                Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
            });
        }
        ChildProcess::start(&mut command)
            .map_err(|error| Failure::Absent(format!("`{}` cannot be started: {error}", self.argv[0])))
    }
}

/// One request and its reply. A program that gives none is ended.
fn exchange(process: &mut ChildProcess, line: &str, timeout: Duration) -> Result<Vec<u8>, Failure> {
    process.send(line.to_owned());
    let reply = match process.line(timeout) {
        // A line without an end was cut off by the end of the program.
        Ok(line) if !line.ends_with(b"\n") => Err(NoLine::Ended),
        reply => reply,
    };
    reply.map_err(|why| {
        let (what, grace) = match why {
            NoLine::Late => (format!("no answer within {} s", timeout.as_secs_f64()), Duration::ZERO),
            // One whose output has ended is about to end by itself.
            NoLine::Ended => ("it ended without an answer".to_owned(), GRACE),
            NoLine::TooLong => (format!("an answer of more than {LINE_LIMIT_BYTES} bytes"), Duration::ZERO),
        };
        let status = match process.status_within(grace) {
            Some(status) if status.success() => "it had ended by itself, as if all were well".to_owned(),
            Some(status) => status.to_string(),
            None => "it was killed".to_owned(),
        };
        process.end();
        Failure::Broken(format!("{what} ({status}){}", process.last_errors()))
    })
}

impl ProofSystem for Command {
    fn capabilities(&self) -> Capabilities {
        self.set_up.as_ref().map_or(UNKNOWN, |set| set.can)
    }

    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError> {
        let no_set_up = |failure: Failure| match failure {
            Failure::Absent(why) => ProverError::Input {
                what: "prover command",
                expected: "a program that can be started".to_owned(),
                got: why,
            },
            Failure::Said(why) | Failure::Broken(why) => ProverError::NoProof {
                what: "anything: the set-up of the prover command failed".to_owned(),
                why,
            },
        };
        let request = Request::SetUp {
            protocol: PROTOCOL,
            depth: shape.depth.levels(),
            capacity: shape.capacity,
            slots: match shape.slots {
                SlotKind::Transfer => "transfer",
                // The protocol has no word for swaps alone.
                SlotKind::Swap | SlotKind::Any => "any",
            },
            batches,
        };
        let request = request.line().map_err(no_set_up)?;
        let mut process = self.start().map_err(no_set_up)?;
        let reply = exchange(&mut process, &request, self.timeout)
            .and_then(|reply| parse_reply::<SetUpReply>(&reply));
        let reply = reply.map_err(no_set_up)?;
        let can = reply.capabilities().map_err(no_set_up)?;
        let SetUpReply { name, version, mut settings, .. } = reply;
        settings.insert("program".to_owned(), self.argv.join(" "));
        settings.insert("name".to_owned(), name);
        if !can.batch_sizes.allow(shape.capacity) {
            return Err(ProverError::Input {
                what: "prover command, transactions in a full batch",
                expected: can.batch_sizes.to_string(),
                got: shape.capacity.to_string(),
            });
        }
        self.set_up = Some(Set { request, can });
        self.made = Made::of(batches);
        // The one before, if any, is ended here.
        self.process = Mutex::new(Some(process));
        Ok(SystemRecord {
            name: "command".to_owned(),
            version,
            settings,
            capabilities: Some(can.record()),
            circuits: Vec::new(),
        })
    }

    fn prove(&mut self, job: &Job<'_>) -> Result<Proved, ProverError> {
        let failed = |why: String| ProverError::Command { batch: job.batch.id.0, why };
        let request = Request::Prove {
            batch: job.batch.id.0,
            statement: StatementWire::from(&job.statement),
            data: to_hex(&encode(job.batch)),
        };
        let ProveReply { proof, proof_bytes, witness_s, prove_s } =
            self.ask(&request).map_err(|failure| failed(failure.why()))?;
        let bytes = from_hex("proof", &proof).map_err(failed)?;
        if bytes.len() as u64 != proof_bytes {
            return Err(failed(format!(
                "its reply says proof_bytes {proof_bytes}, and its proof has {} bytes",
                bytes.len()
            )));
        }
        let proved = Proved {
            proof: Proof { kind: ProofKind::Batch, bytes },
            witness: seconds("witness_s", witness_s).map_err(failed)?,
            prove: seconds("prove_s", prove_s).map_err(failed)?,
            grind: None,
        };
        self.made.note(&proved.proof, job.statement);
        Ok(proved)
    }

    fn aggregate(&mut self, proofs: &[Proof]) -> Result<Aggregated, ProverError> {
        let failed = |why: String| ProverError::NoProof {
            what: format!("an aggregation of {} by the prover command", proofs.len()),
            why,
        };
        if self.set_up.is_some() && self.capabilities().aggregation.is_none() {
            return Err(ProverError::NoAggregation { system: "the prover command".to_owned() });
        }
        let statement = self.made.joined(proofs);
        let request = Request::Aggregate {
            proofs: proofs.iter().map(|proof| to_hex(&proof.bytes)).collect(),
            statement: statement.as_ref().map(StatementWire::from),
        };
        let AggregateReply { proof, levels } = self.ask(&request).map_err(|failure| failed(failure.why()))?;
        let levels = levels
            .into_iter()
            .map(|level| {
                Ok(Level {
                    level: level.level,
                    merges: level.merges,
                    time: seconds("levels.time_s", level.time_s).map_err(failed)?,
                    grind: None,
                })
            })
            .collect::<Result<Vec<_>, ProverError>>()?;
        let in_order = levels.iter().zip(1..).all(|(level, number)| level.level == number);
        if levels.is_empty() || !in_order || levels.iter().any(|level| level.merges == 0) {
            return Err(failed(
                "the levels of its reply are not 1, 2, … with a merge or more each".to_owned(),
            ));
        }
        let proof = Proof {
            kind: ProofKind::Aggregate { level: levels.len() },
            bytes: from_hex("proof", &proof).map_err(failed)?,
        };
        if let Some(statement) = statement {
            self.made.note(&proof, statement);
        }
        Ok(Aggregated { proof, levels })
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        let failed = |why: String| ProverError::NoProof {
            what: "a verification by the prover command".to_owned(),
            why,
        };
        if !self.capabilities().verifies {
            return Err(failed("its set-up says that it cannot verify".to_owned()));
        }
        let request = Request::Verify {
            level: match proof.kind {
                ProofKind::Batch => 0,
                ProofKind::Aggregate { level } => level,
            },
            proof: to_hex(&proof.bytes),
        };
        let VerifyReply { valid, statement, verify_s, why } =
            self.ask(&request).map_err(|failure| failed(failure.why()))?;
        if !valid {
            let why = why.unwrap_or_else(|| "the prover command does not say why".to_owned());
            return Err(ProverError::Rejected { why });
        }
        let missing = |field: &str| failed(format!("its reply: missing field `{field}`"));
        let statement = statement.ok_or_else(|| missing("statement"))?;
        let verify_s = verify_s.ok_or_else(|| missing("verify_s"))?;
        Ok(Verified {
            statement: statement.statement().map_err(failed)?,
            time: seconds("verify_s", verify_s).map_err(failed)?,
        })
    }
}
