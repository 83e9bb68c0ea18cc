//! Batches of swaps that open each pool once: what is honest is proved, and what is not is not.

mod accounts;
#[path = "../proofs/differential.rs"]
mod differential;
mod fallback;
#[path = "../proofs/forge.rs"]
mod forge;
mod honest;
#[path = "../proofs/ledger.rs"]
mod ledger;
mod pools;
mod rows;
mod slots;
#[path = "../proofs/swap_lies.rs"]
mod swap_lies;
mod telling;
mod world;
