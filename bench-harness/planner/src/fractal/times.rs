//! How long each kind of job takes on one machine, by hand or from a measured record.

use records::fractal::{FractalRecord, FractalStageName, RollupCircuitName};

use crate::domain::TimeDist;
use crate::error::PlanError;
use crate::fractal::tree::RollupTree;

/// A job's time.
#[derive(Debug, Clone, PartialEq)]
pub struct JobTime {
    /// On one machine, all its cores at work.
    pub wall: TimeDist,
    /// CPU time over all its cores, mean, s; none where it is not known.
    pub cpu_s: Option<f64>,
}

impl JobTime {
    /// A time by hand, on a machine of `cores` cores that are all in use, where they are known.
    pub fn by_hand(wall: TimeDist, cores: Option<u32>) -> Self {
        let cpu_s = cores.map(|cores| wall.mean_s() * f64::from(cores));
        Self { wall, cpu_s }
    }

    /// The same on a machine that is `factor` times as fast.
    fn faster(&self, factor: f64) -> Result<Self, PlanError> {
        let cpu_s = self.cpu_s.map(|cpu_s| cpu_s / factor);
        Ok(Self { wall: self.wall.scaled(1.0 / factor)?, cpu_s })
    }
}

/// The times of all kinds of job.
#[derive(Debug, Clone, PartialEq)]
pub struct FractalTimes {
    /// Proving a batch, by circuit.
    circuits: Vec<(Option<RollupCircuitName>, JobTime)>,
    /// For each layer from layer 2: indices of the circuits that its rollups take in turn; deeper layers are like the last.
    mixes: Vec<Vec<usize>>,
    merges: [JobTime; 4],
}

impl FractalTimes {
    /// Times by hand: one circuit for all rollups, one time for every merge, and another for an attach where given.
    pub fn by_hand(prove: JobTime, merge: JobTime, attach: Option<JobTime>) -> Self {
        let attach = attach.unwrap_or_else(|| merge.clone());
        Self {
            circuits: vec![(None, prove)],
            mixes: vec![vec![0]],
            merges: [merge.clone(), attach, merge.clone(), merge],
        }
    }

    /// The medians of a record, wall time on all its threads. The rollups of a layer take the circuits of the record's
    /// rollups of that layer in turn; layers beyond the record's are like its deepest.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] where a circuit of a rollup, or a stage that `tree` needs, has no measured time.
    pub fn of_record(record: &FractalRecord, tree: &RollupTree) -> Result<Self, PlanError> {
        let time = |stage: FractalStageName, circuit: Option<RollupCircuitName>| {
            let found = record.unit_costs.iter().find(|unit| unit.stage == stage && unit.circuit == circuit);
            let name =
                circuit.map_or_else(|| stage.key().to_owned(), |circuit| format!("{stage}, {circuit}"));
            let missing = || PlanError::bad("unit_costs", &format!("a time of `{name}`"), "none");
            let unit = found.ok_or_else(missing)?;
            let wall = TimeDist::fixed(stage.key(), unit.wall_s.median)?;
            Ok(JobTime { wall, cpu_s: Some(unit.cpu_s.median) })
        };
        let mut circuits: Vec<(Option<RollupCircuitName>, JobTime)> = Vec::new();
        let mut mixes = Vec::new();
        for layer in 2.. {
            let rollups = record.rollups.iter().filter(|rollup| rollup.layer == layer);
            let mut mix = Vec::new();
            for circuit in rollups.map(|rollup| Some(rollup.circuit)) {
                let at = circuits.iter().position(|known| known.0 == circuit);
                mix.push(at.unwrap_or(circuits.len()));
                if at.is_none() {
                    circuits.push((circuit, time(FractalStageName::Prove, circuit)?));
                }
            }
            if mix.is_empty() {
                break;
            }
            mixes.push(mix);
        }
        if mixes.is_empty() {
            return Err(PlanError::bad("rollups", "a rollup of layer 2", "none"));
        }
        let chain = time(FractalStageName::Chain, None)?;
        // What the tree does not need may be missing, and is then never used.
        let needed = |stage, is_needed: bool| match is_needed {
            true => time(stage, None),
            false => Ok(chain.clone()),
        };
        let merges = [
            chain.clone(),
            needed(FractalStageName::Attach, tree.layer_max() > 2)?,
            needed(FractalStageName::Join, tree.layer_max() > 2)?,
            needed(FractalStageName::Settle, tree.widths()[0] > 1)?,
        ];
        Ok(Self { circuits, mixes, merges })
    }

    /// All times divided by `factor`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a factor that is not above zero.
    pub fn faster(&self, factor: f64) -> Result<Self, PlanError> {
        crate::error::positive("speed_up", factor)?;
        let circuits = self.circuits.iter().map(|(name, time)| Ok((*name, time.faster(factor)?)));
        let [chain, attach, join, settle] = &self.merges;
        let faster = |time: &JobTime| time.faster(factor);
        Ok(Self {
            circuits: circuits.collect::<Result<_, PlanError>>()?,
            mixes: self.mixes.clone(),
            merges: [faster(chain)?, faster(attach)?, faster(join)?, faster(settle)?],
        })
    }

