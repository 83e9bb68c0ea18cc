//! Two builds compared, for a person at a terminal: the verdict first, then a row a comparison, then why.

use crate::export::{ExportError, Exporter};
use comfy_table::{ContentArrangement, Table, presets};
use records::regression::paired::{ComparedRecord, PairedRecord, change};

/// A comparison as a table of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct PairedTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

const HEADER: [&str; 7] = ["cell", "time", "change", "p slower", "pairs", "blocks", "verdict"];

impl Exporter<PairedRecord> for PairedTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_width(self.width_columns);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_header(HEADER);
        for comparison in &record.comparisons {
            table.add_row(row(&comparison.cell.words(), comparison.time.key(), &comparison.compared));
        }
        if let Some(mean) = &record.geometric_mean {
            table.add_row(row("geometric mean", "all", mean));
        }
        let mut text = format!(
            "{}: {} against {}\n{table}\n",
            record.verdict.key().to_uppercase(),
            record.head.name,
            record.base.name
        );
        for reason in &record.reasons {
            text += &format!("- {reason}\n");
        }
        for meaning in &record.meanings {
            text += &format!("- {}\n", meaning.sentence());
        }
        Ok(text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n"))
    }
}

fn row(cell: &str, time: &str, compared: &ComparedRecord) -> [String; 7] {
    let block = compared.shown();
    let interval = block.ratio_low.zip(block.ratio_high);
    let ratio = block.ratio.map_or_else(|| "-".to_owned(), |ratio| change(ratio, interval));
    let marked =
        if block.pairs_discarded > 0 { format!(", {} marked", block.pairs_discarded) } else { String::new() };
    [
        cell.to_owned(),
        time.to_owned(),
        ratio,
        format!("{:.4}", block.p_slower_adjusted),
        format!("{}{marked}", block.pairs_used),
        if compared.second.is_some() { "2" } else { "1" }.to_owned(),
        compared.verdict.key().to_owned(),
    ]
}
