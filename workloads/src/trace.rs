//! Batches from and to CSV: the user's own traffic.
//!
//! The header names the columns, in any order: `batch` (optional: without it the whole file is one stretch that the
//! caller cuts), `kind` (`transfer` or `swap`), `sender`, `target` (account or pool), `token_in`, `amount_in`,
//! `min_out` (may be empty), `nonce` (optional, may be empty: the account's next), `time_s` (optional: when it came, in
//! seconds from any origin, in order). A file is read whole or not at all: the first bad cell is an error with its line
//! and column.

use crate::account::{AccountId, Token};
use crate::ledger::Ledger;
use crate::pool::PoolId;
use crate::transaction::{Action, Batch, BatchId, Transaction};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The columns, in the order in which they are written; `time_s` is read and not written.
pub const COLUMNS: [&str; 9] =
    ["batch", "kind", "sender", "target", "token_in", "amount_in", "min_out", "nonce", "time_s"];

/// A transaction of a trace, before its nonce and batch are settled.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceRow {
    /// The line it stands on, from 1.
    pub line: u64,
    /// Its batch, if the file says.
    pub batch: Option<u64>,
    /// Its nonce, if the file says.
    pub nonce: Option<u32>,
    /// When it came, s from any origin, if the file says; finite, and not before the row above.
    pub time_s: Option<f64>,
    /// Who sends.
    pub sender: AccountId,
    /// What it does.
    pub action: Action,
}

/// Why a trace cannot be used.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file cannot be opened or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A column is missing, unknown or named twice.
    #[error("line 1: {problem}; a trace has the columns {columns}", columns = COLUMNS.join(","))]
    Header {
        /// What is wrong with it.
        problem: String,
    },
    /// A cell does not hold what its column must hold.
    #[error("line {line}, column {column}: expected {expected}, got {got:?}")]
    Cell {
        /// From 1; the header is line 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        got: String,
    },
    /// The row is not a row of CSV, or has too many or too few cells.
    #[error("line {line}: {problem}")]
    Row {
        /// From 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The batches do not ascend.
    #[error("line {line}, column batch: expected {previous} or {next}, got {got}: batches are numbered in order", next = previous + 1)]
    Order {
        /// From 1.
        line: u64,
        /// The batch of the row before.
        previous: u64,
        /// The batch of this row.
        got: u64,
    },
    /// The times do not ascend.
    #[error("line {line}, column time_s: expected {previous}, the time above it, or later, got {got}")]
    Time {
        /// From 1.
        line: u64,
        /// The time of the row before, s.
        previous: f64,
        /// The time of this row, s.
        got: f64,
    },
    /// There is nothing in it.
    #[error("the trace has no transactions")]
    Empty,
    /// The transaction breaks a rule of the state it is applied to.
    #[error("line {line}: {source}")]
    Invalid {
        /// From 1.
        line: u64,
        /// Which rule.
        source: crate::ledger::ExecutionError,
    },
}

/// Reads a trace from a file.
///
/// # Errors
/// [`TraceError`], naming file, line and column.
pub fn read_file(path: &Path) -> Result<Vec<TraceRow>, TraceError> {
    let file =
        std::fs::File::open(path).map_err(|source| TraceError::Io { path: path.to_owned(), source })?;
    read(file)
}

/// Reads a trace.
///
/// # Errors
/// [`TraceError`], naming line and column.
pub fn read(input: impl Read) -> Result<Vec<TraceRow>, TraceError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let header = reader.headers().map_err(row_error)?.clone();
    let columns = columns_of(&header)?;
    let mut rows: Vec<TraceRow> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(row_error)?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Cells { record: &record, columns: &columns, line }.row()?;
        if let (Some(previous), Some(got)) = (rows.last().and_then(|row| row.time_s), row.time_s)
            && got < previous
        {
            return Err(TraceError::Time { line, previous, got });
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(TraceError::Empty);
    }
    Ok(rows)
}

/// Settles nonces and batches: rows without a nonce take the account's next, rows without a batch are cut every
/// `batch_size` transactions. Each transaction is applied to `genesis` on the way, so that what comes back is valid.
///
/// # Errors
/// A transaction that breaks a rule, or batches out of order, with the line.
pub fn batches(rows: &[TraceRow], mut genesis: Ledger, batch_size: usize) -> Result<Vec<Batch>, TraceError> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut previous = None;
    for TraceRow { line, batch, nonce, time_s: _, sender, action } in rows {
        let invalid = |source| TraceError::Invalid { line: *line, source };
        let next_nonce = genesis.account(*sender).map_err(invalid)?.nonce;
        let transaction =
            Transaction { sender: *sender, nonce: nonce.unwrap_or(next_nonce), action: *action };
        genesis.apply(&transaction).map_err(invalid)?;
        let starts_new = match (*batch, previous) {
            (_, None) => true,
            (Some(got), Some(Some(previous))) if got == previous => false,
            (Some(got), Some(Some(previous))) if got == previous + 1 => true,
            (Some(got), Some(Some(previous))) => {
                return Err(TraceError::Order { line: *line, previous, got });
            }
            _ => batches.last().is_none_or(|last| last.transactions.len() >= batch_size),
        };
        previous = Some(*batch);
        if starts_new {
            batches.push(Batch { id: BatchId(batches.len() as u64), transactions: Vec::new() });
        }
        if let Some(last) = batches.last_mut() {
            last.transactions.push(transaction);
        }
    }
    Ok(batches)
}

