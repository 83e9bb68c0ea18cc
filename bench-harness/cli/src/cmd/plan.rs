//! `plan`: from times to a recommendation.

use crate::exit::usage;
use crate::output::{deliver, width};
use crate::profile_plan::{Choice, request};
use crate::units::seconds;
use anyhow::Context;
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use planner::domain::{Aggregation, Close, DelayLimit, Load, State, Statistic, Target, TimeDist};
use planner::{PlanRequest, recommend};
use reports::plan::PlanRecord;
use reports::profile::ProfileRecord;
use std::path::PathBuf;

/// Recommend how many provers, batches per aggregation and aggregators meet a target.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1
  bench-harness plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1 \\
      --delay 300s
  bench-harness plan --profile bench-out/profile.json --target-tx-per-s 100 --delay 60s")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) question: Question,
    /// Plan from this measured profile.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["close", "prove", "aggregate", "aggregate_merge", "batch_size"])]
    profile: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    /// Time from a batch's first transaction to its closing, by hand.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    close: Option<f64>,
    /// Time to prove one batch on one prover, by hand.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    prove: Option<f64>,
    /// Time to aggregate all N proofs into one, by hand, whatever N is.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    aggregate: Option<f64>,
    /// Time to merge two proofs into one, by hand: the tree over N proofs has ⌈log2 N⌉ levels.
    #[arg(long, value_name = "TIME", value_parser = seconds, conflicts_with = "aggregate")]
    aggregate_merge: Option<f64>,
    /// Transactions in a batch, by hand.
    #[arg(long, value_name = "COUNT")]
    batch_size: Option<u32>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// Write to this file instead of printing.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What is asked of the plan, wherever the times come from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Question {
    /// What the rollup must carry, in transactions a second.
    #[arg(long, value_name = "RATE")]
    pub(crate) target_tx_per_s: Option<f64>,
    /// What the rollup must carry, in batches a second.
    #[arg(long, value_name = "RATE", conflicts_with = "target_tx_per_s")]
    pub(crate) target_batches_per_s: Option<f64>,
    /// L1 block time.
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "12s")]
    pub(crate) block: f64,
    /// The longest delay that is good enough.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) delay: Option<f64>,
    /// The state that ends the delay.
    #[arg(long, value_enum, default_value_t = DelayState::Consolidated)]
    pub(crate) delay_state: DelayState,
    /// The statistic of the delay that must stay within the limit.
    #[arg(long, value_enum, default_value_t = DelayStatistic::Mean)]
    pub(crate) delay_statistic: DelayStatistic,
    /// Fix N, the batches per aggregation of the plan, instead of choosing it.
    #[arg(long, value_name = "N")]
    pub(crate) fix_n: Option<u32>,
    /// The most provers there can be.
    #[arg(long, value_name = "P")]
    pub(crate) provers_max: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DelayState {
    /// Sequenced on L1.
    Virtual,
    /// Proved and verified on L1.
    Consolidated,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DelayStatistic {
    Mean,
    P50,
    P99,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Tables for a person.
    Terminal,
    /// The whole plan, for programs.
    Json,
    /// The designs, a row each.
    Csv,
    /// For a pull request or a page.
    Markdown,
}

impl Question {
    /// The target, where one was given.
    pub(crate) fn target(&self) -> Option<Target> {
        let transactions = self.target_tx_per_s.map(Target::TransactionsPerS);
        transactions.or(self.target_batches_per_s.map(Target::BatchesPerS))
    }

    /// The request of these times and this question.
    pub(crate) fn request(
        &self,
        load: Load,
        prove: TimeDist,
        aggregation: Aggregation,
    ) -> anyhow::Result<PlanRequest> {
        let mut request = PlanRequest::new(load, prove, aggregation, self.block)?;
        if let Some(limit_s) = self.delay {
            let state = match self.delay_state {
                DelayState::Virtual => State::Virtual,
                DelayState::Consolidated => State::Consolidated,
            };
            let statistic = match self.delay_statistic {
                DelayStatistic::Mean => Statistic::Mean,
                DelayStatistic::P50 => Statistic::P50,
                DelayStatistic::P99 => Statistic::P99,
            };
            request = request.with_delay_limit(DelayLimit::new(state, statistic, limit_s)?);
        }
        if let Some(n) = self.fix_n {
            request = request.with_batches_per_aggregation(n)?;
        }
        if let Some(provers) = self.provers_max {
            request = request.with_provers_max(provers)?;
        }
        Ok(request)
    }
}

impl Args {
    fn by_hand(&self) -> anyhow::Result<PlanRequest> {
        let missing = |flag: &str| {
            usage(format!(
                "{flag} is missing: give --close, --prove, --aggregate and a target, or a --profile"
            ))
        };
        let close_s = self.close.ok_or_else(|| missing("--close"))?;
        let prove = TimeDist::fixed("prove", self.prove.ok_or_else(|| missing("--prove"))?)?;
        let aggregation = match (self.aggregate, self.aggregate_merge) {
            (Some(total_s), _) => Aggregation::fixed_total(TimeDist::fixed("aggregate", total_s)?),
            (None, Some(merge_s)) => Aggregation::pairwise(TimeDist::fixed("aggregate_merge", merge_s)?),
            (None, None) => return Err(missing("--aggregate or --aggregate-merge")),
        };
        let target = self.question.target();
        let target = target.ok_or_else(|| missing("--target-tx-per-s or --target-batches-per-s"))?;
        let load = Load::new(target, self.batch_size, Close::Fixed { close_s })?;
        self.question.request(load, prove, aggregation)
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Some(path) = &args.profile else {
        let record = recommend(&args.by_hand()?)?.to_record();
        return deliver(&render(&record, args.format)?, args.output.as_deref());
    };
    let profile = reports::profile::json::read(path)?;
    let planned = plan_profile(&profile, &args.choice, &args.question)?;
    let text = render(&planned.record, args.format)?;
    let text = match args.format {
        Format::Terminal => format!("{}\n\n{text}\n{}", planned.heading, planned.others),
        Format::Json | Format::Csv | Format::Markdown => text,
    };
    deliver(&text, args.output.as_deref())
}

/// A plan from a profile, and what else the profile would allow.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Which cell it is from.
    pub(crate) heading: String,
    /// The plan of that cell.
    pub(crate) record: PlanRecord,
    /// A table of what each cell would need.
    pub(crate) others: String,
}

/// Plans with the best of the chosen cells, and says what each of the others would need.
pub(crate) fn plan_profile(
    profile: &ProfileRecord,
    choice: &Choice,
    question: &Question,
) -> anyhow::Result<Planned> {
    let (best, fitting) = choice.of(profile)?;
    let record = recommend(&request(best, question)?)?.to_record();
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["one prover is", "tx/s, one prover", "provers", "their cores", "N", "aggregators"]);
    for cell in fitting {
        let rate = cell.transactions_per_s.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
        let row = match request(cell, question).and_then(|request| Ok(recommend(&request)?)) {
            Ok(plan) => {
                let fleet = plan.to_record().recommendation;
                [
                    fleet.provers.to_string(),
                    (u64::from(fleet.provers) * cell.cell.cores).to_string(),
                    fleet.batches_per_aggregation.to_string(),
                    fleet.aggregators.to_string(),
                ]
            }
            Err(error) => [error.to_string(), String::new(), String::new(), String::new()],
        };
        table.add_row([vec![cell.cell.words(), rate], row.to_vec()].concat());
    }
    Ok(Planned {
        heading: format!("Planned with: one prover is {}.", best.cell.words()),
        record,
        others: format!("Every cell that was measured, at the same target:\n{table}"),
    })
}

/// A plan in one of its forms.
pub(crate) fn render(record: &PlanRecord, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Terminal => reports::plan::terminal::render(record, width()),
        Format::Json => reports::plan::json::write(record).context("writing the plan as JSON")?,
        Format::Csv => reports::plan::csv::designs(record).context("writing the designs as CSV")?,
        Format::Markdown => reports::plan::markdown::render(record),
    })
}
