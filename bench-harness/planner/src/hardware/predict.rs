//! Times of proofs and merges on a machine that they were not measured on.

use records::laws::Reach;

use crate::error::{PlanError, positive};
use crate::hardware::catalogue::Machine;
use crate::hardware::over_cores::OverCores;
use crate::hardware::packing::{ProcessSize, Room};
use crate::scaling::LineFit;

/// What a predicted time is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Measured on this machine.
    Measured,
    /// Another machine of the same micro-architecture: cores and clock were scaled.
    SameFamily,
    /// Another micro-architecture: equal work per cycle was assumed, which is often wrong by a third.
    OtherFamily,
}

impl Basis {
    /// The flag in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::SameFamily => "same family",
            Self::OtherFamily => "OTHER FAMILY",
        }
    }
}

/// Other provers on the machine: when the time was measured, and as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// One prover has the machine to itself, as it was measured.
    None,
    /// Measured with so many provers at once, each on cores of its own.
    Measured {
        /// Provers at once, this one among them.
        provers: u32,
    },
    /// Measured alone and planned with others: what they cost in cache and memory is not in the time.
    Unknown,
}

impl Neighbours {
    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Measured { provers: 2 } => "measured with 1".to_owned(),
            Self::Measured { provers } => format!("measured with {}", provers.saturating_sub(1)),
            Self::Unknown => "solo: cost unknown".to_owned(),
        }
    }
}

/// A predicted prove time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The time, s.
    pub prove_s: f64,
    /// What it is based on.
    pub basis: Basis,
    /// How far its core count is from those measured.
    pub reach: Reach,
    /// Whether the other provers on the machine are in the time.
    pub neighbours: Neighbours,
}

/// How a merge time came to another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeScaling {
    /// Measured on this machine.
    Measured,
    /// By the law of merges over cores and by the clock.
    CoresAndClock,
    /// On as many cores as were measured, by the clock.
    Clock,
}

impl MergeScaling {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::CoresAndClock => "by cores and clock",
            Self::Clock => "by clock",
        }
    }
}

/// A predicted merge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MergePrediction {
    /// Cores of the aggregator.
    pub cores: u32,
    /// Mean time of a step of aggregation, s.
    pub merge_s: f64,
    /// How it was scaled.
    pub scaling: MergeScaling,
}

/// What was measured of a prover, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredProver {
    machine_id: Option<String>,
    uarch: Option<String>,
    clock_ghz: f64,
    memory_gib: Option<f64>,
    over_cores: OverCores,
    /// One step of aggregation: a merge, or a whole group where that is one figure.
    merges: Option<OverCores>,
    over_clock: Option<LineFit>,
    /// Cores of a prover, provers at once, and how many times longer one took than alone.
    shared: Vec<(u32, u32, f64)>,
}

impl MeasuredProver {
    /// From `(cores, prove time in s)` points at one clock. Three core counts give the universal law, two
    /// Amdahl's, one a single point that says nothing of other counts.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no points, or numbers that are not above zero.
    pub fn new(points: &[(f64, f64)], clock_ghz: f64) -> Result<Self, PlanError> {
        let clock_ghz = positive("clock_ghz", clock_ghz)?;
        let over_cores = OverCores::new("prove_s", points)?;
        Ok(Self {
            machine_id: None,
            uarch: None,
            clock_ghz,
            memory_gib: None,
            over_cores,
            merges: None,
            over_clock: None,
            shared: Vec::new(),
        })
    }

    /// On this machine of the catalogue.
    #[must_use]
    pub fn on(self, machine: &Machine) -> Self {
        Self { machine_id: Some(machine.id.clone()), uarch: machine.uarch.clone(), ..self }
    }

    /// With times measured while several provers ran at once: `(cores of each, provers, prove time in s)`. What they
    /// took longer than one alone is then taken to be the cost of neighbours on any machine.
    ///
    /// ```
    /// use planner::hardware::{Catalogue, MeasuredProver, Neighbours};
    /// let catalogue = Catalogue::starter()?;
    /// let machine = catalogue.find("ryzen-5950x")?; // 16 cores
    /// let prover = MeasuredProver::new(&[(2.0, 10.0), (16.0, 2.0)], 3.0)?.on(machine);
    /// let shared = prover.clone().with_neighbours(&[(2, 8, 12.5)])?;
    /// let (solo, loaded) = (prover.on_machine(machine, 2)?, shared.on_machine(machine, 2)?);
    /// assert!((loaded.prove_s / solo.prove_s - 1.25).abs() < 1e-9);
    /// assert_eq!(solo.neighbours, Neighbours::Unknown);
    /// assert_eq!(loaded.neighbours, Neighbours::Measured { provers: 8 });
    /// assert_eq!(shared.on_machine(machine, 16)?.neighbours, Neighbours::None);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for times that are not above zero, or core counts too far from those measured alone.
    pub fn with_neighbours(mut self, points: &[(u32, u32, f64)]) -> Result<Self, PlanError> {
        for &(cores, provers, prove_s) in points {
            let (alone_s, _) = self.at_cores(cores)?;
            self.shared.push((cores, provers, positive("prove_s", prove_s)? / alone_s));
        }
        Ok(self)
    }

