//! Real proofs of small batches: what is honest is accepted, and what is not is not.

mod honest;
mod tampering;
mod world;
