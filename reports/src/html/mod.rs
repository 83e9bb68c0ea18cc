//! The HTML report: one file, nothing fetched.
//!
//! | room | what it owns |
//! |---|---|
//! | `section` | what a section is: the records that it needs, and what it says with them |
//! | `sections` | the sections, one file each, in the order in which they are read |
//! | `page` | the sections as one page: landmarks, contents, styles, scripts, data |
//! | [`export`] | the same charts and tables as files: SVG, PNG, CSV |
//!
//! A new section is one file in `sections/` and one line in `sections::SECTIONS`. Charts are values of
//! `crate::chart`, so that every section has its pictures and its tables without writing a line for them.
//! Nothing is computed here that a planner or a measurement should have said.

pub mod export;
#[cfg(test)]
pub(crate) mod fixture;
mod inline;
mod page;
mod section;
mod sections;

pub use page::{Place, page};

#[cfg(test)]
mod tests;
