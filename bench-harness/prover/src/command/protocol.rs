//! The lines of the protocol.

use crate::capabilities::{BatchSizes, Capabilities, MergeCapability, Security};
use crate::command::failure::Failure;
use crate::statement::Statement;
use plonky2::field::types::{Field, Field64};
use plonky2::hash::hash_types::HashOut;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use workloads::hash::{Digest, Felt, digest_hex};

/// What is asked.
#[derive(Debug, Serialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub(crate) enum Request<'a> {
    SetUp {
        protocol: u32,
        depth: usize,
        capacity: usize,
        slots: &'a str,
        batches: usize,
    },
    Prove {
        batch: u64,
        statement: StatementWire,
        data: String,
    },
    Aggregate {
        proofs: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        statement: Option<StatementWire>,
    },
    Verify {
        level: usize,
        proof: String,
    },
}

impl Request<'_> {
    /// As one line, with its end.
    pub(crate) fn line(&self) -> Result<String, Failure> {
        match serde_json::to_string(self) {
            Ok(line) => Ok(line + "\n"),
            Err(error) => Err(Failure::Said(format!("the request is no JSON: {error}"))),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SetUpReply {
    pub(crate) name: String,
    pub(crate) version: String,
    #[serde(default, alias = "aggregate")]
    aggregates: bool,
    #[serde(default, alias = "verify")]
    verifies: bool,
    merge_children: Option<usize>,
    max_transactions: Option<usize>,
    conjectured_security_bits: Option<u32>,
    proven_security_bits: Option<u32>,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
}

impl SetUpReply {
    /// What the program says that it can do.
    pub(crate) fn capabilities(&self) -> Result<Capabilities, Failure> {
        let wrong = |field: &str, expected: &str, got: usize| {
            Err(Failure::Broken(format!("its reply, field {field}: expected {expected}, got {got}")))
        };
        let merge_children = self.merge_children.unwrap_or(2);
        if merge_children < 2 {
            return wrong("merge_children", "at least 2", merge_children);
        }
        if self.max_transactions == Some(0) {
            return wrong("max_transactions", "at least 1", 0);
        }
        // Bits that are proven hold under a conjecture as well.
        let conjectured = self.conjectured_security_bits.or(self.proven_security_bits);
        Ok(Capabilities {
            verifies: self.verifies,
            aggregation: self.aggregates.then_some(MergeCapability { merge_children }),
            batch_sizes: BatchSizes { min: 1, max: self.max_transactions },
            swaps_over_pools_max: None,
            falls_back: false,
            varies_in_length: false,
            security: conjectured.map(|conjectured_bits| Security {
                conjectured_bits,
                proven_bits: self.proven_security_bits,
            }),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProveReply {
    pub(crate) proof: String,
    pub(crate) proof_bytes: u64,
    pub(crate) witness_s: f64,
    pub(crate) prove_s: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AggregateReply {
    pub(crate) proof: String,
    pub(crate) levels: Vec<LevelReply>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LevelReply {
    pub(crate) level: usize,
    pub(crate) merges: usize,
    pub(crate) time_s: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct VerifyReply {
    pub(crate) valid: bool,
    pub(crate) statement: Option<StatementWire>,
    pub(crate) verify_s: Option<f64>,
    pub(crate) why: Option<String>,
}

/// A statement in hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StatementWire {
    old_root: String,
    new_root: String,
    commitment: String,
    transactions: u64,
}

impl From<&Statement> for StatementWire {
    fn from(statement: &Statement) -> Self {
        let Statement { old_root, new_root, commitment, transactions } = statement;
        Self {
            old_root: digest_hex(*old_root),
            new_root: digest_hex(*new_root),
            commitment: digest_hex(*commitment),
            transactions: *transactions,
        }
    }
}

impl StatementWire {
    pub(crate) fn statement(&self) -> Result<Statement, String> {
        Ok(Statement {
            old_root: digest("old_root", &self.old_root)?,
            new_root: digest("new_root", &self.new_root)?,
            commitment: digest("commitment", &self.commitment)?,
            transactions: self.transactions,
        })
    }
}

fn digest(field: &str, text: &str) -> Result<Digest, String> {
    let wrong = || {
        format!(
            "its reply, field {field}: expected 64 hexadecimal digits of four field elements, got {text:?}"
        )
    };
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut elements = [Felt::ZERO; 4];
    for (index, element) in elements.iter_mut().enumerate() {
        let digits = &text[16 * index..16 * (index + 1)];
        let number = u64::from_str_radix(digits, 16).map_err(|_| wrong())?;
        if number >= Felt::ORDER {
            return Err(wrong());
        }
        *element = Felt::from_canonical_u64(number);
    }
    Ok(HashOut { elements })
}

/// Bytes in hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The bytes of a hexadecimal text.
pub(crate) fn from_hex(field: &str, text: &str) -> Result<Vec<u8>, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs
        .collect::<Option<_>>()
        .ok_or_else(|| format!("its reply, field {field}: expected pairs of hexadecimal digits"))
}

/// A time of a reply.
pub(crate) fn seconds(field: &str, time_s: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(time_s)
        .map_err(|_| format!("its reply, field {field}: expected seconds, got {time_s}"))
}

/// A reply, or what is wrong with it.
pub(crate) fn parse_reply<T: DeserializeOwned>(line: &[u8]) -> Result<T, Failure> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    if let Ok(Refusal { error }) = serde_json::from_slice(line) {
        return Err(Failure::Said(format!("it says: {error}")));
    }
    let mut reader = serde_json::Deserializer::from_slice(line);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        let start: String = String::from_utf8_lossy(line).chars().take(80).collect();
        let place = if field == "." { String::new() } else { format!(", field {field}") };
        Failure::Broken(format!("its reply{place}: {inner}, in {start:?}"))
    })
}
