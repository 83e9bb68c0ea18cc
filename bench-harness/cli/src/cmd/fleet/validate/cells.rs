//! The cells of a validation, as a TOML file: fleets and their loads.

use crate::exit::usage;
use anyhow::Context;
use fleet::arrivals::BatchArrivals;
use fleet::chain::SCRIPTED;
use prover::built_in::BuiltIn;
use records::fleet::validation::FleetCellRecord;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    cell: Vec<Cell>,
}

/// A fleet and a load. Times in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cell {
    pub(super) name: String,
    /// `scripted`, whose times stand here, or a real system, whose times are those of a profile.
    #[serde(default = "scripted")]
    pub(super) proof_system: String,
    pub(super) provers: u32,
    #[serde(default)]
    pub(super) aggregators: u32,
    pub(super) batches_per_aggregation: u32,
    pub(super) batches: u64,
    pub(super) interval_s: f64,
    pub(super) arrivals: ArrivalName,
    #[serde(default)]
    pub(super) prove_s: f64,
    #[serde(default)]
    pub(super) prove_cv: f64,
    #[serde(default)]
    pub(super) merge_s: f64,
    #[serde(default)]
    pub(super) straggler_fraction: f64,
    #[serde(default = "one")]
    pub(super) straggler_factor: f64,
    pub(super) mtbf_s: Option<f64>,
    /// What a worker that crashed takes to be back.
    #[serde(default)]
    pub(super) restart_s: f64,
    #[serde(default = "batch_size")]
    pub(super) batch_transactions: u64,
    #[serde(default = "first")]
    pub(super) seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ArrivalName {
    Fixed,
    Poisson,
}

fn scripted() -> String {
    SCRIPTED.to_owned()
}

fn one() -> f64 {
    1.0
}

fn batch_size() -> u64 {
    32
}

fn first() -> u64 {
    1
}

impl Cell {
    pub(super) fn is_scripted(&self) -> bool {
        self.proof_system == SCRIPTED
    }

    /// Whether its proofs are merged.
    pub(super) fn is_aggregated(&self) -> bool {
        self.aggregators > 0
    }

    /// When each batch arrives, s: known before the run, as its prediction may know.
    pub(super) fn arrivals_s(&self) -> Vec<f64> {
        let mean_s = self.interval_s;
        let law = match self.arrivals {
            ArrivalName::Fixed => BatchArrivals::Fixed { mean_s },
            ArrivalName::Poisson => BatchArrivals::Poisson { mean_s },
        };
        law.times_s(self.seed, self.batches)
    }

    pub(super) fn record(&self) -> FleetCellRecord {
        FleetCellRecord {
            name: self.name.clone(),
            proof_system: self.proof_system.clone(),
            provers: self.provers,
            aggregators: self.aggregators,
            batches_per_aggregation: self.batches_per_aggregation,
            batches: self.batches,
            interval_s: self.interval_s,
            arrivals: match self.arrivals {
                ArrivalName::Fixed => "fixed".to_owned(),
                ArrivalName::Poisson => "poisson".to_owned(),
            },
            straggler_fraction: self.straggler_fraction,
            straggler_factor: self.straggler_factor,
            mtbf_s: self.mtbf_s,
        }
    }

    fn check(&self) -> Result<(), String> {
        let Self { provers, batches_per_aggregation: n, batches, interval_s, .. } = self;
        if *provers == 0 || *n == 0 || *batches == 0 {
            return Err("provers, batches_per_aggregation and batches: expected at least 1".to_owned());
        }
        if !(interval_s.is_finite() && *interval_s > 0.0) {
            return Err(format!("interval_s: expected a time above 0, got {interval_s}"));
        }
        if self.is_scripted() {
            if !(self.prove_s.is_finite() && self.prove_s > 0.0) {
                return Err(format!("prove_s: expected a time above 0, got {}", self.prove_s));
            }
            return Ok(());
        }
        let system = BuiltIn::named(&self.proof_system)
            .ok_or_else(|| format!("proof_system: no system has the name {}", self.proof_system))?;
        let has_script = self.prove_s != 0.0 || self.prove_cv != 0.0 || self.merge_s != 0.0;
        if has_script || self.straggler_fraction != 0.0 || self.mtbf_s.is_some() {
            return Err("times and faults can be given for scripted proofs alone".to_owned());
        }
        if self.is_aggregated() != system.capabilities().aggregation.is_some() {
            return Err(format!(
                "aggregators: expected {}, got {}",
                if self.is_aggregated() { "0, since the system does not aggregate" } else { "at least 1" },
                self.aggregators
            ));
        }
        Ok(())
    }
}

/// The cells of a file, each valid, with names that differ.
///
/// # Errors
/// Usage, with file and cell.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Cell>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let wrong = |why: &dyn std::fmt::Display| usage(format!("{}: {why}", path.display()));
    let Cells { cell: cells } = toml::from_str(&text).map_err(|error| wrong(&error))?;
    let mut names = BTreeSet::new();
    for cell in &cells {
        cell.check().map_err(|why| wrong(&format!("{}: {why}", cell.name)))?;
        let is_folder = cell.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !is_folder || cell.name.is_empty() || !names.insert(cell.name.clone()) {
            return Err(wrong(&format!(
                "name {:?}: expected letters, digits and -, each name once",
                cell.name
            )));
        }
    }
    if cells.is_empty() { Err(wrong(&"expected at least one cell")) } else { Ok(cells) }
}
