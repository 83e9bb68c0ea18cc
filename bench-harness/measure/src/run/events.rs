//! What a progress display is told. Any closure over a [`RunEvent`] will do.

use records::sample::{CellRecord, EndName, FailureRecord, SampleRecord};

/// Something happened.
#[derive(Clone, Debug)]
pub enum RunEvent<'a> {
    /// An earlier run has done this cell.
    AlreadyDone {
        /// Which.
        cell: &'a CellRecord,
    },
    /// A cell begins.
    Cell {
        /// Its place in the schedule, from 0.
        place: usize,
        /// How many cells there are.
        of: usize,
        /// Which.
        cell: &'a CellRecord,
    },
    /// One proof was made, verified and thrown away.
    WarmUp {
        /// What it took.
        wall_s: f64,
    },
    /// A repeat begins.
    Started {
        /// Which, from 0.
        repeat: u64,
    },
    /// A sample was written.
    Sample(&'a SampleRecord),
    /// A repeat is complete.
    Repeat {
        /// Complete repeats of this cell.
        made: u64,
        /// How many there will be at most, as far as is known: each that was discarded asks for one more, within the limit.
        of: u64,
        /// What it took.
        wall_s: f64,
        /// An estimate of what this cell still takes, time limit considered.
        cell_left_s: f64,
        /// The same for the whole run, other cells taken to be like this one: good for cells of one kind, a hint
        /// for others.
        run_left_s: f64,
    },
    /// A failure was written.
    Failure(&'a FailureRecord),
    /// A cell ended.
    CellEnd {
        /// Which.
        cell: &'a CellRecord,
        /// Why.
        end: EndName,
        /// Complete repeats.
        repeats: u64,
    },
    /// Something that the user should know.
    Note(String),
}

/// Takes events.
pub trait Events {
    /// Something happened. It is called between samples, so that it may take its time.
    fn on(&mut self, event: &RunEvent<'_>);
}

impl<F: FnMut(&RunEvent<'_>)> Events for F {
    fn on(&mut self, event: &RunEvent<'_>) {
        self(event);
    }
}