/// Writes batches as a trace, with a header.
///
/// # Errors
/// What the output says.
pub fn write(batches: &[Batch], output: impl Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(&COLUMNS[..8])?;
    for Batch { id, transactions } in batches {
        for Transaction { sender, nonce, action } in transactions {
            let (kind, target, token, amount, min_out) = match *action {
                Action::Transfer { to, token, amount } => ("transfer", to.0, token, amount, String::new()),
                Action::Swap { pool, token_in, amount_in, min_out } => {
                    ("swap", pool.0, token_in, amount_in, min_out.to_string())
                }
            };
            writer.write_record([
                id.0.to_string(),
                kind.to_owned(),
                sender.0.to_string(),
                target.to_string(),
                token.index().to_string(),
                amount.to_string(),
                min_out,
                nonce.to_string(),
            ])?;
        }
    }
    writer.flush()
}

fn row_error(error: csv::Error) -> TraceError {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("expected {expected_len} cells, as in the header, got {len}")
        }
        csv::ErrorKind::Utf8 { .. } => "expected text in UTF-8".to_owned(),
        _ => error.to_string(),
    };
    TraceError::Row { line, problem }
}

fn columns_of(header: &csv::StringRecord) -> Result<HashMap<&'static str, usize>, TraceError> {
    let mut columns = HashMap::new();
    for (place, name) in header.iter().enumerate() {
        let known = COLUMNS.iter().find(|column| **column == name);
        let known =
            known.ok_or_else(|| TraceError::Header { problem: format!("unknown column {name:?}") })?;
        if columns.insert(*known, place).is_some() {
            return Err(TraceError::Header { problem: format!("column {name:?} stands twice") });
        }
    }
    for required in ["kind", "sender", "target", "token_in", "amount_in"] {
        if !columns.contains_key(required) {
            return Err(TraceError::Header { problem: format!("column {required:?} is missing") });
        }
    }
    Ok(columns)
}

struct Cells<'a> {
    record: &'a csv::StringRecord,
    columns: &'a HashMap<&'static str, usize>,
    line: u64,
}

