//! Comparisons in Bencher Metric Format: `{"name": {"measure": {"value", "lower_value", "upper_value"}}}`.
//!
//! Of a paired comparison: head's median time as `latency` in nanoseconds, between its minimum and its maximum. Of an
//! exact one: rows, padded rows and bytes of each circuit. Source of the format:
//! <https://bencher.dev/docs/reference/bencher-metric-format/>.

use crate::export::{ExportError, Exporter};
use records::regression::exact::ExactRecord;
use records::regression::paired::{BlockRecord, PairedRecord, SamplePairRecord};
use records::sample::CircuitRecord;
use serde::Serialize;
use std::collections::BTreeMap;

/// A comparison in Bencher Metric Format.
#[derive(Clone, Copy, Debug)]
pub struct GateBencher;

type Metrics = BTreeMap<String, BTreeMap<&'static str, Metric>>;

#[derive(Serialize)]
struct Metric {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_value: Option<f64>,
}

const NS_PER_S: f64 = 1e9;

impl Exporter<ExactRecord> for GateBencher {
    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let exact = |value: u64| Metric { value: value as f64, lower_value: None, upper_value: None };
        let mut metrics = Metrics::new();
        for cell in &record.head.cells {
            for circuit in &cell.system.circuits {
                let CircuitRecord {
                    name,
                    rows,
                    padded_rows,
                    public_elements: _,
                    proof_bytes,
                    gate_rows: _,
                    key_digest: _,
                } = circuit;
                let measures = [("rows", rows), ("padded-rows", padded_rows), ("proof-bytes", proof_bytes)];
                let measures = measures.map(|(measure, value)| (measure, exact(*value)));
                metrics.insert(format!("{}, {name}", cell.name), BTreeMap::from(measures));
            }
        }
        text(&metrics)
    }
}

impl Exporter<PairedRecord> for GateBencher {
    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let mut metrics = Metrics::new();
        for one in &record.comparisons {
            // No clean sample, no metric: a made-up number would be plotted.
            if let Some(HeadFigures { min, median, max, are_bytes }) = head_figures(one.compared.shown()) {
                let (measure, scale) = if are_bytes { ("memory-bytes", 1.0) } else { ("latency", NS_PER_S) };
                let metric = Metric {
                    value: median * scale,
                    lower_value: Some(min * scale),
                    upper_value: Some(max * scale),
                };
                let name = format!("{} {}", one.key, one.time.key());
                metrics.insert(name, BTreeMap::from([(measure, metric)]));
            }
        }
        text(&metrics)
    }
}

fn text(metrics: &Metrics) -> Result<String, ExportError> {
    Ok(serde_json::to_string_pretty(metrics)? + "\n")
}

/// The figures of head in a block, over the pairs that enter its own: seconds, or bytes.
pub(crate) struct HeadFigures {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
    pub(crate) are_bytes: bool,
}

pub(crate) fn head_figures(block: &BlockRecord) -> Option<HeadFigures> {
    let used = || block.pairs.iter().filter(|pair| pair.is_used);
    let are_bytes = used().any(|pair| pair.head_bytes.is_some());
    let of = |pair: &SamplePairRecord| pair.head_s.or(pair.head_bytes.map(|bytes| bytes as f64));
    let mut figures: Vec<f64> = used().filter_map(of).collect();
    figures.sort_by(f64::total_cmp);
    let (min, max) = (*figures.first()?, *figures.last()?);
    let middle = figures.len() / 2;
    let upper = figures.get(middle)?;
    let median = if figures.len() % 2 == 1 { *upper } else { (figures.get(middle - 1)? + upper) / 2.0 };
    Some(HeadFigures { min, median, max, are_bytes })
}

#[cfg(test)]
mod tests {
    use super::GateBencher;
    use crate::export::Exporter;
    use fixtures::regression::{exact, paired};

    #[test]
    fn exact_comparisons() {
        insta::assert_snapshot!("exact", GateBencher.export(&exact()).expect("renders"));
    }

    #[test]
    fn paired_comparisons() {
        insta::assert_snapshot!("paired", GateBencher.export(&paired()).expect("renders"));
    }

    #[test]
    fn a_comparison_of_which_no_pair_counts_has_no_metric() {
        let mut record = paired();
        for one in &mut record.comparisons {
            for block in [Some(&mut one.compared.first), one.compared.second.as_mut()].into_iter().flatten() {
                block.pairs.iter_mut().for_each(|pair| pair.is_used = false);
            }
        }
        assert_eq!(GateBencher.export(&record).expect("renders"), "{}\n");
    }
}
