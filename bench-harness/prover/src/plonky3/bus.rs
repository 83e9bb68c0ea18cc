//! The messages that tables exchange, each kind on a bus of its own.
//!
//! A bus is a multiset equality: what is sent is what is received, each message as often (logUp,
//! <https://eprint.iacr.org/2022/1530>). All messages of a bus have one length.

/// `level, index, digest before, digest after`: a node of the tree is what its parent was hashed from. Sent by the
/// child, received by the parent; the root is received by the statement.
pub const NODES: &str = "nodes";
/// `domain, index, time, eight elements`: what a leaf held since that time. Sent by a write, received by the next
/// access.
pub const LEAVES: &str = "leaves";
/// `slot, eight elements`: a transaction as it is executed is the one that is committed to.
pub const TRANSACTIONS: &str = "transactions";
/// A number below 2^8.
pub const BYTES: &str = "bytes";
