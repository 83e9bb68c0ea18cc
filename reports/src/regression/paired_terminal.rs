//! Two builds compared, for a person at a terminal: the verdict first, then a row a comparison, then why.

use crate::columns::{TextColumn, TextTable};
use crate::regression::sentences::{block_change, cautions, fleet_impact, pairs};
use crate::text::{trimmed, wrap};
use crate::words::or_dash;
use records::regression::paired::{ComparedRecord, PairedRecord};

/// A comparison as a table of at most `width_columns`.
pub fn render(record: &PairedRecord, width_columns: u16) -> String {
    let mut text = format!(
        "{}: {} against {}\n{}",
        record.verdict.key().to_uppercase(),
        record.head.name,
        record.base.name,
        comparison_table(record).ruled(width_columns)
    );
    for caution in cautions(record) {
        text += &format!("{}\n", wrap(&format!("! {caution}"), width_columns, "  "));
    }
    for line in record.reasons.iter().cloned().chain(record.fleet_impact.iter().map(fleet_impact)) {
        text += &format!("{}\n", wrap(&format!("- {line}"), width_columns, "  "));
    }
    trimmed(&text)
}

/// The table of comparisons, with the geometric mean of all where that decides.
pub(crate) fn comparison_table(record: &PairedRecord) -> TextTable {
    let columns: [TextColumn<(String, &str, &ComparedRecord)>; 7] = [
        ("cell", |(cell, ..)| cell.clone()),
        ("time", |(_, time, _)| (*time).to_owned()),
        ("change", |(.., compared)| or_dash(block_change(compared.shown()))),
        ("p (slower)", |(.., compared)| format!("{:.4}", compared.shown().p_slower_adjusted)),
        ("pairs", |(.., compared)| pairs(compared.shown())),
        ("blocks", |(.., compared)| if compared.second.is_some() { "2" } else { "1" }.to_owned()),
        ("verdict", |(.., compared)| compared.verdict.key().to_owned()),
    ];
    let each = record.comparisons.iter().map(|one| (one.cell.words(), one.time.key(), &one.compared));
    let mean = record.geometric_mean.iter().map(|mean| ("geometric mean".to_owned(), "all", mean));
    TextTable::of(&columns, each.chain(mean))
}
