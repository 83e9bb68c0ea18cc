//! Commands that documents name: the program has the verb, the verb has the options, and cargo finds its targets.

use crate::crates::manifests;
use crate::documents::{Code, code_of};
use crate::program::{Verbs, small_program, verbs};
use crate::real_tree;
use crate::source::{Finding, Tree, folder_of, none};

/// The words of a command, up to a comment, a pipe or the next command. Quotes hold words together.
fn words_of(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    for c in line.chars().chain([' ']) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ' ') => match std::mem::take(&mut word).as_str() {
                "" => {}
                "#" => break,
                "|" | "&&" | "||" | ";" => commands.push(Vec::new()),
                done => commands.last_mut().expect("one").push(done.to_owned()),
            },
            (_, c) => word.push(c),
        }
    }
    commands
}

/// Whether a word is put for another: `FILE`, `A,B`, `[--x]`.
fn is_placeholder(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_uppercase()) && !word.chars().any(|c| c.is_ascii_lowercase())
}

/// What is wrong with the arguments of the program.
fn wrong_arguments(arguments: &[String], verbs: &Verbs) -> Option<String> {
    let mut verb = String::new();
    let mut rest = arguments;
    while let Some((word, after)) = rest.split_first() {
        let longer = format!("{verb} {word}").trim().to_owned();
        if !verbs.contains_key(&longer) {
            break;
        }
        (verb, rest) = (longer, after);
    }
    let known = &verbs[&verb];
    if let Some(word) = rest.first()
        && known.is_group()
        && !word.starts_with('-')
        && !is_placeholder(word)
    {
        return Some(format!("there is no verb `{}`", format!("{verb} {word}").trim()));
    }
    for (at, word) in rest.iter().enumerate().filter(|(_, word)| word.starts_with('-') && word.len() > 1) {
        let (name, value) =
            word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        if name.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) {
            continue; // A negative number.
        }
        let Some(values) = known.options.get(name) else {
            return Some(format!("`{verb}` has no `{name}`"));
        };
        let value = value.or_else(|| rest.get(at + 1).map(String::as_str)).unwrap_or_default();
        let given = value.split(',').filter(|value| !value.is_empty() && !is_placeholder(value));
        if let Some(value) = given.into_iter().find(|value| !values.is_empty() && !values.contains(*value)) {
            return Some(format!("`{name}` of `{verb}` has no value `{value}`"));
        }
    }
    None
}

/// What is wrong with the arguments of `cargo`.
fn wrong_cargo(arguments: &[String], tree: &Tree, verbs: &Verbs) -> Option<String> {
    let ends = arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
    let (own, handed_on) = arguments.split_at(ends);
    let handed_on = handed_on.get(1..).unwrap_or_default();
    let mut filters: Vec<&String> = Vec::new();
    let mut words = own.iter().skip(1);
    while let Some(word) = words.next() {
        let is_pair =
            ["-p", "--package", "--test", "--bench", "--profile", "--path", "--manifest-path", "--version"]
                .contains(&word.as_str());
        if !is_pair {
            filters.extend(Some(word).filter(|word| !word.starts_with('-')));
            continue;
        }
        let value = words.next()?;
        let exists = match word.as_str() {
            "-p" | "--package" => manifests(tree).iter().any(|manifest| manifest.name == *value),
            "--test" | "--bench" => has_target(tree, word.trim_start_matches('-'), value),
            "--profile" => {
                let manifest = tree.text("Cargo.toml").unwrap_or_default();
                ["dev", "release"].contains(&value.as_str())
                    || manifest.contains(&format!("[profile.{value}]"))
            }
            "--path" | "--manifest-path" => tree.has(value),
            _ => true,
        };
        if !exists {
            return Some(format!("`{word} {value}` of cargo: there is none"));
        }
    }
    match arguments.first().map(String::as_str) {
        Some("run") => wrong_arguments(handed_on, verbs),
        Some("test" | "bench") => {
            filters.extend(handed_on.iter().filter(|word| !word.starts_with('-')));
            let named = |filter: &str| {
                tree.ending(".rs").any(|(path, text)| path.contains(filter) || text.contains(filter))
            };
            let missing = filters.into_iter().find(|filter| !named(filter));
            missing.map(|filter| format!("no test has `{filter}` in its name"))
        }
        _ => None,
    }
}

/// Whether there is a target of this kind (`test` or `bench`) and name.
fn has_target(tree: &Tree, kind: &str, name: &str) -> bool {
    let folder = if kind == "test" { "tests" } else { "benches" };
    let mut packages: Vec<_> =
        manifests(tree).iter().map(|manifest| folder_of(&manifest.path).to_owned()).collect();
    packages.push(String::new());
    let file = |package: &String, end: &str| tree.has(&format!("{package}{folder}/{name}{end}"));
    packages.iter().any(|package| file(package, ".rs") || file(package, "/main.rs"))
}

/// What is wrong with one piece of code in a document.
fn wrong_code(code: &Code, tree: &Tree, verbs: &Verbs) -> Vec<String> {
    let mut found = Vec::new();
    for words in words_of(&code.text) {
        let skipped =
            words.iter().take_while(|word| *word == "exec" || *word == "nice" || word.contains('=')).count();
        let Some((program, arguments)) = words[skipped..].split_first() else { continue };
        let wrong = match program.as_str() {
            "bench-harness" => wrong_arguments(arguments, verbs),
            "cargo" => wrong_cargo(arguments, tree, verbs),
            flag if flag.starts_with("--") && !code.fenced => {
                let name = flag.split('=').next().unwrap_or(flag);
                let known = verbs.values().any(|verb| verb.options.contains_key(name));
                (!known).then(|| format!("no verb has `{name}`"))
            }
            verb if verbs.contains_key(verb) && !code.fenced => wrong_arguments(&words[skipped..], verbs),
            _ => None,
        };
        found.extend(wrong);
    }
    found
}

fn wrong_commands(tree: &Tree, verbs: &Verbs) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending(".md") {
        for code in code_of(text) {
            let wrong = wrong_code(&code, tree, verbs);
            found.extend(wrong.into_iter().map(|what| Finding::new(path, code.line, what)));
        }
    }
    found
}

#[test]
fn documents_name_commands_that_exist() {
    none("documents name commands that exist", wrong_commands(real_tree(), verbs()));
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let page = "Run `bench-harness go --far one`, `go --near here`, `--near`, `bench-harness go\n--far`.\n\n\
        ```\nbench-harness go --far one \\\n    --near here | bench-harness go --nearer   # --x\n\
        X=1 bench-harness come\ncargo run --release -- go --far three\n```\n\n`go --fear` `--fear`\n\
        `cargo test -p x --test y -- a_name`\n`cargo test -p x --test t -- no_such`\n";
    let tree = Tree::of(&[
        ("a.md", page),
        ("x/Cargo.toml", "[package]\nname = \"x\"\n"),
        ("x/tests/t.rs", "fn a_name() {}\n"),
    ]);
    let found: Vec<_> = wrong_commands(&tree, &small_program()).iter().map(ToString::to_string).collect();
    let wanted = [
        "a.md:5: `go` has no `--nearer`",
        "a.md:7: there is no verb `come`",
        "a.md:8: `--far` of `go` has no value `three`",
        "a.md:11: `go` has no `--fear`",
        "a.md:11: no verb has `--fear`",
        "a.md:12: `--test y` of cargo: there is none",
        "a.md:13: no test has `no_such` in its name",
    ];
    assert_eq!(found, wanted);
}
