//! Machines of a catalogue against one measured prover: the flags, and what they ask for.

use crate::exit::usage;
use crate::number::{number, whole};
use crate::output::width;
use anyhow::Context;
use clap::ArgGroup;
use planner::PlanRequest;
use planner::hardware::{Catalogue, MeasuredProver, compare, rank, splits};
use planner::plan::Plan;
use planner::scaling::LineFit;
use records::plan::RecommendationRecord;
use records::plan::answers::CatalogueMachineRecord;
use records::plan::answers::{
    MachineAnswersRecord, MachineComparisonRecord, MachineSplitRecord, SplitRecord,
};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};
use reports::plan::machines;
use reports::plan::shopping::sentences;
use std::path::PathBuf;

/// What the columns and the words under "basis" mean.
const LEGEND: &str = "\
cores: of each prover. P: provers, spares among them. A: aggregators. P fit: provers on one machine. needed: machines
that hold P and A, by cores and by memory. $/hour: with L1 gas where its prices were given. p99: delay to consolidated.
Machines that were measured or are of the same family come first. Basis: \"same family\" and \"OTHER FAMILY\" scale the
measured time by the clock, the latter across processors that do other work in a cycle; \"MORE CORES\" is extrapolated
beyond the counts measured; \"SOLO\" was measured alone: what the other provers on a machine cost in cache and memory is
not in it.
";

/// Which machines to look at.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    next_help_heading = "Machines",
    group(ArgGroup::new("machine_question").args(["hardware", "compare", "split"]).multiple(true)),
    group(ArgGroup::new("cores_question").args(["hardware", "compare", "split", "usd_per_core_hour"]).multiple(true))
)]
pub(crate) struct MachineArgs {
    /// Rank machines of the catalogue for this target: all, or ids separated by commas.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    hardware: Vec<String>,
    /// Compare two machines of the catalogue.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    compare: Vec<String>,
    /// Split this machine into few provers of many cores, or many of few: for the target, and for --budget.
    #[arg(long, value_name = "ID")]
    split: Option<String>,
    /// Dollars per hour that --split may spend.
    #[arg(long, value_name = "USD", value_parser = number(1e-6..=1e9), requires = "split")]
    budget: Option<f64>,
    /// Your own machines, a CSV file with the columns of the built-in catalogue; they override its own.
    #[arg(long, value_name = "FILE", requires = "machine_question")]
    catalogue: Option<PathBuf>,
    /// The machine of the catalogue on which the times were measured.
    #[arg(long, value_name = "ID", requires = "machine_question")]
    measured_on: Option<String>,
    /// The clock at which the times were measured, in GHz; the probe's figure where the profile has one.
    #[arg(long, value_name = "GHZ", value_parser = number(0.01..=100.0), requires = "machine_question")]
    measured_ghz: Option<f64>,
    /// The cores of one prover, for times given by hand.
    #[arg(
        long,
        value_name = "COUNT",
        value_parser = whole(1..=65_536_u32),
        requires = "cores_question",
        conflicts_with = "profile"
    )]
    pub(crate) measured_cores: Option<u32>,
}

impl MachineArgs {
    /// Whether anything is asked of the catalogue.
    pub(crate) fn is_asked(&self) -> bool {
        !self.hardware.is_empty() || !self.compare.is_empty() || self.split.is_some()
    }

    fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let starter = Catalogue::starter().context("the built-in catalogue")?;
        let Some(path) = &self.catalogue else { return Ok(starter) };
        let text = records::file::read_text(path)?;
        let own = Catalogue::parse(&text).map_err(|error| usage(format!("{}: {error}", path.display())))?;
        Ok(starter.behind(own))
    }

    /// The prover from a measured profile: its mean prove time on each number of cores, of the best cell's kind.
    pub(crate) fn measured(
        &self,
        profile: &ProfileRecord,
        best: &CellSummaryRecord,
    ) -> anyhow::Result<MeasuredProver> {
        let alike = |cell: &&CellSummaryRecord| {
            cell.cell.workload == best.cell.workload
                && cell.cell.proof_system == best.cell.proof_system
                && cell.cell.batch_transactions == best.cell.batch_transactions
                && cell.cell.clock == best.cell.clock
        };
        let times: Vec<(u64, u64, f64)> = profile
            .cells
            .iter()
            .filter(alike)
            .filter_map(|cell| {
                let prove_s = cell.quantity(QuantityName::ProveBatch)?.median_s;
                Some((cell.cell.cores, cell.cell.provers, prove_s))
            })
            .collect();
        let alone = times.iter().filter(|time| time.1 == 1);
        let points: Vec<(f64, f64)> = alone.map(|&(cores, _, prove_s)| (cores as f64, prove_s)).collect();
        let few = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let shared: Vec<(u32, u32, f64)> = times
            .iter()
            // Without a time of one alone nothing says what the neighbours cost.
            .filter(|&&(cores, provers, _)| provers > 1 && points.iter().any(|point| point.0 == cores as f64))
            .map(|&(cores, provers, prove_s)| (few(cores), few(provers), prove_s))
            .collect();
        let merges: Vec<(f64, f64)> = profile
            .cells
            .iter()
            .filter(|cell| alike(cell) && cell.cell.provers == 1)
            .filter_map(|cell| Some((cell.cell.cores as f64, merge_s(cell)?)))
            .collect();
        let mut prover = MeasuredProver::new(&points, self.ghz(best.clock_ghz)?)?.with_neighbours(&shared)?;
        if !merges.is_empty() {
            prover = prover.with_merges(&merges)?;
        }
        if let Some(law) = clock_law(profile, best) {
            prover = prover.with_clock_law(law);
        }
        let prover = self.with_identity(prover)?;
        let memory_gib = best.peak_rss_bytes.map(|bytes| bytes as f64 / f64::from(1u32 << 30));
        Ok(match memory_gib {
            Some(gib) => prover.with_memory_gib(gib)?,
            None => prover,
        })
    }

    /// The prover of times given by hand: of a proof, and of a step of aggregation on as many cores.
    pub(crate) fn by_hand(&self, prove_s: f64, step_s: f64) -> anyhow::Result<MeasuredProver> {
        let cores = self.measured_cores.ok_or_else(|| {
            usage("--measured-cores is missing: how many cores one prover had when --prove was taken")
        })?;
        let prover = MeasuredProver::new(&[(f64::from(cores), prove_s)], self.ghz(None)?)?;
        self.with_identity(prover.with_merges(&[(f64::from(cores), step_s)])?)
    }

    fn ghz(&self, probed_ghz: Option<f64>) -> anyhow::Result<f64> {
        self.measured_ghz.or(probed_ghz).ok_or_else(|| {
            usage("--measured-ghz is missing: the clock at which the times were measured (see bench-harness machine)")
        })
    }

    fn with_identity(&self, prover: MeasuredProver) -> anyhow::Result<MeasuredProver> {
        let Some(id) = &self.measured_on else { return Ok(prover) };
        Ok(prover.on(self.catalogue()?.find(id)?))
    }

    /// What was asked for.
    pub(crate) fn answers(
        &self,
        plan: &Plan,
        prover: &MeasuredProver,
    ) -> anyhow::Result<MachineAnswersRecord> {
        let catalogue = self.catalogue()?;
        let Plan { request, choice: base, .. } = plan;
        let mut answers = MachineAnswersRecord::default();
        if !self.hardware.is_empty() {
            answers.ranking = Some(self.ranking(request, base, &catalogue, prover)?);
        }
        if !self.compare.is_empty() {
            answers.comparison = Some(self.comparison(request, base, &catalogue, prover)?);
        }
        if let Some(id) = &self.split {
            let machine = catalogue.find(id)?;
            let of = |budget| splits(request, base, machine, prover, budget);
            answers.split = Some(MachineSplitRecord {
                id: id.clone(),
                for_target: of(None)?,
                budget_usd_per_hour: self.budget,
                for_budget: self.budget.map(|budget| of(Some(budget))).transpose()?,
            });
        }
        Ok(answers)
    }

    fn ranking(
        &self,
        request: &PlanRequest,
        base: &RecommendationRecord,
        catalogue: &Catalogue,
        prover: &MeasuredProver,
    ) -> anyhow::Result<Vec<CatalogueMachineRecord>> {
        let all = self.hardware.iter().any(|id| id == "all");
        for id in self.hardware.iter().filter(|id| *id != "all") {
            catalogue.find(id)?;
        }
        let starter = Catalogue::starter().context("the built-in catalogue")?;
        // A machine of the program's own whose cores or clock nobody publishes has no figure to rank; one that was
        // asked for, or that the user described, says so instead.
        let has_figures = |id: &str| match (catalogue.find(id), starter.find(id)) {
            (Ok(machine), Ok(built_in)) => machine != built_in || machine.is_complete(),
            _ => true,
        };
        let wanted = |machine: &CatalogueMachineRecord| {
            self.hardware.contains(&machine.id) || (all && has_figures(&machine.id))
        };
        Ok(rank(request, base, catalogue, prover).into_iter().filter(wanted).collect())
    }

    fn comparison(
        &self,
        request: &PlanRequest,
        base: &RecommendationRecord,
        catalogue: &Catalogue,
        prover: &MeasuredProver,
    ) -> anyhow::Result<MachineComparisonRecord> {
        let [first, second] = self.compare.as_slice() else {
            return Err(usage(format!("--compare: expected two ids, got {}", self.compare.len())));
        };
        Ok(compare(request, base, catalogue, prover, (first, second))?)
    }
}

