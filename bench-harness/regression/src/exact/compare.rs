//! Two sets of figures to one record. Any difference fails: a figure without noise changes for a reason, and who knows
//! the reason blesses the baseline.

use records::regression::exact::{
    EXACT_SCHEMA_VERSION, ExactRecord, ExactVerdictName, FigureDifferenceName, FigureDifferenceRecord,
    HeadroomRecord,
};
use records::regression::figures::{
    CellFigure, CellFiguresRecord, FigureInputsRecord, FigureValueRecord, FiguresRecord,
};
use thiserror::Error;

/// Figures of other inputs: that they differ says nothing of a circuit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{baseline} was made with other inputs ({differences}): compare with the same, or bless a new baseline with --bless"
)]
pub struct BaselineMismatch {
    /// Which baseline.
    pub baseline: String,
    /// `seed: 1 there, 2 now; …`
    pub differences: String,
}

/// Compares `head` with the baseline that stands in the file `name`. `varying` are figures of head that are not exact.
///
/// # Errors
/// [`BaselineMismatch`] where the two were made with other inputs.
pub fn compare(
    name: &str,
    baseline: &FiguresRecord,
    head: FiguresRecord,
    varying: Vec<FigureDifferenceRecord>,
) -> Result<ExactRecord, BaselineMismatch> {
    let differences = differing_inputs(&baseline.inputs, &head.inputs);
    if !differences.is_empty() {
        return Err(BaselineMismatch { baseline: name.to_owned(), differences: differences.join("; ") });
    }
    let mut compared = 0;
    let mut differences = Vec::new();
    for cell in &head.cells {
        // What varies is listed by itself, and stands beside the rest of its cell.
        differences.extend(varying.iter().filter(|one| one.cell == cell.name).cloned());
        match baseline.cells.iter().find(|known| known.name == cell.name) {
            Some(known) => compared += cells(known, cell, &mut differences),
            None => differences.push(whole(cell, FigureDifferenceName::Additional)),
        }
    }
    for known in &baseline.cells {
        if !head.cells.iter().any(|cell| cell.name == known.name) {
            differences.push(whole(known, FigureDifferenceName::Missing));
        }
    }
    let verdict = if differences.is_empty() { ExactVerdictName::Pass } else { ExactVerdictName::Changed };
    Ok(ExactRecord {
        schema_version: EXACT_SCHEMA_VERSION,
        verdict,
        baseline: name.to_owned(),
        figures: compared,
        differences,
        head,
    })
}

fn differing_inputs(baseline: &FigureInputsRecord, head: &FigureInputsRecord) -> Vec<String> {
    let fields = |inputs: &FigureInputsRecord| {
        let FigureInputsRecord {
            proof_system,
            seed,
            accounts,
            pools,
            fee_bps,
            skew,
            batches_per_aggregation,
        } = inputs;
        [
            ("proof_system", proof_system.clone()),
            ("seed", seed.to_string()),
            ("accounts", accounts.to_string()),
            ("pools", pools.to_string()),
            ("fee_bps", fee_bps.to_string()),
            ("skew", skew.to_string()),
            ("batches_per_aggregation", batches_per_aggregation.to_string()),
        ]
    };
    let pairs = fields(baseline).into_iter().zip(fields(head));
    pairs
        .filter(|((_, there), (_, now))| there != now)
        .map(|((field, there), (_, now))| format!("{field}: {there} there, {now} now"))
        .collect()
}

fn whole(cell: &CellFiguresRecord, difference: FigureDifferenceName) -> FigureDifferenceRecord {
    let cell = cell.name.clone();
    FigureDifferenceRecord { cell, figure: None, difference, baseline: None, head: None, headroom: None }
}

/// Compares one cell and says how many figures that were.
fn cells(
    baseline: &CellFiguresRecord,
    head: &CellFiguresRecord,
    differences: &mut Vec<FigureDifferenceRecord>,
) -> u64 {
    let (known, now) = (baseline.figures(), head.figures());
    let value = |figures: &[CellFigure], name: &str| -> Option<FigureValueRecord> {
        figures.iter().find(|figure| figure.name == name).map(|figure| figure.value.clone())
    };
    let one = |figure: &str, difference, baseline, now| FigureDifferenceRecord {
        cell: head.name.clone(),
        figure: Some(figure.to_owned()),
        difference,
        baseline,
        head: now,
        headroom: headroom(head, figure),
    };
    for CellFigure { name, value: new } in &now {
        match value(&known, name) {
            Some(old) if old == *new => (),
            Some(old) => {
                differences.push(one(name, FigureDifferenceName::Changed, Some(old), Some(new.clone())));
            }
            None => differences.push(one(name, FigureDifferenceName::Additional, None, Some(new.clone()))),
        }
    }
    for CellFigure { name, value: old } in &known {
        if value(&now, name).is_none() {
            differences.push(one(name, FigureDifferenceName::Missing, Some(old.clone()), None));
        }
    }
    now.len() as u64
}

/// Of a figure that counts the rows of a circuit.
fn headroom(cell: &CellFiguresRecord, figure: &str) -> Option<HeadroomRecord> {
    let circuit = cell.system.circuits.iter().find(|circuit| {
        let rest = figure.strip_prefix(circuit.name.as_str());
        rest.is_some_and(|rest| matches!(rest, ": rows" | ": padded rows"))
    });
    circuit.map(HeadroomRecord::of)
}
