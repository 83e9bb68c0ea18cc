//! Every figure of a cell that has no noise: circuits, lengths of proofs, shapes of trees, roots, data.
//!
//! Nothing is timed here, so that it runs in this process and on any number of threads. Every proof is verified and
//! compared with native execution, as where times are taken. Each figure comes about twice: by a second proof system
//! that shares nothing with the first and proves batches of another seed. Where the two differ, a figure is not exact,
//! and whoever compares must say so.

use crate::cell::Cell;
use crate::child::request::CellRequest;
use crate::child::source::Source;
use crate::child::system::System;
use crate::run::MeasureError;
use crate::schedule::Schedule;
use crate::spec::{Spec, SystemChoice};
use crate::stopping::CellProgress;
use prover::statement::Statement;
use prover::system::{Job, Proof, ProverError, Shape, SlotKind, verify_against_native};
use prover::witness;
use records::regression::figures::{
    BatchFigureRecord, CellFiguresRecord, FIGURES_SCHEMA_VERSION, FigureInputsRecord, FiguresRecord,
    ProofFigureRecord, TreeFigureRecord,
};
use records::sample::SystemRecord;
use workloads::encoding::encode;
use workloads::hash::digest_hex;
use workloads::random::Skew;

/// The figures of a spec.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecFigures {
    /// All of them.
    pub record: FiguresRecord,
    /// The same from a second computation: proofs of another seed by a second proof system, and no tree.
    pub again: FiguresRecord,
}

/// Batches whose roots and data are figures; an aggregation of more proves as many as it needs.
const BATCHES: usize = 2;
/// The chain that is written down.
const FIRST_CHAIN: u64 = 0;
/// The chain of the second computation's proofs.
const OTHER_CHAIN: u64 = 1;

/// Computes every figure of a spec's cells; cores and repeats of the spec have no meaning here. `tell` hears what is
/// being done.
///
/// # Errors
/// A trace that does not fit, a set-up or a proof that fails, and a proof that is wrong.
pub fn figures(spec: &Spec, tell: &mut dyn FnMut(&str)) -> Result<SpecFigures, MeasureError> {
    let schedule = Schedule::new(spec)?;
    // Cores, clocks and provers at once make cells of the same figures: the first stands for them.
    let mut cells: Vec<&Cell> = Vec::new();
    for cell in schedule.cells() {
        if !cells.iter().any(|known| name(spec, known) == name(spec, cell)) {
            cells.push(cell);
        }
    }
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for system in &spec.systems {
        let mut cells: Vec<_> = cells.iter().copied().filter(|cell| cell.system == *system).collect();
        // Cells of one circuit stand together, since a set-up takes seconds.
        cells.sort_by_key(|cell| (cell.workload.slots() != SlotKind::Transfer, cell.capacity_transactions));
        of_system(spec, &cells, &mut first, &mut again, tell)?;
    }
    let inputs = inputs(spec);
    let record =
        |cells| FiguresRecord { schema_version: FIGURES_SCHEMA_VERSION, inputs: inputs.clone(), cells };
    Ok(SpecFigures { record: record(first), again: record(again) })
}

/// The figures of the cells of one system, appended to `first`; those of the second computation to `again`.
fn of_system(
    spec: &Spec,
    cells: &[&Cell],
    first: &mut Vec<CellFiguresRecord>,
    again: &mut Vec<CellFiguresRecord>,
    tell: &mut dyn FnMut(&str),
) -> Result<(), MeasureError> {
    let mut systems = None;
    for (place, cell) in cells.iter().enumerate() {
        let name = name(spec, cell);
        tell(&name);
        let wrong = |error: ProverError| of_cell(&name, &error);
        let work = Work::new(spec, cell, name.clone()).map_err(wrong)?;
        let (one, other) = match &mut systems {
            Some(pair) => pair,
            None => {
                let system = || System::new(&work.request.system).map_err(wrong);
                systems.insert((system()?, system()?))
            }
        };
        // Side by side, since much of a set-up keeps one core busy alone.
        let with_trees = place == 0;
        let (figures, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| work.again(other));
            (work.first(one, with_trees), second.join())
        });
        first.push(figures.map_err(wrong)?);
        let second = second.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        again.push(second.map_err(wrong)?);
    }
    Ok(())
}