/// The answers as tables for a terminal.
pub(crate) fn tables(answers: &MachineAnswersRecord) -> String {
    let MachineAnswersRecord { ranking, comparison, split } = answers;
    let mut text = String::new();
    if let Some(records) = ranking {
        let table = machines::terminal(records, width());
        let first = records.iter().find_map(|machine| machine.fleet.as_ref());
        let order = first.map_or_else(String::new, |fleet| sentences(&fleet.order).join("\n") + "\n");
        text += &format!(
            "\nMachines, guesses last, of each the cheapest first, those without a price after those with one:\n{table}{LEGEND}\
             The first as an order:\n{order}"
        );
    }
    if let Some(MachineComparisonRecord { first, second, turning_fraction }) = comparison {
        let table = machines::terminal(&[first.clone(), second.clone()], width());
        let (first, second) = (&first.id, &second.id);
        let turn = match turning_fraction {
            Some(share) => format!(
                "At equal work per cycle {first} proves one batch on all its cores sooner than {second} where more \
                 than {:.1} % of the work is parallel; below that {second} does.",
                share * 100.0
            ),
            None => {
                "No parallel share turns the answer: one of them is faster at any, or a clock is unknown."
                    .to_owned()
            }
        };
        text += &format!("\n{first} against {second}:\n{table}{LEGEND}{turn}\n");
    }
    if let Some(MachineSplitRecord { id, for_target, budget_usd_per_hour, for_budget }) = split {
        text += &format!("\n{id} split into provers, for the target:\n{}", split_table(for_target));
        if let Some((budget, rows)) = budget_usd_per_hour.zip(for_budget.as_ref()) {
            text += &format!("\n{id} split into provers, for ${budget} an hour:\n{}", split_table(rows));
        }
    }
    text
}

/// The median of a merge over its levels, weighted by what was measured of each.
fn merge_s(cell: &CellSummaryRecord) -> Option<f64> {
    let mut values: Vec<f64> =
        cell.levels(QuantityName::AggregateMerge).iter().flat_map(|level| level.values_s.clone()).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The law over the clock of the cells that differ from `best` in it alone, where three clocks or more were measured.
fn clock_law(profile: &ProfileRecord, best: &CellSummaryRecord) -> Option<LineFit> {
    let alike = profile.cells.iter().filter(|cell| {
        let clock = best.cell.clock.clone();
        records::sample::CellRecord { clock, ..cell.cell.clone() } == best.cell
            && !cell.cell.clock.ends_with('%')
    });
    let points =
        alike.filter_map(|cell| Some((cell.clock_ghz?, cell.quantity(QuantityName::ProveBatch)?.median_s)));
    LineFit::over_clock(&points.collect::<Vec<_>>()).ok()
}

fn split_table(rows: &[SplitRecord]) -> String {
    let mut table = crate::output::table([
        "cores",
        "prove, s",
        "neighbours",
        "P",
        "A",
        "machines",
        "$/hour",
        "batches/s",
        "p50, s",
    ]);
    for SplitRecord {
        cores_per_prover,
        prove_s,
        neighbours,
        provers,
        aggregators,
        cores_per_aggregator: _,
        merge_s: _,
        machines,
        usd_per_hour,
        throughput_batches_per_s,
        proof_p50_s,
    } in rows
    {
        table.add_row([
            cores_per_prover.to_string(),
            format!("{prove_s:.2}"),
            neighbours.clone(),
            provers.to_string(),
            aggregators.to_string(),
            machines.to_string(),
            usd_per_hour.map_or_else(|| "unknown".to_owned(), |usd| format!("{usd:.2}")),
            format!("{throughput_batches_per_s:.3}"),
            format!("{proof_p50_s:.2}"),
        ]);
    }
    format!("{table}\n")
}
