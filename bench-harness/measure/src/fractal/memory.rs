//! The memory that a circuit takes: built, and a batch proved with it, in a process of its own, whose peak is then that of
//! this circuit alone.
//!
//! The process is this program again, under a hidden verb: a request on standard input, an answer on standard output, one
//! JSON line each. It ends with its input, so that it does not outlive a study that was killed.

use crate::fractal::batches::Batches;
use crate::fractal::study::{FractalError, FractalStudy};
use crate::pool::pool_of;
use crate::statistics::middle;
use machine::Root;
use machine::usage::peak_ram_bytes;
use prover::fractal::chain::RollupChain;
use prover::process::{ChildProcess, NoLine};
use records::execution::MiddleRecord;
use records::fractal::RollupCircuitName;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How often it is looked whether the process has answered.
const LOOK: Duration = Duration::from_secs(1);

/// The program that proves with one circuit, and the arguments that make it do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryProgram {
    /// The file.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// What a process is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemoryRequest {
    study: FractalStudy,
    circuit: RollupCircuitName,
    swap_ratio: f64,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MemoryAnswer {
    /// Bytes that it held at most; none where the system does not say.
    Peak(Option<u64>),
    /// It did not prove.
    Failed { why: String, is_wrong_result: bool },
}

/// The peaks of as many processes as the study repeats a job; none where the system does not say.
pub(super) fn measured(
    study: &FractalStudy,
    program: &MemoryProgram,
    circuit: RollupCircuitName,
    swap_ratio: f64,
) -> Result<Option<MiddleRecord>, FractalError> {
    let request = MemoryRequest { study: study.clone(), circuit, swap_ratio };
    let peaks = (0..study.repeats).map(|_| peak(&request, program)).collect::<Result<Option<Vec<_>>, _>>()?;
    Ok(peaks.map(|peaks| middle(peaks.into_iter().map(|bytes| bytes as f64).collect())))
}

/// The peak of one process.
fn peak(request: &MemoryRequest, program: &MemoryProgram) -> Result<Option<u64>, FractalError> {
    let failed = |why: String| FractalError::Memory { circuit: request.circuit, why, is_wrong_result: false };
    let mut child = ChildProcess::start(Command::new(&program.program).args(&program.arguments))
        .map_err(|error| failed(format!("{} does not start: {error}", program.program.display())))?;
    let line = serde_json::to_string(request).map_err(|error| failed(error.to_string()))?;
    child.send(line + "\n");
    let answer = loop {
        match child.line(LOOK) {
            Ok(line) => break line,
            Err(NoLine::Late) => {}
            Err(NoLine::Ended | NoLine::TooLong) => {
                child.end();
                return Err(failed(format!("the process ended without an answer{}", child.last_errors())));
            }
        }
    };
    match serde_json::from_slice(&answer) {
        Ok(MemoryAnswer::Peak(bytes)) => Ok(bytes),
        Ok(MemoryAnswer::Failed { why, is_wrong_result }) => {
            Err(FractalError::Memory { circuit: request.circuit, why, is_wrong_result })
        }
        Err(error) => Err(failed(format!("an answer that cannot be read: {error}"))),
    }
}

/// Answers one request: what the program calls for its hidden verb, before anything else was proved.
///
/// # Errors
/// A request that cannot be read, or an answer that cannot be written. What goes wrong between is an answer.
pub fn child(mut input: impl BufRead + Send + 'static, mut output: impl Write) -> std::io::Result<()> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let request: MemoryRequest = serde_json::from_str(&line)?;
    prover::process::end_with(input);
    let answer = match proved(&request) {
        Ok(()) => MemoryAnswer::Peak(peak_ram_bytes(&Root::system())),
        Err(error) => {
            MemoryAnswer::Failed { why: error.to_string(), is_wrong_result: error.is_wrong_result() }
        }
    };
    serde_json::to_writer(&mut output, &answer)?;
    output.write_all(b"\n")?;
    output.flush()
}

/// Builds the circuit, without the merges above it, and proves and verifies one batch.
fn proved(request: &MemoryRequest) -> Result<(), FractalError> {
    let MemoryRequest { study, circuit, swap_ratio } = request;
    study.check()?;
    pool_of(study.threads.get())?.install(|| {
        let chain = RollupChain::without_merges(*circuit, study.depth, study.batch_size as usize)?;
        Batches::new(study, *swap_ratio)?.prove(&chain)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::{MemoryAnswer, MemoryProgram, MemoryRequest, child, measured};
    use crate::fractal::study::FractalStudy;
    use records::fractal::RollupCircuitName;
    use std::num::NonZeroUsize;
    use workloads::depth::Depth;

    fn study() -> FractalStudy {
        FractalStudy {
            parents: vec![None, Some(0)],
            batches: 1,
            batch_size: 2,
            accounts: 8,
            pools: 2,
            depth: Depth::new(5).expect("in range"),
            seed: 1,
            repeats: 1,
            threads: NonZeroUsize::MIN,
        }
    }

    fn answer(swap_ratio: f64, circuit: RollupCircuitName) -> MemoryAnswer {
        let request = MemoryRequest { study: study(), circuit, swap_ratio };
        let line = serde_json::to_string(&request).expect("JSON") + "\n";
        // An input that does not end, as that of a child whose parent lives.
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        std::io::Write::write_all(&mut writer, line.as_bytes()).expect("written");
        let mut output = Vec::new();
        child(std::io::BufReader::new(reader), &mut output).expect("answered");
        Box::leak(Box::new(writer));
        serde_json::from_slice(&output).expect("an answer")
    }

    #[test]
    fn a_circuit_that_proves_has_a_peak_and_one_that_cannot_says_why() {
        let MemoryAnswer::Peak(Some(bytes)) = answer(0.0, RollupCircuitName::Transfers) else {
            panic!("no peak")
        };
        assert!(bytes > 1 << 20, "{bytes}");
        let MemoryAnswer::Failed { why, is_wrong_result } = answer(1.0, RollupCircuitName::Transfers) else {
            panic!("swaps in a circuit for transfers")
        };
        assert!(!why.is_empty() && !is_wrong_result, "{why}");
    }

    #[test]
    fn a_process_that_does_not_answer_is_an_error_in_words() {
        let of = |file: &str| {
            let program = MemoryProgram { program: file.into(), arguments: vec![] };
            measured(&study(), &program, RollupCircuitName::Transfers, 0.0).expect_err("none").to_string()
        };
        assert!(of("/no/such/program").contains("does not start"));
        assert!(of("true").contains("ended without an answer"));
    }
}
