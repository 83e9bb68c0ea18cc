//! `gate paired`: prove times of two programs, in pairs of runs.

use crate::cmd::gate::fleet_impact;
use crate::cmd::gate::outputs::Outputs;
use crate::cmd::gate::programs::Program;
use crate::cmd::gate::revision::{self, Built, Lock};
use crate::cmd::gate::sample::fields;
use crate::cmd::gate::stop_on_ctrl_c;
use crate::cmd::measure::spec_args::SpecArgs;
use crate::cmd::plan::args::PlanArgs;
use crate::exit::{Inconclusive, Regression, usage};
use crate::output::{print, width};
use ::machine::{Allowance, Probe, Root};
use ::measure::host::Host;
use ::measure::run::MeasureError;
use ::measure::schedule::Schedule;
use ::measure::spec::{Overrides, Spec, SystemChoice};
use clap::ValueEnum;
use records::regression::paired::{PairedRecord, TimeName, VerdictName};
use records::sample::CellRecord;
use regression::paired::record::{About, record};
use regression::paired::{Event, Many, Rules, compare};
use reports::regression::paired_terminal;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Compare the prove times of two builds in pairs of runs: A B B A, each sample in a fresh process, a new seed for each
/// pair and the same in both arms.
///
/// Head regresses where the exact signed-rank test and the Hodges-Lehmann estimate say so in one block of pairs, and
/// again in a second, independent one. It passes where the interval excludes a regression of the least effect. All
/// else is inconclusive. The number of pairs is fixed beforehand; only pairs that the probes marked are repeated.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness gate paired --base ./old --head ./new --pairs 20
  bench-harness gate paired --base main --head HEAD --shared --strict
  bench-harness gate paired --base main --head HEAD --target-tx-per-s 500 --prover-usd-per-hour 1.2

Exit codes: 0 pass, improved, or inconclusive without --strict; 3 regressed; 4 inconclusive with --strict; 5 the two
cannot be compared.")]
pub(crate) struct Args {
    /// What to compare with: a program, or a git revision, which is built in a temporary worktree.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    base: String,
    /// What to judge.
    #[arg(long, value_name = "PROGRAM|REVISION")]
    head: String,
    #[command(flatten)]
    rules: RuleArgs,
    /// Let the geometric mean over all cells and times gate, instead of each by Holm's method.
    #[arg(long)]
    geometric_mean: bool,
    /// Fail where the verdict is inconclusive.
    #[arg(long)]
    strict: bool,
    /// Which lock file revisions are built with.
    #[arg(long, value_enum, default_value_t = Lock::Head)]
    lock: Lock,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    plan_args: PlanArgs,
}

/// The rules that can be set.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Rules, fixed before the first pair")]
pub(crate) struct RuleArgs {
    /// Pairs of a block: 5 is the fewest that can decide anything, 10 fits a change, 20 a nightly run.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub(crate) pairs: usize,
    /// The least effect that counts, as 3% or 0.03.
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "shared", default_value = "3%")]
    pub(crate) min_effect: f64,
    /// The machine is shared with others: a least effect of 5%.
    #[arg(long)]
    pub(crate) shared: bool,
    /// The level of each one-sided test, as 5% or 0.05.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "5%")]
    pub(crate) level: f64,
    /// The most pairs of a cell and block that are repeated because the probes marked them; as many as there are
    /// pairs unless given.
    #[arg(long, value_name = "COUNT")]
    pub(crate) repeat_discarded: Option<usize>,
    /// Which times are compared.
    #[arg(long = "time", value_enum, value_delimiter = ',', default_values_t = [Time::Prove, Time::Aggregate])]
    pub(crate) times: Vec<Time>,
    /// How long a program may take for one sample.
    #[arg(long, value_name = "TIME", value_parser = crate::units::seconds, default_value = "10min")]
    pub(crate) sample_timeout: f64,
}

/// A least effect on a shared machine.
const SHARED_LEAST_EFFECT: f64 = 0.05;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Time {
    /// Witness and proof of one batch.
    Prove,
    /// The same without grinding, which is luck: fewer pairs decide.
    ProveWithoutGrind,
    /// From the proofs of N batches to one.
    Aggregate,
}

