//! What terminal and Markdown both show of a comparison.

use crate::columns::{TextColumn, TextTable};
use crate::words::{interval, or_dash};
use records::comparison::{
    CellPairRecord, FigureRecord, FleetRecord, ProfileComparisonRecord, RatioRecord, StageRecord,
};
use records::machine::DifferenceRecord;
use records::number::{significant, time};

/// The table of a pair's stages; `name` makes the name of a side's column of its letter and its name.
pub(crate) fn stage_table(
    record: &ProfileComparisonRecord,
    pair: &CellPairRecord,
    name: fn(&str, &str) -> String,
) -> TextTable {
    let mut table = TextTable::of(&STAGE_COLUMNS, &pair.stages);
    table.header[1] = name("A", &record.first.name);
    table.header[2] = name("B", &record.second.name);
    table
}

const STAGE_COLUMNS: [TextColumn<StageRecord>; 6] = [
    ("stage", |stage| stage.quantity.at_level(stage.level)),
    ("A", |stage| figure(stage.first)),
    ("B", |stage| figure(stage.second)),
    ("B/A in time (interval)", |stage| or_dash(stage.seconds_ratio.map(ratio))),
    ("A, B in probe-cycles", |stage| {
        let of = |figure: Option<FigureRecord>| figure.and_then(|figure| figure.median_cycles);
        match (of(stage.first), of(stage.second)) {
            (None, None) => "-".to_owned(),
            (a, b) => format!("{}, {}", cycles(a), cycles(b)),
        }
    }),
    ("B/A in cycles", |stage| or_dash(stage.cycles_ratio.map(ratio))),
];

fn figure(figure: Option<FigureRecord>) -> String {
    or_dash(figure.map(|figure| format!("{} (n {})", time(figure.median_s), figure.samples)))
}

/// `2.1 G`
fn cycles(count: Option<f64>) -> String {
    match count {
        None => "-".to_owned(),
        Some(x) if x >= 1e9 => format!("{} G", significant(x / 1e9, 3)),
        Some(x) if x >= 1e6 => format!("{} M", significant(x / 1e6, 3)),
        Some(x) => format!("{} k", significant(x / 1e3, 3)),
    }
}

/// `0.5 [0.47, 0.55]`, and what may not be read into it.
fn ratio(ratio: RatioRecord) -> String {
    let value = significant(ratio.value, 3);
    match interval(ratio.low, ratio.high, |end| significant(end, 3)).as_str() {
        "" => format!("{value} (no interval)"),
        interval if ratio.is_distinct() => format!("{value}{interval}"),
        interval => format!("{value}{interval} ≈"),
    }
}

/// The name of a pair.
pub(crate) fn pair_words(pair: &CellPairRecord) -> String {
    let (first, second) = (pair.first.words(), pair.second.words());
    if first == second { first } else { format!("{first} against {second}") }
}

/// `cores: 1 / 8`
pub(crate) fn difference(found: &DifferenceRecord) -> String {
    let DifferenceRecord { field, first, second } = found;
    format!("{field}: {} / {}", short(first), short(second))
}

/// Of a digest its beginning.
pub(crate) fn short(text: &str) -> String {
    let is_digest = text.len() > 32 && text.chars().all(|c| c.is_ascii_hexdigit());
    if is_digest { format!("{}…", &text[..12]) } else { text.to_owned() }
}

/// What each side of a pair needs for the target, a sentence each, where one was given.
pub(crate) fn fleets(pair: &CellPairRecord) -> impl Iterator<Item = String> {
    let sides = [("A", &pair.first_fleet), ("B", &pair.second_fleet)];
    sides.into_iter().filter_map(|(name, found)| Some(fleet(name, found.as_ref()?)))
}

fn fleet(name: &str, fleet: &FleetRecord) -> String {
    let FleetRecord {
        provers,
        cores,
        batches_per_aggregation,
        aggregators,
        usd_per_hour,
        usd_per_batch,
        infeasible,
    } = fleet;
    if let Some(why) = infeasible {
        return format!("{name}: {why}");
    }
    let number = |x: Option<u64>| x.map_or_else(|| "?".to_owned(), |x| x.to_string());
    let cost = cost(*usd_per_hour, *usd_per_batch).map_or_else(String::new, |cost| format!(", {cost}"));
    format!(
        "{name}: {} provers ({} cores), {} aggregators, N = {}{cost}",
        number(provers.map(u64::from)),
        number(*cores),
        number(aggregators.map(u64::from)),
        number(batches_per_aggregation.map(u64::from)),
    )
}

/// What must be known before the numbers are believed, a sentence each.
pub(crate) fn cautions(record: &ProfileComparisonRecord) -> Vec<String> {
    let mut lines = Vec::new();
    let coverages =
        record.pairs.iter().flat_map(|pair| &pair.stages).filter_map(|stage| stage.seconds_ratio?.coverage);
    if let Some(min) = coverages.reduce(f64::min) {
        let percent = (min * 1000.0).floor() / 10.0;
        lines
            .push(format!("Each interval holds the true ratio of medians at least {percent} % of the time."));
    }
    if record
        .pairs
        .iter()
        .flat_map(|pair| &pair.stages)
        .any(|stage| stage.seconds_ratio.is_some_and(|ratio| ratio.low.is_some() && !ratio.is_distinct()))
    {
        lines.push(
            "≈: the interval holds 1; the medians do not differ by more than they are uncertain.".to_owned(),
        );
    }
    lines.push(
        "The two were measured at two times: what the machine did in between is in these ratios. To find a \
         regression run both in pairs (`gate paired`)."
            .to_owned(),
    );
    lines
}

/// What a fleet costs, where prices were given: `$30 an hour, $0.0833 a batch`.
fn cost(usd_per_hour: Option<f64>, usd_per_batch: Option<f64>) -> Option<String> {
    let (hour, batch) = (significant(usd_per_hour?, 4), significant(usd_per_batch?, 3));
    Some(format!("${hour} an hour, ${batch} a batch"))
}
