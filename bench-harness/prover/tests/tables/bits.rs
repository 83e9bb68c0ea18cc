//! The security that is stated.

use super::world::shape;
use prover::plonky3::config::{CONJECTURED_BITS, VERSION};
use prover::plonky3::security::{SecurityBits, security};
use prover::plonky3::slots::CAPACITY_MAX;

/// What is proven is less than what is conjectured, and less for larger batches; it is stated by its source's
/// arithmetic, not by ours.
#[test]
fn security_falls_with_the_size_of_a_batch() {
    let mut before = SecurityBits { proven: f64::MAX, conjectured: f64::MAX, random_words: f64::MAX };
    for capacity in [32, 256, 4_096, CAPACITY_MAX] {
        let bits = security(shape(24, capacity)).expect("a shape");
        eprintln!("{capacity} slots: {bits:?}");
        assert!(40.0 < bits.proven && bits.proven < bits.random_words, "{bits:?}");
        assert!(bits.random_words <= bits.conjectured, "{bits:?}");
        assert!(bits.conjectured <= CONJECTURED_BITS as f64, "{bits:?}");
        for (now, before) in [
            (bits.proven, before.proven),
            (bits.conjectured, before.conjectured),
            (bits.random_words, before.random_words),
        ] {
            assert!(now <= before, "{bits:?}");
        }
        before = bits;
    }
    // The queries of plonky2's standard configuration, by the same conjecture.
    let target = security(shape(24, 256)).expect("a shape");
    assert_eq!(target.conjectured, 3.0 * 28.0 + 16.0, "as many bits as plonky2 is set to");
}

/// By hand, from the formulas of the sources: the query phase is what limits both conjectures at this size.
#[test]
fn conjectured_bits_by_hand() {
    let bits = security(shape(24, 32)).expect("a shape");
    let (queries, rate, work) = (84.0, 0.5f64, 16.0);
    assert_eq!(bits.conjectured, queries * -rate.log2() + work);
    let slack = (std::f64::consts::E / rate).log2() * rate / 128.0;
    assert!((bits.random_words - (queries * -(rate + slack).log2() + work)).abs() < 1e-9, "{bits:?}");
}

/// The workspace pins one version of all crates of Plonky3, and the record names it.
#[test]
fn all_crates_have_the_version_of_the_pin() {
    let workspace = include_str!("../../../../Cargo.toml");
    let pins: Vec<_> = workspace.lines().filter(|line| line.starts_with("p3-")).collect();
    assert!(pins.len() > 10);
    assert!(pins.iter().all(|pin| pin.contains(&format!("\"={VERSION}\""))), "{pins:?}");
}
