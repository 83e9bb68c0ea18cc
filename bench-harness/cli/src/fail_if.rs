//! `--fail-if`: thresholds on what was measured and planned, with an exit code. Owned here: their notation, and which
//! figures there are. Not here: whether a difference of two builds is real, which `gate` says.

use crate::exit::{Crossed, usage};
use ::measure::spec::units::seconds;
use records::number::{bytes, significant, time};
use records::plan::PlanRecord;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName, QuantityRecord};
use serde_json::Value;
use std::str::FromStr;

/// Thresholds.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FailIf {
    /// Exit with 10 where this holds, as in 'prove_batch.p50 > 2s', 'memory > 4GB' or 'plan.provers > 12'; may be given
    /// several times. Of a cell: a stage of the profile with .p50, .mean, .min, .max, .p90, .p99, .low or .high (the ends
    /// of the median's interval), or memory, proof_bytes, tx_per_s, discarded. Of a plan: plan.provers, plan.aggregators,
    /// plan.delay (mean), plan.delay_p99, plan.usd_per_month, plan.usd_per_transaction.
    #[arg(long = "fail-if", value_name = "CONDITION")]
    thresholds: Vec<Threshold>,
}

/// One figure with its limit.
#[derive(Clone, Debug, PartialEq)]
struct Threshold {
    /// As it was given.
    text: String,
    figure: Figure,
    comparison: Comparison,
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Figure {
    /// Of a stage of each cell, s.
    Stage(QuantityName, Statistic),
    /// Of each cell.
    Cell(CellFigure),
    /// Of the plan.
    Plan(PlanFigure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Statistic {
    Median,
    Mean,
    Min,
    Max,
    P90,
    P99,
    Low,
    High,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellFigure {
    MemoryBytes,
    ProofBytes,
    TransactionsPerS,
    Discarded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlanFigure {
    Provers,
    Aggregators,
    DelayMean,
    DelayP99,
    UsdPerMonth,
    UsdPerTransaction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Bytes,
    Number,
}

impl Comparison {
    const ALL: [(&'static str, Self); 4] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below)];

    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
        }
    }
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let split = Comparison::ALL.iter().find_map(|(sign, comparison)| {
            let (figure, limit) = text.split_once(sign)?;
            Some((figure.trim(), *comparison, limit.trim()))
        });
        let (figure, comparison, limit) =
            split.ok_or_else(|| format!("expected a figure, one of > >= < <=, and a limit, got `{text}`"))?;
        let figure: Figure = figure.parse()?;
        let limit = match figure.unit() {
            Unit::Seconds => seconds(limit)?,
            Unit::Bytes => size(limit)?,
            Unit::Number => limit
                .parse()
                .ok()
                .filter(|limit: &f64| limit.is_finite())
                .ok_or_else(|| format!("expected a number, got `{limit}`"))?,
        };
        Ok(Self { text: text.trim().to_owned(), figure, comparison, limit })
    }
}

/// Bytes: a number with B, kB, MB or GB, or KiB, MiB or GiB; a bare number is bytes.
fn size(text: &str) -> Result<f64, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" | "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(format!("unknown unit `{unit}`: expected B, kB, MB, GB, KiB, MiB or GiB")),
    };
    let number: Option<f64> = number.trim().parse().ok();
    let finite = number.filter(|number| number.is_finite());
    finite.map(|number| number * factor).ok_or_else(|| format!("expected a size as in 4GB, got `{text}`"))
}

impl FromStr for Figure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "unknown figure `{text}`: expected a stage of a profile with a statistic, as in prove_batch.p50, or one of \
                 memory, proof_bytes, tx_per_s, discarded, plan.provers, plan.aggregators, plan.delay, plan.delay_p99, \
                 plan.usd_per_month, plan.usd_per_transaction"
            )
        };
        let of_a_kind = match text {
            "memory" => Some(Self::Cell(CellFigure::MemoryBytes)),
            "proof_bytes" => Some(Self::Cell(CellFigure::ProofBytes)),
            "tx_per_s" => Some(Self::Cell(CellFigure::TransactionsPerS)),
            "discarded" => Some(Self::Cell(CellFigure::Discarded)),
            "plan.provers" => Some(Self::Plan(PlanFigure::Provers)),
            "plan.aggregators" => Some(Self::Plan(PlanFigure::Aggregators)),
            "plan.delay" => Some(Self::Plan(PlanFigure::DelayMean)),
            "plan.delay_p99" => Some(Self::Plan(PlanFigure::DelayP99)),
            "plan.usd_per_month" => Some(Self::Plan(PlanFigure::UsdPerMonth)),
            "plan.usd_per_transaction" => Some(Self::Plan(PlanFigure::UsdPerTransaction)),
            _ => None,
        };
        if let Some(figure) = of_a_kind {
            return Ok(figure);
        }
        let (stage, statistic) = text.split_once('.').ok_or_else(unknown)?;
        let stage = serde_json::from_value(Value::String(stage.to_owned())).map_err(|_| unknown())?;
        let statistic = match statistic {
            "p50" | "median" => Statistic::Median,
            "mean" => Statistic::Mean,
            "min" => Statistic::Min,
            "max" => Statistic::Max,
            "p90" => Statistic::P90,
            "p99" => Statistic::P99,
            "low" => Statistic::Low,
            "high" => Statistic::High,
            _ => return Err(unknown()),
        };
        Ok(Self::Stage(stage, statistic))
    }
}

