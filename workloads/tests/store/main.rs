//! A state on disk that is killed, cut off, overwritten, shared, and of another shape.
//!
//! | file | what it looks at |
//! |---|---|
//! | [`killed`] | kill -9 while a store is filled, and while blocks are committed |
//! | [`refused`] | everything that is no store of the shape, and what is said of it |
//! | [`world`] | a small state and its blocks |

mod killed;
mod refused;
mod world;
