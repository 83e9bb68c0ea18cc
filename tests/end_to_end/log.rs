//! The samples of a run, read as an outsider reads them: JSON, a line each.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The whole lines of a log.
pub(crate) struct Log {
    pub(crate) records: Vec<Value>,
}

impl Log {
    /// Of a run's folder. A last line without end is left out, every other line must be JSON.
    pub(crate) fn of(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("samples.jsonl")).expect("samples");
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let records = whole.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        Self { records }
    }

    /// The records of a kind.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.records.iter().filter(|record| record["record"] == kind).collect()
    }

    /// The samples of a stage.
    pub(crate) fn of_stage(&self, stage: &str) -> Vec<&Value> {
        self.of_kind("sample").into_iter().filter(|sample| sample["stage"] == stage).collect()
    }

    /// How often each measurement of a repeat stands in the log: cell, repeat, batch, stage and level.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for sample in self.of_kind("sample").into_iter().filter(|sample| !sample["repeat"].is_null()) {
            let key: Vec<_> =
                ["cell", "repeat", "batch", "stage", "level"].map(|field| sample[field].to_string()).into();
            *counts.entry(key.join(" ")).or_default() += 1;
        }
        counts
    }
}
