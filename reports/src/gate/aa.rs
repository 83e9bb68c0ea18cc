//! What a machine can decide: the record types of `gate aa`, and a table of them.

use crate::export::{ExportError, Exporter};
use crate::gate::paired::{ArmRecord, PairRecord, TimeName};
use crate::sample::CellRecord;
use comfy_table::{ContentArrangement, Table, presets};
use serde::{Deserialize, Serialize};

/// Version of [`AaRecord`] written by this program.
pub const AA_SCHEMA_VERSION: u32 = 1;

/// One program compared with itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaRecord {
    /// [`AA_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The program.
    pub program: ArmRecord,
    /// The level of each one-sided test.
    pub level: f64,
    /// Comparisons that were drawn for each figure.
    pub trials: u64,
    /// Each cell and time.
    pub cells: Vec<AaCellRecord>,
    /// How long it took.
    pub wall_s: f64,
}

/// One time of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaCellRecord {
    /// The cell.
    pub cell: CellRecord,
    /// Which of its times.
    pub time: TimeName,
    /// Pairs that enter.
    pub pairs_used: u64,
    /// Pairs that were marked.
    pub pairs_marked: u64,
    /// Standard deviation of ln(time / time) of a pair: 0.02 is about 2 %.
    pub deviation: f64,
    /// Correlation of one pair's difference with the next one's; far from 0 the figures below are too good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// Exact p of the study's own pairs, one-sided each way: the program against itself.
    pub p_slower: f64,
    /// The other way.
    pub p_faster: f64,
    /// What the gate would do, by number of pairs and least effect.
    pub rows: Vec<AaRowRecord>,
    /// Which rules fit; none where no row does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<AaAdviceRecord>,
    /// Every pair.
    pub pairs: Vec<PairRecord>,
}

/// What the gate would do by some rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaRowRecord {
    /// Pairs of a block.
    pub pairs: u64,
    /// The least effect.
    pub least_effect: f64,
    /// The share of unchanged builds that it fails.
    pub false_positive_share: f64,
    /// The share of unchanged builds that pass; the rest is inconclusive.
    pub pass_share: f64,
    /// The least slowdown that it catches in 80 % of comparisons; none up to a doubling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_80: Option<f64>,
    /// The least that it catches in 90 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_90: Option<f64>,
}

/// Rules that fit a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaAdviceRecord {
    /// Pairs of a block.
    pub pairs: u64,
    /// The least effect.
    pub least_effect: f64,
    /// The share of unchanged builds that pass.
    pub pass_share: f64,
    /// The least slowdown that is caught in 80 % of comparisons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_80: Option<f64>,
}

/// A study as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct AaTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

const HEADER: [&str; 6] =
    ["pairs", "least effect", "unchanged fails", "unchanged passes", "caught at 80 %", "caught at 90 %"];

impl Exporter<AaRecord> for AaTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, record: &AaRecord) -> Result<String, ExportError> {
        let mut text = format!("{} against itself\n", record.program.name);
        for cell in &record.cells {
            let mut table = Table::new();
            table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_width(self.width_columns);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_header(HEADER);
            for row in &cell.rows {
                table.add_row(cells(row));
            }
            let correlation =
                cell.correlation.map_or_else(|| "unknown".to_owned(), |one| format!("{one:.2}"));
            text += &format!(
                "\n{}, {}: {} pairs, {} marked; they differ by {} (standard deviation), neighbours correlate by \
                 {correlation}; p {:.3} slower, {:.3} faster\n{table}\n{}\n",
                cell.cell.words(),
                cell.time.key(),
                cell.pairs_used,
                cell.pairs_marked,
                percent(cell.deviation, 2),
                cell.p_slower,
                cell.p_faster,
                advice(cell)
            );
        }
        Ok(text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n"))
    }
}

fn cells(row: &AaRowRecord) -> [String; 6] {
    let least = |change: Option<f64>| {
        change.map_or_else(|| "-".to_owned(), |change| format!("+{}", percent(change, 1)))
    };
    [
        row.pairs.to_string(),
        percent(row.least_effect, 0),
        percent(row.false_positive_share, 2),
        percent(row.pass_share, 1),
        least(row.detectable_80),
        least(row.detectable_90),
    ]
}

fn advice(cell: &AaCellRecord) -> String {
    match &cell.advice {
        Some(advice) => format!(
            "Recommended here: --pairs {} --least-effect {}: {} of unchanged builds pass, and {} is caught in 80 % of \
             comparisons.",
            advice.pairs,
            percent(advice.least_effect, 0).replace(' ', ""),
            percent(advice.pass_share, 1),
            advice.detectable_80.map_or_else(|| "nothing".to_owned(), |least| format!("+{}", percent(least, 1)))
        ),
        None => "No rules that were tried let nine of ten unchanged builds pass here: use a quieter machine, or read \
                 every verdict as advice."
            .to_owned(),
    }
}

fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", share * 100.0)
}
