//! Rows of a swap with registers, at depth 24.

use super::world::shape;
use prover::circuit::Config;
use prover::circuit::fan_in::FanIn;
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

fn by_fours(slots: usize, batches: usize) -> Vec<CircuitRecord> {
    let mut system = Plonk::<Config>::with_registers(Registers::default()).merging(FanIn::Four);
    system.set_up(shape(24, slots), batches).expect("a shape").circuits
}

/// As many swaps as fit 2^13 rows, and two levels. RESULTS.md has these figures.
#[test]
fn a_merge_of_four_has_room_in_two_to_the_fourteen() {
    let circuits = by_fours(114, 5);
    let [batch, first, second] = &circuits[..] else { panic!("{} circuits", circuits.len()) };
    assert!(batch.rows as f64 / 114.0 <= 72.0, "{} rows", batch.rows);
    assert_eq!([batch, first, second].map(|circuit| circuit.padded_rows), [1 << 13, 1 << 14, 1 << 14]);
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../RESULTS.md");
    let document = std::fs::read_to_string(document).expect("RESULTS.md of the project");
    let published = format!("{} rows over batches, {} over merges", first.rows, second.rows);
    assert!(document.contains(&published), "RESULTS.md does not say: {published}");
}

/// From the third level on every level verifies the same.
#[test]
#[ignore = "a minute; prints a table"]
fn rows_of_merges_of_four_over_smaller_and_larger_batches() {
    for (slots, batches) in [(54, 17), (128, 17)] {
        for circuit in by_fours(slots, batches) {
            println!("{slots} swaps, {}: {} rows of {}", circuit.name, circuit.rows, circuit.padded_rows);
        }
    }
}

/// Both circuits of a batch, and the merges of their proofs.
#[test]
#[ignore = "a minute; prints a table"]
fn rows_of_plain_slots_beside_registers() {
    for slots in [54, 114] {
        let mut system = Plonk::<Config>::with_registers_or_plain(Registers::default());
        let record = system.set_up(shape(24, slots), 3).expect("a shape");
        println!(
            "{slots} swaps in registers, {} transactions in plain slots",
            record.settings["plain_slots"]
        );
        for circuit in record.circuits {
            println!("{}: {} rows of {}", circuit.name, circuit.rows, circuit.padded_rows);
        }
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
