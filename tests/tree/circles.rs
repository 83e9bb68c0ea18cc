//! Files of one crate import in one direction: there is no way from a file through what it imports back to itself.
//!
//! An import of a name counts as an import of the file that declares it, through every `pub use` on the way. What a
//! `mod.rs` declares (`mod x;`) and exports again (`pub use x::Y;`) it does not itself import. Code for tests is left
//! out: a test may look at all that its crate has.

use crate::files::is_for_tests;
use crate::modules::{Crate, Import, Place, Target, attributes, flattened, roots};
use crate::real_tree;
use crate::source::{Finding, Tree, none};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// For each file, the files that it imports, each with the first line that does.
type Edges = BTreeMap<String, BTreeMap<String, usize>>;

/// Walks one file and notes what it imports.
struct Walk<'c> {
    all: &'c Crate,
    file: &'c str,
    place: Place,
    edges: BTreeMap<String, usize>,
}

impl Walk<'_> {
    fn path(&mut self, path: &[String], line: usize) {
        if let Some(Target::Item(file)) = self.all.find(&self.place, path)
            && file != self.file
        {
            self.edges.entry(file.to_owned()).or_insert(line);
        }
    }

    fn import(&mut self, import: &Import) {
        self.path(&import.path, import.line);
        let is_glob = import.name.is_none();
        if let (true, Some(Target::Module(place))) = (is_glob, self.all.find(&self.place, &import.path)) {
            let file = &self.all.modules[&place].file;
            if file != self.file {
                self.edges.entry(file.clone()).or_insert(import.line);
            }
        }
    }

    /// Paths among the tokens of a macro, which have no syntax of their own.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens
            .iter()
            .chain([&TokenTree::Punct(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone))])
        {
            match token {
                TokenTree::Ident(name) if path.is_empty() || colons == 2 => {
                    path.push(name.to_string());
                    colons = 0;
                    self.path(&path.clone(), name.span().start().line);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Ident(name) => {
                    path = vec![name.to_string()];
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    path.clear();
                    self.tokens(group.stream());
                }
                _ => path.clear(),
            }
        }
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    /// `pub(super)` names a module and imports nothing of it.
    fn visit_visibility(&mut self, _: &'a syn::Visibility) {}

    fn visit_item(&mut self, item: &'a syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if item.content.is_some() {
            self.place.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.place.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if matches!(item.vis, syn::Visibility::Inherited) {
            for import in flattened(&item.tree) {
                self.import(&import);
            }
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() {
            let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.path(&names, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

fn edges(all: &Crate) -> Edges {
    let mut edges = Edges::new();
    for (file, (place, items)) in &all.files {
        let mut walk = Walk { all, file, place: place.clone(), edges: BTreeMap::new() };
        walk.visit_file(items);
        edges.insert(file.clone(), walk.edges);
    }
    edges
}

/// The shortest way from `start` back to it, as the files on it; none where there is none.
fn way_back<'e>(edges: &'e Edges, start: &'e str) -> Option<Vec<&'e str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for target in edges.get(file).into_iter().flat_map(BTreeMap::keys) {
            if target == start {
                let mut way = vec![file];
                while let Some(before) = came_from.get(way[way.len() - 1]) {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(target.as_str()) {
                came_from.insert(target, file);
                next.push_back(target);
            }
        }
    }
    None
}

/// One finding for each shortest circle, at the import with which its first file begins it.
fn circles(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, root) in roots(tree) {
        let edges = edges(&Crate::read(tree, &root));
        let mut seen = BTreeSet::new();
        for start in edges.keys() {
            let Some(way) = way_back(&edges, start) else { continue };
            if seen.insert(way.iter().copied().collect::<BTreeSet<_>>()) {
                let imports = (0..way.len()).map(|at| {
                    let (from, to) = (way[at], way[(at + 1) % way.len()]);
                    format!("{from}:{} imports {to}", edges[from][to])
                });
                let what = imports.collect::<Vec<_>>().join(", ");
                found.push(Finding::new(way[0], edges[way[0]][way[1 % way.len()]], what));
            }
        }
    }
    found
}

#[test]
fn no_files_import_each_other() {
    none("files of a crate import in one direction", circles(real_tree()));
}

/// The circles of a crate of these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let manifest = [("x/Cargo.toml", "[package]\nname = \"x\"\n")];
    let tree = Tree::of(&[&manifest[..], files].concat());
    circles(&tree).iter().map(ToString::to_string).collect()
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let found = circles_of(&[
        ("x/src/lib.rs", "mod a;\nmod b;\n"),
        ("x/src/a.rs", "use crate::b::B;\nstruct A;\n"),
        ("x/src/b.rs", "struct B;\nfn f() { let x: Vec<super::a::A>; }\n"),
    ]);
    assert_eq!(found, ["x/src/a.rs:1: x/src/a.rs:1 imports x/src/b.rs, x/src/b.rs:2 imports x/src/a.rs"],);
}

#[test]
fn a_parent_whose_code_its_child_needs_is_found() {
    let files = |parent| {
        [
            ("x/src/lib.rs", "mod a;\n"),
            ("x/src/a/mod.rs", parent),
            ("x/src/a/b.rs", "use super::A;\npub struct B;\n"),
        ]
    };
    assert_eq!(circles_of(&files("mod b;\npub use b::B;\npub struct A;\n")), Vec::<String>::new());
    assert_eq!(circles_of(&files("mod b;\npub use b::B;\npub struct A(B);\n")).len(), 1);
    assert_eq!(circles_of(&files("mod b;\npub struct A;\nfn f() { g!(x, b::B) }\n")).len(), 1);
}

#[test]
fn what_is_exported_again_counts_as_the_file_that_declares_it() {
    let clean = circles_of(&[
        ("x/src/lib.rs", "mod a;\npub use a::B;\n"),
        ("x/src/a/mod.rs", "mod b;\nmod c;\npub use b::*;\npub use c::C;\n"),
        ("x/src/a/b.rs", "pub struct B;\n#[cfg(test)]\nmod tests { use super::super::C; }\n"),
        ("x/src/a/c.rs", "use super::B;\npub struct C(crate::B);\n"),
    ]);
    assert_eq!(clean, Vec::<String>::new());
    let through = circles_of(&[
        ("x/src/lib.rs", "mod a;\npub use a::B;\n"),
        ("x/src/a/mod.rs", "mod b;\nmod c;\npub use b::*;\npub use c::C;\n"),
        ("x/src/a/b.rs", "use crate::a;\npub struct B(a::C);\n"),
        ("x/src/a/c.rs", "pub struct C(crate::B);\n"),
    ]);
    assert_eq!(through.len(), 1, "{through:?}");
}
