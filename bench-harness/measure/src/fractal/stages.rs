//! Jobs by stage and layer: what they should take by the unit costs, and what they took.

use crate::fractal::timed::JobTime;
use prover::fractal::chain::merges_of;
use prover::fractal::tree::SettlementTree;
use records::fractal::{FractalStageName, FractalStageRecord, FractalUnitRecord, RollupCircuitName};

/// The stages of one layer in the order in which they are done.
const ORDER: [FractalStageName; 5] = [
    FractalStageName::Prove,
    FractalStageName::Chain,
    FractalStageName::Join,
    FractalStageName::Attach,
    FractalStageName::Settle,
];

/// All stages of a tree from the highest layer down, with what they should take. Nothing is measured yet.
pub(super) fn predicted(
    tree: &SettlementTree,
    batches: usize,
    units: &[FractalUnitRecord],
) -> Vec<FractalStageRecord> {
    let cost_s = |stage: FractalStageName, circuit: Option<RollupCircuitName>| {
        let unit = units.iter().find(|unit| unit.stage == stage && unit.circuit == circuit);
        unit.map_or(0.0, |unit| unit.cpu_s.median)
    };
    let merges: usize = merges_of(batches).iter().sum();
    let mut stages = Vec::new();
    for (place, rollup) in tree.rollups().iter().enumerate() {
        let layer = tree.layer(place);
        let cost = cost_s(FractalStageName::Prove, Some(rollup.circuit));
        add(&mut stages, FractalStageName::Prove, layer, batches, cost);
        add(&mut stages, FractalStageName::Chain, layer, merges, cost_s(FractalStageName::Chain, None));
    }
    for (stage, layer) in tree.nodes().iter().filter_map(|node| tree.stage(*node)) {
        add(&mut stages, stage, layer, 1, cost_s(stage, None));
    }
    let order = |stage: FractalStageName| ORDER.iter().position(|other| *other == stage);
    stages.sort_by_key(|record| (std::cmp::Reverse(record.layer), order(record.stage)));
    stages
}

fn add(
    stages: &mut Vec<FractalStageRecord>,
    stage: FractalStageName,
    layer: u32,
    jobs: usize,
    unit_cpu_s: f64,
) {
    let place = stages.iter().position(|record| record.stage == stage && record.layer == layer);
    let place = place.unwrap_or_else(|| {
        stages.push(FractalStageRecord {
            stage,
            layer,
            jobs: 0,
            predicted_cpu_s: 0.0,
            cpu_s: 0.0,
            wall_s: 0.0,
        });
        stages.len() - 1
    });
    stages[place].jobs += u32::try_from(jobs).unwrap_or(u32::MAX);
    stages[place].predicted_cpu_s += jobs as f64 * unit_cpu_s;
}

/// Adds what one job took.
pub(super) fn took(stages: &mut [FractalStageRecord], stage: FractalStageName, layer: u32, time: JobTime) {
    if let Some(record) = stages.iter_mut().find(|record| record.stage == stage && record.layer == layer) {
        record.cpu_s += time.cpu_s;
        record.wall_s += time.wall_s;
    }
}

#[cfg(test)]
mod tests {
    use super::{predicted, took};
    use crate::fractal::timed::JobTime;
    use prover::fractal::tree::{SettlementTree, Settling, TreeRollup};
    use records::execution::MiddleRecord;
    use records::fractal::{FractalStageName, FractalUnitRecord, RollupCircuitName};
    use workloads::depth::LeafIndex;

    fn unit(stage: FractalStageName, circuit: Option<RollupCircuitName>, cpu_s: f64) -> FractalUnitRecord {
        let middle = |median: f64| MiddleRecord { median, min: median / 2.0, max: median * 2.0 };
        FractalUnitRecord { stage, circuit, repeats: 3, cpu_s: middle(cpu_s), wall_s: middle(cpu_s / 2.0) }
    }

    #[test]
    fn jobs_times_unit_costs_stage_by_stage_and_layer_by_layer() {
        let (general, transfers) = (RollupCircuitName::General, RollupCircuitName::Transfers);
        let on = |parent, bridge| Some(Settling { parent, bridge: LeafIndex(bridge), portal: LeafIndex(9) });
        let rollups = [(general, None), (transfers, on(0, 1)), (transfers, on(0, 2)), (general, on(1, 1))];
        let rollups = rollups.into_iter().enumerate().map(|(id, (circuit, settling))| TreeRollup {
            id: id as u64,
            circuit,
            settling,
        });
        let tree = SettlementTree::new(rollups.collect()).expect("a tree");
        let units = [
            unit(FractalStageName::Prove, Some(general), 10.0),
            unit(FractalStageName::Prove, Some(transfers), 4.0),
            unit(FractalStageName::Chain, None, 1.0),
            unit(FractalStageName::Attach, None, 0.5),
            unit(FractalStageName::Join, None, 0.25),
            unit(FractalStageName::Settle, None, 0.125),
        ];
        // Three batches of each: two merges and one above them.
        let mut stages = predicted(&tree, 3, &units);
        let seen: Vec<_> = stages
            .iter()
            .map(|record| (record.layer, record.stage.key(), record.jobs, record.predicted_cpu_s))
            .collect();
        assert_eq!(
            seen,
            [
                (4, "prove", 3, 30.0),
                (4, "chain", 3, 3.0),
                (4, "attach", 1, 0.5),
                (3, "prove", 6, 24.0),
                (3, "chain", 6, 6.0),
                (3, "join", 1, 0.25),
                (3, "attach", 2, 1.0),
                (2, "prove", 3, 30.0),
                (2, "chain", 3, 3.0),
                (2, "join", 2, 0.5),
            ]
        );
        for _ in 0..2 {
            took(&mut stages, FractalStageName::Join, 2, JobTime { cpu_s: 0.5, wall_s: 0.25 });
        }
        let join = stages.last().expect("the last stage");
        assert_eq!((join.cpu_s, join.wall_s), (1.0, 0.5));
        assert!(stages[..stages.len() - 1].iter().all(|record| record.cpu_s == 0.0));
    }
}
