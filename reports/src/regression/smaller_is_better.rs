//! Comparisons as `customSmallerIsBetter` of github-action-benchmark: `[{"name", "unit", "value", "range", "extra"}]`.
//!
//! Of a paired comparison: head's median time in milliseconds, `range` half of what lies between its minimum and its
//! maximum. Of an exact one: rows, padded rows and bytes of each circuit, which have no range. Source of the format:
//! <https://github.com/benchmark-action/github-action-benchmark>.

use crate::export::{ExportError, Exporter};
use crate::regression::bencher::{HeadFigures, head_figures};
use crate::regression::sentences::{compared, headroom};
use records::number::significant;
use records::regression::exact::{ExactRecord, HeadroomRecord};
use records::regression::paired::PairedRecord;
use serde::Serialize;

/// A comparison as `customSmallerIsBetter`.
#[derive(Clone, Copy, Debug)]
pub struct GateSmallerIsBetter;

#[derive(Serialize)]
struct Entry {
    name: String,
    unit: &'static str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    extra: String,
}

const MS_PER_S: f64 = 1e3;

impl Exporter<ExactRecord> for GateSmallerIsBetter {
    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut entries = Vec::new();
        for cell in &record.head.cells {
            for circuit in &cell.system.circuits {
                let extra = headroom(HeadroomRecord::of(circuit));
                let figures = [
                    ("rows", "rows", circuit.rows),
                    ("padded rows", "rows", circuit.padded_rows),
                    ("proof bytes", "bytes", circuit.proof_bytes),
                ];
                entries.extend(figures.map(|(figure, unit, value)| Entry {
                    name: format!("{}, {}: {figure}", cell.name, circuit.name),
                    unit,
                    value: value as f64,
                    range: None,
                    extra: extra.clone(),
                }));
            }
        }
        Ok(serde_json::to_string_pretty(&entries)? + "\n")
    }
}

impl Exporter<PairedRecord> for GateSmallerIsBetter {
    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let entries = record.comparisons.iter().filter_map(|one| {
            let HeadFigures { min, median, max, are_bytes } = head_figures(one.compared.shown())?;
            let (unit, scale) = if are_bytes { ("bytes", 1.0) } else { ("ms", MS_PER_S) };
            Some(Entry {
                name: format!("{} {}", one.key, one.time.key()),
                unit,
                value: median * scale,
                range: Some(format!("± {}", significant((max - min) / 2.0 * scale, 3))),
                extra: compared(&one.compared),
            })
        });
        Ok(serde_json::to_string_pretty(&entries.collect::<Vec<_>>())? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::GateSmallerIsBetter;
    use crate::export::Exporter;
    use fixtures::regression::{exact, paired};

    #[test]
    fn exact_comparisons() {
        insta::assert_snapshot!("exact", GateSmallerIsBetter.export(&exact()).expect("renders"));
    }

    #[test]
    fn paired_comparisons() {
        insta::assert_snapshot!("paired", GateSmallerIsBetter.export(&paired()).expect("renders"));
    }
}
