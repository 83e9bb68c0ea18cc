//! A machine, rendered: [`terminal`] for a person at a terminal.

pub mod terminal;
