//! Real proofs of a small tree of rollups: what is honest is accepted, and what is not is not.
//!
//! | file | what it tries |
//! |---|---|
//! | `honest` | a whole tree, its statement, and statements of other trees |
//! | `kinds` | a transaction that the batch circuit is not for |
//! | `keys` | a child proved by another circuit, or under another key |
//! | `places` | a rollup twice, in another's place, or never attached |
//! | `crossings` | what is credited twice, never, to another, or paid from nothing |

mod crossings;
mod honest;
mod keys;
mod kinds;
mod places;
mod world;
