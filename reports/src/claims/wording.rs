//! The words of a claim's parts, one wording for every rendering.

use crate::words;
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName, ClaimVerdictName, ClaimsRecord};
use records::number::{significant, time};

/// What stands above all claims.
pub(crate) const READING: &str = "A verdict is computed from the figures marked * by the rule beside it: a figure and its \
    whole interval are within the rule, or outside of it; with an interval over the threshold, or without one, the verdict \
    is inconclusive. Figures of the sources are shown as quoted, and are no measurements of this program.";

/// `17.3k … tx/s`: value, interval, samples.
pub(crate) fn figure(figure: &ClaimFigureRecord) -> String {
    let number = |x: f64| if figure.unit == "s" { time(x) } else { significant(x, 3) };
    let unit = match figure.unit.as_str() {
        "" | "s" => String::new(),
        unit => format!(" {unit}"),
    };
    let is_exact = figure.low == Some(figure.value) && figure.high == Some(figure.value);
    let interval = match is_exact {
        true => String::new(),
        false => words::interval(figure.low, figure.high, number),
    };
    let samples = figure.samples.map_or_else(String::new, |samples| format!(", n = {samples}"));
    let extrapolated = if figure.is_extrapolated { ", EXTRAPOLATED" } else { "" };
    format!("{}{interval}{unit}{samples}{extrapolated}", number(figure.value))
}

/// The figure, what it is, and where it is from; `*` where it decides.
pub(crate) fn figure_line(record: &ClaimFigureRecord) -> String {
    let mark = if record.decides { "* " } else { "" };
    format!("{mark}{}: {}; from {}", record.what, figure(record), record.from)
}

/// What the claim still needs, in words that fit its verdict.
pub(crate) fn needs(claim: &ClaimRecord) -> Option<String> {
    let needs = claim.needs.as_ref()?;
    Some(match claim.verdict {
        ClaimVerdictName::NotMeasured => format!("not measured: run {needs}"),
        ClaimVerdictName::Untestable => format!("what it would take: {needs}"),
        _ => format!("to know more: {needs}"),
    })
}

/// The first deciding figure, for a table.
pub(crate) fn deciding(claim: &ClaimRecord) -> String {
    words::or_dash(claim.figures.iter().find(|figure| figure.decides).map(figure))
}

/// `195 TPS: AMM swaps of …`
pub(crate) fn quoted(claim: &ClaimRecord) -> impl Iterator<Item = String> {
    claim.quoted.iter().map(|quoted| format!("quoted {}: {}", quoted.figure, quoted.meaning))
}

/// How many claims have each verdict: `9 hold, 1 does not hold, …`.
pub(crate) fn tally(record: &ClaimsRecord) -> String {
    let count = |verdict| record.claims.iter().filter(|claim| claim.verdict == verdict).count();
    // Of one claim, and of any other number.
    let verdicts = [
        (ClaimVerdictName::Holds, ["holds", "hold"]),
        (ClaimVerdictName::DoesNotHold, ["does not hold", "do not hold"]),
        (ClaimVerdictName::Inconclusive, ["is inconclusive", "are inconclusive"]),
        (ClaimVerdictName::NotMeasured, ["was not measured", "were not measured"]),
        (ClaimVerdictName::Untestable, ["cannot be tested here"; 2]),
    ];
    let told = verdicts.map(|(verdict, [one, many])| words::count_of(count(verdict) as u64, one, many));
    format!("{}: {}.", words::count(record.claims.len() as u64, "claim"), told.join(", "))
}

/// What they were answered from: `profile bench-out/profile.json (AMD EPYC)`.
pub(crate) fn inputs(record: &ClaimsRecord) -> String {
    let input = |input: &records::claims::ClaimInputRecord| {
        let processor = input.processor.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        format!("{} {}{processor}", input.what, input.file)
    };
    match record.inputs.as_slice() {
        [] => "Answered from no record: what is computed alone is answered.".to_owned(),
        inputs => format!("Answered from {}.", inputs.iter().map(input).collect::<Vec<_>>().join(", ")),
    }
}

/// The claims of each source.
pub(crate) fn by_source(record: &ClaimsRecord) -> impl Iterator<Item = (ClaimSourceName, Vec<&ClaimRecord>)> {
    let sources = [ClaimSourceName::FractalScaling, ClaimSourceName::OrderThenProve];
    let of = |source| record.claims.iter().filter(move |claim| claim.source == source).collect::<Vec<_>>();
    sources.into_iter().map(move |source| (source, of(source))).filter(|(_, claims)| !claims.is_empty())
}
