//! Rows of a swap with registers, at depth 24.

use crate::world::shape;
use prover::circuit::Config;
use prover::circuit::registers::Registers;
use prover::plonk::Plonk;
use prover::system::ProofSystem;
use records::sample::CircuitRecord;

fn circuit(count: usize, slots: usize) -> CircuitRecord {
    let registers = Registers { count, ..Registers::default() };
    let record = Plonk::<Config>::with_registers(registers).set_up(shape(24, slots), 1).expect("a shape");
    record.circuits.into_iter().next().expect("the batch")
}

/// RESULTS.md has these figures.
#[test]
fn a_swap_costs_less_than_its_own_paths() {
    let (few, many) = (circuit(16, 32), circuit(16, 64));
    let each = (many.rows - few.rows) as f64 / 32.0;
    println!("16 registers: {each} rows a swap, {} in a batch of 32", few.rows);
    // Two of the sender's paths, 23 hashes each, two leaves and the commitment: 49. The plain circuit has 119 rows.
    assert!((49.0..=70.0).contains(&each), "{each} rows");
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../RESULTS.md");
    let document = std::fs::read_to_string(document).expect("RESULTS.md of the project");
    let published = [format!("{each} rows for each further swap"), format!("| 16 | {} |", few.rows)];
    for published in published {
        assert!(document.contains(&published), "RESULTS.md does not say: {published}");
    }
}

#[test]
#[ignore = "half a minute; prints a table"]
fn rows_by_registers_and_slots() {
    for count in [4, 8, 16] {
        for slots in [32, 128] {
            let circuit = circuit(count, slots);
            println!(
                "{count} registers, {slots} swaps: {} rows of {}, {:.2} a swap: {:?}",
                circuit.rows,
                circuit.padded_rows,
                circuit.rows as f64 / slots as f64,
                circuit.gate_rows
            );
        }
    }
}
