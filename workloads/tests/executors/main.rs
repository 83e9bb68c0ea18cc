//! Executors against execution in order, with real threads.
//!
//! | file | what it looks at |
//! |---|---|
//! | [`same_result`] | random blocks on every executor at one to eight threads |
//! | [`wrong_list`] | access lists that were tampered with |
//! | [`counts`] | what the executors say they did |
//! | [`blocks`] | random blocks: hot and cold, chains, refused transactions, drained pools |

mod blocks;
mod counts;
mod same_result;
mod wrong_list;
