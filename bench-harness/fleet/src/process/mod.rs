//! Workers as child processes of this one, each held to its CPUs, each with an end that hurts nobody else.
//!
//! | room | what it owns |
//! |---|---|
//! | [`wire`] | what parent and child tell each other, a JSON line each |
//! | [`child`] | the child: one prover |
//! | [`pool`] | the parent: a thread for each child, which takes jobs for it, starts it again, and ends it |

pub mod child;
pub mod pool;
pub mod wire;