    /// How many times longer a prover of `cores` cores takes with others beside it: of the largest number measured.
    fn slowdown(&self, cores: u32) -> Option<(u32, f64)> {
        let alike = self.shared.iter().filter(|shared| shared.0 == cores);
        alike.max_by_key(|shared| shared.1).map(|&(_, provers, times)| (provers, times))
    }

    /// With the times of a step of aggregation, `(cores of the aggregator, mean time in s)`.
    ///
    /// ```
    /// use planner::hardware::{Catalogue, MeasuredProver, MergeScaling};
    /// let catalogue = Catalogue::starter()?;
    /// let machine = catalogue.find("aws-c7a.4xlarge")?; // 3.7 GHz
    /// let prover = MeasuredProver::new(&[(2.0, 10.0), (4.0, 6.0)], 2.96)?;
    /// // Measured on two cores alone: it keeps them, and the clock scales it.
    /// let merge = prover.clone().with_merges(&[(2.0, 3.0)])?.merge_on(machine, 4, 3.0)?;
    /// assert_eq!((merge.cores, merge.scaling), (2, MergeScaling::Clock));
    /// assert!((merge.merge_s - 3.0 * 2.96 / 3.7).abs() < 1e-9);
    /// // Measured on both: its own law, and as many cores as a prover.
    /// let merge = prover.with_merges(&[(2.0, 3.0), (4.0, 2.0)])?.merge_on(machine, 4, 3.0)?;
    /// assert_eq!((merge.cores, merge.scaling), (4, MergeScaling::CoresAndClock));
    /// assert!((merge.merge_s - 2.0 * 2.96 / 3.7).abs() < 1e-9);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no points, or numbers that are not above zero.
    pub fn with_merges(self, points: &[(f64, f64)]) -> Result<Self, PlanError> {
        Ok(Self { merges: Some(OverCores::new("merge_s", points)?), ..self })
    }

    /// With a measured law over the clock. Without one all time is taken to follow the clock.
    #[must_use]
    pub fn with_clock_law(self, law: LineFit) -> Self {
        Self { over_clock: Some(law), ..self }
    }

    /// With the memory that one prover takes.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless above zero.
    pub fn with_memory_gib(self, gib: f64) -> Result<Self, PlanError> {
        Ok(Self { memory_gib: Some(positive("memory_gib", gib)?), ..self })
    }

    /// Prove time with `cores` cores at the clock that was measured, s.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for core counts too far from those measured.
    pub fn at_cores(&self, cores: u32) -> Result<(f64, Reach), PlanError> {
        self.over_cores.at(cores)
    }

    /// Prove time on `machine` with `cores` of its cores.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if the machine's clock is unknown or the core count is too far from those
    /// measured.
    pub fn on_machine(&self, machine: &Machine, cores: u32) -> Result<Prediction, PlanError> {
        let (alone_s, reach) = self.at_cores(cores)?;
        let (neighbours, times) = match (self.fit_on(machine, cores), self.slowdown(cores)) {
            (Some(0 | 1), _) => (Neighbours::None, 1.0),
            (_, Some((provers, times))) => (Neighbours::Measured { provers }, times),
            (_, None) => (Neighbours::Unknown, 1.0),
        };
        let clock = self.clock_factor(machine)?;
        Ok(Prediction { prove_s: alone_s * times * clock, basis: self.basis_on(machine), reach, neighbours })
    }

    /// How many times longer any work takes at the clock of `machine` than at the one measured.
    pub(crate) fn clock_factor(&self, machine: &Machine) -> Result<f64, PlanError> {
        if self.machine_id.as_ref() == Some(&machine.id) {
            return Ok(1.0);
        }
        let Some((ghz, _)) = machine.clock_ghz else {
            return Err(PlanError::bad(&format!("clock of {}", machine.id), "a clock in GHz", "unknown"));
        };
        Ok(match &self.over_clock {
            Some(law) => law.at(1.0 / ghz).0 / law.at(1.0 / self.clock_ghz).0,
            None => self.clock_ghz / ghz,
        })
    }

