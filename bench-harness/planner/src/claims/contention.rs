//! What an execution record says of contention: the points that verdicts are made of, and whether they may decide.
//!
//! *Ordering* executors take a block as it comes: Block-STM and declared locks. Values known beforehand come from who
//! ordered the block, so that they answer for a node that executes it again, and are shown beside.

use super::evidence::Evidence;
use super::figure::Figure;
use records::claims::ClaimFigureRecord;
use records::execution::{ExecutionPointRecord, ExecutionRecord, ExecutorName};
use records::number::significant;

pub(super) const FROM: &str = "bench-harness execute --json";
pub(super) const COMMAND: &str = "bench-harness execute --hot-pool 0,0.5,1 --work-us 0,10,50 --json > execution.json, then \
                       --execution execution.json";
/// The points that the verdicts are made of: the greatest state, the greatest work, the most threads.
pub(super) struct Seen<'a> {
    pub(super) record: &'a ExecutionRecord,
    pub(super) accounts: u32,
    pub(super) work_us: f64,
    pub(super) threads: u32,
    pub(super) hottest: f64,
    pub(super) coolest: f64,
}

impl<'a> Seen<'a> {
    /// None without a record, or where it has no point on more than one thread.
    pub(super) fn of(evidence: &Evidence<'a>) -> Option<Self> {
        let record = evidence.execution?;
        let points = &record.points;
        let threads = points.iter().map(|point| point.threads).max().filter(|threads| *threads > 1)?;
        let over = |value: fn(&ExecutionPointRecord) -> f64| points.iter().map(value);
        Some(Self {
            record,
            accounts: points.iter().map(|point| point.accounts).max()?,
            work_us: over(|point| point.work_us).fold(0.0, f64::max),
            threads,
            hottest: over(|point| point.hot_pool).fold(0.0, f64::max),
            coolest: over(|point| point.hot_pool).fold(1.0, f64::min),
        })
    }

    /// Points of the greatest state and work.
    pub(super) fn points(&self) -> impl Iterator<Item = &'a ExecutionPointRecord> {
        let (accounts, work_us) = (self.accounts, self.work_us);
        let points = self.record.points.iter();
        points.filter(move |point| point.accounts == accounts && point.work_us == work_us)
    }

    /// The executor with the greatest speed-up at a contention, on the most threads.
    pub(super) fn best(&self, hot_pool: f64, among: &[ExecutorName]) -> Option<&'a ExecutionPointRecord> {
        let found = self.points().filter(|point| {
            point.hot_pool == hot_pool && point.threads == self.threads && among.contains(&point.executor)
        });
        found.max_by(|a, b| a.execution.speedup.median.total_cmp(&b.execution.speedup.median))
    }

    pub(super) fn speedup(&self, point: &ExecutionPointRecord) -> Figure {
        Figure::of_repeats(point.execution.speedup, self.record.repeats)
    }

    pub(super) fn speedup_with_root(&self, point: &ExecutionPointRecord) -> Figure {
        Figure::of_repeats(point.with_root.speedup, self.record.repeats)
    }

    /// Transactions a second, the root counted: the slowest repeat is the least rate.
    pub(super) fn rate_with_root(&self, point: &ExecutionPointRecord) -> Figure {
        let transactions = f64::from(self.record.workload.transactions);
        Figure::exact(transactions).over(Figure::of_repeats(point.with_root.wall_s, self.record.repeats))
    }

    pub(super) fn named(&self, point: &ExecutionPointRecord) -> String {
        let threads = if point.threads == 1 { "thread" } else { "threads" };
        format!(
            "{} on {} {threads}, {} % of swaps on one pool, {} µs of work",
            point.executor.words(),
            point.threads,
            significant(100.0 * point.hot_pool, 3),
            significant(point.work_us, 3)
        )
    }

    /// Whether transactions that have nothing in common were faster on more threads, by half of what those could add: a
    /// busy machine, or work that is too little, slows every contention alike, and says nothing of contention.
    fn is_controlled(&self) -> bool {
        let best = self.best(self.coolest, &ORDERING).map_or(0.0, |point| point.execution.speedup.median);
        self.coolest < self.hottest && best >= 1.0 + f64::from(self.threads - 1) / 2.0
    }

    pub(super) fn needs(&self) -> Option<String> {
        (!self.is_controlled()).then(|| format!("{COMMAND}, on a machine that does nothing else"))
    }

    /// A figure that decides where the record has its control, and is shown all the same where it has not.
    pub(super) fn decided(&self, figure: Figure, what: String, unit: &str) -> ClaimFigureRecord {
        ClaimFigureRecord { decides: self.is_controlled(), ..figure.beside(what, unit, FROM) }
    }

    /// What stands below a claim about contention.
    pub(super) fn cautions_of_contention(&self) -> Vec<String> {
        let mut cautions = vec![];
        if !self.is_controlled() {
            cautions.push(
                "Nothing is decided: more threads were no faster on the coolest contention measured either, by half of what \
                 they could add. The machine was busy, the work too little, or one contention alone was measured."
                    .to_owned(),
            );
        }
        cautions.extend(self.cautions());
        cautions
    }

    /// What the record lacks of the case that the source describes.
    pub(super) fn cautions(&self) -> Vec<String> {
        let mut cautions = vec![];
        if self.hottest < 1.0 {
            cautions.push(format!(
                "At most {} % of the swaps went to one pool: measure with --hot-pool 1 for the case of the source.",
                significant(100.0 * self.hottest, 3)
            ));
        }
        if self.work_us < VM_US {
            cautions.push(format!(
                "The greatest work is {} µs a transaction, less than a virtual machine takes: measure with --work-us 50.",
                significant(self.work_us, 3)
            ));
        }
        cautions
    }
}

/// What a swap of a real virtual machine takes at least, µs: below it a record is of bare native rules.
const VM_US: f64 = 10.0;
/// Executors that take a block as it comes.
pub(super) const ORDERING: [ExecutorName; 2] = [ExecutorName::BlockStm, ExecutorName::Locks];