impl Cells<'_> {
    fn text(&self, column: &'static str) -> &str {
        self.columns.get(column).and_then(|place| self.record.get(*place)).unwrap_or("")
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> TraceError {
        TraceError::Cell { line: self.line, column, expected, got: self.text(column).to_owned() }
    }

    fn number<T: std::str::FromStr>(
        &self,
        column: &'static str,
        expected: &'static str,
    ) -> Result<T, TraceError> {
        self.text(column).parse().map_err(|_| self.wrong(column, expected))
    }

    fn optional<T: std::str::FromStr>(
        &self,
        column: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, TraceError> {
        if self.text(column).is_empty() { Ok(None) } else { self.number(column, expected).map(Some) }
    }

    fn row(&self) -> Result<TraceRow, TraceError> {
        const AMOUNT: &str = "a whole number below 2^64";
        const INDEX: &str = "a whole number below 2^32";
        const SECONDS: &str = "a finite number of seconds";
        let target = self.number("target", INDEX)?;
        let token = self.number("token_in", "a token, 0, 1 or 2")?;
        let token = Token::new(token).ok_or_else(|| self.wrong("token_in", "a token, 0, 1 or 2"))?;
        let amount = self.number("amount_in", AMOUNT)?;
        let min_out = self.optional("min_out", AMOUNT)?;
        let action = match self.text("kind") {
            "transfer" if min_out.unwrap_or(0) != 0 => {
                return Err(self.wrong("min_out", "nothing, since a transfer has no output"));
            }
            "transfer" => Action::Transfer { to: AccountId(target), token, amount },
            "swap" => Action::Swap {
                pool: PoolId(target),
                token_in: token,
                amount_in: amount,
                min_out: min_out.unwrap_or(0),
            },
            _ => return Err(self.wrong("kind", "transfer or swap")),
        };
        let time_s = match self.columns.contains_key("time_s") {
            false => None,
            true => Some(self.number::<f64>("time_s", SECONDS)?),
        };
        if time_s.is_some_and(|time_s| !time_s.is_finite()) {
            return Err(self.wrong("time_s", SECONDS));
        }
        Ok(TraceRow {
            line: self.line,
            batch: self.optional("batch", "a whole number below 2^64")?,
            nonce: self.optional("nonce", INDEX)?,
            time_s,
            sender: AccountId(self.number("sender", INDEX)?),
            action,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{TraceError, batches, read, write};
    use crate::generate::Traffic;
    use crate::population::Population;

    fn error_of(text: &str) -> String {
        read(text.as_bytes()).expect_err("a bad trace").to_string()
    }

    #[test]
    fn what_was_written_is_read() {
        let population = Population { accounts: 20, ..Population::default() };
        let mut generator = population.generator(4, Traffic::default()).expect("valid");
        let made: Vec<_> = (0..3).map(|_| generator.next_batch(7)).collect();
        let mut text = Vec::new();
        write(&made, &mut text).expect("memory takes all");
        let rows = read(text.as_slice()).expect("what we wrote");
        let ledger = population.ledger(4).expect("valid");
        assert_eq!(batches(&rows, ledger, 1).expect("valid"), made);
    }

    #[test]
    fn nonces_and_batches_are_filled_in() {
        let text =
            "kind,sender,target,token_in,amount_in\ntransfer,0,1,0,5\ntransfer,0,1,0,5\nswap,1,0,1,9\n";
        let rows = read(text.as_bytes()).expect("valid");
        let ledger = Population::default().ledger(1).expect("valid");
        let cut = batches(&rows, ledger, 2).expect("valid");
        assert_eq!(cut.iter().map(|batch| batch.transactions.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(cut[0].transactions[1].nonce, 1);
    }

    #[test]
    fn errors_name_line_and_column() {
        const HEAD: &str = "batch,kind,sender,target,token_in,amount_in,min_out,nonce\n";
        let row = |row: &str| error_of(&format!("{HEAD}0,transfer,0,1,0,5,,0\n{row}\n"));
        assert_eq!(row("0,mint,0,1,0,5,,0"), "line 3, column kind: expected transfer or swap, got \"mint\"");
        assert_eq!(
            row("0,transfer,0,1,0,18446744073709551616,,0"),
            "line 3, column amount_in: expected a whole number below 2^64, got \"18446744073709551616\""
        );
        assert!(row("0,transfer,0,1,3,5,,0").starts_with("line 3, column token_in"));
        assert!(row("0,transfer,-1,1,0,5,,0").starts_with("line 3, column sender"));
        assert!(row("0,transfer,0,1,0,5,9,0").starts_with("line 3, column min_out"));
        assert_eq!(row("0,transfer,0,1,0"), "line 3: expected 8 cells, as in the header, got 5");
        assert!(error_of("kind,sender\n").contains("column \"target\" is missing"));
        assert!(error_of("kind,colour\n").contains("unknown column \"colour\""));
        assert!(error_of("kind,kind\n").contains("stands twice"));
        assert_eq!(error_of(HEAD), "the trace has no transactions");
        assert_eq!(
            error_of(""),
            "line 1: column \"kind\" is missing; a trace has the columns batch,kind,sender,target,token_in,amount_in,min_out,nonce,time_s"
        );
    }

    #[test]
    fn times_are_read_and_must_ascend() {
        let trace = |times: [&str; 3]| {
            let row = |time: &&str| format!("transfer,0,1,0,5,{time}\n");
            let rows: String = times.iter().map(row).collect();
            read(format!("kind,sender,target,token_in,amount_in,time_s\n{rows}").as_bytes())
        };
        let times_s = |rows: Vec<super::TraceRow>| rows.iter().map(|row| row.time_s).collect::<Vec<_>>();
        let read = times_s(trace(["7", "7", "8.5"]).expect("valid"));
        assert_eq!(read, [Some(7.0), Some(7.0), Some(8.5)]);
        let error = |times| trace(times).expect_err("bad times").to_string();
        assert_eq!(
            error(["7", "9", "8.5"]),
            "line 4, column time_s: expected 9, the time above it, or later, got 8.5"
        );
        for bad in ["", "x", "inf", "nan"] {
            let wanted = format!("line 3, column time_s: expected a finite number of seconds, got {bad:?}");
            assert_eq!(error(["7", bad, "8"]), wanted);
        }
    }

    #[test]
    fn a_broken_rule_names_its_line() {
        let text =
            "batch,kind,sender,target,token_in,amount_in,nonce\n0,transfer,0,1,0,5,0\n1,transfer,0,1,0,5,0\n";
        let rows = read(text.as_bytes()).expect("well formed");
        let ledger = Population::default().ledger(1).expect("valid");
        let error = batches(&rows, ledger.clone(), 10).expect_err("the nonce repeats");
        assert!(matches!(error, TraceError::Invalid { line: 3, .. }), "{error}");
        let text = "batch,kind,sender,target,token_in,amount_in\n0,transfer,0,1,0,5\n2,transfer,0,1,0,5\n";
        let rows = read(text.as_bytes()).expect("well formed");
        let error = batches(&rows, ledger, 10).expect_err("batch 1 is missing");
        assert!(matches!(error, TraceError::Order { line: 3, previous: 0, got: 2 }), "{error}");
    }
}
