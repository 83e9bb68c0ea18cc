//! Whether a cell will fit into memory, by what smaller ones took.

use crate::cell::Cell;
use crate::spec::Spec;
use machine::{Headroom, MemoryBound, MemoryLaw, MemoryPoint, Root};
use records::sample::{CellRecord, LogRecord};
use std::collections::BTreeMap;

/// Fewer rows has no plonky2 circuit that verifies a proof.
const LEAST_ROWS: u64 = 1 << 12;

/// What one measured cell took.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    /// Rows in use, and after padding, of its batch circuit; padded rows of its largest circuit.
    batch_rows: u64,
    largest_rows: u64,
    peak_bytes: u64,
    /// The fewest rows that its largest circuit can have: one that verifies proofs has many.
    least_rows: u64,
}

/// Says why a cell would not fit; nothing where it does, or where nothing smaller was measured that could tell.
pub(crate) fn refuse(spec: &Spec, cell: &Cell, log: &[LogRecord]) -> Option<String> {
    let room = room(spec)?;
    let record = cell.record();
    let known = taken(&record, log);
    let (_, law_rows) = predicted_rows(&record, &known)?;
    let points: Vec<_> = known
        .values()
        .map(|taken| MemoryPoint { rows: taken.largest_rows, peak_bytes: taken.peak_bytes })
        .collect();
    let law = MemoryLaw::fit(&points)?;
    // Provers at once share what there is.
    let each = Headroom { bytes: room.bytes / record.provers.max(1), ..room };
    let error = law.check(law_rows, each).err()?;
    let at_once = match record.provers {
        1 => String::new(),
        provers => format!(" for each of {provers} provers at once"),
    };
    Some(format!("not begun: {error}{at_once} (predicted from {} of this run)", count(points.len())))
}

fn count(cells: usize) -> String {
    if cells == 1 { "one cell".to_owned() } else { format!("{cells} cells") }
}

/// What may be taken: what is free, or what the user allows.
fn room(spec: &Spec) -> Option<Headroom> {
    let free = Headroom::read(&Root::system());
    let limit = spec.memory_limit_bytes.map(|bytes| Headroom { bytes, bound: MemoryBound::User });
    free.into_iter().chain(limit).min_by_key(|room| room.bytes)
}

/// What cells of the same proof system, workload and number of cores took, by capacity.
fn taken(cell: &CellRecord, log: &[LogRecord]) -> BTreeMap<u64, Taken> {
    let mut by_capacity: BTreeMap<u64, Taken> = BTreeMap::new();
    for record in log {
        let (_, other) = record.run_and_cell();
        let is_alike = (&other.workload, other.swap_ratio, &other.proof_system, other.cores)
            == (&cell.workload, cell.swap_ratio, &cell.proof_system, cell.cores);
        if !is_alike {
            continue;
        }
        let taken = by_capacity.entry(other.capacity_transactions).or_default();
        match record {
            LogRecord::SetUp(set_up) => {
                let circuits = &set_up.system.circuits;
                taken.batch_rows = circuits.first().map_or(0, |circuit| circuit.rows);
                taken.least_rows = if set_up.system.cannot_aggregate() { 1 } else { LEAST_ROWS };
                taken.largest_rows = circuits.iter().map(|circuit| circuit.padded_rows).max().unwrap_or(0);
            }
            LogRecord::Sample(sample) => {
                taken.peak_bytes = taken.peak_bytes.max(sample.peak_rss_bytes.unwrap_or(0));
            }
            LogRecord::Repeat(_) | LogRecord::Failure(_) | LogRecord::CellEnd(_) => {}
        }
    }
    by_capacity.retain(|_, taken| taken.largest_rows > 0 && taken.peak_bytes > 0);
    by_capacity
}

/// Rows of the batch circuit, in proportion to its capacity, and padded rows of the largest circuit of the cell.
fn predicted_rows(cell: &CellRecord, known: &BTreeMap<u64, Taken>) -> Option<(u64, u64)> {
    if let Some(taken) = known.get(&cell.capacity_transactions) {
        return Some((taken.batch_rows, taken.largest_rows));
    }
    // From the largest that was measured: what a circuit has beside its slots then counts least.
    let (capacity, taken) = known.last_key_value()?;
    let per_slot = taken.batch_rows as f64 / (*capacity).max(1) as f64;
    let rows = (per_slot * cell.capacity_transactions as f64).ceil() as u64;
    Some((rows, rows.next_power_of_two().max(taken.least_rows)))
}
