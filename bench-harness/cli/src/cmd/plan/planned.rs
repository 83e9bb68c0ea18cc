//! A plan from a measured profile: the cheapest of its cells, and what each of the others would need.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::flags::Flag;
use crate::cmd::plan::from_profile::{CellFilter, neighbours, request, system_of, times};
use crate::cmd::plan::order::on_measured_machine;
use crate::cmd::plan::predicted;
use crate::exit::usage;
use crate::output::width;
use crate::working::Working;
use planner::plan::{Plan, PlanOption, recommend_among};
use planner::scaling::sizes_between;
use records::number::significant;
use records::plan::{OptionFleetRecord, OptionRecord, PlanRecord};
use records::profile::{CellSummaryRecord, ProfileRecord};
use reports::answer::reason;
use reports::text::framed;
use std::collections::BTreeSet;

/// What is asked of a measured profile: a plan, and with which cells.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ProfilePlanArgs {
    #[command(flatten)]
    pub(crate) plan_args: PlanArgs,
    #[command(flatten)]
    pub(crate) cells: CellFilter,
}

/// A plan from a profile, and what else the profile would allow.
#[derive(Debug)]
pub(crate) struct Planned<'a> {
    /// The cell it is from.
    pub(crate) cell: &'a CellSummaryRecord,
    /// One prover in words: the cell, or a size that was predicted.
    pub(crate) prover: String,
    /// The same as a sentence, with what it is based on.
    pub(crate) heading: String,
    /// The plan of that cell.
    pub(crate) plan: Plan,
    /// The same as it is written and rendered.
    pub(crate) record: PlanRecord,
    /// A table of what each cell would need.
    pub(crate) others: String,
}

impl ProfilePlanArgs {
    /// All flags that are not at their defaults, those of cells first.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        [self.cells.flags(), self.plan_args.flags()].concat()
    }

    /// The same, with a target of 100 transactions per second where none was given.
    #[must_use]
    pub(crate) fn or_usual_target(self) -> Self {
        Self { plan_args: self.plan_args.or_usual_target(), ..self }
    }

    /// Plans with the cell whose plan is the cheapest, and tabulates what each of the others would need.
    ///
    /// # Errors
    /// As [`CellFilter::of`], [`request`] and [`recommend_among`].
    pub(crate) fn plan<'a>(&self, profile: &'a ProfileRecord) -> anyhow::Result<Planned<'a>> {
        let Self { plan_args, cells } = self;
        let _working = Working::on("planning with every cell of the profile");
        let measured = cells.of(profile)?;
        // A cell of which every merge was discarded must not keep the others from a plan.
        let (mut cells, without): (Vec<_>, Vec<_>) = measured
            .iter()
            .copied()
            .partition(|cell| times(cell).is_ok_and(|times| !times.lacks_merges(plan_args)));
        if cells.is_empty() {
            cells = measured;
        }
        check_sizes(plan_args, &cells)?;
        let option = |cell: &&CellSummaryRecord| -> anyhow::Result<PlanOption> {
            Ok(PlanOption {
                words: cell.cell.words(),
                system: system_of(cell),
                is_predicted: false,
                request: request(cell, plan_args)?,
            })
        };
        let between = sizes_between(&cells);
        let predictions = between.iter().map(|size| predicted::option(size, plan_args));
        let options: Vec<_> = cells.iter().map(option).chain(predictions).collect::<Result<_, _>>()?;
        let (index, plan) = recommend_among(&options)?;
        // Of a size that was not measured, the next larger one has the memory.
        let (cell, basis) = match index.checked_sub(cells.len()) {
            None => (cells[index], neighbours(cells[index])),
            Some(at) => {
                let size = &between[at];
                (size.above, format!("{}; {}", predicted::basis(size), neighbours(size.above)))
            }
        };
        let prover = options[index].words.clone();
        Ok(Planned {
            cell,
            heading: format!("Planned with: one prover is {prover} ({basis})."),
            prover,
            record: PlanRecord { order: on_measured_machine(profile, cell, &plan), ..plan.to_record() },
            others: format!(
                "Every cell that was measured, and sizes predicted between them, at the same target:\n{}{}",
                options_table(&plan.options),
                not_planned(&without)
            ),
            plan,
        })
    }
}

/// Refuses close times of which none is of a batch size that is planned with.
fn check_sizes(plan_args: &PlanArgs, cells: &[&CellSummaryRecord]) -> anyhow::Result<()> {
    let times = &plan_args.close_times;
    let is_used = |size| times.iter().any(|times| times.batch_transactions() == size);
    if times.is_empty() || cells.iter().any(|cell| is_used(cell.cell.batch_transactions)) {
        return Ok(());
    }
    let sizes: BTreeSet<_> = cells.iter().map(|cell| cell.cell.batch_transactions).collect();
    let sizes: Vec<_> = sizes.iter().map(u64::to_string).collect();
    Err(usage(format!(
        "--close-times: none is of batches of {} transactions, as the profile has",
        sizes.join(" or ")
    )))
}

