//! Building the tests of the copy, and running those of one constraint.

use crate::copy::{Copy, SWITCH};
use crate::list::{Constraint, LIB, Room};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What became of a constraint that was taken away.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The test that must fail did, and the honest one passed.
    Caught,
    /// Another test did.
    CaughtBy { test: String },
    /// Every test passed.
    Missed,
    /// The same, as the list says it must be.
    Implied,
    /// An honest proof is refused too, so that nothing is shown.
    Unclear { honest: String },
}

impl Outcome {
    /// In a word.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Caught | Self::CaughtBy { .. } => "caught",
            Self::Missed => "MISSED",
            Self::Implied => "implied",
            Self::Unclear { .. } => "UNCLEAR",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Caught | Self::Missed | Self::Implied => Ok(()),
            Self::CaughtBy { test } => write!(f, " (by {test} instead)"),
            Self::Unclear { honest } => write!(f, " ({honest} fails too)"),
        }
    }
}

/// The target that has the tests of every room, a module each, but those that stand beside their code.
const SOUNDNESS: &str = "soundness";

/// The name of a room's test in its program: that of the module comes first.
fn in_program(tests: &str, test: &str) -> String {
    if tests == LIB { test.to_owned() } else { format!("{tests}::{test}") }
}

/// The test programs of the copy: of the library, and of the targets.
pub(crate) struct Programs {
    folder: PathBuf,
    programs: BTreeMap<String, PathBuf>,
}

impl Programs {
    /// Builds those that have the tests of such rooms.
    pub(crate) fn build(copy: &Copy, rooms: &BTreeSet<&str>) -> Self {
        // With the features that the whole workspace has, so that no dependency is built again.
        let mut programs = BTreeMap::new();
        if rooms.iter().any(|tests| *tests != LIB) {
            programs.extend(built(copy, &["--workspace", "--test", SOUNDNESS]));
        }
        if rooms.contains(LIB) {
            let library = built(copy, &["--workspace", "--lib"]).remove("prover");
            programs.extend(library.map(|program| (LIB.to_owned(), program)));
        }
        Self { folder: copy.prover(), programs }
    }

    /// The verdicts of a room's tests with one constraint missing, or none; of all of them where none are named.
    fn verdicts(&self, room: &str, missing: Option<&str>, tests: &[&str]) -> BTreeMap<String, bool> {
        let program = if room == LIB { LIB } else { SOUNDNESS };
        let mut command = Command::new(&self.programs[program]);
        command.current_dir(&self.folder).env_remove(SWITCH);
        if let Some(missing) = missing {
            command.env(SWITCH, missing);
        }
        match tests {
            [] => {
                if room != LIB {
                    command.arg(in_program(room, ""));
                }
                // Rows are counted, and what is missing has none.
                command.args(["--skip", "rows::", "--skip", "honest::"])
            }
            named => command.arg("--exact").args(named.iter().map(|test| in_program(room, test))),
        };
        let output = command.stderr(Stdio::null()).output().expect("it was built");
        let verdicts = verdicts_of(&String::from_utf8_lossy(&output.stdout)).into_iter();
        let prefix = in_program(room, "");
        let in_room = |test: String| test.strip_prefix(&prefix).map(str::to_owned);
        verdicts.filter_map(|(test, passed)| Some((in_room(test)?, passed))).collect()
    }

    /// Asserts that none of the tests fails where nothing is missing.
    pub(crate) fn check(&self, tests_of: &str, rooms: &[Room]) {
        let rooms = rooms.iter().filter(|room| room.tests == tests_of);
        let named = |room: &Room| -> Vec<String> {
            let refusing = room.constraints.iter().map(|constraint| &constraint.refused_by);
            refusing.chain([&room.honest]).cloned().collect()
        };
        let tests: BTreeSet<_> = rooms.flat_map(named).collect();
        let tests: Vec<_> = tests.iter().map(String::as_str).collect();
        let verdicts = self.verdicts(tests_of, None, &tests);
        for test in tests {
            assert_eq!(verdicts.get(test), Some(&true), "{test} of {tests_of} with nothing missing");
        }
    }

    /// Takes one constraint away.
    pub(crate) fn run(&self, room: &Room, constraint: &Constraint) -> Outcome {
        let key = room.key(constraint);
        let verdicts = self.verdicts(&room.tests, Some(&key), &[&room.honest, &constraint.refused_by]);
        if verdicts.get(&room.honest) != Some(&true) {
            return Outcome::Unclear { honest: room.honest.clone() };
        }
        if verdicts.get(&constraint.refused_by) == Some(&false) {
            return Outcome::Caught;
        }
        if constraint.implied.is_some() {
            return Outcome::Implied;
        }
        let verdicts = self.verdicts(&room.tests, Some(&key), &[]);
        match verdicts.into_iter().find(|(_, passed)| !passed) {
            Some((test, _)) => Outcome::CaughtBy { test },
            None => Outcome::Missed,
        }
    }
}

/// The verdicts in the output of a test program: `test a::b ... ok`.
fn verdicts_of(output: &str) -> BTreeMap<String, bool> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    let ended = lines.filter(|(_, verdict)| ["ok", "FAILED"].contains(verdict));
    ended.map(|(test, verdict)| (test.to_owned(), verdict == "ok")).collect()
}

/// Builds test programs of the copy beside those of the tree, and says where they are.
fn built(copy: &Copy, arguments: &[&str]) -> BTreeMap<String, PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .current_dir(&copy.root)
        .env("CARGO_TARGET_DIR", target)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo is installed");
    assert!(output.status.success(), "the copy in {} does not build", copy.root.display());
    let text = String::from_utf8(output.stdout).expect("JSON");
    let artifacts = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    artifacts
        .filter_map(|artifact| {
            let program = artifact["executable"].as_str()?;
            let name = artifact["target"]["name"].as_str()?;
            Some((name.to_owned(), PathBuf::from(program)))
        })
        .collect()
}

#[test]
fn verdicts_are_read_and_nothing_else() {
    let output = "running 3 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... ignored, minutes\n";
    let expected = [("a::b", true), ("c", false)].map(|(test, passed)| (test.to_owned(), passed));
    assert_eq!(verdicts_of(output), BTreeMap::from(expected));
}
