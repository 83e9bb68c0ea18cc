//! Which cell stands against which, what differs between them, and what forbids a comparison.
//!
//! Only the same work is compared: workload, batch size, capacity, N, proof system, and the state that it acts on.
//! Cores, clock, machine, program and circuits may differ, and are said where they do.

use records::comparison::{
    COMPARISON_SCHEMA_VERSION, CellPairRecord, FigureRecord, ProfileComparisonRecord, RatioRecord,
    SideRecord, StageRecord,
};
use records::machine::DifferenceRecord;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityRecord};
use records::sample::CellRecord;
use std::collections::BTreeSet;
use thiserror::Error;

/// One side: a profile, as the user named it, and how many cores its cells must have.
#[derive(Clone, Debug)]
pub struct ProfileSide<'a> {
    /// As the user named it.
    pub name: String,
    /// What was measured.
    pub profile: &'a ProfileRecord,
    /// Only cells of this many cores.
    pub cores: Option<u64>,
}

/// Why two profiles cannot be compared.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProfileMismatch {
    /// A side has nothing that was measured.
    #[error("{name}: no cell {that} was measured: it has {has}")]
    Empty {
        /// The side.
        name: String,
        /// `with 4 cores`, or nothing.
        that: String,
        /// What it has.
        has: String,
    },
    /// They prove something else.
    #[error(
        "{first} and {second} do not prove the same: {field} is {ours} in the one and {theirs} in the other"
    )]
    OtherState {
        /// The first side.
        first: String,
        /// The second side.
        second: String,
        /// A field of the spec.
        field: String,
        /// Of the first.
        ours: String,
        /// Of the second.
        theirs: String,
    },
    /// One machine and two builds of other instruction sets: what differs between their times is no regression.
    #[error(
        "{first} and {second} were measured on one machine by builds for other instruction sets: compiled in are {ours} \
         in the one and {theirs} in the other; no regression can be read from that: measure both with the same RUSTFLAGS"
    )]
    OtherFeatures {
        /// The first side.
        first: String,
        /// The second side.
        second: String,
        /// Those that the first has and the second lacks.
        ours: String,
        /// Those that the second has and the first lacks.
        theirs: String,
    },
    /// No cell of the one is the work of a cell of the other.
    #[error(
        "no cell of {first} stands against one of {second}: the first has {ours}; the second has {theirs}; \
         name the cores where there are several: PATH@CORES"
    )]
    NoPair {
        /// The first side.
        first: String,
        /// The second side.
        second: String,
        /// Its cells.
        ours: String,
        /// Those of the other.
        theirs: String,
    },
}

/// Fields of a spec that decide what is proved; the rest decides how often and where.
const STATE_FIELDS: [&str; 5] = ["accounts", "pools", "fee_bps", "depth", "skew"];

/// The two side by side, without fleets.
///
/// # Errors
/// [`ProfileMismatch`].
pub fn compare(
    first: &ProfileSide<'_>,
    second: &ProfileSide<'_>,
) -> Result<ProfileComparisonRecord, ProfileMismatch> {
    same_state(first, second)?;
    same_features(first, second)?;
    let (ours, theirs) = (cells(first)?, cells(second)?);
    let (pairs, unpaired) = pair(first, second, &ours, &theirs);
    if pairs.is_empty() {
        return Err(ProfileMismatch::NoPair {
            first: first.name.clone(),
            second: second.name.clone(),
            ours: words(&ours),
            theirs: words(&theirs),
        });
    }
    Ok(ProfileComparisonRecord {
        schema_version: COMPARISON_SCHEMA_VERSION,
        first: side(first),
        second: side(second),
        differences: differences(first.profile, second.profile),
        pairs: pairs.into_iter().map(|(a, b)| paired(a, b)).collect(),
        unpaired,
    })
}

fn side(of: &ProfileSide<'_>) -> SideRecord {
    SideRecord {
        name: of.name.clone(),
        run: of.profile.run.clone(),
        program_version: of.profile.program_version.clone(),
    }
}

fn cells<'a>(of: &ProfileSide<'a>) -> Result<Vec<&'a CellSummaryRecord>, ProfileMismatch> {
    let measured: Vec<_> = of.profile.cells.iter().filter(|cell| !cell.quantities.is_empty()).collect();
    let fits = |cell: &&&CellSummaryRecord| of.cores.is_none_or(|cores| cell.cell.cores == cores);
    let fitting: Vec<_> = measured.iter().filter(fits).copied().collect();
    if !fitting.is_empty() {
        return Ok(fitting);
    }
    Err(ProfileMismatch::Empty {
        name: of.name.clone(),
        that: of.cores.map_or_else(String::new, |cores| format!("with {cores} cores ")).trim().to_owned(),
        has: if measured.is_empty() { "none".to_owned() } else { words(&measured) },
    })
}

