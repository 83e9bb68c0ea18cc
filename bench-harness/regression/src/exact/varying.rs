//! Figures that are not exact: two computations of one run differ, or a proof has not the length that its circuit
//! says.

use records::regression::exact::{FigureDifferenceName, FigureDifferenceRecord};
use records::regression::figures::{CellFiguresRecord, FigureValueRecord, FiguresRecord, ProofFigureRecord};

/// What of `record` is not exact, as a second computation `again` of the same run has it. Figures that the second
/// does not have are not compared.
pub fn varying(record: &FiguresRecord, again: &FiguresRecord) -> Vec<FigureDifferenceRecord> {
    let mut found = Vec::new();
    for cell in &record.cells {
        let other = again.cells.iter().find(|other| other.name == cell.name);
        let others = other.map(CellFiguresRecord::figures).unwrap_or_default();
        for figure in cell.figures() {
            let second = others.iter().find(|other| other.name == figure.name);
            if let Some(second) = second
                && second.value != figure.value
            {
                found.push(varies(cell, &figure.name, figure.value, second.value.clone()));
            }
        }
        found.extend(cell.proofs.iter().filter_map(|proof| not_as_reported(cell, proof)));
    }
    found
}

fn not_as_reported(cell: &CellFiguresRecord, proof: &ProofFigureRecord) -> Option<FigureDifferenceRecord> {
    let ProofFigureRecord { kind, proof_bytes } = proof;
    let circuit = cell.system.circuits.iter().find(|circuit| circuit.name == *kind)?;
    let (reported, made) = (circuit.proof_bytes, *proof_bytes);
    let value = FigureValueRecord::Count;
    (reported != made).then(|| {
        varies(cell, &format!("{kind}: proof bytes, reported and made"), value(reported), value(made))
    })
}

fn varies(
    cell: &CellFiguresRecord,
    figure: &str,
    first: FigureValueRecord,
    second: FigureValueRecord,
) -> FigureDifferenceRecord {
    FigureDifferenceRecord {
        cell: cell.name.clone(),
        figure: Some(figure.to_owned()),
        difference: FigureDifferenceName::Varies,
        baseline: Some(first),
        head: Some(second),
        headroom: None,
    }
}