    /// What a time on `machine` is based on.
    pub fn basis_on(&self, machine: &Machine) -> Basis {
        if self.machine_id.as_ref() == Some(&machine.id) {
            Basis::Measured
        } else if self.uarch.is_some() && self.uarch == machine.uarch {
            Basis::SameFamily
        } else {
            Basis::OtherFamily
        }
    }

    /// An aggregator on `machine` beside provers of `cores` cores. `step_s` is the mean time of a step of aggregation as
    /// it was planned with, for a prover that came without [`with_merges`](Self::with_merges).
    ///
    /// Merges that were measured on several core counts follow their own law over cores, so that an aggregator has as
    /// many cores as a prover. Merges of one count keep it, and the clock alone scales them. Neighbours are taken to slow
    /// a merge as they slow a proof.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if the machine's clock is unknown or the core count is too far from those measured.
    pub fn merge_on(&self, machine: &Machine, cores: u32, step_s: f64) -> Result<MergePrediction, PlanError> {
        let (cores, alone_s, scaling) = match &self.merges {
            None => (cores, step_s, MergeScaling::Clock),
            Some(OverCores::Single { cores, time_s }) => (*cores, *time_s, MergeScaling::Clock),
            Some(law) => (cores, law.at(cores)?.0, MergeScaling::CoresAndClock),
        };
        let times = match (self.fit_on(machine, cores), self.slowdown(cores)) {
            (Some(0 | 1), _) | (_, None) => 1.0,
            (_, Some((_, times))) => times,
        };
        let clock = self.clock_factor(machine)?;
        let scaling = match self.basis_on(machine) {
            Basis::Measured => MergeScaling::Measured,
            Basis::SameFamily | Basis::OtherFamily => scaling,
        };
        Ok(MergePrediction { cores, merge_s: alone_s * times * clock, scaling })
    }

    /// A process of `cores` cores: aggregators are taken to have the memory of a prover, whose peak includes merging.
    pub fn process(&self, cores: u32) -> ProcessSize {
        ProcessSize { cores, memory_gib: self.memory_gib }
    }

    /// Provers of `cores` cores that fit on `machine`, by cores and by memory; none if its cores are unknown.
    pub fn fit_on(&self, machine: &Machine, cores: u32) -> Option<u32> {
        let room = Room { cores: machine.cores?, memory_gib: machine.memory_gib };
        Some(room.fits(self.process(cores.max(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::Catalogue;

    fn amdahl_points() -> Vec<(f64, f64)> {
        [1.0, 2.0, 4.0, 8.0].map(|n| (n, 100.0 * (0.1 + 0.9 / n))).to_vec()
    }

    #[test]
    fn clock_and_family_are_named() {
        let catalogue = Catalogue::starter().unwrap();
        let (genoa, fast_genoa) =
            (catalogue.find("epyc-9554").unwrap(), catalogue.find("epyc-9174f").unwrap());
        let prover = MeasuredProver::new(&amdahl_points(), 3.75).unwrap().on(genoa);
        let here = prover.on_machine(genoa, 8).unwrap();
        assert_eq!((here.basis, here.reach), (Basis::Measured, Reach::Within));
        assert!((here.prove_s - 21.25).abs() < 1e-6, "{here:?}");
        let there = prover.on_machine(fast_genoa, 8).unwrap();
        assert_eq!(there.basis, Basis::SameFamily);
        assert!((there.prove_s - 21.25 * 3.75 / 4.15).abs() < 1e-6);
        assert_eq!(
            prover.on_machine(catalogue.find("xeon-8480p").unwrap(), 16).unwrap().basis,
            Basis::OtherFamily
        );
        assert!(prover.on_machine(genoa, 17).is_err(), "more than twice the cores measured");
        assert!(prover.on_machine(catalogue.find("gcp-c3d-highcpu-180").unwrap(), 8).is_err(), "no clock");
    }

    #[test]
    fn memory_limits_how_many_fit() {
        let text = "id,name,physical_cores,memory_gib\nsmall,Small,64,16\n";
        let catalogue = Catalogue::parse(text).unwrap();
        let prover = MeasuredProver::new(&amdahl_points(), 3.0).unwrap().with_memory_gib(5.0).unwrap();
        assert_eq!(prover.fit_on(&catalogue.machines()[0], 4), Some(3), "16 GiB hold three of 5");
        assert_eq!(prover.fit_on(&catalogue.machines()[0], 32), Some(2));
    }

    #[test]
    fn one_count_says_nothing_of_another() {
        let prover = MeasuredProver::new(&[(4.0, 30.0), (4.0, 32.0)], 3.0).unwrap();
        assert_eq!(prover.at_cores(4).unwrap().0, 31.0);
        assert!(prover.at_cores(8).unwrap_err().to_string().contains("the only count measured"));
        assert!(MeasuredProver::new(&[], 3.0).is_err());
    }
}
