//! What is honest is proved, and what is not is not: all circuits and tables in one program, since each program compiles
//! plonky2's prover anew.
//!
//! | module | of what |
//! |---|---|
//! | `proofs` | the plain circuit, its merges, and what a proof is |
//! | `registers` | the circuit that opens each pool once |
//! | `fractal` | a tree of rollups |
//! | `tables` | the statement as tables |

#![expect(clippy::duplicate_mod, reason = "the same lies are told to each form of the statement")]

mod fractal;
mod proofs;
mod registers;
mod tables;
