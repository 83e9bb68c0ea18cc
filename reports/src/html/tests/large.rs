//! Profiles of millions of samples: the page holds counts and no values.

use super::Read;
use crate::html::fixture::profile_with;
use records::profile::{ProfileRecord, QuantityName};
use std::time::Instant;

/// The limit for a file.
const BYTES_MAX: usize = 5_000_000;

/// So many samples in each quantity of the first cell that they are `samples` together.
fn grow(profile: &mut ProfileRecord, samples: usize) {
    let quantities = &mut profile.cells[0].quantities;
    let each = samples / quantities.len();
    for quantity in quantities {
        let mut state = 88_172_645_463_325_252u64;
        quantity.values_s = (0..each)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                3.5 + (state >> 40) as f64 / f64::from(1u32 << 24)
            })
            .collect();
        quantity.samples = each as u64;
    }
}

fn check(samples: usize) {
    let records = profile_with(|profile| grow(profile, samples));
    let start = Instant::now();
    let page = Read::of(&records);
    println!("{samples} samples: {} bytes in {:?}", page.text.len(), start.elapsed());
    assert!(page.text.len() < BYTES_MAX, "{} bytes", page.text.len());
    let profile = records.profile.as_ref().expect("a profile");
    let prove = profile.cells[0].quantity(QuantityName::ProveBatch).expect("proofs");
    let columns = page.all("#prove-times-1 .wide rect.bar").len();
    assert!((12..=60).contains(&columns), "{columns} columns");
    let counted: u64 = page
        .all("#prove-times-1 tbody tr td:nth-child(3)")
        .iter()
        .map(|cell| cell.text().collect::<String>().parse::<u64>().expect("a count"))
        .sum();
    assert_eq!(counted, prove.values_s.len() as u64, "every sample is counted");
}

#[test]
fn a_million_samples() {
    check(1_000_000);
}

/// `cargo test --release -p reports -- --ignored ten_million --nocapture`
#[test]
#[ignore = "a gigabyte and some seconds"]
fn ten_million_samples() {
    check(10_000_000);
}
