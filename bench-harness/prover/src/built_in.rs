//! The proof systems of this crate by name: the one list that specs, cells and help go by.

use crate::capabilities::Capabilities;
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::plonk::cache::CircuitCache;
use crate::plonk::{Plonky2, Plonky2Keccak};
use crate::plonky3::system::Plonky3;
use crate::system::ProofSystem;
use serde::{Deserialize, Serialize};

/// A proof system that proves the statement and is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuiltIn {
    /// plonky2 with commitments by Poseidon: its proofs can be aggregated.
    Plonky2,
    /// The same circuits with commitments by Keccak: faster, and no aggregation.
    Plonky2Keccak,
    /// The same statement as tables for Plonky3, commitments by Keccak, and no aggregation.
    Plonky3,
    /// Circuits for swaps alone, against few pools, each of which a batch opens once: its proofs can be aggregated.
    Plonky2Registers,
    /// plonky2 with merges of four proofs.
    #[serde(rename = "plonky2-merge4")]
    Plonky2Merge4,
    /// The circuits for swaps alone with merges of four proofs.
    #[serde(rename = "plonky2-registers-merge4")]
    Plonky2RegistersMerge4,
    /// The circuits for swaps alone, and plain slots for batches that they cannot hold; merges take proofs of both.
    Plonky2RegistersOrPlain,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Plonky2,
        Self::Plonky2Keccak,
        Self::Plonky3,
        Self::Plonky2Registers,
        Self::Plonky2Merge4,
        Self::Plonky2RegistersMerge4,
        Self::Plonky2RegistersOrPlain,
    ];

    /// Those with one circuit of batches, whose merges, where they have any, take two proofs.
    pub const PAIRWISE: [Self; 4] =
        [Self::Plonky2, Self::Plonky2Keccak, Self::Plonky3, Self::Plonky2Registers];

    /// Those of [`BuiltIn::PAIRWISE`] that prove any batch there can be: transfers and swaps, against any number of
    /// pools. By name, since help shows them whenever arguments are read, and asking each what it can do takes a set-up.
    pub const GENERAL: [Self; 3] = [Self::Plonky2, Self::Plonky2Keccak, Self::Plonky3];

    /// Its name in specs, cells and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plonky2 => "plonky2",
            Self::Plonky2Registers => "plonky2-registers",
            Self::Plonky2Merge4 => "plonky2-merge4",
            Self::Plonky2RegistersMerge4 => "plonky2-registers-merge4",
            Self::Plonky2RegistersOrPlain => "plonky2-registers-or-plain",
            Self::Plonky2Keccak => "plonky2-keccak",
            Self::Plonky3 => "plonky3",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.name() == name)
    }

    /// A system of this kind, without keys.
    pub fn make(self) -> Box<dyn ProofSystem + Send> {
        self.make_with(None)
    }

    /// The same, with circuits from a folder where there is one and the system has any.
    pub fn make_with(self, cache: Option<CircuitCache>) -> Box<dyn ProofSystem + Send> {
        let registers = || Plonky2::with_registers(Registers::default());
        match self {
            Self::Plonky2 => Box::new(Plonky2::new().with_cache(cache)),
            Self::Plonky2Registers => Box::new(registers().with_cache(cache)),
            Self::Plonky2Merge4 => Box::new(Plonky2::new().merging(FanIn::Four).with_cache(cache)),
            Self::Plonky2RegistersMerge4 => Box::new(registers().merging(FanIn::Four).with_cache(cache)),
            Self::Plonky2RegistersOrPlain => {
                let registers = Registers::default();
                Box::new(Plonky2::with_registers_or_plain(registers).with_cache(cache))
            }
            Self::Plonky2Keccak => Box::new(Plonky2Keccak::new().with_cache(cache)),
            Self::Plonky3 => Box::new(Plonky3::new()),
        }
    }

    /// What it can do, whatever is set up.
    pub fn capabilities(self) -> Capabilities {
        self.make().capabilities()
    }
}

#[cfg(test)]
mod tests {
    use super::BuiltIn;

    #[test]
    fn names_lead_back_and_are_those_that_are_written() {
        for system in BuiltIn::ALL {
            assert_eq!(BuiltIn::named(system.name()), Some(system));
            let written = serde_json::to_string(&system).expect("JSON");
            assert_eq!(written, format!("\"{}\"", system.name()));
        }
        assert_eq!(BuiltIn::named("halo2"), None);
    }

    #[test]
    fn poseidon_aggregates_by_pairs_or_fours_and_the_others_not_at_all() {
        let children = |system: BuiltIn| system.capabilities().aggregation.map(|can| can.merge_children);
        for (pairs, fours) in [
            (BuiltIn::Plonky2, BuiltIn::Plonky2Merge4),
            (BuiltIn::Plonky2Registers, BuiltIn::Plonky2RegistersMerge4),
        ] {
            assert_eq!((children(pairs), children(fours)), (Some(2), Some(4)));
            let [pairs, fours] = [pairs, fours].map(BuiltIn::capabilities);
            assert_eq!(
                (pairs.security, pairs.swaps_over_pools_max),
                (fours.security, fours.swaps_over_pools_max)
            );
        }
        let is_pairwise =
            |system: &BuiltIn| children(*system) != Some(4) && !system.capabilities().falls_back;
        assert!(BuiltIn::ALL.into_iter().filter(is_pairwise).eq(BuiltIn::PAIRWISE));
        for with_registers in [BuiltIn::Plonky2Registers, BuiltIn::Plonky2RegistersOrPlain] {
            let can = with_registers.capabilities();
            assert_eq!((can.swaps_over_pools_max, children(with_registers)), (Some(16), Some(2)));
        }
        assert_eq!(BuiltIn::GENERAL, [BuiltIn::Plonky2, BuiltIn::Plonky2Keccak, BuiltIn::Plonky3]);
        let proves_any = |system: &BuiltIn| system.capabilities().swaps_over_pools_max.is_none();
        assert!(BuiltIn::PAIRWISE.into_iter().filter(proves_any).eq(BuiltIn::GENERAL));
        for alone in [BuiltIn::Plonky2Keccak, BuiltIn::Plonky3] {
            assert_eq!(alone.capabilities().aggregation, None);
        }
        for system in BuiltIn::ALL {
            let can = system.capabilities();
            assert!(can.verifies && can.security.is_some_and(|security| security.conjectured_bits >= 98));
        }
    }
}