impl Figure {
    fn unit(self) -> Unit {
        match self {
            Self::Stage(..) | Self::Plan(PlanFigure::DelayMean | PlanFigure::DelayP99) => Unit::Seconds,
            Self::Cell(CellFigure::MemoryBytes | CellFigure::ProofBytes) => Unit::Bytes,
            Self::Cell(CellFigure::TransactionsPerS | CellFigure::Discarded) | Self::Plan(_) => Unit::Number,
        }
    }

    /// Its values in a cell: of a stage that has levels, one each.
    fn of_cell(self, cell: &CellSummaryRecord) -> Vec<f64> {
        match self {
            Self::Stage(name, statistic) => {
                let of_stage = cell.quantities.iter().filter(|quantity| quantity.quantity == name);
                of_stage.filter_map(|quantity| statistic.of(quantity)).collect()
            }
            Self::Cell(figure) => figure.of(cell).into_iter().collect(),
            Self::Plan(_) => Vec::new(),
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes, shown")]
    fn words(self, value: f64) -> String {
        match self.unit() {
            Unit::Seconds => time(value),
            Unit::Bytes => bytes(value.max(0.0) as u64),
            Unit::Number => significant(value, 4),
        }
    }
}

impl Statistic {
    fn of(self, quantity: &QuantityRecord) -> Option<f64> {
        let quantile = |wanted: f64| {
            let found = quantity.quantiles.iter().find(|quantile| quantile.quantile == wanted);
            found.map(|quantile| quantile.value_s)
        };
        match self {
            Self::Median => Some(quantity.median_s),
            Self::Mean => Some(quantity.mean_s),
            Self::Min => Some(quantity.min_s),
            Self::Max => Some(quantity.max_s),
            Self::P90 => quantile(0.9),
            Self::P99 => quantile(0.99),
            Self::Low => quantity.interval.map(|interval| interval.low_s),
            Self::High => quantity.interval.map(|interval| interval.high_s),
        }
    }
}

impl CellFigure {
    fn of(self, cell: &CellSummaryRecord) -> Option<f64> {
        match self {
            Self::MemoryBytes => cell.peak_rss_bytes.map(|bytes| bytes as f64),
            Self::ProofBytes => cell.proof_bytes.map(|bytes| bytes as f64),
            Self::TransactionsPerS => cell.transactions_per_s,
            Self::Discarded => Some(cell.discarded_proofs.values().sum::<u64>() as f64),
        }
    }
}

impl PlanFigure {
    fn of(self, plan: &PlanRecord) -> Option<f64> {
        let chosen = &plan.recommendation;
        let fleet = plan.fleet_estimates.first();
        // A delay that never settles is above every limit.
        let delay = |of: fn(&records::plan::SimulatedRecord) -> f64| {
            let simulated = fleet.and_then(|fleet| fleet.simulated.as_ref()).map(of);
            simulated.or(fleet.and_then(|fleet| fleet.unstable.as_ref()).map(|_| f64::INFINITY))
        };
        match self {
            Self::Provers => Some(f64::from(chosen.provers)),
            Self::Aggregators => Some(f64::from(chosen.aggregators)),
            Self::DelayMean => delay(|simulated| simulated.consolidated.mean_s),
            Self::DelayP99 => delay(|simulated| simulated.consolidated.p99_s),
            Self::UsdPerMonth => chosen.usd_per_month,
            Self::UsdPerTransaction => chosen.usd_per_transaction,
        }
    }
}

impl FailIf {
    /// Whether none was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.thresholds.is_empty()
    }

    /// Refuses thresholds on a plan before anything is measured, where none will be made.
    ///
    /// # Errors
    /// Usage.
    pub(crate) fn refuse_of_a_plan(&self) -> anyhow::Result<()> {
        match self.thresholds.iter().find(|threshold| matches!(threshold.figure, Figure::Plan(_))) {
            None => Ok(()),
            Some(threshold) => Err(usage(format!(
                "--fail-if: {}: nothing is planned here; use `run` or `plan`",
                threshold.text
            ))),
        }
    }

    /// Holds every threshold against what was measured and planned.
    ///
    /// # Errors
    /// [`Crossed`] with every value that crosses one; usage for a figure that is not there.
    pub(crate) fn check(
        &self,
        profile: Option<&ProfileRecord>,
        plan: Option<&PlanRecord>,
    ) -> anyhow::Result<()> {
        let mut crossed = Vec::new();
        for Threshold { text, figure, comparison, limit } in &self.thresholds {
            let values: Vec<(String, f64)> = match figure {
                Figure::Plan(figure) => {
                    let value = plan.and_then(|plan| figure.of(plan));
                    value.map(|value| ("the plan".to_owned(), value)).into_iter().collect()
                }
                Figure::Stage(..) | Figure::Cell(_) => {
                    let cells = profile.iter().flat_map(|profile| &profile.cells);
                    let of = |cell: &CellSummaryRecord| -> Vec<(String, f64)> {
                        figure.of_cell(cell).into_iter().map(|value| (cell.cell.words(), value)).collect()
                    };
                    cells.flat_map(of).collect()
                }
            };
            if values.is_empty() {
                return Err(usage(format!("--fail-if: {text}: there is no such figure here")));
            }
            let found = values.into_iter().filter(|(_, value)| comparison.holds(*value, *limit));
            crossed.extend(found.map(|(of, value)| format!("{text}: {} in {of}", figure.words(value))));
        }
        match crossed.is_empty() {
            true => Ok(()),
            false => Err(Crossed(format!("--fail-if: {}", crossed.join("; "))).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CellFigure, Comparison, Figure, Statistic, Threshold};
    use records::profile::QuantityName;

    fn threshold(text: &str) -> Result<Threshold, String> {
        text.parse()
    }

    #[test]
    fn a_threshold_is_a_figure_a_sign_and_a_limit_in_its_unit() {
        let Threshold { figure, comparison, limit, .. } = threshold("prove.p50>2s").expect("valid");
        assert_eq!(figure, Figure::Stage(QuantityName::Prove, Statistic::Median));
        assert_eq!((comparison, limit), (Comparison::Above, 2.0));
        let memory = threshold(" memory >= 1.5 GiB ").expect("valid");
        assert_eq!(
            (memory.figure, memory.limit),
            (Figure::Cell(CellFigure::MemoryBytes), 1.5 * 1073741824.0)
        );
        assert_eq!(threshold("verify.max<=250ms").expect("valid").limit, 0.25);
        assert_eq!(threshold("plan.provers > 12").expect("valid").limit, 12.0);
    }

    #[test]
    fn what_is_none_is_refused_with_what_there_is() {
        for (text, wanted) in [
            ("prove.p50", "one of > >= < <="),
            ("prove > 2s", "unknown figure `prove`"),
            ("prove.p51 > 2s", "unknown figure `prove.p51`"),
            ("shoes.p50 > 2s", "unknown figure"),
            ("prove.p50 > 2GB", "unknown unit `GB`"),
            ("memory > 2s", "unknown unit `s`"),
            ("memory > GB", "expected a size"),
            ("plan.provers > many", "expected a number"),
        ] {
            let error = threshold(text).expect_err(text);
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }

    #[test]
    fn signs_mean_what_they_say() {
        let holds = |sign: Comparison| [1.0, 2.0, 3.0].map(|value| sign.holds(value, 2.0));
        assert_eq!(holds(Comparison::Above), [false, false, true]);
        assert_eq!(holds(Comparison::AtLeast), [false, true, true]);
        assert_eq!(holds(Comparison::Below), [true, false, false]);
        assert_eq!(holds(Comparison::AtMost), [true, true, false]);
    }
}
