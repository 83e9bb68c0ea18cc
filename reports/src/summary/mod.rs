//! A run and its plan in 25 lines: what the page tells first, for a person at a terminal.
//!
//! | room | what it owns |
//! |---|---|
//! | [`terminal`] | which lines there are and what stands in them |
//! | `bars` | bars and sparklines of characters |

mod bars;
pub mod terminal;

pub use terminal::{LINES_MAX, TextStyle, summary};
