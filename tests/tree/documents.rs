//! What documents point at: links, files, tests and items that they name exist.

use crate::modules::{Crate, HOPS_MAX, roots};
use crate::real_tree;
use crate::source::{Finding, Tree, folder_of, none, normal};

/// A piece of code in a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// The text on one line.
    pub(crate) text: String,
    /// Whether it is a line of a block, rather than between backticks in a sentence.
    pub(crate) fenced: bool,
}

/// All code of a Markdown page: each line of a block, with those that it goes on with after `\`, and all that stands
/// between backticks.
pub(crate) fn code_of(text: &str) -> Vec<Code> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    let mut begins = None;
    let mut paragraph = String::new();
    let mut first = 1;
    for (at, line) in text.lines().chain([""]).enumerate() {
        if line.trim_start().starts_with("```") {
            block = if block.is_some() { None } else { Some(String::new()) };
            found.append(&mut inline_code(first, &std::mem::take(&mut paragraph)));
        } else if let Some(before) = &mut block {
            match line.strip_suffix('\\') {
                Some(more) => {
                    begins.get_or_insert(at + 1);
                    before.push_str(more);
                }
                None => {
                    let whole = format!("{}{line}", std::mem::take(before));
                    let line = begins.take().unwrap_or(at + 1);
                    found.push(Code { line, text: whole.trim().to_owned(), fenced: true });
                }
            }
        } else if line.trim().is_empty() {
            found.append(&mut inline_code(first, &std::mem::take(&mut paragraph)));
        } else {
            if paragraph.is_empty() {
                first = at + 1;
            }
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    found
}

/// What stands between backticks in a paragraph that begins on line `first`.
fn inline_code(first: usize, paragraph: &str) -> Vec<Code> {
    let mut line = first;
    let mut found = Vec::new();
    for (at, piece) in paragraph.split('`').enumerate() {
        if at % 2 == 1 {
            found.push(Code { line, text: piece.replace('\n', " "), fenced: false });
        }
        line += piece.matches('\n').count();
    }
    found
}

/// Whether a word of code is a path in the tree, and no formula, address, output or file of a reader's own. A word of
/// a block is one where it begins with a folder of this tree: the rest is what commands print, and others' names.
fn is_path(tree: &Tree, word: &str, fenced: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let Some((first, rest)) = word.split_once('/') else { return false };
    let written = ["bench-out", "target", "origin", ".", ""].contains(&first);
    let ours = !fenced || (tree.has(first) && rest.contains(['.', '/']));
    ours && !written
        && word.chars().all(plain)
        && first.starts_with(|c: char| c.is_ascii_lowercase() || c == '.')
}

fn missing_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending(".md") {
        for code in code_of(text) {
            for word in code.text.split_whitespace().filter(|word| is_path(tree, word, code.fenced)) {
                let beside = format!("{}{word}", folder_of(path));
                if !tree.has(word) && !tree.has(&beside) {
                    found.push(Finding::new(path, code.line, format!("there is no `{word}`")));
                }
            }
        }
    }
    found
}

/// The heading's name in an address, as GitHub and GitLab make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn broken_links(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending(".md") {
        for (at, line) in text.lines().enumerate() {
            for rest in line.split("](").skip(1) {
                let target = rest.split(')').next().unwrap_or_default();
                if target.contains("://") {
                    continue;
                }
                let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
                let page =
                    if file.is_empty() { path.to_owned() } else { format!("{}{file}", folder_of(path)) };
                if !tree.has(&page) {
                    found.push(Finding::new(path, at + 1, format!("the link to `{target}` leads nowhere")));
                    continue;
                }
                let headings = tree.text(&normal(&page)).unwrap_or_default();
                let headings = headings.lines().filter(|line| line.starts_with('#'));
                let mut anchors = headings.map(anchor);
                if !fragment.is_empty() && !anchors.any(|anchor| anchor == fragment) {
                    found.push(Finding::new(path, at + 1, format!("`{target}`: there is no such heading")));
                }
            }
        }
    }
    found
}

