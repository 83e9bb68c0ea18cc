//! Executors against execution in order, with real threads.
//!
//! | file | what it looks at |
//! |---|---|
//! | [`same_result`] | random blocks on every executor at one to eight threads |
//! | [`wrong_list`] | access lists that were tampered with |
//! | [`counts`] | what the executors say they did |
//! | [`in_evm`] | random blocks and generated traffic in a virtual machine |
//! | [`on_disk`] | random blocks over a store, whose roots and outcomes are those in memory |
//! | [`blocks`] | random blocks: hot and cold, chains, refused transactions, drained pools |

mod blocks;
mod counts;
mod in_evm;
mod on_disk;
mod same_result;
mod wrong_list;
