//! The modules of a crate, and the file in which the item that a path names is declared.

use crate::files::is_for_tests;
use crate::source::{Tree, folder_of, parsed};
use std::collections::{BTreeMap, BTreeSet};

/// A path of modules, from the root of the crate.
pub(crate) type Place = Vec<String>;

/// How many imports are followed for one name: more is a circle of imports.
pub(crate) const HOPS_MAX: usize = 16;

/// One module, in a file of its own or inside another's.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its file.
    pub(crate) file: String,
    /// Names of items that it declares.
    items: BTreeSet<String>,
    /// Names that it imports or exports again, each with the path that it stands for as written.
    imports: BTreeMap<String, Vec<String>>,
    /// Paths that it imports all of.
    globs: Vec<Vec<String>>,
}

/// What a path ends in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target<'c> {
    /// An item, declared in this file.
    Item(&'c str),
    /// A module.
    Module(Place),
}

/// The modules of a crate that are part of a build which is not for tests.
#[derive(Default)]
pub(crate) struct Crate {
    /// All modules.
    pub(crate) modules: BTreeMap<Place, Module>,
    /// The files, each with the module that it holds.
    pub(crate) files: BTreeMap<String, (Place, syn::File)>,
}

impl Crate {
    /// The crate whose root is this file (`…/src/lib.rs` or `…/src/main.rs`).
    pub(crate) fn read(tree: &Tree, root: &str) -> Self {
        let mut all = Self::default();
        all.add_file(tree, Vec::new(), root);
        all
    }

    fn add_file(&mut self, tree: &Tree, place: Place, path: &str) {
        let text = tree.text(path).unwrap_or_else(|| panic!("{path} is declared and not there"));
        let file = parsed(path, text);
        self.add_items(tree, &place, path, &file.items);
        self.files.insert(path.to_owned(), (place, file));
    }

    fn add_items(&mut self, tree: &Tree, place: &Place, path: &str, items: &[syn::Item]) {
        let mut module = Module { file: path.to_owned(), ..Module::default() };
        let mut inside = Vec::new();
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            match item {
                syn::Item::Mod(item) => inside.push(item),
                syn::Item::Use(item) => {
                    for import in flattened(&item.tree) {
                        match import.name {
                            Some(name) => drop(module.imports.insert(name, import.path)),
                            None => module.globs.push(import.path),
                        }
                    }
                }
                item => module.items.extend(name_of(item)),
            }
        }
        self.modules.insert(place.clone(), module);
        for item in inside {
            let mut below = place.clone();
            below.push(item.ident.to_string());
            match &item.content {
                Some((_, items)) => self.add_items(tree, &below, path, items),
                None => self.add_file(tree, below, &file_of(tree, path, &item.ident.to_string())),
            }
        }
    }

    /// The path from the root of the crate that `path` stands for in the module at `place`; none where it leads out of
    /// the crate.
    pub(crate) fn absolute(&self, place: &Place, path: &[String], hops: usize) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut from = match first.as_str() {
            "crate" => Vec::new(),
            "self" => place.clone(),
            "super" => place.split_last()?.1.to_vec(),
            name => {
                let mut below = place.clone();
                below.push(name.to_owned());
                if self.modules.contains_key(&below) || self.modules.get(place)?.items.contains(name) {
                    below
                } else {
                    let import = self.modules.get(place)?.imports.get(name)?;
                    if hops == 0 || import.first() == path.first() {
                        return None;
                    }
                    self.absolute(place, import, hops - 1)?
                }
            }
        };
        for part in rest {
            if part == "super" {
                from.pop()?;
            } else if part != "self" {
                from.push(part.clone());
            }
        }
        Some(from)
    }

    /// What a path from the root of the crate ends in; none where nothing of this crate has that name.
    pub(crate) fn resolve(&self, path: &[String], hops: usize) -> Option<Target<'_>> {
        let mut place = Vec::new();
        for (at, name) in path.iter().enumerate() {
            let module = &self.modules[&place];
            let is_last = at + 1 == path.len();
            let mut below = place.clone();
            below.push(name.clone());
            let is_module = self.modules.contains_key(&below);
            if is_module && !(is_last && module.imports.contains_key(name)) {
                place = below;
                continue;
            }
            if module.items.contains(name) {
                return Some(Target::Item(&module.file));
            }
            if hops == 0 {
                return None;
            }
            if let Some(import) = module.imports.get(name) {
                let mut target = self.absolute(&place, import, hops - 1)?;
                target.extend_from_slice(&path[at + 1..]);
                return self.resolve(&target, hops - 1);
            }
            return module.globs.iter().find_map(|glob| {
                let mut target = self.absolute(&place, glob, hops - 1)?;
                target.extend_from_slice(&path[at..]);
                self.resolve(&target, hops - 1)
            });
        }
        Some(Target::Module(place))
    }

    /// What `path` ends in, as written in the module at `place`.
    pub(crate) fn find(&self, place: &Place, path: &[String]) -> Option<Target<'_>> {
        self.resolve(&self.absolute(place, path, HOPS_MAX)?, HOPS_MAX)
    }
}

/// The roots of all crates of ours with their names: `(name, path of lib.rs or main.rs)`.
pub(crate) fn roots(tree: &Tree) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for manifest in crate::crates::manifests(tree) {
        let folder = folder_of(&manifest.path);
        for root in ["lib", "main"] {
            let path = format!("{folder}src/{root}.rs");
            if tree.text(&path).is_some() {
                found.push((manifest.name.clone(), path));
            }
        }
    }
    found
}

/// The file of `mod name;` in the file at `path`.
fn file_of(tree: &Tree, path: &str, name: &str) -> String {
    let folder = folder_of(path);
    let stem = path[folder.len()..].trim_end_matches(".rs");
    let folder = match stem {
        "mod" | "lib" | "main" => folder.to_owned(),
        stem => format!("{folder}{stem}/"),
    };
    let flat = format!("{folder}{name}.rs");
    if tree.text(&flat).is_some() { flat } else { format!("{folder}{name}/mod.rs") }
}

/// One name that a `use` brings in; without a name, all that is there.
pub(crate) struct Import {
    /// The name in this module.
    pub(crate) name: Option<String>,
    /// The path as written.
    pub(crate) path: Vec<String>,
    /// Its line.
    pub(crate) line: usize,
}

/// All names that one `use` brings in.
pub(crate) fn flattened(tree: &syn::UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    flatten(tree, &mut Vec::new(), &mut found);
    found
}

fn flatten(tree: &syn::UseTree, before: &mut Vec<String>, found: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
            before.pop();
        }
        syn::UseTree::Name(name) => {
            let mut path = before.clone();
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            found.push(Import { name: path.last().cloned(), line: name.ident.span().start().line, path });
        }
        syn::UseTree::Rename(rename) => {
            let mut path = before.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            let line = rename.rename.span().start().line;
            found.push(Import { name: Some(rename.rename.to_string()), line, path });
        }
        syn::UseTree::Glob(glob) => {
            let line = glob.star_token.spans[0].start().line;
            found.push(Import { name: None, line, path: before.clone() });
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, found);
            }
        }
    }
}

/// The attributes of an item.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item declares.
fn name_of(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
