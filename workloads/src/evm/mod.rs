//! The same traffic in a real virtual machine: what a transfer or a swap costs in an EVM.
//!
//! [revm](https://docs.rs/revm) executes a contract of this project: constant-product pools and balances of three tokens,
//! by the formula of [`crate::swap`]. It shares the traffic and the rules with the rest of this crate, and nothing else:
//! not the leaves, not the tree, not the circuit, and no proof says anything of it. It is here so that the work of a
//! transaction can be measured in place of a constant.
//!
//! | file | what it owns |
//! |---|---|
//! | `contract` | the bytes of the contract, whose source is `pools.evm`, and where it keeps what |
//! | [`pools`] | a ledger as storage of the contract, and transactions as calls of it |

mod contract;
pub mod pools;
