//! Output that documents show: a block under `<!-- output of: bench-harness … -->` is what that command prints.
//!
//! `UPDATE_DOCUMENTS=1` writes such blocks anew instead of comparing them.

use crate::source::{Finding, Tree, none};
use crate::{real_tree, root};
use std::ops::Range;
use std::process::Command;

/// What stands before the command, on a line of its own above the block.
const INTRODUCTION: &str = "<!-- output of: bench-harness ";

/// A block that shows what a command prints.
struct Shown<'t> {
    /// The line of its command, from 1.
    line: usize,
    /// The arguments of the program.
    arguments: &'t str,
    /// Where the printed text is in the document.
    printed: Range<usize>,
}

/// All such blocks of a page. One without a block below it has an empty range, and never agrees with its command.
fn shown_in(text: &str) -> Vec<Shown<'_>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(INTRODUCTION) {
        let rest = &text[at + INTRODUCTION.len()..];
        let (arguments, rest) =
            rest.split_once(" -->\n```\n").unwrap_or((rest.lines().next().unwrap_or_default(), ""));
        let begins = text.len() - rest.len();
        let ends = begins + rest.find("```").unwrap_or(0);
        found.push(Shown { line: text[..at].lines().count() + 1, arguments, printed: begins..ends });
    }
    found
}

/// What the program prints, run in the root of the tree.
fn output_of(arguments: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench-harness"));
    let output =
        command.args(arguments.split_whitespace()).current_dir(root()).env_remove("COLUMNS").output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "`bench-harness {arguments}` fails: {output:?}");
    String::from_utf8(output.stdout).expect("text").trim_matches('\n').to_owned() + "\n"
}

/// The page with every block as `print` has it, and the lines of those that it had to change.
fn renewed(text: &str, print: impl Fn(&str) -> String) -> (String, Vec<usize>) {
    let mut page = text.to_owned();
    let mut changed = Vec::new();
    for shown in shown_in(text).into_iter().rev() {
        let printed = print(shown.arguments);
        if text[shown.printed.clone()] != printed {
            page.replace_range(shown.printed, &printed);
            changed.push(shown.line);
        }
    }
    (page, changed)
}

fn stale_outputs(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.ending(".md") {
        let (page, changed) = renewed(text, output_of);
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() && !changed.is_empty() {
            std::fs::write(root().join(path), page).expect("a document is written");
            continue;
        }
        let what = "the command prints something else: UPDATE_DOCUMENTS=1 renews the block";
        found.extend(changed.into_iter().map(|line| Finding::new(path, line, what)));
    }
    found
}

#[test]
fn documents_show_what_the_program_prints() {
    assert!(
        real_tree().ending(".md").any(|(_, text)| !shown_in(text).is_empty()),
        "no document shows an output"
    );
    none("documents show what the program prints", stale_outputs(real_tree()));
}

#[test]
fn an_output_that_is_out_of_date_is_found_and_renewed() {
    let page = "a\n\n<!-- output of: bench-harness x y -->\n```\nold\n```\n\n\
        <!-- output of: bench-harness z -->\n```\nprinted z\n```\nend\n";
    let print = |arguments: &str| format!("printed {arguments}\n");
    let (renewed_page, changed) = renewed(page, print);
    assert_eq!(changed, [3]);
    assert_eq!(renewed_page, page.replace("old", "printed x y"));
    assert_eq!(renewed(&renewed_page, print), (renewed_page.clone(), Vec::new()));
}
