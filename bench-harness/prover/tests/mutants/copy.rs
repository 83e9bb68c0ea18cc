//! A copy of the tree in which each constraint can be switched off.

use crate::list::{Room, crate_folder, source};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says which constraint is missing.
pub(crate) const SWITCH: &str = "BENCH_HARNESS_MUTANT";

/// The module that asks, in the copy alone.
const MODULE: &str = r#"//! Which constraint is missing.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, join};
use std::sync::LazyLock;

static MISSING: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("BENCH_HARNESS_MUTANT").ok());

/// Whether it is this one.
pub fn is(name: &str) -> bool {
    MISSING.as_deref() == Some(name)
}

/// An amount whose parts may be anything.
pub fn unchecked(builder: &mut Builder) -> Amount {
    let parts = builder.add_virtual_target_arr::<4>();
    let limbs = [join(builder, parts[0], parts[1]), join(builder, parts[2], parts[3])];
    Amount { parts, limbs }
}
"#;

/// The copy, in the folder for what tests leave.
pub(crate) struct Copy {
    pub(crate) root: PathBuf,
}

impl Copy {
    /// Copies every file of the tree that git knows or would take. What is unchanged is left alone, so that a second run
    /// builds what has changed.
    pub(crate) fn make() -> Self {
        assert!(MODULE.contains(SWITCH), "the module asks for the switch");
        let tree = crate_folder().join("../..");
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants");
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&tree)
            .output()
            .expect("git is installed");
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let names = String::from_utf8(listed.stdout).expect("names are text");
        for name in names.split_terminator('\0') {
            // What was deleted is still listed.
            if let Ok(bytes) = std::fs::read(tree.join(name)) {
                write_changed(&root.join(name), &bytes);
            }
        }
        let copy = Self { root };
        let library = std::fs::read_to_string(crate_folder().join("src/lib.rs")).expect("a library");
        // An expression in which a choice is made stands in parentheses, needed or not.
        let library = format!("#![allow(unused_parens)]\n{library}\npub mod mutant;\n");
        write_changed(&copy.prover().join("src/lib.rs"), library.as_bytes());
        write_changed(&copy.prover().join("src/mutant.rs"), MODULE.as_bytes());
        copy
    }

    /// The crate whose circuits these are.
    pub(crate) fn prover(&self) -> PathBuf {
        self.root.join("bench-harness/prover")
    }

    /// Lets each constraint of a file ask whether it is missing.
    pub(crate) fn patch(&self, room: &Room) {
        let mut text = source(&room.file);
        let mut edits: Vec<_> = room
            .constraints
            .iter()
            .flat_map(|constraint| {
                let key = room.key(constraint);
                constraint.edits().map(move |edit| (key.clone(), edit))
            })
            .map(|(key, edit)| (edit.place(&text), key, edit))
            .collect();
        // From the end, so that the places before stay where they are.
        edits.sort_by_key(|(place, ..)| std::cmp::Reverse(*place));
        for (place, key, edit) in edits {
            let (with, without) = (&edit.find, &edit.replace);
            let choice = format!("if crate::mutant::is({key:?}) {{ {without} }} else {{ {with} }}");
            let is_statement = with.ends_with([';', '}']);
            let choice = if is_statement { choice } else { format!("({choice})") };
            text.replace_range(place..place + with.len(), &choice);
        }
        write_changed(&self.prover().join("src/circuit").join(&room.file), text.as_bytes());
    }
}

/// Writes a file where it is not there already, byte for byte: a file that is written is built again.
fn write_changed(path: &Path, bytes: &[u8]) {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return;
    }
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
