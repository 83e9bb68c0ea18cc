//! Comparisons in Bencher Metric Format: `{"name": {"measure": {"value", "lower_value", "upper_value"}}}`.
//!
//! Of a paired comparison: head's median time as `latency` in nanoseconds, between its minimum and its maximum. Of an
//! exact one: rows, padded rows and bytes of each circuit. Source of the format:
//! <https://bencher.dev/docs/reference/bencher-metric-format/>.

use crate::export::{ExportError, Exporter};
use records::regression::exact::ExactRecord;
use records::regression::paired::{BlockRecord, PairedRecord};
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
            if let Some(HeadTimes { min_s, median_s, max_s }) = head_times(one.compared.shown()) {
                let latency = Metric {
                    value: median_s * NS_PER_S,
                    lower_value: Some(min_s * NS_PER_S),
                    upper_value: Some(max_s * NS_PER_S),
                };
                let name = format!("{} {}", one.key, one.time.key());
                metrics.insert(name, BTreeMap::from([("latency", latency)]));
            }
        }
        text(&metrics)
    }
}

fn text(metrics: &Metrics) -> Result<String, ExportError> {
    Ok(serde_json::to_string_pretty(metrics)? + "\n")
}

/// Times of head in a block, over the pairs that enter its figures.
pub(crate) struct HeadTimes {
    pub(crate) min_s: f64,
    pub(crate) median_s: f64,
    pub(crate) max_s: f64,
}

pub(crate) fn head_times(block: &BlockRecord) -> Option<HeadTimes> {
    let used = block.pairs.iter().filter(|pair| pair.is_used);
    let mut times: Vec<f64> = used.map(|pair| pair.head_s).collect();
    times.sort_by(f64::total_cmp);
    let (min_s, max_s) = (*times.first()?, *times.last()?);
    let middle = times.len() / 2;
    let upper = times.get(middle)?;
    let median_s = if times.len() % 2 == 1 { *upper } else { (times.get(middle - 1)? + upper) / 2.0 };
    Some(HeadTimes { min_s, median_s, max_s })
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
