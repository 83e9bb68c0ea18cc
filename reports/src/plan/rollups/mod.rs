//! A plan for many rollups settled by one proof, rendered.
//!
//! | module | what |
//! |---|---|
//! | [`csv`] | one row a layer |
//! | [`markdown`] | for a pull request or a page |
//! | `rows` | the tables of terminal and Markdown |
//! | [`terminal`] | for a person at a terminal |
//! | `words` | the sentences of both |

pub mod csv;
pub mod markdown;
mod rows;
pub mod terminal;
mod words;
