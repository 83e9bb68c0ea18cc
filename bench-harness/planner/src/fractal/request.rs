//! What is asked of a plan for many rollups.

use records::plan::DelayLimitRecord;

use crate::domain::{L1Room, Prices};
use crate::error::{PlanError, at_least_one, positive};
use crate::formulas::capacity::whole_at_least;
use crate::fractal::data::{BlockUse, DataOnL1};
use crate::fractal::graph::JOBS_MAX;
use crate::fractal::jobs::jobs_of_round;
use crate::fractal::times::FractalTimes;
use crate::fractal::tree::RollupTree;
use crate::plan::request::{HEADROOM, SPARES};
use crate::scaling::{LineFit, UslFit};

/// When batches close, rounds begin and blocks come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cadence {
    /// Between two closings of a rollup, s.
    pub close_s: f64,
    /// Batches of a rollup in a round.
    pub batches: u32,
    /// L1 block time, s.
    pub block_s: f64,
}

impl Cadence {
    /// With rounds every `round_s`, which holds whole batches.
    ///
    /// ```
    /// use planner::fractal::Cadence;
    /// assert_eq!(Cadence::of_rounds(10.0, 60.0, 12.0)?.batches, 6);
    /// assert!(Cadence::of_rounds(10.0, 65.0, 12.0).is_err());
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a time that is not above zero, or rounds that are no whole number of closings.
    pub fn of_rounds(close_s: f64, round_s: f64, block_s: f64) -> Result<Self, PlanError> {
        positive("close_s", close_s)?;
        positive("settle_every_s", round_s)?;
        positive("block_s", block_s)?;
        let batches = (round_s / close_s).round();
        let is_whole = (batches * close_s - round_s).abs() <= 1e-6 * round_s && (1.0..1e6).contains(&batches);
        if !is_whole {
            let expected = format!("a whole number of closings, each of {close_s} s, below a million");
            return Err(PlanError::bad("settle_every_s", &expected, round_s));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let batches = batches as u32;
        Ok(Self { close_s, batches, block_s })
    }

    /// With the shortest rounds that are no shorter than a block.
    ///
    /// ```
    /// use planner::fractal::Cadence;
    /// assert_eq!([5.0, 12.0, 20.0].map(|close_s| Cadence::shortest(close_s, 12.0).unwrap().batches), [3, 1, 1]);
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a time that is not above zero, or a million closings a block.
    pub fn shortest(close_s: f64, block_s: f64) -> Result<Self, PlanError> {
        positive("close_s", close_s)?;
        positive("block_s", block_s)?;
        Self::of_rounds(close_s, close_s * f64::from(whole_at_least(block_s / close_s).max(1)), block_s)
    }

    /// Between two rounds, s.
    pub fn round_s(self) -> f64 {
        self.close_s * f64::from(self.batches)
    }
}

/// The law of prove times over cores, and where on it the times of the plan are.
#[derive(Debug, Clone, PartialEq)]
pub struct CoresLaw {
    /// Amdahl's law, fitted.
    pub fit: UslFit,
    /// Cores of the machine whose times are planned with.
    pub measured_cores: u32,
    /// The most cores that the law was fitted to.
    pub cores_max: u32,
}

/// The law of prove times over the clock, and the clock of the plan's times.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockLaw {
    /// `T = A/f + B` over `1/f`.
    pub fit: LineFit,
    /// The clock of the times that are planned with, GHz.
    pub measured_ghz: f64,
}

