//! The cells of a validation, as a TOML file: fleets and their loads.

use crate::exit::usage;
use anyhow::Context;
use fleet::arrivals::BatchArrivals;
use fleet::chain::SCRIPTED;
use prover::built_in::BuiltIn;
use records::fleet::validation::{FleetCellRecord, FleetClosingRecord};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use workloads::sequencer::{ClosingRules, Sequencer};

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
    #[serde(default)]
    pub(super) interval_s: f64,
    pub(super) arrivals: ArrivalName,
    /// Transactions that come one by one and the rules that close batches of them, in the place of `interval_s`.
    pub(super) closing: Option<CellClosing>,
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

/// What closes batches.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CellClosing {
    /// Transactions/s.
    pub(super) rate_transactions_per_s: f64,
    /// Transactions that close a batch.
    pub(super) capacity_transactions: u32,
    /// After its oldest transaction; none where only a full batch is closed.
    pub(super) timeout_s: Option<f64>,
}

impl CellClosing {
    fn check(self, arrivals: ArrivalName) -> Result<(), String> {
        let Self { rate_transactions_per_s: rate, capacity_transactions: capacity, timeout_s } = self;
        let is_above_0 = |x: f64| x.is_finite() && x > 0.0;
        if !is_above_0(rate) || capacity == 0 || !timeout_s.is_none_or(is_above_0) {
            return Err("closing: expected a rate, a capacity and a timeout above 0".to_owned());
        }
        match arrivals {
            ArrivalName::Poisson => Ok(()),
            ArrivalName::Fixed => Err("closing: expected arrivals = \"poisson\", got fixed".to_owned()),
        }
    }

    /// When each of so many batches is closed, s, by the sequencer of `pipeline`.
    fn closed_s(self, seed: u64, batches: u64) -> Vec<f64> {
        let (capacity, timeout_s) = (u64::from(self.capacity_transactions), self.timeout_s);
        let mut sequencer =
            Sequencer::new(ClosingRules { capacity, count: None, timeout_s, unproved_max: None });
        let law = BatchArrivals::Poisson { mean_s: 1.0 / self.rate_transactions_per_s };
        let (mut closed_s, mut arrived_s, mut number) = (Vec::new(), law.gap_s(seed, 0), 0);
        while (closed_s.len() as u64) < batches {
            // Whatever is due before the next transaction is closed before it.
            while let Some(batch) = sequencer.close(arrived_s, 0) {
                closed_s.push(batch.closed_s);
            }
            sequencer.arrive(arrived_s);
            number += 1;
            arrived_s += law.gap_s(seed, number);
        }
        closed_s.truncate(usize::try_from(batches).unwrap_or(usize::MAX));
        closed_s
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ArrivalName {
    Fixed,
    Poisson,
}

/// Seeds of the repeats of a cell lie so far apart, so that no cell of a file has that of another's.
const SEEDS_APART: u64 = 1_000;

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

    /// The same fleet and load with other arrivals and other times of proofs; the first is the cell as it is.
    pub(super) fn repeated(&self, repeat: u32) -> Self {
        Self { seed: self.seed + SEEDS_APART * u64::from(repeat - 1), ..self.clone() }
    }

    /// Whether its proofs are merged.
    pub(super) fn is_aggregated(&self) -> bool {
        self.aggregators > 0
    }

    /// When each batch arrives, s: known before the run, as its prediction may know; but for batches that rules close, of
    /// which a prediction knows the rate and the rules alone.
    pub(super) fn arrivals_s(&self) -> Vec<f64> {
        if let Some(closing) = self.closing {
            return closing.closed_s(self.seed, self.batches);
        }
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
            closing: self.closing.map(|closing| FleetClosingRecord {
                rate_transactions_per_s: closing.rate_transactions_per_s,
                capacity_transactions: u64::from(closing.capacity_transactions),
                timeout_s: closing.timeout_s,
            }),
        }
    }

    fn check(&self) -> Result<(), String> {
        let Self { provers, batches_per_aggregation: n, batches, interval_s, .. } = self;
        if *provers == 0 || *n == 0 || *batches == 0 {
            return Err("provers, batches_per_aggregation and batches: expected at least 1".to_owned());
        }
        if let Some(closing) = self.closing {
            closing.check(self.arrivals)?;
        } else if !(interval_s.is_finite() && *interval_s > 0.0) {
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

#[cfg(test)]
mod tests {
    use super::{ArrivalName, CellClosing};

    fn gaps_s(closing: CellClosing) -> Vec<f64> {
        let closed_s = closing.closed_s(7, 2_000);
        assert_eq!(closed_s.len(), 2_000);
        closed_s.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    #[test]
    fn batches_are_closed_by_capacity_or_by_their_oldest_transaction() {
        let closing =
            CellClosing { rate_transactions_per_s: 100.0, capacity_transactions: 8, timeout_s: None };
        let full = gaps_s(closing);
        let mean_s = |gaps: &[f64]| gaps.iter().sum::<f64>() / gaps.len() as f64;
        assert!((mean_s(&full) - 0.08).abs() < 0.003, "{}", mean_s(&full));
        // Hundreds would fit: each waits for its first transaction, and then for the timeout.
        let timeout = gaps_s(CellClosing { capacity_transactions: 1_000, timeout_s: Some(0.2), ..closing });
        assert!(timeout.iter().all(|gap_s| *gap_s >= 0.2 - 1e-9));
        assert!((mean_s(&timeout) - 0.21).abs() < 0.002, "{}", mean_s(&timeout));
        let both = gaps_s(CellClosing { timeout_s: Some(0.08), ..closing });
        assert!(mean_s(&both) < mean_s(&full) && both.iter().any(|gap_s| *gap_s < 0.06));
    }

    #[test]
    fn rules_that_cannot_be_are_refused() {
        let closing = CellClosing { rate_transactions_per_s: 1.0, capacity_transactions: 8, timeout_s: None };
        assert_eq!(closing.check(ArrivalName::Poisson), Ok(()));
        assert!(closing.check(ArrivalName::Fixed).is_err());
        for wrong in [
            CellClosing { rate_transactions_per_s: 0.0, ..closing },
            CellClosing { capacity_transactions: 0, ..closing },
            CellClosing { timeout_s: Some(0.0), ..closing },
        ] {
            assert!(wrong.check(ArrivalName::Poisson).is_err(), "{wrong:?}");
        }
    }
}
