//! What the log of a validation holds: the cells that were predicted and then measured.

use crate::exit::usage;
use anyhow::Context;
use records::fleet::validation::{FleetComparedRecord, FleetPredictedRecord, FleetValidationRecord};
use std::path::Path;

/// The name of the log in its folder.
pub(super) const LOG: &str = "validation.jsonl";

/// The cells of a folder, in the order in which they were run. One that was predicted and not measured is left out: its run
/// was stopped.
///
/// # Errors
/// Usage, with file and line.
pub(super) fn read(folder: &Path) -> anyhow::Result<Vec<FleetComparedRecord>> {
    let path = folder.join(LOG);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut all = Vec::new();
    let mut predicted: Option<FleetPredictedRecord> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let wrong = |why: &dyn std::fmt::Display| usage(format!("{}, line {line}: {why}", path.display()));
        match serde_json::from_str(text).map_err(|error| wrong(&error))? {
            FleetValidationRecord::Predicted(record) => predicted = Some(*record),
            FleetValidationRecord::Measured(measured) => {
                let is_of = |predicted: &FleetPredictedRecord| {
                    (&predicted.cell.name, predicted.repeat) == (&measured.cell, measured.repeat)
                };
                let predicted = predicted.take().filter(is_of).ok_or_else(|| {
                    wrong(&format!("{} was measured and not predicted before", measured.cell))
                })?;
                all.push(FleetComparedRecord { predicted, measured: *measured });
            }
        }
    }
    Ok(all)
}
