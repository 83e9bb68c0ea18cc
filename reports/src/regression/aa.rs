//! What a machine can decide, for a person at a terminal.

use crate::columns::{TextColumn, TextTable};
use crate::text::trimmed;
use crate::words::{or_dash, percent_fixed as percent};
use records::regression::aa::{AaCellRecord, AaRecord, AaRowRecord};

const COLUMNS: [TextColumn<AaRowRecord>; 6] = [
    ("pairs", |row| row.pairs.to_string()),
    ("min effect", |row| percent(row.min_effect, 0)),
    ("unchanged fails", |row| percent(row.false_positive_fraction, 2)),
    ("unchanged passes", |row| percent(row.pass_fraction, 1)),
    ("caught at 80 %", |row| slowdown(row.detectable_80)),
    ("caught at 90 %", |row| slowdown(row.detectable_90)),
];

fn slowdown(change: Option<f64>) -> String {
    or_dash(change.map(|change| format!("+{}", percent(change, 1))))
}

/// A study as tables of at most `width_columns`.
pub fn render(record: &AaRecord, width_columns: u16) -> String {
    let mut text = format!("{} against itself\n", record.program.name);
    for cell in &record.cells {
        let table = TextTable::of(&COLUMNS, &cell.rows).ruled(width_columns);
        let correlation = cell.correlation.map_or_else(|| "unknown".to_owned(), |one| format!("{one:.2}"));
        text += &format!(
            "\n{}, {}: {} pairs, {} discarded; they differ by {} (standard deviation), neighbours correlate by \
             {correlation}; p {:.3} slower, {:.3} faster\n{table}{}\n",
            cell.cell.words(),
            cell.time.key(),
            cell.pairs_used,
            cell.pairs_discarded,
            percent(cell.deviation, 2),
            cell.p_slower,
            cell.p_faster,
            advice(cell)
        );
    }
    trimmed(&text)
}

fn advice(cell: &AaCellRecord) -> String {
    match &cell.advice {
        Some(advice) => format!(
            "Recommended here: --pairs {} --min-effect {}: {} of unchanged builds pass, and {} is caught in 80 % of \
             comparisons.",
            advice.pairs,
            percent(advice.min_effect, 0).replace(' ', ""),
            percent(advice.pass_fraction, 1),
            advice.detectable_80.map_or_else(|| "nothing".to_owned(), |least| format!("+{}", percent(least, 1)))
        ),
        None => "No rules that were tried let nine of ten unchanged builds pass here: use a quieter machine, or read \
                 every verdict as advice."
            .to_owned(),
    }
}
