//! From batch proofs to one: the levels of an aggregation tree, for a configuration that has one.

use crate::capabilities::MergeCapability;
use crate::circuit::aggregate::AggregateCircuit;
use crate::circuit::child_key::ChildCircuits;
use crate::circuit::fan_in::{FanIn, MergeRows};
use crate::circuit::{Circuit, Config, EXTENSION, PlonkProof};
use crate::plonk::cache::CircuitSource;
use crate::plonk::children::keys_of;
use crate::plonk::proof::{Timed, decode, no_proof, prove_with, statement_of};
use crate::system::{Aggregated, Level, Merged, Proof, ProofKind, ProverError, level_of_children};
use plonky2::plonk::config::GenericConfig;
use std::time::Instant;
use workloads::hash::Felt;

/// How many levels a tree over `batches` proofs has; at least one, so that an aggregate always has the same form.
///
/// ```
/// use prover::circuit::fan_in::FanIn;
/// use prover::plonk::tree::levels_of;
/// assert_eq!([1, 2, 4, 5, 16, 17].map(|batches| levels_of(batches, FanIn::Two)), [1, 1, 2, 3, 4, 5]);
/// assert_eq!([1, 2, 4, 5, 16, 17].map(|batches| levels_of(batches, FanIn::Four)), [1, 1, 1, 2, 2, 3]);
/// ```
pub fn levels_of(batches: usize, fan_in: FanIn) -> usize {
    let (mut levels, mut left) = (1, batches.div_ceil(fan_in.children()));
    while left > 1 {
        (levels, left) = (levels + 1, left.div_ceil(fan_in.children()));
    }
    levels
}

/// What stands above the batch circuit of a configuration.
pub trait Tree<C: GenericConfig<EXTENSION, F = Felt>>: Default + std::fmt::Debug + Send {
    /// How it aggregates; `None` where it does not.
    fn aggregation(&self) -> Option<MergeCapability>;

    /// How many proofs its merges take; of no tree the configuration of its batches alone hangs on it.
    fn fan_in(&self) -> FanIn {
        FanIn::default()
    }

    /// Forgets every level.
    fn clear(&mut self);

    /// Builds what is missing for aggregating up to `batches` proofs of `batch`.
    fn grow(&mut self, batch: &ChildCircuits<'_, C>, batches: usize) {
        self.grow_from(batch, batches, &CircuitSource::default());
    }

