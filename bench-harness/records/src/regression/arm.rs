//! The protocol between a comparison and each of its two programs: protocol 1, one JSON line each way.
//!
//! Two revisions of one program meet here, so these types change only with the number of the protocol. A reader ignores
//! fields that it does not know.

use crate::machine::FieldRecord;
use crate::regression::paired::ComparedName;
use crate::sample::MarkName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The protocol that this program speaks.
pub const ARM_PROTOCOL: u32 = 1;

/// What is asked: one JSON line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRequest {
    /// [`ARM_PROTOCOL`] of the comparison.
    pub protocol: u32,
    /// The fields of a spec that are not at their default.
    pub spec: Map<String, Value>,
    /// The sample that is wanted; none asks the program to describe itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleRequest>,
    /// Whether the end of the input means that nobody waits any more, so that the program ends at once.
    #[serde(default)]
    pub guard_input: bool,
}

/// Which sample is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleRequest {
    /// The key of the cell, as the program's description has it.
    pub cell: String,
    /// The seed of its batches.
    pub seed: u64,
    /// The best reading of the core probe, in adds a cycle, of any sample so far: the reference by which this one is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_adds_per_cycle: Option<f64>,
    /// Whether no time of an aggregation is wanted, so that none need be made. A program that does not know the field
    /// aggregates all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_aggregation: bool,
}

/// What is answered: one JSON line. Beside these fields it has `protocol`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ArmAnswer {
    /// To a request without a sample.
    Described(DescribedAnswer),
    /// The sample.
    Sample(SampleAnswer),
    /// Neither.
    Failed(FailedAnswer),
}

/// What a program reports about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DescribedAnswer {
    /// Its version.
    pub version: String,
    /// How it was built: compiler, profile, target features, commit.
    pub build: Vec<FieldRecord>,
    /// What makes the machine the machine that it is.
    pub machine: Vec<FieldRecord>,
    /// The whole spec as it understood it, defaults filled in.
    pub spec: Map<String, Value>,
    /// The keys of its cells.
    pub cells: Vec<String>,
    /// The keys of those whose proof system is known to have no aggregation, and so no time of one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_aggregation: Vec<String>,
}

/// One sample: the times of one repeat, every proof of which was verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleAnswer {
    /// The cell that was asked for.
    pub cell: String,
    /// The seed that was asked for.
    pub seed: u64,
    /// Each time that can be compared.
    pub times: BTreeMap<ComparedName, TimeAnswer>,
    /// Its peak memory, where that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryAnswer>,
    /// Beside them the mean of each stage of one batch, and of one merge, for planning: `execute_s`, `root_s`,
    /// `encode_s`, `record_s`, `witness_s`, `prove_s`, `merge_s`.
    #[serde(default)]
    pub stages: BTreeMap<String, f64>,
    /// The best reading of its core probe, in adds a cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds_per_cycle: Option<f64>,
}

/// One time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeAnswer {
    /// The time.
    pub time_s: f64,
    /// Why it is discarded, if it is.
    pub mark: MarkName,
}

/// The memory of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryAnswer {
    /// The highest peak of resident memory in any stage of it: of this process, or of an external prover's.
    pub peak_rss_bytes: u64,
    /// [`MarkName::Unverified`] of a prover that cannot verify. What disturbs a time leaves memory as it is.
    pub mark: MarkName,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAnswer {
    /// What kind of failure.
    pub kind: FailedName,
    /// In words.
    pub why: String,
}

/// What kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedName {
    /// What was asked for cannot be: a field of the spec that this program does not know, say.
    Input,
    /// The prover gave no proof.
    NoProof,
    /// A proof or a state root is wrong.
    WrongProof,
}

/// An answer as the line that is written, without its end.
///
/// # Errors
/// Where a number is one that JSON cannot hold.
pub fn to_line(answer: &ArmAnswer) -> Result<String, serde_json::Error> {
    let mut value = serde_json::to_value(answer)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("protocol".to_owned(), ARM_PROTOCOL.into());
    }
    serde_json::to_string(&value)
}

/// Why a text is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAnAnswer {
    /// It is of another protocol, or of none.
    Protocol(String),
    /// It is something else.
    Text(String),
}

/// The answer in what a program has written: its one line that is not blank.
///
/// # Errors
/// [`NotAnAnswer`]; another protocol is named as such before anything else.
pub fn from_output(text: &str) -> Result<ArmAnswer, NotAnAnswer> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let [line] = lines.as_slice() else {
        let first = lines.first().map_or_else(String::new, |line| format!(", the first of them {line:?}"));
        return Err(NotAnAnswer::Text(format!("expected one line of JSON, got {}{first}", lines.len())));
    };
    let wrong =
        |error: String| NotAnAnswer::Text(format!("expected an answer in JSON, got {line:?}: {error}"));
    let value: Value = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
    let protocol = value.get("protocol");
    if protocol.and_then(Value::as_u64) != Some(u64::from(ARM_PROTOCOL)) {
        return Err(NotAnAnswer::Protocol(protocol.map_or_else(|| "none".to_owned(), ToString::to_string)));
    }
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let field = error.path().to_string();
        wrong(format!("field {field}: {}", error.into_inner()))
    })
}

#[cfg(test)]
mod tests {
    use super::{ArmAnswer, FailedAnswer, FailedName, NotAnAnswer, from_output, to_line};

    #[test]
    fn an_answer_is_read_as_it_was_written_and_further_fields_are_ignored() {
        let answer =
            ArmAnswer::Failed(FailedAnswer { kind: FailedName::NoProof, why: "out of memory".to_owned() });
        let line = to_line(&answer).expect("JSON");
        assert_eq!(from_output(&format!("\n{line}\n")), Ok(answer.clone()));
        let later = line.replacen('{', "{\"of_a_later_version\":[1],", 1);
        assert_eq!(from_output(&later), Ok(answer));
    }

    #[test]
    fn what_is_no_answer_is_said() {
        let text = |text: &str| match from_output(text) {
            Err(NotAnAnswer::Text(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(text("").contains("expected one line of JSON, got 0"));
        assert!(text("hello\nworld").contains("got 2, the first of them \"hello\""));
        assert!(text("hello").contains("\"hello\""));
        assert!(
            text("{\"protocol\":1,\"answer\":\"failed\",\"kind\":\"tired\"}")
                .contains("unknown variant `tired`")
        );
        let protocol = |text: &str| from_output(text).expect_err("another");
        assert_eq!(protocol("{\"protocol\":2}"), NotAnAnswer::Protocol("2".to_owned()));
        assert_eq!(protocol("{}"), NotAnAnswer::Protocol("none".to_owned()));
    }
}