/// A tree of rollups, its times, and what would be good enough.
#[derive(Debug, Clone, PartialEq)]
pub struct FractalRequest {
    pub(crate) tree: RollupTree,
    pub(crate) times: FractalTimes,
    pub(crate) cadence: Cadence,
    pub(crate) batch_transactions: u32,
    /// The limit on the delay of the oldest transaction of a round, or of a batch to virtual.
    pub delay_limit: Option<DelayLimitRecord>,
    /// Whether the batches of a round are chosen by cost, within a limit on the delay to consolidated.
    pub chooses_round: bool,
    /// P, where it is fixed.
    pub provers: Option<u32>,
    /// A, where it is fixed.
    pub aggregators: Option<u32>,
    /// Provers beyond those needed.
    pub spares: u32,
    /// Aggregators beyond those needed.
    pub aggregator_spares: u32,
    /// What machines and L1 cost.
    pub prices: Option<Prices>,
    /// What a block of L1 has room for.
    pub l1_room: Option<L1Room>,
    /// Cores of a machine, where known.
    pub cores_per_machine: Option<u32>,
    /// Where the data of each layer is.
    pub data: DataOnL1,
    /// Seed of the simulation.
    pub seed: u64,
    /// The file of the times; none by hand.
    pub measured: Option<String>,
    /// Bytes of the one proof, where measured.
    pub proof_bytes: Option<u64>,
    /// Whether a proof in every block is asked about.
    pub asks_every_block: bool,
    /// The law over cores for that, where a profile has one.
    pub cores_law: Option<CoresLaw>,
    /// The law over the clock for what-ifs, where a profile has one.
    pub clock_law: Option<ClockLaw>,
    /// Cores so many times as fast, as what-ifs.
    pub core_speed_ups: Vec<f64>,
    /// How many doublings of the speed of a core, as what-ifs.
    pub doublings: u32,
    pub(crate) headroom: f64,
}

impl FractalRequest {
    /// A request without limit and prices, with the headroom and the spares of every plan.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for an empty batch, or more jobs in a round than are simulated.
    pub fn new(
        tree: RollupTree,
        times: FractalTimes,
        cadence: Cadence,
        batch_transactions: u32,
    ) -> Result<Self, PlanError> {
        at_least_one("batch_size", batch_transactions)?;
        let request = Self {
            tree,
            times,
            cadence,
            batch_transactions,
            delay_limit: None,
            chooses_round: false,
            provers: None,
            aggregators: None,
            spares: SPARES,
            aggregator_spares: 0,
            prices: None,
            l1_room: None,
            cores_per_machine: None,
            data: DataOnL1::default(),
            seed: 1,
            measured: None,
            proof_bytes: None,
            asks_every_block: false,
            cores_law: None,
            clock_law: None,
            core_speed_ups: Vec::new(),
            doublings: 0,
            headroom: HEADROOM,
        };
        request.check_jobs()?;
        Ok(request)
    }

    /// The same with this fraction of each pool's time unused.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless it lies in [0, 1).
    pub fn with_headroom(self, headroom: f64) -> Result<Self, PlanError> {
        if (0.0..1.0).contains(&headroom) {
            Ok(Self { headroom, ..self })
        } else {
            Err(PlanError::bad("headroom", "a fraction of 0 or above and below 1", headroom))
        }
    }

    /// The same with another tree of the same times.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_tree(self, tree: RollupTree) -> Result<Self, PlanError> {
        let request = Self { tree, ..self };
        request.check_jobs()?;
        Ok(request)
    }

    /// The tree.
    pub fn tree(&self) -> &RollupTree {
        &self.tree
    }

    /// Transactions that all rollups carry, 1/s.
    pub(crate) fn transactions_per_s(&self) -> f64 {
        f64::from(self.tree.rollups()) * f64::from(self.batch_transactions) / self.cadence.close_s
    }

    /// What the data of all layers and the verifications take of a block of L1, where that is known.
    pub(crate) fn block_use(&self) -> Option<BlockUse> {
        let size = self.batch_transactions;
        let per_s: f64 = self
            .tree
            .layers()
            .map(|(layer, width)| Some(f64::from(width) * f64::from(size) * self.data.bytes(layer, size)?))
            .sum::<Option<f64>>()?
            / self.cadence.close_s;
        let verification_gas = self.l1_room.map_or(0.0, |room| room.verification_gas());
        let block_s = self.cadence.block_s;
        self.data.block_use(per_s * block_s, verification_gas * block_s / self.cadence.round_s())
    }

    pub(crate) fn check_jobs(&self) -> Result<(), PlanError> {
        let jobs = jobs_of_round(&self.tree, self.cadence.batches, &self.times);
        let count: u64 = jobs.iter().map(|jobs| jobs.jobs).sum();
        if count > JOBS_MAX {
            let expected =
                format!("rounds of at most {JOBS_MAX} jobs: fewer batches a round or fewer rollups");
            return Err(PlanError::bad("settle_every_s", &expected, format!("{count} jobs")));
        }
        Ok(())
    }
}
