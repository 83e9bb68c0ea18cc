//! A profile as one line of a history: the median of each quantity, and the identity of the machine.

use records::machine::MachineRecord;
use records::profile::{ProfileRecord, QuantityRecord};
use records::regression::history::{
    HISTORY_SCHEMA_VERSION, HistoryMachineRecord, HistoryPointRecord, HistoryRecord,
};

/// The results of a profile that was measured at `commit`; `recorded_unix_s` in seconds since 1970.
pub fn results(profile: &ProfileRecord, commit: String, recorded_unix_s: u64) -> HistoryRecord {
    let points = profile.cells.iter().flat_map(|summary| {
        let key = summary.cell.key();
        let measured = summary.quantities.iter().filter(|quantity| quantity.samples > 0);
        measured.map(move |quantity| point(&key, quantity))
    });
    HistoryRecord {
        schema_version: HISTORY_SCHEMA_VERSION,
        commit,
        recorded_unix_s,
        program_version: profile.program_version.clone(),
        machine: machine(&profile.machine),
        points: points.collect(),
    }
}

fn point(cell: &str, quantity: &QuantityRecord) -> HistoryPointRecord {
    let level = quantity.level.map(|level| format!(" {level}")).unwrap_or_default();
    HistoryPointRecord {
        cell: cell.to_owned(),
        quantity: format!("{}{level}", quantity.quantity.key()),
        value_s: quantity.median_s,
        low_s: quantity.interval.map(|interval| interval.low_s),
        high_s: quantity.interval.map(|interval| interval.high_s),
        samples: quantity.samples,
    }
}

/// Two machines have one fingerprint where every identity field and the instruction sets compiled into the program are
/// the same; a field that is unknown of both is the same.
fn machine(machine: &MachineRecord) -> HistoryMachineRecord {
    let fields = machine.identity().into_iter();
    let mut identity: String = fields.map(|(field, value)| format!("{field}={value}\n")).collect();
    let features = machine.value("build", "features_compiled_in");
    identity += &format!("features={}\n", features.map_or("unknown".to_owned(), ToString::to_string));
    let known = |field: &str| machine.value("machine", field).map(ToString::to_string);
    let memory_bytes = known("memory_total_bytes").and_then(|bytes| bytes.parse().ok());
    let words = [
        known("processor"),
        known("logical_cpus").map(|cpus| format!("{cpus} CPUs")),
        memory_bytes.map(records::number::bytes),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    let words = if words.is_empty() { "unknown machine".to_owned() } else { words.join(", ") };
    HistoryMachineRecord { fingerprint: format!("{:016x}", fnv1a(identity.as_bytes())), words }
}

/// The 64-bit hash of Fowler, Noll and Vo, FNV-1a: a short name for an identity, not resistant to attacks.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
