//! Several runs: where machines, programs and cells differ, and what has nothing to be compared with.

use crate::chart::table::Head;
use crate::chart::{Table, TableValue};
use crate::compare::rows;
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use records::comparison::{ComparedRunsRecord, ProfileComparisonRecord};
use records::machine::DifferenceRecord;
use records::report::Records;
use std::collections::BTreeMap;

pub(in crate::html::sections) const SECTION: Section =
    Section { id: "runs-differences", title: "Where they differ", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let compared = records.compared.as_ref()?;
    let table = table(compared);
    let mut blocks = vec![match table.rows.is_empty() {
        true => Block::Words("Nothing that is known of the runs differs but their times.".to_owned()),
        false => Block::Table {
            id: "runs-differences-table".to_owned(),
            caption: "Whatever is not the same in all of them: each of it may be why their times differ."
                .to_owned(),
            table,
        },
    }];
    let alone: Vec<_> = compared.comparisons.iter().flat_map(|comparison| &comparison.unpaired).collect();
    if !alone.is_empty() {
        let alone: Vec<_> = alone.into_iter().map(|cell| short(cell)).collect();
        blocks.push(Block::Words(format!(
            "Not compared, since no other run has the like: {}.",
            alone.join("; ")
        )));
    }
    Some(blocks)
}

/// A row a field that differs between the first run and another, a column a run.
fn table(compared: &ComparedRunsRecord) -> Table {
    let head = |key: String, words: &str| Head { key, words: short(words) };
    let runs = compared.runs.iter().enumerate().map(|(at, run)| head(format!("run_{}", at + 1), &run.name));
    let heads = std::iter::once(head("field".to_owned(), "what")).chain(runs).collect();
    let differences: Vec<BTreeMap<String, DifferenceRecord>> = compared.comparisons.iter().map(all).collect();
    let mut firsts: BTreeMap<&String, &String> = BTreeMap::new();
    for (field, found) in differences.iter().flatten() {
        firsts.entry(field).or_insert(&found.first);
    }
    let row = |(field, first): (&String, &String)| {
        let others = differences.iter().map(|found| found.get(field).map_or(first, |found| &found.second));
        let values = std::iter::once(first).chain(others).map(|value| rows::short(value));
        std::iter::once(short(field)).chain(values).map(TableValue::Text).collect()
    };
    Table { heads, rows: firsts.into_iter().map(row).collect() }
}

/// The differences of one comparison by their field, those of a pair of cells under its name.
fn all(comparison: &ProfileComparisonRecord) -> BTreeMap<String, DifferenceRecord> {
    let of_runs = comparison.differences.iter().map(|found| (found.field.clone(), found.clone()));
    let of_cells = comparison.pairs.iter().flat_map(|pair| {
        let named =
            |found: &DifferenceRecord| (format!("{}: {}", pair.first.words(), found.field), found.clone());
        pair.differences.iter().map(named)
    });
    of_runs.chain(of_cells).collect()
}
