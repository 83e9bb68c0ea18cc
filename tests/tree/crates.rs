//! Which crate imports which: the one table of it, held against every manifest.

use crate::real_tree;
use crate::source::{Finding, Tree, none};
use std::collections::BTreeMap;
use syn::visit::{self, Visit};

/// What a crate of ours may import of ours. `records` is the floor and `cli` (package `bench-harness`) the roof.
const MAY_IMPORT: [(&str, &[&str]); 12] = [
    ("records", &[]),
    ("workloads", &["records"]),
    ("machine", &["records"]),
    ("prover", &["workloads", "records"]),
    ("measure", &["prover", "workloads", "machine", "records"]),
    ("fleet", &["prover", "workloads", "machine", "records"]),
    ("planner", &["records"]),
    ("regression", &["records"]),
    ("reports", &["records"]),
    (
        "bench-harness",
        &[
            "fleet",
            "measure",
            "prover",
            "workloads",
            "machine",
            "planner",
            "regression",
            "reports",
            "records",
        ],
    ),
    // Records for tests: only tests may import it.
    ("fixtures", &["records"]),
    // A workspace of its own, which compares the planner with a general crate.
    ("bench-compare", &["planner"]),
];

/// The name of a package and the tables of its manifest.
pub(crate) struct Manifest {
    /// Its path from the root.
    pub(crate) path: String,
    /// The package's name.
    pub(crate) name: String,
    line_of: BTreeMap<String, usize>,
    table: toml::Table,
}

/// All manifests of packages.
pub(crate) fn manifests(tree: &Tree) -> Vec<Manifest> {
    let mut found = Vec::new();
    for (path, text) in tree.ending("Cargo.toml") {
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let Some(name) = name.map(str::to_owned) else { continue };
        let words = text.lines().enumerate().map(|(at, line)| {
            let word = line.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').next();
            (word.unwrap_or_default().to_owned(), at + 1)
        });
        found.push(Manifest { path: path.to_owned(), name, line_of: words.collect(), table });
    }
    found
}

impl Manifest {
    /// The line that names a dependency.
    pub(crate) fn line_of(&self, dependency: &str) -> usize {
        self.line_of.get(dependency).copied().unwrap_or(1)
    }

    /// What it depends on, in one of its tables.
    pub(crate) fn dependencies(&self, table: &str) -> impl Iterator<Item = &str> {
        let table = self.table.get(table).and_then(toml::Value::as_table);
        table.into_iter().flat_map(|table| table.keys().map(String::as_str))
    }
}

/// What tests may import beside: records with typed numbers, and the comparison that a rendering shows.
const IN_TESTS: [&str; 2] = ["fixtures", "regression"];

fn forbidden_dependencies(tree: &Tree) -> Vec<Finding> {
    let rules: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    let mut found = Vec::new();
    for manifest in manifests(tree) {
        let Some(allowed) = rules.get(manifest.name.as_str()) else {
            let what = format!("crate `{}` is not in the table of imports", manifest.name);
            found.push(Finding::new(&manifest.path, 1, what));
            continue;
        };
        for (table, more) in
            [("dependencies", [].as_slice()), ("build-dependencies", &[]), ("dev-dependencies", &IN_TESTS)]
        {
            for name in manifest.dependencies(table) {
                let ours = rules.contains_key(name);
                if ours && !allowed.contains(&name) && !more.contains(&name) {
                    let line = manifest.line_of(name);
                    let what = format!("`{}` may not import `{name}`", manifest.name);
                    found.push(Finding::new(&manifest.path, line, what));
                }
            }
        }
    }
    found
}

/// Finds paths and imports that begin with `reports`.
struct Reports<'f> {
    path: &'f str,
    found: Vec<Finding>,
}

impl Reports<'_> {
    fn note(&mut self, name: &syn::Ident) {
        if name == "reports" {
            let line = name.span().start().line;
            self.found.push(Finding::new(self.path, line, "`reports` is imported by `cli` alone"));
        }
    }
}

impl<'a> Visit<'a> for Reports<'_> {
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        match &item.tree {
            syn::UseTree::Path(path) => self.note(&path.ident),
            syn::UseTree::Name(name) => self.note(&name.ident),
            _ => {}
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.segments.len() > 1 {
            self.note(&path.segments[0].ident);
        }
        visit::visit_path(self, path);
    }
}

fn imports_of_reports(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let may = ["bench-harness/cli/", "reports/", "tests/"];
    for (path, file) in tree.rust().filter(|(path, _)| !may.iter().any(|folder| path.starts_with(folder))) {
        let mut reports = Reports { path, found: Vec::new() };
        reports.visit_file(&file);
        found.append(&mut reports.found);
    }
    found
}

#[test]
fn crates_import_in_one_direction() {
    none("crates import in one direction", forbidden_dependencies(real_tree()));
    let bad = Tree::of(&[
        (
            "a/Cargo.toml",
            "[package]\nname = \"planner\"\n[dependencies]\nserde = \"1\"\nreports.workspace = true\n",
        ),
        ("b/Cargo.toml", "[package]\nname = \"records\"\n[dev-dependencies]\nfixtures = { path = \"x\" }\n"),
        ("c/Cargo.toml", "[package]\nname = \"new\"\n"),
        ("Cargo.toml", "[workspace]\n"),
    ]);
    let found: Vec<_> = forbidden_dependencies(&bad).iter().map(ToString::to_string).collect();
    let wanted = [
        "a/Cargo.toml:5: `planner` may not import `reports`",
        "c/Cargo.toml:1: crate `new` is not in the table of imports",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn the_table_itself_has_no_circle() {
    let rules: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    for (name, below) in MAY_IMPORT {
        for lower in below {
            assert!(!rules[lower].contains(&name), "{name} and {lower} may import each other");
        }
    }
}

#[test]
fn only_the_command_line_imports_renderings() {
    none("only `cli` imports `reports`", imports_of_reports(real_tree()));
    let bad = Tree::of(&[
        ("bench-harness/planner/src/a.rs", "use reports::x;\nfn f() { reports::y(); }\n"),
        ("bench-harness/cli/src/a.rs", "use reports::x;\n"),
    ]);
    let lines: Vec<_> = imports_of_reports(&bad).iter().map(|finding| finding.line).collect();
    assert_eq!(lines, [1, 2]);
}