fn words(cells: &[&CellSummaryRecord]) -> String {
    cells.iter().map(|cell| cell.cell.words()).collect::<Vec<_>>().join("; ")
}

/// What a cell proves, whatever it proves it on.
fn work(cell: &CellRecord) -> String {
    // One key with cores, provers at once and clock levelled is the work: a new field of a cell is then part of it by itself.
    CellRecord { cores: 1, provers: 1, clock: String::new(), ..cell.clone() }.key()
}

/// Cores and provers at once of a cell, as far as they have to be equal.
type Nearness = fn(&CellRecord) -> (Option<u64>, Option<u64>);

/// What two cells of one work have in common, the most telling first: cores and provers at once (the clock may differ),
/// cores, provers at once, or neither.
const NEAREST: [Nearness; 4] = [
    |cell| (Some(cell.cores), Some(cell.provers)),
    |cell| (Some(cell.cores), None),
    |cell| (None, Some(cell.provers)),
    |_| (None, None),
];

type Pairs<'a> = (Vec<(&'a CellSummaryRecord, &'a CellSummaryRecord)>, Vec<String>);

fn pair<'a>(
    first: &ProfileSide<'_>,
    second: &ProfileSide<'_>,
    ours: &[&'a CellSummaryRecord],
    theirs: &[&'a CellSummaryRecord],
) -> Pairs<'a> {
    let (mut pairs, mut unpaired) = (Vec::new(), Vec::new());
    let mut works: Vec<String> = Vec::new();
    for cell in ours.iter().chain(theirs) {
        let work = work(&cell.cell);
        if !works.contains(&work) {
            works.push(work);
        }
    }
    for wanted in works {
        let of = |cells: &[&'a CellSummaryRecord]| -> Vec<&'a CellSummaryRecord> {
            cells.iter().copied().filter(|cell| work(&cell.cell) == wanted).collect()
        };
        let (mut left, mut right) = (of(ours), of(theirs));
        // First those that are the same in everything, then those that are nearest, where there is one on each side.
        left.retain(|a| {
            let Some(at) = right.iter().position(|b| a.cell.key() == b.cell.key()) else { return true };
            pairs.push((*a, right.remove(at)));
            false
        });
        for same in NEAREST {
            let kinds: BTreeSet<_> = left.iter().map(|cell| same(&cell.cell)).collect();
            for kind in kinds {
                let of = |cells: &[&CellSummaryRecord]| -> Vec<usize> {
                    (0..cells.len()).filter(|at| same(&cells[*at].cell) == kind).collect()
                };
                if let ([a], [b]) = (of(&left).as_slice(), of(&right).as_slice()) {
                    pairs.push((left.remove(*a), right.remove(*b)));
                }
            }
        }
        let alone =
            |cell: &&CellSummaryRecord, name: &str| format!("{} (in {name} alone)", cell.cell.words());
        unpaired.extend(left.iter().map(|cell| alone(cell, &first.name)));
        unpaired.extend(right.iter().map(|cell| alone(cell, &second.name)));
    }
    (pairs, unpaired)
}

fn spec(profile: &ProfileRecord) -> toml::Table {
    // A spec that cannot be read hides no difference that its cells do not show as well.
    profile.spec_toml.parse().unwrap_or_default()
}

fn same_state(first: &ProfileSide<'_>, second: &ProfileSide<'_>) -> Result<(), ProfileMismatch> {
    let (ours, theirs) = (spec(first.profile), spec(second.profile));
    for field in STATE_FIELDS {
        if let (Some(a), Some(b)) = (ours.get(field), theirs.get(field))
            && a != b
        {
            return Err(ProfileMismatch::OtherState {
                first: first.name.clone(),
                second: second.name.clone(),
                field: field.to_owned(),
                ours: a.to_string(),
                theirs: b.to_string(),
            });
        }
    }
    Ok(())
}

/// On one machine a difference of builds passes for one of the code. Two machines are compared as they are, each with
/// its own build, and the difference is said.
fn same_features(first: &ProfileSide<'_>, second: &ProfileSide<'_>) -> Result<(), ProfileMismatch> {
    let (ours, theirs) = (&first.profile.machine, &second.profile.machine);
    let Some(found) = ours.other_features(theirs).filter(|_| ours.differences(theirs).is_empty()) else {
        return Ok(());
    };
    let beyond = |names: &str, others: &str| {
        let others: Vec<_> = others.split_whitespace().collect();
        let own: Vec<_> = names.split_whitespace().filter(|name| !others.contains(name)).collect();
        if own.is_empty() { "none more".to_owned() } else { own.join(" ") }
    };
    Err(ProfileMismatch::OtherFeatures {
        first: first.name.clone(),
        second: second.name.clone(),
        ours: beyond(&found.first, &found.second),
        theirs: beyond(&found.second, &found.first),
    })
}

fn difference(field: &str, first: impl ToString, second: impl ToString) -> Option<DifferenceRecord> {
    let (first, second) = (first.to_string(), second.to_string());
    (first != second).then(|| DifferenceRecord { field: field.to_owned(), first, second })
}

fn differences(first: &ProfileRecord, second: &ProfileRecord) -> Vec<DifferenceRecord> {
    let version = difference("program_version", &first.program_version, &second.program_version);
    let builds = first.machine.other_features(&second.machine);
    let machine =
        first.machine.differences(&second.machine).into_iter().chain(builds).map(|found| DifferenceRecord {
            field: format!("machine: {}", found.field),
            first: found.first,
            second: found.second,
        });
    version.into_iter().chain(machine).collect()
}

fn paired(a: &CellSummaryRecord, b: &CellSummaryRecord) -> CellPairRecord {
    let mut differences: Vec<_> = [
        difference("cores", a.cell.cores, b.cell.cores),
        difference("provers at once", a.cell.provers, b.cell.provers),
        difference("clock", &a.cell.clock, &b.cell.clock),
        difference("verified", a.verified, b.verified),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let (Some(ours), Some(theirs)) = (&a.system, &b.system) {
        differences.extend(difference("proof system version", &ours.version, &theirs.version));
        for circuit in &ours.circuits {
            let Some(other) = theirs.circuits.iter().find(|other| other.name == circuit.name) else {
                continue;
            };
            let name = &circuit.name;
            differences.extend(difference(&format!("{name}: rows"), circuit.rows, other.rows));
            let padded = difference(&format!("{name}: padded rows"), circuit.padded_rows, other.padded_rows);
            differences.extend(padded);
            differences.extend(difference(&format!("{name}: key"), &circuit.key_digest, &other.key_digest));
        }
    }
    CellPairRecord {
        first: a.cell.clone(),
        second: b.cell.clone(),
        differences,
        stages: stages(a, b),
        first_fleet: None,
        second_fleet: None,
    }
}

fn stages(a: &CellSummaryRecord, b: &CellSummaryRecord) -> Vec<StageRecord> {
    let keys = |cell: &CellSummaryRecord| -> BTreeSet<_> {
        cell.quantities.iter().map(|quantity| (quantity.quantity, quantity.level)).collect()
    };
    let find = |cell: &CellSummaryRecord, key| {
        let mut quantities = cell.quantities.iter();
        quantities.find(|quantity| (quantity.quantity, quantity.level) == key).map(figure)
    };
    let all = keys(a).into_iter().chain(keys(b)).collect::<BTreeSet<_>>();
    let rows = all.into_iter().map(|(quantity, level)| {
        let (first, second) = (find(a, (quantity, level)), find(b, (quantity, level)));
        let ratio = |of: fn(&FigureRecord, &FigureRecord) -> Option<RatioRecord>| {
            first.zip(second).and_then(|(first, second)| of(&first, &second))
        };
        let (seconds_ratio, cycles_ratio) = (ratio(in_seconds), ratio(in_cycles));
        StageRecord { quantity, level, first, second, seconds_ratio, cycles_ratio }
    });
    rows.collect()
}

fn figure(quantity: &QuantityRecord) -> FigureRecord {
    let (interval, cycles) = (quantity.interval, quantity.cycles);
    FigureRecord {
        samples: quantity.samples,
        median_s: quantity.median_s,
        low_s: interval.map(|interval| interval.low_s),
        high_s: interval.map(|interval| interval.high_s),
        coverage: interval.map(|interval| interval.coverage),
        median_cycles: cycles.map(|cycles| cycles.median_cycles),
        low_cycles: cycles.and_then(|cycles| cycles.low_cycles),
        high_cycles: cycles.and_then(|cycles| cycles.high_cycles),
    }
}

/// Second over first. The interval is the widest that both intervals allow, and holds the true ratio whenever both
/// hold their medians: at least `1 − (1 − c₁) − (1 − c₂)` of the time.
fn in_seconds(first: &FigureRecord, second: &FigureRecord) -> Option<RatioRecord> {
    Some(RatioRecord {
        value: over(Some(second.median_s), Some(first.median_s))?,
        low: over(second.low_s, first.high_s),
        high: over(second.high_s, first.low_s),
        coverage: both(first, second),
    })
}

/// The same in cycles; their intervals have the coverage of the times'.
fn in_cycles(first: &FigureRecord, second: &FigureRecord) -> Option<RatioRecord> {
    Some(RatioRecord {
        value: over(second.median_cycles, first.median_cycles)?,
        low: over(second.low_cycles, first.high_cycles),
        high: over(second.high_cycles, first.low_cycles),
        coverage: both(first, second),
    })
}

fn over(top: Option<f64>, bottom: Option<f64>) -> Option<f64> {
    Some(top? / bottom?).filter(|ratio| ratio.is_finite())
}

fn both(first: &FigureRecord, second: &FigureRecord) -> Option<f64> {
    first.coverage.zip(second.coverage).map(|(a, b)| (a + b - 1.0).max(0.0))
}
