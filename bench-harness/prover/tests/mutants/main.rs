//! Every constraint of plonky2's circuits taken away, one at a time: is there a lie that is then believed by a test?
//!
//! `constraints.toml` lists them by the file of [`prover::circuit`] in which they stand, its room: the text of each,
//! what stands in its place where it is taken away (nothing, if not said), and the test that must then fail. A
//! constraint that others imply says so, and why: it may be taken away without any test failing.
//!
//! All of them are built at once, into a copy of the tree in which each asks an environment variable whether it is the
//! one that is missing. So a run costs one build, and then a process a constraint. Beside the test that must fail, an
//! honest one of the same room must pass: a circuit that accepts nothing would fail any test.
//!
//! ```text
//! cargo test --workspace --test mutants -- --ignored --nocapture
//! BENCH_HARNESS_MUTANTS=registers/,swap.rs cargo test --workspace --test mutants -- --ignored --nocapture
//! ```

mod copy;
mod list;
mod run;

use copy::Copy;
use list::{Room, rooms, source};
use run::{Outcome, Programs};
use std::collections::BTreeSet;

/// Names or files, separated by commas, of which a part is enough; all constraints where it is not set.
const SELECTION: &str = "BENCH_HARNESS_MUTANTS";

#[test]
fn each_constraint_stands_where_the_list_says_and_has_a_test() {
    let mut names = BTreeSet::new();
    for room in rooms() {
        let text = source(&room.file);
        for constraint in &room.constraints {
            let key = room.key(constraint);
            for edit in constraint.edits() {
                let found = text.matches(&edit.anchor()).count();
                assert_eq!(found, 1, "{key}: found {found} times in {}: {}", room.file, edit.anchor());
            }
            for test in [&room.honest, &constraint.refused_by] {
                assert!(room.has_test(test), "{key}: there is no test {test} of {}", room.tests);
            }
            assert!(names.insert(key.clone()), "{key} is there twice");
        }
    }
}

/// Whether the user wants this one.
fn is_selected(key: &str) -> bool {
    let Ok(selection) = std::env::var(SELECTION) else { return true };
    selection.split(',').any(|part| key.contains(part.trim()))
}

fn selected() -> Vec<Room> {
    let mut selected = rooms();
    for room in &mut selected {
        let file = room.file.clone();
        room.constraints.retain(|constraint| is_selected(&format!("{file}: {}", constraint.name)));
    }
    selected.retain(|room| !room.constraints.is_empty());
    selected
}

#[test]
#[ignore = "half an hour: a build, and the tests of each constraint"]
fn each_constraint_is_missed_where_it_is_taken_away() {
    let rooms = selected();
    assert!(!rooms.is_empty(), "{SELECTION} selects no constraint");
    let copy = Copy::make();
    rooms.iter().for_each(|room| copy.patch(room));
    let tests: BTreeSet<_> = rooms.iter().map(|room| room.tests.as_str()).collect();
    let programs = Programs::build(&copy, &tests);
    tests.iter().for_each(|tests| programs.check(tests, &rooms));
    let mut surviving = Vec::new();
    for room in &rooms {
        for constraint in &room.constraints {
            let outcome = programs.run(room, constraint);
            println!("{:<9} {}{outcome}", outcome.word(), room.key(constraint));
            if matches!(outcome, Outcome::Missed | Outcome::Unclear { .. }) {
                surviving.push(room.key(constraint));
            }
        }
    }
    assert!(surviving.is_empty(), "no test misses:\n  {}", surviving.join("\n  "));
}
