//! What is to be measured.
//!
//! | room | what it owns |
//! |---|---|
//! | [`layer`] | a spec of which any field may be missing: a file, or flags; how one lies over another |
//! | [`file`] | a layer from TOML, with the line in every error |
//! | [`resolve`] | layers and defaults to a [`Spec`] in which what exists is valid |
//! | [`error`] | what can be wrong |

pub mod error;
pub mod file;
pub mod layer;
pub mod resolve;

pub use error::SpecError;
pub use layer::Overrides;
pub use resolve::{Spec, SystemChoice};
