//! What the project takes from others: each is used, comes from crates.io, and under a licence that asks for no more
//! than its notice.

use crate::crates::manifests;
use crate::source::{Finding, Tree, none};
use crate::{real_tree, root};
use spdx::{Expression, LicenseReq, ParseMode};
use std::collections::BTreeSet;
use std::process::Command;

/// Licences of what is part of the program. What tests alone use is not passed on with it.
const LICENCES: [&str; 8] =
    ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "Unicode-3.0", "Zlib"];

/// The tables of a manifest that name dependencies.
const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every word of the sources of a package; tests of the program stand in a folder of their own.
fn words_of<'t>(tree: &'t Tree, folder: &str, name: &str) -> BTreeSet<&'t str> {
    let is_part =
        |path: &str| path.starts_with(folder) || (name == "bench-harness" && path.starts_with("tests/"));
    let sources = tree.ending(".rs").filter(|(path, _)| is_part(path));
    sources.flat_map(|(_, text)| text.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

fn unused(tree: &Tree) -> Vec<Finding> {
    let (mut found, mut named) = (Vec::new(), BTreeSet::new());
    for manifest in manifests(tree) {
        let folder = manifest.path.trim_end_matches("Cargo.toml");
        let words = words_of(tree, folder, &manifest.name);
        for dependency in TABLES.into_iter().flat_map(|table| manifest.dependencies(table)) {
            named.insert(dependency.to_owned());
            if !words.contains(dependency.replace('-', "_").as_str()) {
                let what = format!("`{}` does not use `{dependency}`", manifest.name);
                found.push(Finding::new(&manifest.path, manifest.line_of(dependency), what));
            }
        }
    }
    let root: toml::Table = tree.text("Cargo.toml").unwrap_or_default().parse().expect("a manifest");
    let shared = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    for dependency in shared.and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys) {
        if !named.contains(dependency) {
            found.push(Finding::new("Cargo.toml", 1, format!("no package uses `{dependency}`")));
        }
    }
    found
}

fn from_elsewhere(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending("Cargo.lock") {
        let sources =
            text.lines().enumerate().filter_map(|(at, line)| Some((at, line.strip_prefix("source = ")?)));
        for (at, source) in sources.filter(|(_, source)| source.trim_matches('"') != CRATES_IO) {
            found.push(Finding::new(path, at + 1, format!("{source} is not crates.io")));
        }
    }
    found
}

fn is_allowed(licences: &str) -> bool {
    let allows = |wanted: &LicenseReq| {
        wanted.license.id().is_some_and(|id| LICENCES.contains(&id.name)) && wanted.addition.is_none()
    };
    Expression::parse_mode(licences, ParseMode::LAX).is_ok_and(|expression| expression.evaluate(allows))
}

#[test]
fn every_dependency_is_used() {
    none("every dependency is used", unused(real_tree()));
    let bad = Tree::of(&[
        ("Cargo.toml", "[workspace.dependencies]\nserde-json = \"1\"\ntoml = \"1\"\n"),
        (
            "a/Cargo.toml",
            "[package]\nname = \"a\"\n[dependencies]\nserde-json.workspace = true\nlog = \"1\"\n",
        ),
        ("a/src/lib.rs", "use serde_json::Value;\n"),
        ("b/src/lib.rs", "use log::info;\n"),
    ]);
    let found: Vec<_> = unused(&bad).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["a/Cargo.toml:5: `a` does not use `log`", "Cargo.toml:1: no package uses `toml`"]);
}

#[test]
fn every_dependency_is_of_crates_io() {
    none("every dependency is of crates.io", from_elsewhere(real_tree()));
    let lock = format!("name = \"a\"\nsource = \"{CRATES_IO}\"\nname = \"b\"\nsource = \"git+https://x\"\n");
    let bad = Tree::of(&[("Cargo.lock", lock.as_str())]);
    assert_eq!(from_elsewhere(&bad).iter().map(|finding| finding.line).collect::<Vec<_>>(), [4]);
}

/// Of what is built on this platform.
#[test]
fn the_program_is_made_of_what_may_be_passed_on() {
    let listed = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{l}\t{p}"])
        .current_dir(root())
        .output()
        .expect("cargo");
    let errors = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{errors}");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let packages: BTreeSet<_> = listed.lines().filter_map(|line| line.split_once('\t')).collect();
    assert!(packages.len() > 100, "{listed}");
    let refused: Vec<_> = packages.iter().filter(|(licences, _)| !is_allowed(licences)).collect();
    assert!(refused.is_empty(), "{refused:?}: expected {LICENCES:?}");
    for (licences, expected) in [
        ("MIT OR GPL-3.0-only", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0-only", false),
        ("GPL-3.0-only", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(licences), expected, "{licences}");
    }
}