    /// The time of a batch's proof by rollup `index` of a layer.
    pub(crate) fn prove(&self, layer: u32, index: u32) -> &JobTime {
        let mix = self.mix(layer);
        &self.circuits[mix[index as usize % mix.len()]].1
    }

    /// The time of a merge; of [`FractalStageName::Prove`] that of the first circuit.
    pub(crate) fn of(&self, stage: FractalStageName) -> &JobTime {
        let [chain, attach, join, settle] = &self.merges;
        match stage {
            FractalStageName::Prove => &self.circuits[0].1,
            FractalStageName::Chain => chain,
            FractalStageName::Attach => attach,
            FractalStageName::Join => join,
            FractalStageName::Settle => settle,
        }
    }

    /// The circuits of a layer, each once.
    pub(crate) fn circuits_of(&self, layer: u32) -> Vec<RollupCircuitName> {
        let mut names: Vec<_> = self.mix(layer).iter().filter_map(|&at| self.circuits[at].0).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Each kind of job with its circuit and time.
    pub(crate) fn all(
        &self,
    ) -> impl Iterator<Item = (FractalStageName, Option<RollupCircuitName>, &JobTime)> {
        let proofs = self.circuits.iter().map(|(name, time)| (FractalStageName::Prove, *name, time));
        proofs.chain(MERGES.into_iter().map(|stage| (stage, None, self.of(stage))))
    }

    /// Whether every time is fixed.
    pub(crate) fn is_fixed(&self) -> bool {
        self.all().all(|(_, _, time)| time.wall.is_fixed())
    }

    fn mix(&self, layer: u32) -> &[usize] {
        &self.mixes[(layer as usize).saturating_sub(2).min(self.mixes.len() - 1)]
    }
}

/// All stages that aggregators work on.
pub(crate) const MERGES: [FractalStageName; 4] =
    [FractalStageName::Chain, FractalStageName::Attach, FractalStageName::Join, FractalStageName::Settle];

#[cfg(test)]
mod tests {
    use super::FractalTimes;
    use crate::fractal::tree::RollupTree;
    use records::fractal::{FractalStageName, RollupCircuitName};

    fn tree(layers: u32) -> RollupTree {
        RollupTree::balanced(40, layers).unwrap()
    }

    #[test]
    fn a_record_gives_each_layer_its_circuits_and_deeper_ones_those_of_the_last() {
        let record = fixtures::fractal::fractal();
        let times = FractalTimes::of_record(&record, &tree(5)).unwrap();
        let of = |circuit| {
            let unit = record.unit_costs.iter().find(|unit| unit.circuit == Some(circuit)).unwrap();
            unit.wall_s.median
        };
        assert_eq!(times.circuits_of(2), [RollupCircuitName::General]);
        assert_eq!(times.circuits_of(3), [RollupCircuitName::Transfers, RollupCircuitName::Swaps]);
        assert_eq!(times.circuits_of(9), times.circuits_of(3));
        assert_eq!(times.prove(2, 7).wall.mean_s(), of(RollupCircuitName::General));
        let turns = [0, 1, 2].map(|index| times.prove(3, index).wall.mean_s());
        let (transfers, swaps) = (of(RollupCircuitName::Transfers), of(RollupCircuitName::Swaps));
        assert_eq!(turns, [transfers, swaps, transfers]);
        let halved = times.faster(2.0).unwrap();
        assert_eq!(halved.prove(3, 1).wall.mean_s(), swaps / 2.0);
        assert_eq!(
            halved.of(FractalStageName::Join).wall.mean_s(),
            times.of(FractalStageName::Join).wall.mean_s() / 2.0
        );
    }

    #[test]
    fn a_record_without_a_time_that_the_tree_needs_is_refused() {
        let mut record = fixtures::fractal::fractal();
        record.unit_costs.retain(|unit| unit.circuit != Some(RollupCircuitName::Swaps));
        let error = FractalTimes::of_record(&record, &tree(3)).unwrap_err().to_string();
        assert!(error.contains("prove a batch, swaps only"), "{error}");
        let mut record = fixtures::fractal::fractal();
        record.unit_costs.retain(|unit| unit.stage != FractalStageName::Chain);
        assert!(FractalTimes::of_record(&record, &tree(3)).is_err());
        let mut record = fixtures::fractal::fractal();
        record.unit_costs.retain(|unit| unit.stage != FractalStageName::Attach);
        assert!(FractalTimes::of_record(&record, &tree(3)).is_err());
        assert!(FractalTimes::of_record(&record, &tree(2)).is_ok(), "nothing is attached on layer 2");
        let mut record = fixtures::fractal::fractal();
        record.rollups.clear();
        assert!(FractalTimes::of_record(&record, &tree(3)).is_err());
    }
}
