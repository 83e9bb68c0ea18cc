//! The sources' claims and their answers, for a terminal and as Markdown.

pub mod markdown;
pub mod terminal;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod wording;
