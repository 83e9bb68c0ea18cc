//! Which pair comes when, and which is repeated.
//!
//! In each block: pair 0 of every cell, then pair 1 of every cell, … The arm that runs first alternates from pair to
//! pair (A B B A), so that a drift of the machine falls on both alike, and the cells take turns, so that it falls on
//! all of them alike.

use crate::paired::arm::{Arm, ArmError, Reading, Readings};
use crate::paired::block::{Pair, PairBlock, ShiftTest};
use crate::paired::comparable::{self, Incomparable};
use crate::paired::decide::{ComparisonVerdict, Judged, Suspicion, judge, verdict, whole};
use crate::paired::rules::{self, RulesError};
use crate::statistics::geometric::pair_means;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use records::regression::arm::DescribedAnswer;
use records::regression::paired::{ComparedName, Many, PairedRules, VerdictName};
use records::sample::MarkName;
use thiserror::Error;

/// Why there is no verdict.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PairedError {
    /// A program gives no sample.
    #[error(transparent)]
    Arm(#[from] ArmError),
    /// The two cannot be compared.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// The rules can decide nothing.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// There is nothing to compare.
    #[error("there is no cell, or no time of one, to compare")]
    Nothing,
    /// The probes discarded everything.
    #[error(
        "{cell}, {time}: zero pairs are left after discarding: each of {made} had a sample that was {mark} (base in \
         {base}, head in {head}); wait for a quieter machine, or allow more with --repeat-discarded{hint}",
        time = time.key()
    )]
    NoPairs {
        /// Which cell.
        cell: String,
        /// Which time.
        time: ComparedName,
        /// How many pairs were made.
        made: usize,
        /// The mark of the last.
        mark: &'static str,
        /// In how many the sample of base was discarded.
        base: usize,
        /// In how many that of head was.
        head: usize,
        /// What it points to where it was one of the two alone; empty otherwise.
        hint: &'static str,
    },
}

/// Progress of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum PairedEvent<'a> {
    /// Both programs have said who they are.
    Described {
        /// The cells.
        cells: &'a [String],
        /// How many comparisons there are.
        comparisons: usize,
    },
    /// A block begins.
    Block {
        /// 1 or 2.
        block: usize,
        /// Cells in it.
        cells: usize,
        /// Pairs of each.
        pairs: usize,
    },
    /// A pair was made.
    Pair {
        /// 1 or 2.
        block: usize,
        /// Its place in the block.
        place: usize,
        /// Which cell.
        cell: &'a str,
        /// Whether it was made in place of a discarded one.
        is_repeat: bool,
        /// What the probes made of the sample of base, the worst over the times that are compared.
        base: MarkName,
        /// The same of head.
        head: MarkName,
    },
}

/// One time of one cell, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CellComparison {
    /// The key of the cell.
    pub cell: String,
    /// Which of its times.
    pub time: ComparedName,
    /// The pairs of the first block.
    pub first: PairBlock,
    /// What they come to.
    pub first_judged: Judged,
    /// The pairs of the second block, and what they come to.
    pub second: Option<(PairBlock, Judged)>,
    /// The verdict.
    pub verdict: ComparisonVerdict,
}

/// The geometric mean over all comparisons.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanCompared {
    /// What the first block comes to.
    pub first: Judged,
    /// What the second block comes to.
    pub second: Option<Judged>,
    /// The verdict.
    pub verdict: ComparisonVerdict,
}

/// A whole comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The description of base.
    pub base: DescribedAnswer,
    /// The description of head.
    pub head: DescribedAnswer,
    /// Each comparison.
    pub comparisons: Vec<CellComparison>,
    /// The geometric mean, where it decides.
    pub mean: Option<MeanCompared>,
    /// The verdict of all.
    pub verdict: VerdictName,
}