/// The cells that no plan was made with.
fn not_planned(cells: &[&CellSummaryRecord]) -> String {
    let words: Vec<_> = cells.iter().map(|cell| cell.cell.words()).collect();
    match words.is_empty() {
        true => String::new(),
        false => format!("\nNot planned with, since no merge of theirs counts: {}.", words.join("; ")),
    }
}

fn options_table(options: &[OptionRecord]) -> String {
    let header = ["one prover is", "provers", "cores in all", "N", "aggregators", "$ a transaction"];
    let rows = options.iter().map(|OptionRecord { option, fleet, problem, .. }| {
        let row = match fleet {
            Some(OptionFleetRecord {
                provers,
                batches_per_aggregation,
                aggregators,
                cores,
                usd_per_transaction,
            }) => [
                provers.to_string(),
                cores.to_string(),
                batches_per_aggregation.to_string(),
                aggregators.to_string(),
                usd_per_transaction.map_or_else(|| "-".to_owned(), |usd| significant(usd, 3)),
            ],
            None => {
                // What to do about it is said where nothing has a plan.
                let problem = problem.as_deref().map(reason).unwrap_or_default().to_owned();
                [problem, String::new(), String::new(), String::new(), String::new()]
            }
        };
        [vec![option.clone()], row.to_vec()].concat()
    });
    framed(header, rows, width()).to_string()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::ProfilePlanArgs;
    use clap::Parser;
    use records::profile::{ProfileRecord, QuantityName};
    use records::sample::CapabilitiesRecord;
    use std::path::Path;

    #[derive(Debug, Parser)]
    struct Asked {
        #[command(flatten)]
        asked: ProfilePlanArgs,
    }

    /// What these flags ask of a profile.
    pub(crate) fn asked(flags: &str) -> ProfilePlanArgs {
        let words = std::iter::once("plan").chain(flags.split_whitespace());
        Asked::try_parse_from(words).expect("flags").asked
    }

    /// The profile that is kept for tests.
    pub(crate) fn measured() -> ProfileRecord {
        let text = include_str!("../../../../../tests/data/two-cores-solo.json");
        records::file::parse(text, Path::new("profile.json")).expect("a profile")
    }

    /// The proofs in a merge, and whether the system is that of merges of four, of a plan among the kept cells and the same
    /// with merges of four, each so many times as long.
    fn shape_planned(flags: &str, factor: f64) -> anyhow::Result<(Option<u32>, bool)> {
        let mut profile = measured();
        let mut fours = profile.cells.clone();
        for cell in &mut fours {
            cell.cell.proof_system = "plonky2-merge4".to_owned();
            cell.system.as_mut().expect("a system").capabilities = Some(CapabilitiesRecord {
                verifies: true,
                aggregates: true,
                merge_children: Some(4),
                min_batch_transactions: 1,
                max_batch_transactions: None,
                conjectured_security_bits: Some(100),
                proven_security_bits: None,
            });
            for quantity in &mut cell.quantities {
                if quantity.quantity == QuantityName::AggregateMerge {
                    quantity.values_s.iter_mut().for_each(|value| *value *= factor);
                }
            }
        }
        profile.cells.extend(fours);
        let planned = asked(flags).plan(&profile)?;
        let is_by_fours = planned.cell.cell.proof_system == "plonky2-merge4";
        Ok((planned.record.inputs.aggregation.arity, is_by_fours))
    }

    #[test]
    fn merges_of_four_are_taken_where_they_are_cheaper() {
        // Of 16 proofs 15 merges of two, or 5 of four.
        let flags = "--target-tx-per-s 200 --l1 latency --spares 0 --fix-n 16";
        assert_eq!(shape_planned(flags, 2.0).expect("a plan"), (Some(4), true));
        assert_eq!(shape_planned(flags, 4.0).expect("a plan"), (Some(2), false));
        let of_pairs = format!("{flags} --of-system plonky2-merge4 --aggregate-shape pairwise");
        let error = shape_planned(&of_pairs, 2.0).expect_err("not measured").to_string();
        assert!(error.contains("only merges of 4 proofs were measured"), "{error}");
    }

    #[test]
    fn a_cell_without_merges_keeps_no_other_from_a_plan() {
        let (asked, mut profile) = (asked("--target-tx-per-s 1"), measured());
        assert!(profile.cells.len() > 1);
        let without_merges = |profile: &mut ProfileRecord, at: usize| {
            profile.cells[at].quantities.retain(|quantity| quantity.quantity != QuantityName::AggregateMerge);
        };
        let taken = asked.plan(&profile).expect("a plan").cell.cell.clone();
        let at = profile.cells.iter().position(|cell| cell.cell == taken).expect("one of them");
        without_merges(&mut profile, at);
        let planned = asked.plan(&profile).expect("a plan with another");
        assert_ne!(planned.cell.cell, taken);
        let wanted = format!("no merge of theirs counts: {}", taken.words());
        assert!(planned.others.contains(&wanted), "{}", planned.others);
        for cell in 0..profile.cells.len() {
            without_merges(&mut profile, cell);
        }
        let error = asked.plan(&profile).expect_err("nothing to plan with").to_string();
        assert!(error.contains("the profile has no aggregation times"), "{error}");
    }
}
