//! Real proofs of small batches: what is honest is accepted, and what is not is not.

mod attacks;
mod differential;
mod edges;
mod forge;
mod honest;
mod ledger;
mod lies;
mod merge_lies;
mod merges;
mod padding;
mod swap_lies;
mod systems;
mod tampering;
mod world;
