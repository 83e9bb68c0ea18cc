//! What is to be measured.
//!
//! | room | what it owns |
//! |---|---|
//! | [`layer`] | every field, declared once: flag, key, help, type, default; how one layer lies over another |
//! | [`mod@file`] | a layer from TOML, with the line in every error |
//! | [`resolve`] | layers and defaults to a [`Spec`] in which what exists is valid |
//! | [`provers`] | how many provers run at once |
//! | [`choice`] | which proof system, with its script or its command |
//! | [`sizes`] | batch sizes, of every system or of one |
//! | [`units`] | durations on the command line |
//! | [`error`] | what can be wrong |

mod check;
pub mod choice;
pub mod error;
pub mod file;
pub mod layer;
pub mod provers;
pub mod resolve;
pub mod sizes;
pub mod units;

pub use choice::{SystemChoice, read_script};
pub use error::SpecError;
pub use layer::Overrides;
pub use provers::ProversRequest;
pub use resolve::Spec;