/// Items (`crate::module::Item`, `Type::Variant`), fields and tests (`a_name_with_underscores`) that are nowhere in
/// the source.
fn missing_items(tree: &Tree) -> Vec<Finding> {
    let crates: Vec<_> =
        roots(tree).into_iter().map(|(name, root)| (name, Crate::read(tree, &root))).collect();
    let is_in_source = |name: &str| tree.ending(".rs").any(|(_, text)| has_word(text, name));
    let exists = |word: &str| {
        let parts: Vec<_> = word.split("::").map(str::to_owned).collect();
        match crates.iter().find(|(name, _)| *name == parts[0]) {
            Some((_, all)) => all.resolve(&parts[1..], HOPS_MAX).is_some(),
            None => parts.iter().all(|part| is_in_source(part)),
        }
    };
    let mut found = Vec::new();
    for (path, text) in tree.ending(".md") {
        for code in code_of(text).into_iter().filter(|code| !code.fenced) {
            let word = code.text.as_str();
            let is_item = word.contains("::") && word.starts_with(|c: char| c.is_ascii_alphabetic());
            let is_item = is_item && word.chars().all(|c| is_name(c) || c == ':');
            let is_snake = |c: char| is_name(c) && !c.is_ascii_uppercase();
            let is_field = word.contains('_') && word.chars().all(is_snake);
            if is_item && !exists(word) || is_field && !is_in_source(word) {
                found.push(Finding::new(path, code.line, format!("nothing is called `{word}`")));
            }
        }
    }
    found
}

/// Whether a letter can be part of a name.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether `words` stand in a text, and are no part of longer ones.
fn has_word(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + words.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

#[test]
fn documents_name_files_that_exist() {
    none("documents name files that exist", missing_files(real_tree()));
    let bad = Tree::of(&[
        ("d/a.md", "`d/b.rs` `b.rs` `./b.rs` 1\n`gone/b.rs`, `1/p`, `N/max(p)`\n"),
        ("d/b.rs", ""),
    ]);
    assert_eq!(missing_files(&bad), [Finding::new("d/a.md", 2, "there is no `gone/b.rs`")]);
}

#[test]
fn links_lead_somewhere() {
    none("links lead somewhere", broken_links(real_tree()));
    let bad = Tree::of(&[
        (
            "d/a.md",
            "# A b, `c`!\n[x](../b.md) [x](#a-b-c) [x](https://x.y) [x](b.md)\n[y](#gone) [y](../b.md#b)\n",
        ),
        ("b.md", "## B\n"),
    ]);
    let lines: Vec<_> = broken_links(&bad).into_iter().map(|finding| (finding.line, finding.what)).collect();
    let wanted = [
        (2, "the link to `b.md` leads nowhere".to_owned()),
        (3, "`#gone`: there is no such heading".to_owned()),
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn documents_name_items_and_tests_that_exist() {
    none("documents name items and tests that exist", missing_items(real_tree()));
    let bad = Tree::of(&[
        (
            "a.md",
            "`x::a::F` `x::a::G` `E::One` `E::Two` `::error`\n`a_test_that_is_there` `a_test_that_is_gone`\n",
        ),
        ("x/Cargo.toml", "[package]\nname = \"x\"\n"),
        ("x/src/lib.rs", "pub mod a;\nenum E { One }\nfn a_test_that_is_there() {}\n"),
        ("x/src/a.rs", "pub struct F;\n"),
    ]);
    let what: Vec<_> = missing_items(&bad).into_iter().map(|finding| finding.what).collect();
    let wanted =
        ["x::a::G", "E::Two", "a_test_that_is_gone"].map(|name| format!("nothing is called `{name}`"));
    assert_eq!(what, wanted);
}

#[test]
fn code_is_found_over_lines() {
    let page = "One `a\nb`.\n\n```sh\nc \\\n  d\n```\ne `f`\n";
    let code = |line, text: &str, fenced| Code { line, text: text.to_owned(), fenced };
    assert_eq!(code_of(page), [code(1, "a b", false), code(5, "c   d", true), code(8, "f", false)]);
}
