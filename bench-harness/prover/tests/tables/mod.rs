//! The statement as tables: what is honest is accepted and proved, and what is not is not.

mod alone;
mod bits;
mod bytes;
mod coverage;
#[path = "../proofs/differential.rs"]
mod differential;
#[path = "../proofs/forge.rs"]
mod forge;
mod honest;
#[path = "../proofs/ledger.rs"]
mod ledger;
mod lies;
mod rows;
mod tampering;
mod verdict;
mod world;
