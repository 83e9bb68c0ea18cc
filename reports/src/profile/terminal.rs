//! A profile for a person at a terminal: one row a cell, then what must be known beside it.

use crate::profile::rows::{cell_table, circuits, measured, quantity_table, remarks};
use crate::text::{trimmed, wrap};
use records::profile::ProfileRecord;

/// Columns that a narrow terminal has no room for: cycles are among the details, and CSV and JSON have both.
const SPARE: [&str; 2] = ["Gcycles", "share"];

/// A profile as tables of at most `width_columns`.
pub fn render(profile: &ProfileRecord, width_columns: u16, details: bool) -> String {
    let mut text = cell_table(profile).narrowed(width_columns, &SPARE).ruled(width_columns);
    for remark in profile.cells.iter().flat_map(remarks) {
        text += &format!("{}\n", wrap(&format!("! {remark}"), width_columns, "  "));
    }
    if details {
        for summary in measured(profile) {
            text += &format!("\n{}\n", summary.cell.words());
            for circuit in circuits(summary) {
                text += &format!("{circuit}\n");
            }
            text += &quantity_table(summary).ruled(width_columns);
        }
    }
    trimmed(&text)
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;

    /// What `run` shows of a profile of its default systems, on a terminal of the usual width and on a wide one.
    #[test]
    fn words_are_whole_at_80_and_140_columns() {
        let mut profile = profile::profile();
        let one = profile.cells[0].clone();
        profile.cells = ["plonky2", "plonky2-keccak", "plonky3"]
            .map(|system| {
                let mut cell = one.clone();
                (cell.cell.proof_system, cell.cell.provers) = (system.to_owned(), 2);
                cell
            })
            .to_vec();
        for width_columns in [80, 140] {
            let text = render(&profile, width_columns, false);
            assert!(text.lines().all(|line| line.chars().count() <= usize::from(width_columns)), "{text}");
            for word in ["plonky2-keccak,", "discarded", "(coverage)", "memory"] {
                assert!(text.contains(word), "{word}: {text}");
            }
            if width_columns == 80 {
                insta::assert_snapshot!(text);
            }
        }
    }

    #[test]
    fn cells_first_then_details() {
        insta::assert_snapshot!(render(&profile::profile(), 120, true));
    }
}
