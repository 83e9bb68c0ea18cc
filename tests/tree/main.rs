//! The tree's own hygiene: what [CONTRIBUTING.md](../../CONTRIBUTING.md) promises of it, read from its files.
//!
//! Each rule is a function from a tree to the places that break it; its test holds it against this tree, and against a
//! small one that breaks it.
//!
//! | file | what it looks at |
//! |---|---|
//! | [`source`] | the tree as text, and places in it |
//! | [`files`] | length of files and functions, first lines, `allow`, `unwrap` |
//! | [`crates`] | which crate imports which |
//! | [`dependencies`] | what is taken from others: used, its source, its licence |
//! | [`modules`] | the modules of a crate, and the file in which a path ends |
//! | [`circles`] | files of a crate that import each other |
//! | [`names`] | names of public types |
//! | [`outputs`] | output of the program that documents show |
//! | [`program`] | verbs and flags of the built program, and the snapshots of its help |
//! | [`commands`] | commands that documents name |
//! | [`documents`] | links, files, tests and items that documents name |

mod circles;
mod commands;
mod crates;
mod dependencies;
mod documents;
mod files;
mod modules;
mod names;
mod outputs;
mod program;
mod source;

use source::Tree;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The root of this tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// This tree, read once.
fn real_tree() -> &'static Tree {
    static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::read(&root()));
    &TREE
}
