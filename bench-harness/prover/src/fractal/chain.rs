//! The batches of one kind of rollup, proved and merged up to the top of a chain.

use crate::circuit::Circuit;
use crate::circuit::fan_in::FanIn;
use crate::circuit::fractal::crossings::ChainShape;
use crate::circuit::registers::Registers;
use crate::plonk::slots::{SlotCircuit, SlotForm};
use crate::plonk::tree::{MergeTree, Tree, levels_of};
use crate::plonk::{prove_with, verify_bytes};
use crate::size::circuit_size;
use crate::statement::Statement;
use crate::system::{Job, Proof, ProofKind, ProverError, Shape, SlotKind};
use records::fractal::RollupCircuitName;
use records::sample::CircuitRecord;
use std::time::Duration;
use workloads::state::Depth;

/// The circuits of one kind of rollup.
#[derive(Debug)]
pub struct RollupChain {
    circuit: RollupCircuitName,
    shape: Shape,
    slots: SlotCircuit,
    tree: MergeTree,
    batches: usize,
}

impl RollupChain {
    /// Builds the circuit of a batch and the levels above it, as many as the batches of a chain need; one at least.
    ///
    /// # Errors
    /// A shape that cannot be.
    pub fn build(circuit: RollupCircuitName, depth: Depth, chain: ChainShape) -> Result<Self, ProverError> {
        let ChainShape { batches, capacity } = chain;
        if batches == 0 {
            return Err(none_of("batches of a rollup"));
        }
        let mut chain = Self::without_merges(circuit, depth, capacity)?;
        chain.tree.grow(&chain.slots.circuits(), batches);
        Ok(Self { batches, ..chain })
    }

    /// Builds the circuit of a batch alone: one that proves and verifies batches, and merges none.
    ///
    /// # Errors
    /// A shape that cannot be.
    pub fn without_merges(
        circuit: RollupCircuitName,
        depth: Depth,
        capacity: usize,
    ) -> Result<Self, ProverError> {
        if capacity == 0 {
            return Err(none_of("circuit capacity"));
        }
        let (slots, form) = match circuit {
            RollupCircuitName::General => (SlotKind::Any, SlotForm::Plain),
            RollupCircuitName::Transfers => (SlotKind::Transfer, SlotForm::Plain),
            RollupCircuitName::Swaps => (SlotKind::Swap, SlotForm::Plain),
            RollupCircuitName::SwapRegisters => (SlotKind::Swap, SlotForm::Registers(Registers::default())),
        };
        let shape = Shape { depth, capacity, slots };
        let slots = SlotCircuit::build(shape, form, FanIn::Two)?;
        Ok(Self { circuit, shape, slots, tree: MergeTree::padded(), batches: 1 })
    }

    /// What the circuit can hold.
    pub fn circuit(&self) -> RollupCircuitName {
        self.circuit
    }

    /// The sizes of the batch circuit.
    pub fn batch_size(&self) -> CircuitRecord {
        circuit_size(self.circuit.key().to_owned(), self.slots.circuit())
    }

    /// The circuit of the top.
    pub(crate) fn top(&self) -> &Circuit {
        let levels = self.tree.circuits();
        levels.last().copied().unwrap_or_else(|| self.slots.circuit())
    }

    /// Proves one batch.
    ///
    /// # Errors
    /// A batch that the circuit cannot hold, or no proof.
    pub fn prove(&self, job: &Job<'_>) -> Result<Proof, ProverError> {
        if job.trace.steps.len() != self.shape.capacity {
            return Err(ProverError::Input {
                what: "slots of the batch's trace",
                expected: self.shape.capacity.to_string(),
                got: job.trace.steps.len().to_string(),
            });
        }
        let what = format!("batch {} in a circuit for {}", job.batch.id.0, self.circuit);
        let (circuit, inputs) = self.slots.witness(&self.shape, job, &what)?;
        let timed = prove_with(circuit, inputs, &what)?;
        Ok(Proof { kind: ProofKind::Batch, bytes: timed.proof.to_bytes() })
    }

    /// Merges one or two neighbours of a chain into one; a lone one is lifted.
    ///
    /// # Errors
    /// Proofs that do not follow each other, or of a level without another above it; or no proof.
    pub fn merge(&self, children: &[Proof]) -> Result<Proof, ProverError> {
        let merged = self.tree.merge(&self.slots.circuits(), children);
        let none = || Err(ProverError::NoAggregation { system: self.circuit.to_string() });
        Ok(merged.unwrap_or_else(none)?.proof)
    }

    /// How many merges each level of a chain takes, from the batches upwards.
    pub fn merges(&self) -> Vec<usize> {
        merges_of(self.batches)
    }

    /// Verifies the proof of a batch or of a merge, and compares what it says with native execution.
    ///
    /// # Errors
    /// [`ProverError::Rejected`] or [`ProverError::Mismatch`].
    pub fn verify(&self, proof: &Proof, native: &Statement) -> Result<Duration, ProverError> {
        let levels = self.tree.circuits();
        let circuit = match proof.kind.level().checked_sub(1) {
            None => self.slots.circuit(),
            Some(place) => levels.get(place).copied().ok_or_else(|| ProverError::Rejected {
                why: format!("aggregation level {}; there are {}", place + 1, levels.len()),
            })?,
        };
        verify_bytes(circuit, &proof.bytes)?.against_native(native)
    }
}

fn none_of(what: &'static str) -> ProverError {
    ProverError::Input { what, expected: "at least 1".to_owned(), got: "0".to_owned() }
}

/// How many merges each level takes over so many batches, from the batches upwards; one level at least.
pub fn merges_of(batches: usize) -> Vec<usize> {
    let mut left = batches.max(1);
    (0..levels_of(batches, FanIn::Two))
        .map(|_| {
            left = left.div_ceil(2);
            left
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::merges_of;

    #[test]
    fn every_level_has_half_as_many_and_a_lone_batch_is_lifted_once() {
        let expected: [(usize, &[usize]); 5] =
            [(1, &[1]), (2, &[1]), (3, &[2, 1]), (5, &[3, 2, 1]), (8, &[4, 2, 1])];
        for (batches, merges) in expected {
            assert_eq!(merges_of(batches), merges, "{batches} batches");
        }
    }
}
