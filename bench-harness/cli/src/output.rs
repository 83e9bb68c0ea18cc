//! Where a rendering goes: the terminal, or a file that is written whole or not at all.

use crate::exit::usage;
use anyhow::Context;
use comfy_table::{ContentArrangement, Table, presets};
use records::file::to_json;
use reports::text::wrap;
use serde::Serialize;
use std::io::{IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::Path;

/// An empty table of the terminal's width.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width());
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

/// The width of tables in columns: that of the terminal within limits, and 100 in a pipe, which fits a pull request.
pub(crate) fn width() -> u16 {
    width_of(std::io::stdout())
}

/// Says something on standard error while a verb is at work. A terminal would break it within a word; in a pipe it stays a
/// line.
pub(crate) fn say(words: &str) {
    let stderr = std::io::stderr();
    if stderr.is_terminal() {
        eprintln!("{}", wrap(words, width_of(stderr), "    "));
    } else {
        eprintln!("{words}");
    }
}

fn width_of(stream: impl IsTerminal + AsFd) -> u16 {
    if !stream.is_terminal() {
        return 100;
    }
    rustix::termios::tcgetwinsize(stream).map_or(100, |size| size.ws_col).clamp(60, 140)
}

/// Whether colours may be printed: on a terminal that knows them, and not against `NO_COLOR`
/// (<https://no-color.org>: set and not empty).
pub(crate) fn may_colour() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// Prints text; a reader that went away (`| head`) is no error.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("writing to standard output"),
    }
}

/// Prints, or writes the file `to` by way of a temporary one beside it.
pub(crate) fn deliver(text: &str, to: Option<&Path>) -> anyhow::Result<()> {
    match to {
        None => print(text),
        Some(path) => write_whole(path, text),
    }
}

/// Writes a record as indented JSON, as [`write_whole`] does.
pub(crate) fn write_json(path: &Path, record: &impl Serialize) -> anyhow::Result<()> {
    write_whole(path, &to_json(record).context("writing a record as JSON")?)
}

/// Prints a record as indented JSON.
pub(crate) fn print_json(record: &impl Serialize) -> anyhow::Result<()> {
    print(&to_json(record).context("writing a record as JSON")?)
}

/// Writes a file whole or not at all. What a link points to is replaced, and not the link; a pipe or a device is
/// written to as it is, since a file in its place would be the end of it.
pub(crate) fn write_whole(path: &Path, text: &str) -> anyhow::Result<()> {
    let is_special = std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if is_special {
        let written = std::fs::OpenOptions::new().write(true).open(path);
        let written = written.and_then(|mut file| file.write_all(text.as_bytes()));
        return written.map_err(|error| usage(format!("{}: cannot be written: {error}", path.display())));
    }
    // A file that is not there yet has no other name.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(records::file::write_whole(&target, text)?)
}
