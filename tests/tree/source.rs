//! The source tree as text: every file with its path, and places in it. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

/// Folders and files that are built or written by a run, and are no part of the tree (as in `.gitignore`).
const NOT_OURS: [&str; 3] = ["target", "bench-out", "node_modules"];

/// Names with a leading dot that are part of the tree.
const HIDDEN: [&str; 2] = [".ci", ".cargo"];

/// All files of a tree, by path from its root with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The text of each file that is UTF-8.
    texts: BTreeMap<String, String>,
    /// Every file and every folder.
    paths: BTreeSet<String>,
}

impl Tree {
    /// The tree below `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        tree.read_folder(root, "");
        tree
    }

    /// A tree of these files, for tests of the rules.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned());
        }
        tree
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            let hidden = name.starts_with('.') && !HIDDEN.contains(&name.as_str());
            if hidden || NOT_OURS.contains(&name.as_str()) || name.ends_with(".snap.new") {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"));
                continue;
            }
            match String::from_utf8(std::fs::read(entry.path()).expect("a file")) {
                Ok(text) => self.add(&path, text),
                Err(_) => self.add_path(&path),
            }
        }
    }

    fn add(&mut self, path: &str, text: String) {
        self.add_path(path);
        self.texts.insert(path.to_owned(), text);
    }

    fn add_path(&mut self, path: &str) {
        self.paths.insert(path.to_owned());
        for (at, _) in path.match_indices('/') {
            self.paths.insert(path[..at].to_owned());
        }
    }

    /// The text of a file, if there is one of this path.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether there is such a file or folder. `path` may end with `/` and may hold `.` and `..`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = normal(path);
        path.is_empty() || self.paths.contains(&path)
    }

    /// Path and text of all files whose name ends so, in order of their paths.
    pub(crate) fn ending<'t>(&'t self, end: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        let all = self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        all.filter(move |(path, _)| path.ends_with(end))
    }

    /// All Rust files, parsed. A file that is no Rust ends the test with its name.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, syn::File)> {
        self.ending(".rs").map(|(path, text)| (path, parsed(path, text)))
    }
}

/// A Rust file's items.
pub(crate) fn parsed(path: &str, text: &str) -> syn::File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{path}:{}: {error}", error.span().start().line))
}

/// `path` without `.`, `..` and a trailing `/`.
pub(crate) fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder that a file is in, with a trailing `/` unless it is the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// A place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, from the root of the tree.
    pub(crate) path: String,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// What is wrong there.
    pub(crate) what: String,
}

impl Finding {
    /// One place.
    pub(crate) fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Passes where there is nothing in the list, and fails with all of it otherwise.
#[track_caller]
pub(crate) fn none(rule: &str, mut found: Vec<Finding>) {
    found.sort();
    let lines: Vec<_> = found.iter().map(|finding| format!("  {finding}")).collect();
    assert!(found.is_empty(), "{rule}: {} places\n{}", found.len(), lines.join("\n"));
}