/// A share on the command line.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.strip_suffix('%') {
        Some(number) => (number, 0.01),
        None => (text, 1.0),
    };
    let wrong = |_| format!("expected a share as in 3% or 0.03, got `{text}`");
    number.trim().parse::<f64>().map_err(wrong).map(|number| number * scale)
}

impl RuleArgs {
    /// The rules.
    pub(crate) fn rules(&self, many: Many, seed: u64) -> Rules {
        Rules {
            pairs: self.pairs,
            min_effect: if self.shared { SHARED_LEAST_EFFECT } else { self.min_effect },
            level: self.level,
            many,
            repeat_discarded: self.repeat_discarded.unwrap_or(self.pairs),
            seed,
        }
    }

    /// How long a sample may take.
    pub(crate) fn limit(&self) -> anyhow::Result<Duration> {
        Duration::try_from_secs_f64(self.sample_timeout)
            .map_err(|error| usage(format!("--sample-timeout: {} s: {error}", self.sample_timeout)))
    }
}

/// The times that were asked for, each once.
pub(crate) fn names(times: &[Time]) -> Vec<TimeName> {
    let name = |time: &Time| match time {
        Time::Prove => TimeName::Prove,
        Time::ProveWithoutGrind => TimeName::ProveWithoutGrind,
        Time::Aggregate => TimeName::Aggregate,
    };
    let mut times: Vec<_> = times.iter().map(name).collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// What is compared where nothing is said: one cell, swaps in batches that fill a power of two of rows, on all cores.
fn defaults() -> Overrides {
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32]),
        batches_per_aggregation: Some(2),
        cores: Some("all".to_owned()),
        provers: Some("1".to_owned()),
        ..Overrides::default()
    }
}

/// The spec of a comparison, and what of it the programs are told: the fields that are not at their default, so that
/// a program which does not know a later field is not asked for it in vain.
///
/// # Errors
/// A spec that cannot be, or one with several provers at once or another clock: a sample is one prover, at the clock
/// that runs.
pub(crate) fn spec_of(flags: SpecArgs) -> anyhow::Result<(Spec, Map<String, Value>)> {
    let spec = flags.resolve(defaults(), &Host::read(Some("system"))?)?;
    let all = spec.effective();
    for (field, wanted, got) in [("provers", "1", &all.provers), ("clock", "as_is", &all.clock)] {
        if let Some(got) = got
            && got != wanted
        {
            return Err(usage(format!("{field}: a comparison of builds takes {wanted} alone, got {got}")));
        }
    }
    let usual = fields(&Overrides::defaults())?;
    // Each sample is one repeat, and its seed is that of its pair.
    let not_told = ["seed", "repeats", "min_repeats", "reruns", "interval_width", "time_limit_s"];
    let told = fields(spec.effective())?
        .into_iter()
        .filter(|(name, value)| !not_told.contains(&name.as_str()) && usual.get(name) != Some(value));
    let told = told.collect();
    Ok((spec, told))
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { base, head, rules, geometric_mean, strict, lock, outputs, spec, plan_args } = args;
    let (spec, told) = spec_of(spec)?;
    let many = if geometric_mean { Many::GeometricMean } else { Many::Holm };
    let (times, limit, rules) = (names(&rules.times), rules.limit()?, rules.rules(many, spec.seed));
    let schedule = Schedule::new(&spec).map_err(MeasureError::from)?;
    let cells: Vec<_> = schedule.cells().iter().map(|cell| cell.record()).collect();
    // What can never be decided is said before anything is built.
    rules.check(cells.len() * times.len()).map_err(usage)?;
    let stop = stop_on_ctrl_c()?;
    let pair = revision::both(&base, &head, lock, &stop)?;
    let started = Instant::now();
    let asked = Asked { told: &told, cells: &cells, limit, stop: &stop, best: standard(&spec) };
    let (mut base_arm, mut head_arm) =
        (program("base", &pair.base, &asked), program("head", &pair.head, &asked));
    let mut tell = Tell { started };
    let found = compare(&mut base_arm, &mut head_arm, &times, &rules, &mut |event| tell.on(event))?;
    let about = About {
        rules: &rules,
        is_strict: strict,
        base: (base, pair.base.commit),
        head: (head, pair.head.commit),
        cells: &cells,
        fleet_impact: Vec::new(),
        wall_s: started.elapsed().as_secs_f64(),
    };
    let mut record = record(&found, about);
    record.fleet_impact = fleet_impact::of(&record, &base_arm.stages, &plan_args)?;
    print(&paired_terminal::render(&record, width()))?;
    outputs.write(&record)?;
    exit(&record)
}

