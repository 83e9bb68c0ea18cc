//! The jobs of a tree by stage and layer, and what they took.

use crate::fractal::timed::JobTime;
use records::fractal::{FractalStageName, FractalStageRecord};

/// The stages of one layer in the order in which they are done.
const ORDER: [FractalStageName; 5] = [
    FractalStageName::Prove,
    FractalStageName::Chain,
    FractalStageName::Join,
    FractalStageName::Attach,
    FractalStageName::Settle,
];

/// The jobs so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Stages(Vec<FractalStageRecord>);

impl Stages {
    /// Adds one job.
    pub(super) fn add(&mut self, stage: FractalStageName, layer: u32, time: JobTime) {
        let place = self.0.iter().position(|record| record.stage == stage && record.layer == layer);
        let place = place.unwrap_or_else(|| {
            self.0.push(FractalStageRecord { stage, layer, jobs: 0, cpu_s: 0.0, wall_s: 0.0 });
            self.0.len() - 1
        });
        let record = &mut self.0[place];
        record.jobs += 1;
        record.cpu_s += time.cpu_s;
        record.wall_s += time.wall_s;
    }

    /// All stages from the highest layer down.
    pub(super) fn in_order(mut self) -> Vec<FractalStageRecord> {
        let order = |stage: FractalStageName| ORDER.iter().position(|other| *other == stage);
        self.0.sort_by_key(|record| (std::cmp::Reverse(record.layer), order(record.stage)));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Stages;
    use crate::fractal::timed::JobTime;
    use records::fractal::FractalStageName::{Attach, Join, Prove, Settle};

    #[test]
    fn jobs_are_counted_by_stage_and_layer_and_their_times_added() {
        let mut stages = Stages::default();
        let jobs = [(Prove, 2), (Attach, 3), (Prove, 3), (Join, 2), (Prove, 3), (Settle, 1)];
        for (stage, layer) in jobs {
            stages.add(stage, layer, JobTime { cpu_s: 2.0, wall_s: 1.0 });
        }
        let seen: Vec<_> = stages
            .in_order()
            .iter()
            .map(|record| (record.layer, record.stage, record.jobs, record.cpu_s, record.wall_s))
            .collect();
        let expected = [(3, Prove, 2), (3, Attach, 1), (2, Prove, 1), (2, Join, 1), (1, Settle, 1)]
            .map(|(layer, stage, jobs)| (layer, stage, jobs, 2.0 * jobs as f64, jobs as f64));
        assert_eq!(seen, expected);
    }
}
