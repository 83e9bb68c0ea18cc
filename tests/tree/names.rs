//! No two public types have one name: a name that is met in a record, an error or a signature says by itself which type
//! is meant, whatever crate it comes from.
//!
//! A type is public where it is declared `pub`, in whatever module; `pub(crate)` is not. What only tests compile is not
//! looked at.

use crate::files::is_for_tests;
use crate::modules::{Crate, attributes, roots};
use crate::real_tree;
use crate::source::{Finding, Tree, none};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};

/// Keywords that declare a type or a trait.
const DECLARES: [&str; 5] = ["struct", "enum", "union", "trait", "type"];

/// Walks one file and notes the public types that it declares, each with its line.
struct Walk<'f> {
    path: &'f str,
    /// By name: `(file, line)` of each declaration.
    types: &'f mut BTreeMap<String, BTreeSet<(String, usize)>>,
}

impl Walk<'_> {
    fn add(&mut self, visibility: &syn::Visibility, name: &syn::Ident) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            self.note(name);
        }
    }

    fn note(&mut self, name: &proc_macro2::Ident) {
        let place = (self.path.to_owned(), name.span().start().line);
        self.types.entry(name.to_string()).or_default().insert(place);
    }

    /// Types among the tokens of a macro, as `names! { pub enum A { … } }` declares them.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for token in &tokens {
            if let TokenTree::Group(group) = token {
                self.tokens(group.stream());
            }
        }
        for three in tokens.windows(3) {
            if let [TokenTree::Ident(public), TokenTree::Ident(keyword), TokenTree::Ident(name)] = three
                && public == "pub"
                && DECLARES.iter().any(|declares| keyword == declares)
            {
                self.note(name);
            }
        }
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_item(&mut self, item: &'a syn::Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            syn::Item::Struct(item) => self.add(&item.vis, &item.ident),
            syn::Item::Enum(item) => self.add(&item.vis, &item.ident),
            syn::Item::Union(item) => self.add(&item.vis, &item.ident),
            syn::Item::Trait(item) => self.add(&item.vis, &item.ident),
            syn::Item::Type(item) => self.add(&item.vis, &item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        self.tokens(item.mac.tokens.clone());
    }
}

/// Each declaration of a public type whose name another declaration has too.
fn shared_names(tree: &Tree) -> Vec<Finding> {
    let mut types = BTreeMap::new();
    for (_, root) in roots(tree) {
        for (path, (_, file)) in &Crate::read(tree, &root).files {
            Walk { path, types: &mut types }.visit_file(file);
        }
    }
    let mut found = Vec::new();
    for (name, places) in types {
        for (path, line) in &places {
            let others: Vec<_> = places
                .iter()
                .filter(|place| (&place.0, place.1) != (path, *line))
                .map(|(path, line)| format!("{path}:{line}"))
                .collect();
            if !others.is_empty() {
                let what = format!("`{name}` is also a public type of {}", others.join(" and "));
                found.push(Finding::new(path, *line, what));
            }
        }
    }
    found
}

#[test]
fn no_two_public_types_have_one_name() {
    none("no two public types of one name", shared_names(real_tree()));
    let bad = Tree::of(&[
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        (
            "a/src/lib.rs",
            "mod inner;\npub struct Level;\npub(crate) struct Args;\n#[cfg(test)]\nmod tests;\n",
        ),
        ("a/src/inner.rs", "names! {\n/// One.\npub enum State { A = \"a\" }\n}\npub enum Own { Level }\n"),
        ("a/src/tests.rs", "pub struct Own;\n"),
        ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        (
            "b/src/main.rs",
            "pub type Level = u8;\nmod inside {\npub trait State {}\n}\npub(crate) struct Args;\nstruct Own;\n",
        ),
    ]);
    let mut found: Vec<_> = shared_names(&bad).iter().map(ToString::to_string).collect();
    found.sort();
    let wanted = [
        "a/src/inner.rs:3: `State` is also a public type of b/src/main.rs:3",
        "a/src/lib.rs:2: `Level` is also a public type of b/src/main.rs:1",
        "b/src/main.rs:1: `Level` is also a public type of a/src/lib.rs:2",
        "b/src/main.rs:3: `State` is also a public type of a/src/inner.rs:3",
    ];
    assert_eq!(found, wanted);
}