/// Compares two programs: all of `times` in all of their cells, but for aggregation where a cell's proof system is known
/// to have none.
///
/// # Errors
/// [`PairedError`].
pub fn compare(
    base: &mut dyn Arm,
    head: &mut dyn Arm,
    times: &[ComparedName],
    rules: &PairedRules,
    on: &mut dyn FnMut(&PairedEvent<'_>),
) -> Result<Comparison, PairedError> {
    let described = (base.describe()?, head.describe()?);
    comparable::check(&described.0, &described.1)?;
    let cells = described.0.cells.clone();
    let times = Wanted::of(times, &described);
    let comparisons = times.comparisons(&cells);
    if comparisons == 0 {
        return Err(PairedError::Nothing);
    }
    rules::check(rules, comparisons)?;
    on(&PairedEvent::Described { cells: &cells, comparisons });
    let seeds = ChaCha20Rng::seed_from_u64(rules.seed);
    let mut maker = Maker { base, head, times: &times, rules, seeds, on };
    let first = maker.block(1, &cells)?;
    let judged = judge(&figures(&first, rules), rules);
    if let Some(empty) = first.iter().zip(&judged).find(|(_, judged)| judged.figures.used == 0) {
        return Err(no_pairs(empty.0));
    }
    match rules.many {
        Many::Holm => maker.confirm_each(described, first, judged),
        Many::GeometricMean => maker.confirm_mean(described, &cells, first, judged),
    }
}

/// One block alone, of a program against itself, say: no verdict, and no second block.
///
/// # Errors
/// [`PairedError`].
pub fn one_block(
    base: &mut dyn Arm,
    head: &mut dyn Arm,
    times: &[ComparedName],
    rules: &PairedRules,
    on: &mut dyn FnMut(&PairedEvent<'_>),
) -> Result<(DescribedAnswer, Vec<Made>), PairedError> {
    let described = (base.describe()?, head.describe()?);
    comparable::check(&described.0, &described.1)?;
    let cells = described.0.cells.clone();
    let times = Wanted::of(times, &described);
    let comparisons = times.comparisons(&cells);
    if comparisons == 0 {
        return Err(PairedError::Nothing);
    }
    rules::check(rules, 1)?;
    on(&PairedEvent::Described { cells: &cells, comparisons });
    let seeds = ChaCha20Rng::seed_from_u64(rules.seed);
    let made = Maker { base, head, times: &times, rules, seeds, on }.block(1, &cells)?;
    match made.iter().find(|made| (0..rules.pairs).all(|place| made.block.used(place).is_none())) {
        Some(empty) => Err(no_pairs(empty)),
        None => Ok((described.0, made)),
    }
}

/// Which times of which cell are compared.
struct Wanted {
    times: Vec<ComparedName>,
    without_aggregation: Vec<String>,
}

impl Wanted {
    fn of(times: &[ComparedName], (base, head): &(DescribedAnswer, DescribedAnswer)) -> Self {
        let without_aggregation = [&base.without_aggregation[..], &head.without_aggregation].concat();
        Self { times: times.to_vec(), without_aggregation }
    }

    fn of_cell(&self, cell: &str) -> impl Iterator<Item = ComparedName> {
        let has_none = self.without_aggregation.iter().any(|known| known == cell);
        self.times.iter().copied().filter(move |time| !(has_none && *time == ComparedName::Aggregate))
    }

    fn comparisons(&self, cells: &[String]) -> usize {
        cells.iter().map(|cell| self.of_cell(cell).count()).sum()
    }
}

/// The pairs of one comparison in one block.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The key of the cell.
    pub cell: String,
    /// Which of its times.
    pub time: ComparedName,
    /// The pairs.
    pub block: PairBlock,
}

fn no_pairs(made: &Made) -> PairedError {
    let last = made.block.pairs.last();
    let mark = last.map(|pair| if pair.base.mark.counts() { pair.head.mark } else { pair.base.mark });
    let discarded = made.block.discarded_by_arm();
    let hint = match discarded {
        (0, 1..) => "; head alone was disturbed: look for work of its own on a neighbouring core",
        _ => "",
    };
    PairedError::NoPairs {
        cell: made.cell.clone(),
        time: made.time,
        made: made.block.pairs.len(),
        mark: mark.map_or("discarded", |mark| mark.key()),
        base: discarded.0,
        head: discarded.1,
        hint,
    }
}

fn figures(made: &[Made], rules: &PairedRules) -> Vec<ShiftTest> {
    let of = |made: &Made| made.block.differences(rules.pairs).into_iter().flatten().collect::<Vec<_>>();
    made.iter().map(|made| ShiftTest::of(&of(made), rules.level)).collect()
}

fn mean_figures(made: &[Made], rules: &PairedRules) -> ShiftTest {
    let all: Vec<_> = made.iter().map(|made| made.block.differences(rules.pairs)).collect();
    ShiftTest::of(&pair_means(&all), rules.level)
}

/// Each comparison with what it comes to, by its first block and the second of those that were made again.
fn compared(
    first: Vec<Made>,
    judged: Vec<Judged>,
    again: &[(Made, Judged)],
    rules: &PairedRules,
) -> Vec<CellComparison> {
    let compared = |(made, first_judged): (Made, Judged)| {
        let second = again.iter().find(|(one, _)| one.cell == made.cell && one.time == made.time);
        let second = second.map(|(again, judged)| (again.block.clone(), *judged));
        let verdict = verdict(&first_judged, second.as_ref().map(|(_, judged)| judged), rules);
        CellComparison { cell: made.cell, time: made.time, first: made.block, first_judged, second, verdict }
    };
    first.into_iter().zip(judged).map(compared).collect()
}

/// Makes pairs.
struct Maker<'a> {
    base: &'a mut dyn Arm,
    head: &'a mut dyn Arm,
    times: &'a Wanted,
    rules: &'a PairedRules,
    seeds: ChaCha20Rng,
    on: &'a mut dyn FnMut(&PairedEvent<'_>),
}

