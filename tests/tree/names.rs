//! Names of public types: each is declared once, so that a name says which type it is.

use crate::modules::{Crate, public_types, roots};
use crate::real_tree;
use crate::source::{Finding, Tree, none};
use std::collections::BTreeMap;

/// Every place where a public type has a name that another one has.
fn shared_names(tree: &Tree) -> Vec<Finding> {
    let mut places: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for (_, root) in roots(tree) {
        for (path, (_, file)) in &Crate::read(tree, &root).files {
            for (name, line) in public_types(&file.items) {
                places.entry(name).or_default().push((path.clone(), line));
            }
        }
    }
    let mut found = Vec::new();
    for (name, places) in places.iter().filter(|(_, places)| places.len() > 1) {
        for (path, line) in places {
            found.push(Finding::new(
                path,
                *line,
                format!("{} public types are called `{name}`", places.len()),
            ));
        }
    }
    found
}

#[test]
fn no_two_public_types_share_a_name() {
    none("a public type has a name of its own", shared_names(real_tree()));
    let bad = Tree::of(&[
        ("x/Cargo.toml", "[package]\nname = \"x\"\n"),
        ("x/src/lib.rs", "pub mod a;\npub struct A;\npub(crate) struct B;\npub type C = u8;\n"),
        ("x/src/a.rs", "pub struct B;\n\npub enum A {}\n#[cfg(test)]\npub struct C;\n"),
    ]);
    let places: Vec<_> = shared_names(&bad).into_iter().map(|found| (found.path, found.line)).collect();
    assert_eq!(places, [("x/src/a.rs".to_owned(), 3), ("x/src/lib.rs".to_owned(), 2)]);
}
