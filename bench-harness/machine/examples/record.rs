//! Prints the record of this machine and the verdict of every check.
//!
//! `cargo run --release -p machine --example record`

use machine::{MachineState, Root, run_checks};

fn main() {
    let state = MachineState::read(&Root::system(), Some("system"));
    for (name, value) in state.rows() {
        println!("{name:>28}  {value}");
    }
    for check in run_checks(&state) {
        println!("{:>16} {:<7} {}. {}", check.name, check.verdict, check.seen, check.advice);
    }
}
