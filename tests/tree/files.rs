//! What every Rust file keeps to: its length, that of its functions, its first line, and what is not written.

use crate::real_tree;
use crate::source::{Finding, Tree, none, parsed};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A file has fewer lines than this.
const FILE_LINES: usize = 500;

/// A function, from its signature to its closing brace, has fewer lines than this.
const FUNCTION_LINES: usize = 80;

fn long_files(tree: &Tree) -> Vec<Finding> {
    let long = tree.ending(".rs").map(|(path, text)| (path, text.lines().count()));
    long.filter(|(_, lines)| *lines >= FILE_LINES)
        .map(|(path, lines)| Finding::new(path, lines, format!("{lines} lines")))
        .collect()
}

fn without_header(tree: &Tree) -> Vec<Finding> {
    let bare = tree.ending(".rs").filter(|(_, text)| !text.starts_with("//!"));
    bare.map(|(path, _)| Finding::new(path, 1, "the file does not open with `//!`")).collect()
}

/// Walks one file and notes what its functions and attributes break.
struct Walk<'f> {
    path: &'f str,
    in_tests: bool,
    long: Vec<Finding>,
    allows: Vec<Finding>,
    unwraps: Vec<Finding>,
}

impl<'f> Walk<'f> {
    fn of(path: &'f str, file: &syn::File) -> Self {
        let in_tests = !path.contains("src/");
        let mut walk = Self { path, in_tests, long: Vec::new(), allows: Vec::new(), unwraps: Vec::new() };
        walk.visit_file(file);
        walk
    }

    fn function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.fn_token.span().start().line;
        let lines = body.brace_token.span.close().end().line - first + 1;
        if lines >= FUNCTION_LINES {
            let what = format!("`{}` has {lines} lines", signature.ident);
            self.long.push(Finding::new(self.path, first, what));
        }
    }

    /// Looks into a macro's arguments, which have no syntax of their own: `.unwrap()` is a run of tokens there.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(name) if name == "unwrap" && at > 0 => {
                    let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(group)) if group.stream().is_empty());
                    let dot = matches!(&tokens[at - 1], TokenTree::Punct(punct) if punct.as_char() == '.');
                    if called && dot {
                        self.unwrap(name.span().start().line);
                    }
                }
                _ => {}
            }
        }
    }

    fn unwrap(&mut self, line: usize) {
        if !self.in_tests {
            self.unwraps.push(Finding::new(self.path, line, "`unwrap()` outside tests"));
        }
    }

    /// What is compiled for tests alone is walked as a test.
    fn scoped(&mut self, attributes: &[syn::Attribute], walk: impl FnOnce(&mut Self)) {
        let before = self.in_tests;
        self.in_tests |= is_for_tests(attributes);
        walk(self);
        self.in_tests = before;
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.scoped(&item.attrs, |walk| visit::visit_item_mod(walk, item));
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.scoped(&item.attrs, |walk| visit::visit_item_impl(walk, item));
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.sig, &item.block);
        self.scoped(&item.attrs, |walk| visit::visit_item_fn(walk, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        self.scoped(&item.attrs, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        let inside = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        let conditional = attribute.path().is_ident("cfg_attr") && inside.contains("allow (");
        if attribute.path().is_ident("allow") || conditional {
            let what = format!("`allow({inside})` where `expect` would say when it is no longer needed");
            self.allows.push(Finding::new(self.path, attribute.span().start().line, what));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        if call.method == "unwrap" && call.args.is_empty() {
            self.unwrap(call.method.span().start().line);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

/// Whether these attributes leave an item out of a build that is not a test's.
pub(crate) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            meta => return meta.path().is_ident("test"),
        };
        let words: Vec<_> = condition.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        words.contains(&"test") && !words.contains(&"not")
    })
}

/// All files that `mod` declares for tests alone, and what lies in their folders.
fn test_files(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, file) in tree.rust() {
        for item in &file.items {
            if let syn::Item::Mod(item) = item
                && item.content.is_none()
                && is_for_tests(&item.attrs)
            {
                let stem = path.trim_end_matches(".rs");
                let is_root = ["mod", "lib", "main"].iter().any(|name| stem.ends_with(&format!("/{name}")));
                let folder = if is_root { &stem[..=stem.rfind('/').expect("a folder")] } else { stem };
                found.push(format!("{}/{}", folder.trim_end_matches('/'), item.ident));
            }
        }
    }
    found
}

