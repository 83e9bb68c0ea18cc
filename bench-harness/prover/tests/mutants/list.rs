//! The list of constraints, and the texts that it is about.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A piece of a source file that a constraint consists of.
#[derive(Debug, Deserialize)]
pub(crate) struct Edit {
    /// What stands before it, where the piece alone would be found more than once.
    #[serde(default)]
    before: String,
    /// The piece: a statement, or an expression.
    pub(crate) find: String,
    /// What stands there without the constraint.
    #[serde(default)]
    pub(crate) replace: String,
}

impl Edit {
    /// What must be found once.
    pub(crate) fn anchor(&self) -> String {
        format!("{}{}", self.before, self.find)
    }

    /// Where the piece begins in a text.
    pub(crate) fn place(&self, text: &str) -> usize {
        text.find(&self.anchor()).expect("checked") + self.before.len()
    }
}

/// One constraint.
#[derive(Debug, Deserialize)]
pub(crate) struct Constraint {
    /// What it demands.
    pub(crate) name: String,
    #[serde(flatten)]
    first: Edit,
    /// Further pieces, where it is written more than once: a gate has three forms.
    #[serde(default)]
    also: Vec<Edit>,
    /// The test that fails without it.
    pub(crate) refused_by: String,
    /// Why no lie is believed without it.
    pub(crate) implied: Option<String>,
}

impl Constraint {
    /// All pieces of it.
    pub(crate) fn edits(&self) -> impl Iterator<Item = &Edit> {
        std::iter::once(&self.first).chain(&self.also)
    }
}

/// Of tests that stand beside the code.
pub(crate) const LIB: &str = "lib";

/// The constraints of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Room {
    /// The file, from the folder of circuits.
    pub(crate) file: String,
    /// The module of its tests, or [`LIB`].
    pub(crate) tests: String,
    /// A test that passes with any one constraint away.
    pub(crate) honest: String,
    /// The constraints.
    #[serde(rename = "constraint")]
    pub(crate) constraints: Vec<Constraint>,
}

impl Room {
    /// A constraint's name in the whole list.
    pub(crate) fn key(&self, constraint: &Constraint) -> String {
        format!("{}: {}", self.file, constraint.name)
    }

    /// Whether a test of this path is written.
    pub(crate) fn has_test(&self, test: &str) -> bool {
        let (modules, name) = test.rsplit_once("::").expect("a module and a name");
        let paths = match self.tests.as_str() {
            // The module of a file's own tests is in it or beside it.
            LIB => {
                let module = modules.trim_start_matches("circuit::").trim_end_matches("::tests");
                let file = circuits().join(module.replace("::", "/"));
                [file.with_extension("rs"), file.join("tests.rs")]
            }
            room => {
                let file = crate_folder().join("tests").join(room).join(modules).with_extension("rs");
                let shared = crate_folder().join("tests/proofs").join(modules).with_extension("rs");
                [file, shared]
            }
        };
        let mut texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
        texts.any(|text| text.contains(&format!("fn {name}()")))
    }
}

#[derive(Deserialize)]
struct List {
    room: Vec<Room>,
}

/// All constraints.
pub(crate) fn rooms() -> Vec<Room> {
    let list: List = toml::from_str(include_str!("constraints.toml")).expect("the list is valid");
    list.room
}

/// The folder of the crate whose circuits these are.
pub(crate) fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of circuits.
fn circuits() -> PathBuf {
    crate_folder().join("src/circuit")
}

/// The text of a file of circuits.
pub(crate) fn source(file: &str) -> String {
    let path = circuits().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