fn inputs(spec: &Spec) -> FigureInputsRecord {
    let systems: Vec<_> = spec.systems.iter().map(SystemChoice::name).collect();
    FigureInputsRecord {
        proof_system: systems.join(","),
        seed: spec.seed,
        accounts: u64::from(spec.population.accounts),
        pools: u64::from(spec.population.pools),
        fee_bps: u64::from(spec.population.fee_bps),
        skew: match spec.skew {
            Skew::Uniform => 0.0,
            Skew::Zipf { exponent } => exponent,
        },
        batches_per_aggregation: spec.batches_per_aggregation as u64,
    }
}

/// `swap of 32`, `mix-0.5 of 32`, and with the system where there are several: without the capacity, so that a circuit
/// that grew is a cell that changed.
fn name(spec: &Spec, cell: &Cell) -> String {
    let ratio = match (cell.workload.name(), cell.workload.swap_ratio()) {
        ("mix", Some(ratio)) => format!("-{ratio}"),
        _ => String::new(),
    };
    let system = match spec.systems.as_slice() {
        [_] => String::new(),
        _ => format!(", {}", cell.system.name()),
    };
    format!("{}{ratio} of {}{system}", cell.workload.name(), cell.batch_transactions)
}

fn of_cell(cell: &str, error: &ProverError) -> MeasureError {
    let (cell, why) = (cell.to_owned(), error.to_string());
    if error.is_wrong_proof() {
        MeasureError::WrongProof { cell, why }
    } else {
        MeasureError::Input { cell, why }
    }
}

/// Aggregations that are really made: of one, where a proof is lifted alone, of two, of three, where the last is, and
/// of as many as are asked for.
fn trees_of(batches: usize) -> Vec<usize> {
    let mut trees: Vec<_> = [1, 2, 3].into_iter().filter(|tree| *tree < batches).collect();
    trees.push(batches);
    trees
}

/// One cell.
struct Work {
    name: String,
    request: CellRequest,
    source: Source,
    shape: Shape,
    batches: usize,
    allow_unverified: bool,
}

/// Proofs of consecutive batches with what native execution says of them.
struct Chain {
    batches: Vec<BatchFigureRecord>,
    proofs: Vec<Proof>,
    statements: Vec<Statement>,
}

impl Work {
    fn new(spec: &Spec, cell: &Cell, name: String) -> Result<Self, ProverError> {
        let request = CellRequest::new("figures", spec, cell, CellProgress::default());
        let (source, shape) = Source::new(&request)?;
        Ok(Self {
            name,
            source,
            shape,
            batches: cell.batches_per_aggregation,
            allow_unverified: spec.allow_unverified,
            request,
        })
    }

    /// Every figure; of aggregation where asked for.
    fn first(&self, system: &mut System, with_trees: bool) -> Result<CellFiguresRecord, ProverError> {
        let described = system.as_dyn_mut().set_up(self.shape, self.batches)?;
        let can = system.capabilities();
        let with_trees = with_trees && can.aggregation.is_some();
        let proved = if with_trees { self.batches } else { 1 };
        let chain = self.chain(system, FIRST_CHAIN, proved)?;
        let mut proofs = lengths(can.varies_in_length, chain.proofs.first());
        let mut trees = Vec::new();
        if with_trees {
            for batches in trees_of(self.batches) {
                let (tree, proof) = self.tree(system, &chain, batches)?;
                let kind = format!("aggregate {}", tree.merges.len());
                if !proofs.iter().any(|known| known.kind == kind) {
                    proofs.push(length(&kind, Some(&proof)));
                }
                trees.push(tree);
            }
        }
        Ok(self.figures(described, proofs, trees, chain.batches))
    }