fn walked(tree: &Tree, pick: impl Fn(Walk<'_>) -> Vec<Finding>) -> Vec<Finding> {
    tree.rust().flat_map(|(path, file)| pick(Walk::of(path, &file))).collect()
}

fn unwraps(tree: &Tree) -> Vec<Finding> {
    let tests = test_files(tree);
    let is_test = |path: &str| {
        tests.iter().any(|stem| path == format!("{stem}.rs") || path.starts_with(&format!("{stem}/")))
    };
    walked(tree, |walk| walk.unwraps).into_iter().filter(|finding| !is_test(&finding.path)).collect()
}

#[test]
fn files_are_short() {
    none("a file has fewer than 500 lines", long_files(real_tree()));
    let long = "//! x\n".repeat(FILE_LINES);
    let bad = Tree::of(&[("a.rs", &long), ("b.rs", "//! x\n")]);
    assert_eq!(long_files(&bad), [Finding::new("a.rs", 500, "500 lines")]);
}

#[test]
fn files_open_with_what_they_own() {
    none("a file opens with `//!`", without_header(real_tree()));
    let bad = Tree::of(&[("a.rs", "// x\n"), ("b.rs", "//! x\n")]);
    assert_eq!(without_header(&bad).len(), 1);
}

#[test]
fn functions_are_short() {
    none("a function has fewer than 80 lines", walked(real_tree(), |walk| walk.long));
    let body = "\n".repeat(FUNCTION_LINES - 1);
    let text = format!("impl A {{\n/// Doc.\nfn long() {{{body}}}\nfn short() {{\n}}\n}}\n");
    let bad = Tree::of(&[("src/a.rs", &text)]);
    assert_eq!(walked(&bad, |walk| walk.long), [Finding::new("src/a.rs", 3, "`long` has 80 lines")]);
}

#[test]
fn nothing_is_allowed_without_end() {
    none("`expect`, and never `allow`", walked(real_tree(), |walk| walk.allows));
    let bad = "#![allow(a)]\n#[expect(b)]\nfn f() {\n#[allow(c)]\nlet x = 1;\n}\n#[cfg_attr(x, allow(d))]\nfn g() {}\n";
    let found = walked(&Tree::of(&[("src/a.rs", bad)]), |walk| walk.allows);
    assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1, 4, 7]);
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    none("no `unwrap()` outside tests", unwraps(real_tree()));
    let bad = Tree::of(&[
        (
            "a/src/lib.rs",
            "#[cfg(test)]\nmod tests;\nfn f() {\nx.unwrap();\nprintln!(\"{}\", y.unwrap());\n}\n",
        ),
        ("a/src/tests.rs", "fn f() { x.unwrap(); }\n"),
        ("a/src/b.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }\nfn g() { x.unwrap_or(1); }\n"),
        ("a/tests/c.rs", "fn f() { x.unwrap(); }\n"),
    ]);
    let lines: Vec<_> = unwraps(&bad).into_iter().map(|finding| (finding.path, finding.line)).collect();
    assert_eq!(lines, [("a/src/lib.rs".to_owned(), 4), ("a/src/lib.rs".to_owned(), 5)]);
}

#[test]
#[should_panic(expected = "src/a.rs:1")]
fn what_is_no_rust_is_named() {
    let _ = parsed("src/a.rs", "fn (");
}
