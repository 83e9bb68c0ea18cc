//! What one job of each kind takes, measured on rollups of another seed than the tree's.

use crate::fractal::chain::prove_chain;
use crate::fractal::shape::{ShapedRollup, swap_ratio};
use crate::fractal::study::{FractalError, FractalStudy};
use crate::fractal::timed::JobTime;
use crate::fractal::traffic::TreeTraffic;
use crate::statistics::middle;
use prover::fractal::system::{FractalSystem, NodeProof};
use prover::fractal::tree::{SettlementTree, TreeNode, TreeRollup};
use prover::system::Job;
use prover::witness::record;
use records::fractal::{FractalStageName, FractalUnitRecord, RollupCircuitName, RollupCircuitRecord};
use workloads::exchange::ExchangeError;
use workloads::generate::Traffic;
use workloads::random::Skew;

/// Which circuit is proved with which fraction of swaps: for each traffic every circuit that can hold it.
const SAME_TRAFFIC: [(RollupCircuitName, f64); 6] = [
    (RollupCircuitName::General, 0.5),
    (RollupCircuitName::General, 0.0),
    (RollupCircuitName::Transfers, 0.0),
    (RollupCircuitName::General, 1.0),
    (RollupCircuitName::Swaps, 1.0),
    (RollupCircuitName::SwapRegisters, 1.0),
];

/// What was measured before the tree.
#[derive(Clone, Debug)]
pub(super) struct Units {
    /// Each kind of circuit for the same traffic.
    pub(super) circuits: Vec<RollupCircuitRecord>,
    /// One job of each stage.
    pub(super) unit_costs: Vec<FractalUnitRecord>,
}

/// Measures one job of each kind, as often as the study says. The first of each is verified and not counted.
pub(super) fn measure_units(
    study: &FractalStudy,
    system: &FractalSystem,
    begun: &impl Fn(&str),
) -> Result<Units, FractalError> {
    let mut circuits = Vec::new();
    let mut unit_costs = Vec::new();
    for (circuit, ratio) in SAME_TRAFFIC {
        begun(&format!("one batch: {circuit}, {} % swaps", ratio * 100.0));
        let times = batches(study, system, circuit, ratio)?;
        let size = system.chain(circuit)?.batch_size();
        circuits.push(RollupCircuitRecord {
            circuit,
            swap_ratio: ratio,
            transactions: study.batch_size,
            rows: size.rows,
            rows_padded: size.padded_rows,
            repeats: study.repeats,
            cpu_s: middle(times.iter().map(|time| time.cpu_s).collect()),
            peak_rss_bytes: None,
        });
        if ratio.total_cmp(&swap_ratio(circuit)).is_eq() {
            unit_costs.push(unit(FractalStageName::Prove, Some(circuit), &times));
        }
    }
    unit_costs.extend(upper(study, system, begun)?);
    Ok(Units { circuits, unit_costs })
}

fn unit(stage: FractalStageName, circuit: Option<RollupCircuitName>, times: &[JobTime]) -> FractalUnitRecord {
    FractalUnitRecord {
        stage,
        circuit,
        repeats: u32::try_from(times.len()).unwrap_or(u32::MAX),
        cpu_s: middle(times.iter().map(|time| time.cpu_s).collect()),
        wall_s: middle(times.iter().map(|time| time.wall_s).collect()),
    }
}

/// Runs a job once more than the study says, and gives the times of all but the first.
fn repeated(
    study: &FractalStudy,
    mut job: impl FnMut() -> Result<JobTime, FractalError>,
) -> Result<Vec<JobTime>, FractalError> {
    let mut times = (0..=study.repeats).map(|_| job()).collect::<Result<Vec<_>, _>>()?;
    times.remove(0);
    Ok(times)
}

