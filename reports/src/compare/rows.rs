//! What terminal and Markdown both show of a comparison.

use records::comparison::{
    CellPairRecord, ComparedDifferenceRecord, FigureRecord, FleetRecord, ProfileComparisonRecord,
    RatioRecord, StageRecord,
};
use records::number::{significant, time};

/// The header of the table of stages.
pub(crate) fn stage_header(record: &ProfileComparisonRecord) -> [String; 6] {
    let (first, second) = (&record.first.name, &record.second.name);
    [
        "stage".to_owned(),
        format!("A: {first}"),
        format!("B: {second}"),
        "B/A in time (interval)".to_owned(),
        "A, B in probe-cycles".to_owned(),
        "B/A in cycles".to_owned(),
    ]
}

/// One row of it.
pub(crate) fn stage_row(stage: &StageRecord) -> [String; 6] {
    let StageRecord { quantity, level, first, second, seconds_ratio, cycles_ratio } = stage;
    let name = match level {
        Some(level) => format!("{}, level {level}", quantity.words()),
        None => quantity.words().to_owned(),
    };
    let in_cycles = match (first.and_then(cycles_of), second.and_then(cycles_of)) {
        (None, None) => "-".to_owned(),
        (a, b) => format!("{}, {}", cycles(a), cycles(b)),
    };
    [
        name,
        figure(*first),
        figure(*second),
        seconds_ratio.map_or_else(|| "-".to_owned(), ratio),
        in_cycles,
        cycles_ratio.map_or_else(|| "-".to_owned(), ratio),
    ]
}

fn cycles_of(figure: FigureRecord) -> Option<f64> {
    figure.median_cycles
}

fn figure(figure: Option<FigureRecord>) -> String {
    figure
        .map_or_else(|| "-".to_owned(), |figure| format!("{} (n {})", time(figure.median_s), figure.samples))
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
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => {
            let unclear = if ratio.is_distinct() { "" } else { " ≈" };
            format!("{value} [{}, {}]{unclear}", significant(low, 3), significant(high, 3))
        }
        _ => format!("{value} (no interval)"),
    }
}

/// The name of a pair.
pub(crate) fn pair_words(pair: &CellPairRecord) -> String {
    let (first, second) = (pair.first.words(), pair.second.words());
    if first == second { first } else { format!("{first} against {second}") }
}

/// `cores: 1 / 8`
pub(crate) fn difference(found: &ComparedDifferenceRecord) -> String {
    let ComparedDifferenceRecord { field, first, second } = found;
    format!("{field}: {} / {}", short(first), short(second))
}

/// Of a digest its beginning.
fn short(text: &str) -> String {
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
    if let Some(least) = coverages.reduce(f64::min) {
        let percent = (least * 1000.0).floor() / 10.0;
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
         regression run both in pairs (the gate)."
            .to_owned(),
    );
    lines
}

/// What a fleet costs, where prices were given: `$30 an hour, $0.0833 a batch`.
fn cost(usd_per_hour: Option<f64>, usd_per_batch: Option<f64>) -> Option<String> {
    let (hour, batch) = (significant(usd_per_hour?, 4), significant(usd_per_batch?, 3));
    Some(format!("${hour} an hour, ${batch} a batch"))
}
