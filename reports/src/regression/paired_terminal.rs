//! Two builds compared, for a person at a terminal: the verdict first, then a row a comparison, then why.

use crate::regression::sentences::{block_change, fleet_impact};
use crate::text::{ruled, trimmed};
use records::regression::paired::{ComparedRecord, PairedRecord};

const HEADER: [&str; 7] = ["cell", "time", "change", "p slower", "pairs", "blocks", "verdict"];

/// A comparison as a table of at most `width_columns`.
pub fn render(record: &PairedRecord, width_columns: u16) -> String {
    let compared = record.comparisons.iter();
    let rows = compared.map(|one| row(&one.cell.words(), one.time.key(), &one.compared));
    let rows = rows.chain(record.geometric_mean.iter().map(|mean| row("geometric mean", "all", mean)));
    let mut text = format!(
        "{}: {} against {}\n{}\n",
        record.verdict.key().to_uppercase(),
        record.head.name,
        record.base.name,
        ruled(HEADER, rows, width_columns)
    );
    for line in record.reasons.iter().cloned().chain(record.fleet_impact.iter().map(fleet_impact)) {
        text += &format!("- {line}\n");
    }
    trimmed(&text)
}

fn row(cell: &str, time: &str, compared: &ComparedRecord) -> [String; 7] {
    let block = compared.shown();
    let discarded = match block.pairs_discarded {
        0 => String::new(),
        pairs => format!(", {pairs} discarded"),
    };
    [
        cell.to_owned(),
        time.to_owned(),
        block_change(block).unwrap_or_else(|| "-".to_owned()),
        format!("{:.4}", block.p_slower_adjusted),
        format!("{}{discarded}", block.pairs_used),
        if compared.second.is_some() { "2" } else { "1" }.to_owned(),
        compared.verdict.key().to_owned(),
    ]
}
