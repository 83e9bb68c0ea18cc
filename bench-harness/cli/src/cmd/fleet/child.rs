//! `fleet-child`: the process of one local worker. Hidden: `fleet run` starts it.

use anyhow::Context;
use std::io::{BufReader, stdin, stdout};

pub(crate) fn run() -> anyhow::Result<()> {
    fleet::process::child::main(BufReader::new(stdin()), stdout()).context("one worker of a fleet")
}