/// Readings of every CPU before the first sample.
const STANDARD_READINGS: usize = 5;

/// The best share of a core that some readings of every CPU see: a standard for the first sample. What is seen later
/// raises it. None for a script, whose times are not those of this machine, and where nothing can be read.
pub(crate) fn standard(spec: &Spec) -> Rc<Cell<Option<f64>>> {
    let rounds: Vec<Vec<usize>> = match (&spec.system, Allowance::read(&Root::system())) {
        (SystemChoice::Scripted(_), _) | (_, Err(_)) => Vec::new(),
        (_, Ok(allowance)) => allowance.cpus.iter().map(|cpu| vec![cpu]).collect(),
    };
    let readings = (0..STANDARD_READINGS).flat_map(|_| Probe::new().read_rounds(&rounds));
    Rc::new(Cell::new(readings.flatten().map(|reading| reading.adds_per_cycle).reduce(f64::max)))
}

/// What every program of a comparison is asked.
pub(crate) struct Asked<'a> {
    /// The fields of the spec that it is told.
    pub(crate) told: &'a Map<String, Value>,
    /// The cells that follow from it.
    pub(crate) cells: &'a [CellRecord],
    /// How long a sample may take.
    pub(crate) limit: Duration,
    /// Set by Ctrl-C.
    pub(crate) stop: &'a AtomicBool,
    /// The best share of a core that any sample of either program has seen.
    pub(crate) best: Rc<Cell<Option<f64>>>,
}

/// One of the two programs.
pub(crate) fn program<'a>(name: &str, built: &Built, asked: &Asked<'a>) -> Program<'a> {
    let Asked { told, cells, limit, stop, best } = asked;
    Program {
        name: name.to_owned(),
        file: built.file.clone(),
        spec: (*told).clone(),
        cells: cells.iter().map(CellRecord::key).collect(),
        limit: *limit,
        stop,
        best: Rc::clone(best),
        stages: BTreeMap::new(),
    }
}

fn exit(record: &PairedRecord) -> anyhow::Result<()> {
    let because = record.reasons.join("; ");
    match record.verdict {
        VerdictName::Regressed => Err(Regression(format!("head is slower than base: {because}")).into()),
        VerdictName::Inconclusive if record.rules.strict => {
            Err(Inconclusive(format!("the comparison is inconclusive: {because}")).into())
        }
        VerdictName::Pass | VerdictName::Improved | VerdictName::Inconclusive => Ok(()),
    }
}

/// A line on standard error for each pair.
pub(crate) struct Tell {
    /// When the comparison began.
    pub(crate) started: Instant,
}

impl Tell {
    /// Something happened.
    pub(crate) fn on(&mut self, event: &Event<'_>) {
        let at = format!("{:5.0} s", self.started.elapsed().as_secs_f64());
        match event {
            Event::Described { cells, comparisons } => {
                eprintln!("{at}  both programs answer: {} cells, {comparisons} comparisons", cells.len());
            }
            Event::Block { block, cells, pairs } => {
                let why =
                    if *block == 1 { "" } else { ", independent of the first, since that suspects a change" };
                eprintln!("{at}  block {block}: {pairs} pairs of {cells} cells{why}");
            }
            Event::Pair { block, place, cell, is_repeat, is_discarded } => {
                let again = if *is_repeat { " again" } else { "" };
                let marked = if *is_discarded { ": marked, left out" } else { "" };
                eprintln!("{at}  block {block}, pair {}{again}, {cell}{marked}", place + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares() {
        assert_eq!(share("3%"), Ok(0.03));
        assert_eq!(share("0.03"), Ok(0.03));
        assert_eq!(share(" 2.5 %"), Ok(0.025));
        assert!(share("three").expect_err("no number").contains("3% or 0.03"));
    }
}