    /// The same, from where circuits come from.
    fn grow_from(&mut self, batch: &ChildCircuits<'_, C>, batches: usize, source: &CircuitSource<C>);

    /// The circuits of a set-up that are missing for that, by their names.
    fn missing(&self, batches: usize) -> Vec<String>;

    /// The circuits of its levels, from the batches upwards.
    fn circuits(&self) -> Vec<&Circuit<C>>;

    /// One proof from proofs of `batch` in the order of their chain; `None` where there is no such thing.
    fn aggregate(
        &self,
        batch: &ChildCircuits<'_, C>,
        proofs: &[Proof],
    ) -> Option<Result<Aggregated, ProverError>>;

    /// One node of the tree; `None` where there is no such thing.
    fn merge(&self, batch: &ChildCircuits<'_, C>, children: &[Proof]) -> Option<Result<Merged, ProverError>>;
}

/// No aggregation: the hash of the commitments is too costly inside a circuit.
#[derive(Debug, Default)]
pub struct NoTree;

impl<C: GenericConfig<EXTENSION, F = Felt>> Tree<C> for NoTree {
    fn aggregation(&self) -> Option<MergeCapability> {
        None
    }

    fn clear(&mut self) {}

    fn grow_from(&mut self, _: &ChildCircuits<'_, C>, _: usize, _: &CircuitSource<C>) {}

    fn missing(&self, _: usize) -> Vec<String> {
        Vec::new()
    }

    fn circuits(&self) -> Vec<&Circuit<C>> {
        Vec::new()
    }

    fn aggregate(&self, _: &ChildCircuits<'_, C>, _: &[Proof]) -> Option<Result<Aggregated, ProverError>> {
        None
    }

    fn merge(&self, _: &ChildCircuits<'_, C>, _: &[Proof]) -> Option<Result<Merged, ProverError>> {
        None
    }
}

/// A tree of merges of two, or of four: each level is a circuit of its own, which knows the key of the level below.
#[derive(Debug, Default)]
pub struct MergeTree {
    fan_in: FanIn,
    levels: Vec<AggregateCircuit>,
    rows: MergeRows,
}

impl Tree<Config> for MergeTree {
    fn aggregation(&self) -> Option<MergeCapability> {
        Some(MergeCapability { merge_children: self.fan_in.children() })
    }

    fn fan_in(&self) -> FanIn {
        self.fan_in
    }

    fn clear(&mut self) {
        self.levels.clear();
    }

    fn missing(&self, batches: usize) -> Vec<String> {
        (self.levels.len()..levels_of(batches, self.fan_in))
            .map(|below| format!("merge-{}", below + 1))
            .collect()
    }

    fn grow_from(&mut self, batch: &ChildCircuits<'_>, batches: usize, source: &CircuitSource<Config>) {
        for part in self.missing(batches) {
            let below = self.levels.last().map(|level| ChildCircuits::from(&level.circuit));
            let child = below.as_ref().unwrap_or(batch);
            let keys = |builder| source.circuit(&part, Some(child), builder);
            let next = AggregateCircuit::with_keys(child, self.fan_in, self.rows, keys);
            self.levels.push(next);
        }
    }

    fn circuits(&self) -> Vec<&Circuit> {
        self.levels.iter().map(|level| &level.circuit).collect()
    }

    fn aggregate(
        &self,
        batch: &ChildCircuits<'_>,
        proofs: &[Proof],
    ) -> Option<Result<Aggregated, ProverError>> {
        Some(self.merge_all(batch, proofs))
    }

    fn merge(&self, batch: &ChildCircuits<'_>, children: &[Proof]) -> Option<Result<Merged, ProverError>> {
        Some(self.merge_proofs(batch, children))
    }
}

impl MergeTree {
    /// A tree of merges of two whose levels have one form, whatever the batch circuit.
    pub(crate) fn padded() -> Self {
        Self { rows: MergeRows::OneForm, ..Self::default() }
    }

    /// A tree of merges of so many.
    pub(crate) fn of(fan_in: FanIn) -> Self {
        Self { fan_in, ..Self::default() }
    }

    fn merge_proofs(&self, batch: &ChildCircuits<'_>, children: &[Proof]) -> Result<Merged, ProverError> {
        let below = level_of_children(children, self.fan_in.children())?;
        if below >= self.levels.len() {
            return Err(ProverError::Input {
                what: "level of a merge",
                expected: format!("1 to {}, as set up", self.levels.len()),
                got: (below + 1).to_string(),
            });
        }
        let start = Instant::now();
        let circuit = below.checked_sub(1).map_or(batch.first, |place| &self.levels[place].circuit);
        let proofs =
            children.iter().map(|child| decode(circuit, &child.bytes)).collect::<Result<Vec<_>, _>>()?;
        check_chain(&proofs)?;
        let is_other = if below == 0 { keys_of(batch, &proofs)? } else { Vec::new() };
        let merged = self.merge(below, &proofs, &is_other)?;
        let kind = ProofKind::of_level(below + 1);
        let proof = Proof { kind, bytes: merged.proof.to_bytes() };
        Ok(Merged { proof, time: start.elapsed() })
    }

    fn merge_all(&self, batch: &ChildCircuits<'_>, proofs: &[Proof]) -> Result<Aggregated, ProverError> {
        self.check_batch_proofs(proofs)?;
        let start = Instant::now();
        let mut level_proofs =
            proofs.iter().map(|proof| decode(batch.first, &proof.bytes)).collect::<Result<Vec<_>, _>>()?;
        check_chain(&level_proofs)?;
        let mut is_other = keys_of(batch, &level_proofs)?;
        let mut decoding = start.elapsed();
        let mut levels = Vec::new();
        for level in 0..levels_of(proofs.len(), self.fan_in) {
            let start = Instant::now();
            let children = level_proofs.chunks(self.fan_in.children());
            let keys = is_other.chunks(self.fan_in.children()).chain(std::iter::repeat(&[][..]));
            let merged = children
                .zip(keys)
                .map(|(children, is_other)| self.merge(level, children, is_other))
                .collect::<Result<Vec<_>, _>>()?;
            is_other.clear();
            let grind = merged.iter().map(|timed| timed.grind).sum();
            level_proofs = merged.into_iter().map(|timed| timed.proof).collect();
            // Reading the batch proofs belongs to the level that consumes them.
            let time = start.elapsed() + std::mem::take(&mut decoding);
            levels.push(Level { level: level + 1, merges: level_proofs.len(), time, grind });
        }
        let kind = ProofKind::Aggregate { level: levels.len() };
        let bytes = level_proofs.first().map(PlonkProof::to_bytes).unwrap_or_default();
        Ok(Aggregated { proof: Proof { kind, bytes }, levels })
    }

    /// `is_other` has a bit for each child where there are two circuits of batches, of which it may be.
    fn merge(&self, level: usize, children: &[PlonkProof], is_other: &[Felt]) -> Result<Timed, ProverError> {
        let what = || format!("a merge at level {}", level + 1);
        let circuit = &self.levels[level];
        let children: Vec<_> = children.iter().collect();
        let inputs = circuit.witness_under(&children, is_other).map_err(|error| no_proof(&what(), &error))?;
        prove_with(&circuit.circuit, inputs, &what())
    }

    fn check_batch_proofs(&self, proofs: &[Proof]) -> Result<(), ProverError> {
        let room = self.fan_in.children().saturating_pow(self.levels.len() as u32);
        if proofs.is_empty() || proofs.len() > room {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: format!("1 to {room}, as set up"),
                got: proofs.len().to_string(),
            });
        }
        if let Some(other) = proofs.iter().find(|proof| proof.kind != ProofKind::Batch) {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: "proofs of batches".to_owned(),
                got: format!("{:?}", other.kind),
            });
        }
        Ok(())
    }
}

fn check_chain(proofs: &[PlonkProof]) -> Result<(), ProverError> {
    let statements = proofs.iter().map(statement_of).collect::<Result<Vec<_>, _>>()?;
    for (place, pair) in statements.windows(2).enumerate() {
        if pair[0].join(&pair[1]).is_none() {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: format!("proof {} to begin at the root at which proof {place} ends", place + 1),
                got: "another root: a gap, or proofs out of order".to_owned(),
            });
        }
    }
    Ok(())
}
