//! The verbs of the built program and their flags, as its `--help` has them, and the snapshots of that help.

use crate::real_tree;
use crate::source::{Finding, Tree, none};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

/// Where the snapshots are, up to the name of the verb.
const SNAPSHOTS: &str = "tests/end_to_end/snapshots/end_to_end__help__";

/// Verbs that no list of commands names: programs call them.
const HIDDEN: [&str; 3] = ["cell", "gate-sample", "plan-child"];

/// Where an option stands in a help text: deeper lines describe it.
const OPTION_INDENT_MAX: usize = 6;

/// One verb's help.
#[derive(Debug, Default)]
pub(crate) struct Verb {
    /// The whole text.
    help: String,
    /// Its options, with and without a value, each with the values that it can have where they are listed.
    pub(crate) options: BTreeMap<String, BTreeSet<String>>,
    /// The verbs below it.
    below: Vec<String>,
}

/// All verbs by their words (`gate paired`); the program itself is the empty one.
pub(crate) type Verbs = BTreeMap<String, Verb>;

impl Verb {
    /// What a help text says.
    pub(crate) fn of(help: &str) -> Self {
        let mut options: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut names: Vec<String> = Vec::new();
        for line in help.lines() {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            if text.starts_with('-') && (1..=OPTION_INDENT_MAX).contains(&indent) {
                let spec = text.split("  ").next().unwrap_or_default();
                let words = spec.split([' ', ',']).filter(|word| word.starts_with('-'));
                names = words.map(str::to_owned).collect();
                options.extend(names.iter().map(|name| (name.clone(), BTreeSet::new())));
            }
            for value in values_in(text, indent) {
                for name in &names {
                    options.entry(name.clone()).or_default().insert(value.clone());
                }
            }
        }
        let commands = help.split_once("Commands:\n").map_or("", |(_, after)| after);
        let commands = commands.split("\n\n").next().unwrap_or_default();
        let below = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let below = below.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect();
        Self { help: help.to_owned(), options, below }
    }

    /// Whether it only leads to verbs below it.
    pub(crate) fn is_group(&self) -> bool {
        !self.below.is_empty()
    }
}

/// The values that a line of a description lists: `[possible values: a, b]`, or `- a: what it is`.
fn values_in(text: &str, indent: usize) -> Vec<String> {
    if let Some((_, list)) = text.split_once("[possible values: ") {
        return list.trim_end_matches(']').split(", ").map(str::to_owned).collect();
    }
    let item = text.strip_prefix("- ").filter(|_| indent > OPTION_INDENT_MAX);
    item.and_then(|item| item.split_once(':')).map(|(name, _)| name.to_owned()).into_iter().collect()
}

/// The verbs of the built program.
pub(crate) fn verbs() -> &'static Verbs {
    static VERBS: LazyLock<Verbs> = LazyLock::new(|| {
        let mut verbs = Verbs::new();
        let mut next = vec![String::new()];
        next.extend(HIDDEN.map(str::to_owned));
        while let Some(words) = next.pop() {
            let verb = Verb::of(&help_of(&words));
            next.extend(verb.below.iter().map(|name| format!("{words} {name}").trim().to_owned()));
            verbs.insert(words, verb);
        }
        verbs
    });
    &VERBS
}

fn help_of(words: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench-harness"));
    let output = command.args(words.split_whitespace()).arg("--help").env_remove("COLUMNS").output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "`bench-harness {words} --help` fails");
    String::from_utf8(output.stdout).expect("text")
}

fn snapshot_of(words: &str) -> String {
    let name = if words.is_empty() { "top".to_owned() } else { words.replace(' ', "-") };
    format!("{SNAPSHOTS}{name}.snap")
}

/// Verbs whose help has no snapshot, or one that lacks an option, and snapshots of verbs that are no more.
fn outside_snapshots(verbs: &Verbs, tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let visible = || verbs.iter().filter(|(words, _)| !HIDDEN.contains(&words.as_str()));
    for (words, verb) in visible() {
        let path = snapshot_of(words);
        let Some(snapshot) = tree.text(&path) else {
            found.push(Finding::new(&path, 1, format!("the help of `{words}` has no snapshot")));
            continue;
        };
        let seen = Verb::of(snapshot).options;
        for option in verb.options.keys().filter(|option| !seen.contains_key(*option)) {
            found.push(Finding::new(&path, 1, format!("`{option}` of `{words}` is in no snapshot")));
        }
    }
    let named: BTreeSet<_> = visible().map(|(words, _)| snapshot_of(words)).collect();
    for (path, _) in tree.ending(".snap").filter(|(path, _)| path.starts_with(SNAPSHOTS)) {
        if !named.contains(path) {
            found.push(Finding::new(path, 1, "there is no such verb"));
        }
    }
    found
}

/// Verbs whose help shows no command to copy.
fn without_examples(verbs: &Verbs) -> Vec<Finding> {
    let visible = verbs.iter().filter(|(words, _)| !HIDDEN.contains(&words.as_str()));
    let has = |verb: &Verb| {
        verb.help.lines().any(|line| line == "Examples:" || line == "Example:")
            && verb.help.lines().any(|line| line.starts_with("  bench-harness "))
    };
    visible
        .filter(|(_, verb)| !has(verb))
        .map(|(words, _)| {
            Finding::new(&snapshot_of(words), 1, format!("the help of `{words}` has no examples"))
        })
        .collect()
}

/// A program with one verb, as its help texts say.
pub(crate) fn small_program() -> Verbs {
    let top = "Usage: x\n\nCommands:\n  go    Goes, or\n        stays\n  help  Print\n\nOptions:\n  -h, --help  Print help\n";
    let go = "Options:\n      --far <KM>  How far, unlike --near\n          [possible values: one, two]\n\n  -h, --help\n\
              \nWhere:\n      --near\n          Possible values:\n          - here: x\n";
    Verbs::from([(String::new(), Verb::of(top)), ("go".to_owned(), Verb::of(go))])
}

#[test]
fn a_help_text_is_read() {
    let verbs = small_program();
    assert_eq!(verbs[""].below, ["go"]);
    assert!(verbs[""].is_group() && !verbs["go"].is_group());
    let values = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let wanted = [("--far", values(&["one", "two"])), ("--near", values(&["here"])), ("-h", values(&[]))];
    for (name, values) in wanted {
        assert_eq!(verbs["go"].options.get(name), Some(&values), "{name}");
    }
}

#[test]
fn every_option_is_in_a_snapshot() {
    none("every verb and every option is in a snapshot of `--help`", outside_snapshots(verbs(), real_tree()));
    let (top, gone) = (snapshot_of(""), snapshot_of("gone"));
    let bad = Tree::of(&[(&top, "  -h, --help\n"), (&gone, "")]);
    let what: Vec<_> =
        outside_snapshots(&small_program(), &bad).into_iter().map(|found| found.what).collect();
    assert_eq!(what, ["the help of `go` has no snapshot", "there is no such verb"]);
    let bad = Tree::of(&[(&top, "  -h, --help\n"), (&snapshot_of("go"), "  -h, --help\n      --near\n")]);
    let what: Vec<_> =
        outside_snapshots(&small_program(), &bad).into_iter().map(|found| found.what).collect();
    assert_eq!(what, ["`--far` of `go` is in no snapshot"]);
}

#[test]
fn every_verb_has_examples() {
    none("the help of every verb has examples", without_examples(verbs()));
    let mut program = small_program();
    assert_eq!(without_examples(&program).len(), 2);
    program.insert("go".to_owned(), Verb::of("Examples:\n  bench-harness go\n"));
    assert_eq!(without_examples(&program).len(), 1);
}
