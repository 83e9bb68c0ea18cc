//! What `gate paired` and `gate aa` share: the cells that are compared, the two programs, progress on standard error.

use crate::cmd::gate::programs::Program;
use crate::cmd::gate::revision::Built;
use crate::cmd::gate::sample::fields;
use crate::cmd::measure::spec_args::SpecArgs;
use crate::exit::usage;
use crate::number::counted;
use ::machine::{Allowance, Root, Standard};
use ::measure::host::Host;
use ::measure::run::MeasureError;
use ::measure::schedule::Schedule;
use ::measure::spec::{Overrides, Spec, SystemChoice};
use records::regression::paired::ComparedName;
use records::sample::{CellRecord, MarkName};
use regression::paired::PairedEvent;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Fields of a spec that are fixed by the comparison: each sample is one repeat, and its seed is that of its pair.
const FIXED_FIELDS: [&str; 6] =
    ["seed", "repeats", "min_repeats", "reruns", "interval_width", "time_limit_s"];

/// What is compared by default: one cell, swaps in batches that fill a power of two of rows, on all cores.
pub(crate) fn defaults() -> Overrides {
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32]),
        batches_per_aggregation: Some(2),
        cores: Some("all".to_owned()),
        provers: Some("1".to_owned()),
        ..Overrides::default()
    }
}

/// What both programs of a comparison are asked.
pub(crate) struct ComparisonSpec {
    /// The fields of the spec that are sent: those that are not at their default, so that a program that does not know
    /// a later field is not asked for it needlessly.
    sent: Map<String, Value>,
    /// The cells that follow from it.
    pub(crate) cells: Vec<CellRecord>,
    /// How many of them have a proof system that is known to have no aggregation.
    without_aggregation: usize,
    /// The seed from which those of the pairs are drawn.
    pub(crate) seed: u64,
    /// The file that it was read from, where there is one.
    pub(crate) file: Option<String>,
    /// Whether times are those of a script, and not of this machine.
    is_scripted: bool,
}

impl ComparisonSpec {
    /// The spec of these flags.
    ///
    /// # Errors
    /// Usage for a spec with several provers at once or another clock: a sample is one prover, at the clock as it is.
    pub(crate) fn of(flags: SpecArgs) -> anyhow::Result<Self> {
        let file = flags.file().map(|file| file.display().to_string());
        let spec: Spec = flags.resolve(defaults(), &Host::read(Some("system"))?)?;
        let all = spec.effective();
        for (field, wanted, got) in [("provers", "1", &all.provers), ("clock", "as_is", &all.clock)] {
            if let Some(got) = got
                && got != wanted
            {
                return Err(usage(format!("{field}: a comparison of builds takes {wanted} only, got {got}")));
            }
        }
        let usual = fields(&Overrides::defaults())?;
        let is_sent = |(name, value): &(String, Value)| {
            !FIXED_FIELDS.contains(&name.as_str()) && usual.get(name) != Some(value)
        };
        let sent = fields(all)?.into_iter().filter(is_sent).collect();
        let schedule = Schedule::new(&spec).map_err(MeasureError::from)?;
        Ok(Self {
            sent,
            cells: schedule.cells().iter().map(|cell| cell.record()).collect(),
            without_aggregation: schedule
                .cells()
                .iter()
                .filter(|cell| cell.system.cannot_aggregate())
                .count(),
            seed: spec.seed,
            file,
            is_scripted: spec.systems.iter().all(SystemChoice::is_scripted),
        })
    }

    /// How many comparisons these times of all cells make.
    pub(crate) fn comparisons(&self, times: &[ComparedName]) -> usize {
        let aggregates = usize::from(times.contains(&ComparedName::Aggregate));
        self.cells.len() * times.len() - self.without_aggregation * aggregates
    }

    /// The two programs, by the names that messages give them. `aggregates` is whether a sample needs an aggregation.
    pub(crate) fn programs<'a>(
        &self,
        named: [(&str, &Built); 2],
        aggregates: bool,
        limit: Duration,
        stop: &'a AtomicBool,
    ) -> [Program<'a>; 2] {
        let standard = Rc::new(Cell::new(self.standard()));
        named.map(|(name, built)| Program {
            name: name.to_owned(),
            file: built.file.clone(),
            spec: self.sent.clone(),
            cells: self.cells.iter().map(CellRecord::key).collect(),
            aggregates,
            limit,
            stop,
            standard: Rc::clone(&standard),
            stages: BTreeMap::new(),
        })
    }

    /// The best reading of the probe on every CPU: the reference of the first sample, which later readings can only
    /// raise. None for a script, and where nothing can be read.
    fn standard(&self) -> Standard {
        match Allowance::read(&Root::system()) {
            Ok(allowance) if !self.is_scripted => Standard::measure(&allowance),
            _ => Standard::default(),
        }
    }
}

/// A line on standard error for each event of a comparison that began at `started`.
pub(crate) fn progress(started: Instant) -> impl FnMut(&PairedEvent<'_>) {
    move |event| {
        let at = format!("{:5.0} s", started.elapsed().as_secs_f64());
        match event {
            PairedEvent::Described { cells, comparisons } => {
                let cells = counted(cells.len(), "cell");
                eprintln!("{at}  both programs answer: {cells}, {}", counted(*comparisons, "comparison"));
            }
            PairedEvent::Block { block, cells, pairs } => {
                let why =
                    if *block == 1 { "" } else { ", independent of the first, since that suspects a change" };
                let (pairs, cells) = (counted(*pairs, "pair"), counted(*cells, "cell"));
                eprintln!("{at}  block {block}: {pairs} of {cells}{why}");
            }
            PairedEvent::Pair { block, place, cell, is_repeat, base, head } => {
                let again = if *is_repeat { " again" } else { "" };
                let mark = |arm: &str, mark: &MarkName| format!("{arm} {}", mark.key().replace('_', " "));
                let discarded = match (base.counts(), head.counts()) {
                    (true, true) => String::new(),
                    (false, true) => format!(": discarded ({})", mark("base", base)),
                    (true, false) => format!(": discarded ({})", mark("head", head)),
                    (false, false) => format!(": discarded ({}, {})", mark("base", base), mark("head", head)),
                };
                eprintln!("{at}  block {block}, pair {}{again}, {cell}{discarded}", place + 1);
            }
        }
    }
}