impl Maker<'_> {
    /// One block over some cells: every planned pair, then the repeats of discarded ones, within their limit.
    fn block(&mut self, block: usize, cells: &[String]) -> Result<Vec<Made>, PairedError> {
        let times = self.times;
        let pairs = self.rules.pairs;
        (self.on)(&PairedEvent::Block { block, cells: cells.len(), pairs });
        let mut made: Vec<Vec<Made>> = cells
            .iter()
            .map(|cell| {
                let one = |time| Made { cell: cell.clone(), time, block: PairBlock::default() };
                times.of_cell(cell).map(one).collect()
            })
            .collect();
        for place in 0..pairs {
            for of_cell in &mut made {
                self.pair(block, place, false, of_cell)?;
            }
        }
        // One repeat of each cell in turn, so that they stay side by side in time.
        for _ in 0..self.rules.repeat_discarded {
            for of_cell in &mut made {
                let lacks = |place: &usize| of_cell.iter().any(|made| made.block.used(*place).is_none());
                let tried = |place: &usize| of_cell.first().map_or(0, |made| made.block.tried(*place));
                // The place that was tried least, so that repeats too take either order in turn.
                if let Some(place) = (0..pairs).filter(lacks).min_by_key(tried) {
                    self.pair(block, place, true, of_cell)?;
                }
            }
        }
        Ok(made.into_iter().flatten().collect())
    }

    fn pair(
        &mut self,
        block: usize,
        place: usize,
        is_repeat: bool,
        of_cell: &mut [Made],
    ) -> Result<(), PairedError> {
        let Some(cell) = of_cell.first().map(|made| made.cell.clone()) else { return Ok(()) };
        // 53 bits: every reader of JSON keeps them whole.
        let seed = self.seeds.next_u64() >> 11;
        let is_base_first = place.is_multiple_of(2);
        let (base, head) = if is_base_first {
            let base = self.base.sample(&cell, seed)?;
            (base, self.head.sample(&cell, seed)?)
        } else {
            let head = self.head.sample(&cell, seed)?;
            (self.base.sample(&cell, seed)?, head)
        };
        let (mut base_mark, mut head_mark) = (MarkName::Clean, MarkName::Clean);
        for made in of_cell {
            let pair = Pair {
                place,
                seed,
                is_base_first,
                base: reading("base", &base, made.time)?,
                head: reading("head", &head, made.time)?,
            };
            for (worst, answer) in [(&mut base_mark, pair.base), (&mut head_mark, pair.head)] {
                if worst.counts() && !answer.mark.counts() {
                    *worst = answer.mark;
                }
            }
            made.block.pairs.push(pair);
        }
        (self.on)(&PairedEvent::Pair {
            block,
            place,
            cell: &cell,
            is_repeat,
            base: base_mark,
            head: head_mark,
        });
        Ok(())
    }

    /// Each comparison decides: those that the first block suspects are made again.
    fn confirm_each(
        mut self,
        (base, head): (DescribedAnswer, DescribedAnswer),
        first: Vec<Made>,
        judged: Vec<Judged>,
    ) -> Result<Comparison, PairedError> {
        let rules = self.rules;
        let suspects = |made: &Made| {
            let found =
                first.iter().zip(&judged).find(|(one, _)| one.cell == made.cell && one.time == made.time);
            found.is_some_and(|(_, judged)| judged.suspicion != Suspicion::Nothing)
        };
        let mut cells: Vec<_> =
            first.iter().filter(|made| suspects(made)).map(|made| made.cell.clone()).collect();
        cells.dedup();
        let mut second = Vec::new();
        if !cells.is_empty() {
            let made = self.block(2, &cells)?;
            // Only what was suspected is tested again: the other time of the same cell came along.
            let again: Vec<_> = made.into_iter().filter(|made| suspects(made)).collect();
            let judged = judge(&figures(&again, rules), rules);
            second = again.into_iter().zip(judged).collect();
        }
        let comparisons = compared(first, judged, &second, rules);
        let verdict = whole(comparisons.iter().map(|compared| compared.verdict.name));
        Ok(Comparison { base, head, comparisons, mean: None, verdict })
    }

    /// The mean decides: if it is suspected, every cell is made again.
    fn confirm_mean(
        mut self,
        (base, head): (DescribedAnswer, DescribedAnswer),
        cells: &[String],
        first: Vec<Made>,
        judged: Vec<Judged>,
    ) -> Result<Comparison, PairedError> {
        let rules = self.rules;
        let mean_first = judge(&[mean_figures(&first, rules)], rules)[0];
        let (mut again, mut mean_second) = (Vec::new(), None);
        if mean_first.suspicion != Suspicion::Nothing {
            let made = self.block(2, cells)?;
            mean_second = Some(judge(&[mean_figures(&made, rules)], rules)[0]);
            let judged = judge(&figures(&made, rules), rules);
            again = made.into_iter().zip(judged).collect();
        }
        let mean_verdict = verdict(&mean_first, mean_second.as_ref(), rules);
        let comparisons = compared(first, judged, &again, rules);
        let name = mean_verdict.name;
        let mean = MeanCompared { first: mean_first, second: mean_second, verdict: mean_verdict };
        Ok(Comparison { base, head, comparisons, mean: Some(mean), verdict: name })
    }
}

fn reading(arm: &str, sample: &Readings, time: ComparedName) -> Result<Reading, ArmError> {
    let no_result = |why: String| ArmError::NoResult { arm: arm.to_owned(), why };
    let found = sample.get(&time);
    let key = time.key();
    let hint = match time {
        ComparedName::Aggregate => {
            "; where its proof system cannot aggregate, --time prove compares what it has"
        }
        ComparedName::Verify => "; a prover that cannot verify has none",
        ComparedName::Memory => "; it is of a version that does not report it, or the system does not",
        ComparedName::Prove | ComparedName::ProveWithoutGrind | ComparedName::SetUp => "",
    };
    let (what, unit) = if time == ComparedName::Memory { ("figure", "bytes") } else { ("time", "s") };
    let found = found.ok_or_else(|| no_result(format!("its sample has no {what} `{key}`{hint}")))?;
    if !(found.value.is_finite() && found.value > 0.0) {
        return Err(no_result(format!("its {what} `{key}` is {} {unit}, which is no {what}", found.value)));
    }
    Ok(*found)
}
