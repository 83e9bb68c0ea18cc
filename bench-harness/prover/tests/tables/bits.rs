//! The security that is stated.

use crate::world::shape;
use prover::plonky3::config::{CONJECTURED_BITS, VERSION};
use prover::plonky3::security::security;

/// What is proven is less than what is conjectured, and less for higher tables; it is stated by its source's
/// arithmetic, not by ours.
#[test]
fn security_falls_with_the_height_of_the_tables() {
    let mut before = f64::INFINITY;
    for height_log2 in [10, 14, 18, 22] {
        let bits = security(shape(24, 256), height_log2).expect("a shape");
        eprintln!("2^{height_log2} rows: {bits:?}");
        assert!(bits.proven <= bits.conjectured && bits.conjectured <= CONJECTURED_BITS as f64, "{bits:?}");
        assert!(bits.proven <= before && bits.proven > 40.0, "{bits:?}");
        before = bits.proven;
    }
}

/// The workspace pins one version of all crates of Plonky3, and the record names it.
#[test]
fn all_crates_have_the_version_of_the_pin() {
    let workspace = include_str!("../../../../Cargo.toml");
    let pins: Vec<_> = workspace.lines().filter(|line| line.starts_with("p3-")).collect();
    assert!(pins.len() > 10);
    assert!(pins.iter().all(|pin| pin.contains(&format!("\"={VERSION}\""))), "{pins:?}");
}