    /// The same by another system: circuits anew, native execution anew, and a proof of another batch.
    fn again(&self, system: &mut System) -> Result<CellFiguresRecord, ProverError> {
        let described = system.as_dyn_mut().set_up(self.shape, self.batches)?;
        let same = self.chain(system, FIRST_CHAIN, 0)?;
        let other = self.chain(system, OTHER_CHAIN, 1)?;
        let proofs = lengths(system.capabilities().varies_in_length, other.proofs.first());
        Ok(self.figures(described, proofs, Vec::new(), same.batches))
    }

    fn figures(
        &self,
        system: SystemRecord,
        proofs: Vec<ProofFigureRecord>,
        trees: Vec<TreeFigureRecord>,
        mut batches: Vec<BatchFigureRecord>,
    ) -> CellFiguresRecord {
        batches.truncate(BATCHES);
        CellFiguresRecord {
            name: self.name.clone(),
            depth: self.shape.depth.levels() as u64,
            capacity_transactions: self.shape.capacity as u64,
            system,
            proofs,
            trees,
            batches,
        }
    }

    /// Executes the batches of a chain, and proves the first `proved` of them, each proof checked.
    fn chain(&self, system: &mut System, number: u64, proved: usize) -> Result<Chain, ProverError> {
        let mut source = self.source.chain(number)?;
        let mut replica = source.state.clone();
        let mut chain = Chain { batches: Vec::new(), proofs: Vec::new(), statements: Vec::new() };
        for number in 0..BATCHES.max(proved) {
            let Some(batch) = source.next_batch() else { break };
            let old_root = source.state.root();
            source.state.execute(&batch)?;
            let native = Statement {
                old_root,
                new_root: source.state.update_root(),
                commitment: batch.commitment(self.shape.depth, self.shape.capacity),
                transactions: batch.transactions.len() as u64,
            };
            chain.batches.push(BatchFigureRecord {
                batch: number as u64,
                transactions: native.transactions,
                encoding_bytes: encode(&batch).len() as u64,
                old_root: digest_hex(native.old_root),
                new_root: digest_hex(native.new_root),
                commitment: digest_hex(native.commitment),
            });
            if number < proved {
                let trace = witness::record(&mut replica, &batch, self.shape.capacity)?;
                let job = Job { batch: &batch, trace: &trace, statement: native };
                let proof = system.as_dyn_mut().prove(&job)?.proof;
                self.checked(system, &proof, &native)?;
                chain.proofs.push(proof);
                chain.statements.push(native);
            }
        }
        Ok(chain)
    }

    fn tree(
        &self,
        system: &mut System,
        chain: &Chain,
        batches: usize,
    ) -> Result<(TreeFigureRecord, Proof), ProverError> {
        // A trace may have fewer batches; then so has its largest tree.
        let batches = batches.min(chain.proofs.len());
        let aggregated = system.as_dyn_mut().aggregate(&chain.proofs[..batches])?;
        let joined = Statement::join_all(&chain.statements[..batches]).ok_or(ProverError::Input {
            what: "batches to aggregate",
            expected: "batches that follow each other".to_owned(),
            got: "none, or a gap".to_owned(),
        })?;
        self.checked(system, &aggregated.proof, &joined)?;
        let merges = aggregated.levels.iter().map(|level| level.merges as u64).collect();
        Ok((TreeFigureRecord { batches: batches as u64, merges }, aggregated.proof))
    }

