//! Batch sizes of a spec: those of every proof system, and those that a system has of its own.

use crate::spec::check::{none, within, word};
use crate::spec::choice::SYSTEMS;
use crate::spec::error::SpecError;
use crate::spec::layer::Complete;
use std::collections::BTreeMap;

const MAX_TRANSACTIONS: usize = 1 << 20;

/// Transactions in a batch, ascending, by proof system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizesBySystem {
    every: Vec<usize>,
    own: BTreeMap<&'static str, Vec<usize>>,
}

impl SizesBySystem {
    /// The sizes of a system of this name.
    pub fn of(&self, system: &str) -> &[usize] {
        self.own.get(system).unwrap_or(&self.every)
    }

    /// The sizes of the given systems together, ascending, each once.
    pub fn all<'a>(&self, systems: impl Iterator<Item = &'a str>) -> Vec<usize> {
        let mut sizes: Vec<usize> = systems.flat_map(|system| self.of(system)).copied().collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    pub(crate) fn new(all: &Complete) -> Result<Self, SpecError> {
        if let Some(capacity) = all.capacity {
            within("capacity", 1, MAX_TRANSACTIONS, capacity)?;
        }
        let every = checked("batch_sizes", all.batch_sizes.clone(), all.capacity)?;
        let mut own = BTreeMap::new();
        for text in &all.batch_sizes_of {
            let wrong = || SpecError::Field {
                field: FIELD,
                expected: "SYSTEM:SIZES, such as plonky3:64,1024".to_owned(),
                got: text.clone(),
            };
            let (system, sizes) = text.split_once(':').ok_or_else(wrong)?;
            let system = word(FIELD, &SYSTEMS, system.trim())?;
            let sizes: Result<Vec<usize>, _> = sizes.split(',').map(|size| size.trim().parse()).collect();
            let sizes = checked(FIELD, sizes.map_err(|_| wrong())?, all.capacity)?;
            if own.insert(system, sizes).is_some() {
                let expected = "each system once".to_owned();
                return Err(SpecError::Field { field: FIELD, expected, got: format!("{system} twice") });
            }
        }
        Ok(Self { every, own })
    }
}

const FIELD: &str = "batch_sizes_of";

fn checked(
    field: &'static str,
    mut sizes: Vec<usize>,
    capacity: Option<usize>,
) -> Result<Vec<usize>, SpecError> {
    sizes.sort_unstable();
    sizes.dedup();
    for size in &sizes {
        within(field, 1, MAX_TRANSACTIONS, *size)?;
        if let Some(capacity) = capacity.filter(|capacity| size > capacity) {
            return Err(SpecError::Field {
                field,
                expected: format!("at most the capacity of the circuit, {capacity}"),
                got: size.to_string(),
            });
        }
    }
    if sizes.is_empty() { Err(none(field)) } else { Ok(sizes) }
}

#[cfg(test)]
mod tests {
    use crate::host::tests::allowance;
    use crate::spec::{Overrides, Spec};

    fn spec(own: &[&str]) -> Result<Spec, String> {
        let overrides = Overrides {
            batch_sizes: Some(vec![32, 8]),
            batch_sizes_of: Some(own.iter().map(|text| (*text).to_owned()).collect()),
            proof_system: Some(vec!["plonky2".to_owned(), "plonky3".to_owned()]),
            ..Overrides::default()
        };
        Spec::new(overrides, &allowance(2)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_system_has_its_own_sizes_or_those_of_every_one() {
        let sizes = spec(&["plonky3:1024, 32"]).expect("valid").batch_sizes;
        assert_eq!(sizes.of("plonky2"), [8, 32]);
        assert_eq!(sizes.of("plonky3"), [32, 1024]);
        assert_eq!(sizes.all(["plonky2", "plonky3"].into_iter()), [8, 32, 1024]);
    }

    #[test]
    fn what_is_no_list_of_sizes_of_a_system_is_refused() {
        for (own, wanted) in [
            (&["1024"][..], "batch_sizes_of: expected SYSTEM:SIZES, such as plonky3:64,1024, got 1024"),
            (&["plonky3:many"], "expected SYSTEM:SIZES, such as plonky3:64,1024, got plonky3:many"),
            (&["plonky3:0"], "batch_sizes_of: expected 1 to 1048576, got 0"),
            (&["plonky3:8", "plonky3:9"], "batch_sizes_of: expected each system once, got plonky3 twice"),
            (&["plonky4:8"], "plonky3"),
        ] {
            let error = spec(own).expect_err("refused");
            assert!(error.contains(wanted), "{error}");
        }
    }
}