/// Batches of one traffic in one circuit.
fn batches(
    study: &FractalStudy,
    system: &FractalSystem,
    circuit: RollupCircuitName,
    ratio: f64,
) -> Result<Vec<JobTime>, FractalError> {
    let population = study.population();
    let size = study.batch_size as usize;
    // The same transactions in each circuit.
    let seed = other_seed(study);
    let traffic = Traffic { swap_ratio: ratio, skew: Skew::Uniform };
    let mut generator = population.generator(seed, traffic).map_err(ExchangeError::from)?;
    let mut state = population.state(seed)?;
    let chain = system.chain(circuit)?;
    repeated(study, || {
        let batch = generator.next_batch(size);
        let trace = record(&mut state, &batch, size)?;
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        let (proof, time) = JobTime::of(|| chain.prove(&job));
        chain.verify(&proof?, &trace.statement)?;
        Ok(time)
    })
}

fn other_seed(study: &FractalStudy) -> u64 {
    study.seed.wrapping_add(1)
}

/// The stages above the batches, on two rollups: one of which settles on the other, and then both on layer 1.
fn upper(
    study: &FractalStudy,
    system: &FractalSystem,
    begun: &impl Fn(&str),
) -> Result<Vec<FractalUnitRecord>, FractalError> {
    let parent = ShapedRollup { parent: None, circuit: RollupCircuitName::General };
    let child = ShapedRollup { parent: Some(0), circuit: RollupCircuitName::Transfers };
    let family = TreeTraffic::of(study, &[parent, child], other_seed(study))?;
    let mut chained = Vec::new();
    let mut tops = Vec::new();
    for rollup in 0..2 {
        begun("merges of a chain");
        let circuits = system.chain(family.tree.rollups()[rollup].circuit)?;
        // Of the first as many chains as make enough merges; of the second one.
        let enough = if rollup == 0 { study.repeats } else { 0 };
        let (mut merges, mut proof) = (0, None);
        while merges <= enough {
            proof = Some(prove_chain(circuits, &family.chains[rollup], |stage, time| {
                if stage == FractalStageName::Chain {
                    merges += 1;
                    chained.push(time);
                }
            })?);
        }
        tops.extend(proof);
    }
    chained.remove(0);
    let mut units = vec![unit(FractalStageName::Chain, None, &chained)];

    let said = family.tree.statements(&family.statements());
    let mut made: Vec<NodeProof> = Vec::new();
    for (place, node) in family.tree.nodes().iter().enumerate() {
        let Some((stage, _)) = family.tree.stage(*node) else {
            let TreeNode::Top { rollup } = *node else { continue };
            made.push(system.top(&family.tree, rollup, tops[rollup].clone(), said[place]));
            continue;
        };
        begun(stage.words());
        let (unit, proof) = node_unit(study, system, (&family.tree, &family), place, &made)?;
        units.push(unit);
        made.extend(proof);
    }

    begun(FractalStageName::Settle.words());
    let flat: Vec<_> =
        family.tree.rollups().iter().map(|rollup| TreeRollup { settling: None, ..*rollup }).collect();
    let flat = SettlementTree::new(flat)?;
    let said = flat.statements(&family.statements());
    let tops: Vec<_> = flat
        .nodes()
        .iter()
        .enumerate()
        .filter_map(|(place, node)| match *node {
            TreeNode::Top { rollup } => Some(system.top(&flat, rollup, tops[rollup].clone(), said[place])),
            _ => None,
        })
        .collect();
    units.push(node_unit(study, system, (&flat, &family), tops.len(), &tops)?.0);
    Ok(units)
}

/// One node of a tree made again and again.
fn node_unit(
    study: &FractalStudy,
    system: &FractalSystem,
    (tree, traffic): (&SettlementTree, &TreeTraffic),
    place: usize,
    made: &[NodeProof],
) -> Result<(FractalUnitRecord, Option<NodeProof>), FractalError> {
    let said = tree.statements(&traffic.statements());
    let mut last = None;
    let times = repeated(study, || {
        let (proof, time) = JobTime::of(|| system.make(tree, &said, place, made, &traffic.slots));
        let proof = proof?;
        system.verify(proof.source, &proof.bytes, &said[place])?;
        last = Some(proof);
        Ok(time)
    })?;
    let stage = tree.stage(tree.nodes()[place]).map_or(FractalStageName::Chain, |(stage, _)| stage);
    Ok((unit(stage, None, &times), last))
}