    fn checked(&self, system: &System, proof: &Proof, native: &Statement) -> Result<(), ProverError> {
        if system.capabilities().verifies {
            return verify_against_native(system.as_dyn(), proof, native).map(drop);
        }
        if self.allow_unverified {
            return Ok(());
        }
        Err(ProverError::Input {
            what: "proof system",
            expected: "one that verifies its proofs (--allow-unverified takes its figures all the same)"
                .to_owned(),
            got: "one whose set-up says that it cannot".to_owned(),
        })
    }
}

/// The length of a batch's proof, where it is the same for every one.
fn lengths(varies: bool, proof: Option<&Proof>) -> Vec<ProofFigureRecord> {
    if varies { Vec::new() } else { vec![length("batch", proof)] }
}

fn length(kind: &str, proof: Option<&Proof>) -> ProofFigureRecord {
    let proof_bytes = proof.map_or(0, |proof| proof.bytes.len() as u64);
    ProofFigureRecord { kind: kind.to_owned(), proof_bytes }
}

#[cfg(test)]
mod tests {
    use super::{figures, trees_of};
    use crate::host::tests::allowance;
    use crate::spec::{Overrides, Spec};

    fn spec(batches: usize) -> Spec {
        let overrides = Overrides {
            workloads: Some(["swap", "mix", "transfer"].map(str::to_owned).to_vec()),
            accounts: Some(20),
            pools: Some(2),
            depth: Some(8),
            batch_sizes: Some(vec![4, 2]),
            proof_system: Some(vec!["scripted".to_owned()]),
            batches_per_aggregation: Some(batches),
            ..Overrides::default()
        };
        Spec::new(overrides, &allowance(2)).expect("valid")
    }

    #[test]
    fn cells_come_once_whatever_the_cores_and_by_circuit() {
        let mut told = Vec::new();
        let found = figures(&spec(5), &mut |name| told.push(name.to_owned())).expect("figures");
        let names: Vec<_> = found.record.cells.iter().map(|cell| cell.name.clone()).collect();
        let wanted =
            ["transfer of 2", "transfer of 4", "swap of 2", "mix-0.5 of 2", "swap of 4", "mix-0.5 of 4"];
        assert_eq!(names, wanted);
        assert_eq!(told, wanted);
    }

    #[test]
    fn figures_are_those_of_the_batches_and_trees_of_the_first_cell() {
        let found = figures(&spec(5), &mut |_| ()).expect("figures");
        let cell = &found.record.cells[0];
        let trees: Vec<_> = cell.trees.iter().map(|tree| (tree.batches, tree.merges.clone())).collect();
        assert_eq!(trees, [(1, vec![1]), (2, vec![1]), (3, vec![2, 1]), (5, vec![3, 2, 1])]);
        let kinds: Vec<_> = cell.proofs.iter().map(|proof| proof.kind.as_str()).collect();
        assert_eq!(kinds, ["batch", "aggregate 1", "aggregate 2", "aggregate 3"]);
        assert_eq!(cell.batches.len(), 2);
        assert_eq!(cell.batches[0].new_root, cell.batches[1].old_root);
        assert_eq!((cell.batches[1].transactions, cell.depth, cell.capacity_transactions), (2, 8, 2));
        assert!(found.record.cells[1..].iter().all(|cell| cell.trees.is_empty()));
    }

    #[test]
    fn the_second_computation_has_the_same_figures_but_for_aggregation() {
        let found = figures(&spec(2), &mut |_| ()).expect("figures");
        for (first, again) in found.record.cells.iter().zip(&found.again.cells) {
            assert_eq!(
                (&first.batches, &first.system, &first.proofs[0]),
                (&again.batches, &again.system, &again.proofs[0])
            );
            assert!(again.trees.is_empty());
        }
        assert_eq!(figures(&spec(2), &mut |_| ()).expect("figures"), found);
    }

    #[test]
    fn trees_that_are_made() {
        assert_eq!(trees_of(1), [1]);
        assert_eq!(trees_of(3), [1, 2, 3]);
        assert_eq!(trees_of(64), [1, 2, 3, 64]);
    }
}
