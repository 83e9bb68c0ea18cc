//! `cell`: the process that measures one cell. Hidden: `measure` and `run` start it.

use anyhow::Context;
use std::io::{BufReader, stdin, stdout};

pub(crate) fn run() -> anyhow::Result<()> {
    measure::child::main(BufReader::new(stdin()), stdout()).context("measuring one cell")
}
