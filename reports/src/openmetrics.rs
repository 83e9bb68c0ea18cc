//! Figures as OpenMetrics text, for Prometheus and what else reads it: of a profile, of a plan, and the last results of a
//! history. Times are gauges in seconds; what was measured of a cell has the labels of the cell.

use crate::export::ExportError;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use records::plan::{PlanRecord, RecommendationRecord};
use records::profile::{ProfileRecord, QuantityRecord};
use records::regression::history::HistoryRecord;
use records::sample::CellRecord;
use std::collections::BTreeMap;

type Labels = Vec<(&'static str, String)>;

/// One metric family.
#[derive(Debug)]
struct Gauge {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    samples: Vec<(Labels, f64)>,
}

impl Gauge {
    fn new(name: &'static str, help: &'static str, unit: Option<Unit>) -> Self {
        Self { name, help, unit, samples: Vec::new() }
    }

    /// A sample, where there is a value that a number can hold.
    fn push(&mut self, labels: Labels, value: Option<f64>) {
        self.samples.extend(value.filter(|value| value.is_finite()).map(|value| (labels, value)));
    }
}

/// Families in the order in which they are written.
#[derive(Debug)]
struct Gauges(Vec<Gauge>);

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for Gauge { name, help, unit, samples } in self.0.iter().filter(|gauge| !gauge.samples.is_empty()) {
            let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            for (labels, value) in samples {
                metric.encode_family(labels)?.encode_gauge(value)?;
            }
        }
        Ok(())
    }
}

fn text(gauges: Vec<Gauge>) -> Result<String, ExportError> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Gauges(gauges)));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn of_cell(cell: &CellRecord) -> Labels {
    vec![
        ("cell", cell.key()),
        ("workload", cell.workload.clone()),
        ("batch_transactions", cell.batch_transactions.to_string()),
        ("proof_system", cell.proof_system.clone()),
        ("cores", cell.cores.to_string()),
        ("provers", cell.provers.to_string()),
    ]
}

/// A profile: every stage of every cell, and what a plan asks of a cell.
///
/// # Errors
/// None is known: a text in memory takes what is written.
pub fn profile(record: &ProfileRecord) -> Result<String, ExportError> {
    let mut times = Gauge::new("bench_harness_stage", "Time of a stage in a cell", Some(Unit::Seconds));
    let mut counts = Gauge::new("bench_harness_stage_samples", "Samples behind the times of a stage", None);
    let mut rate =
        Gauge::new("bench_harness_prover_transactions_per_second", "What one prover carries", None);
    let mut memory = Gauge::new("bench_harness_peak_memory", "Peak resident memory", Some(Unit::Bytes));
    let mut proof = Gauge::new("bench_harness_proof", "Length of a batch's proof", Some(Unit::Bytes));
    let mut discarded = Gauge::new("bench_harness_proofs_discarded", "Proofs in no estimate", None);
    for summary in &record.cells {
        let labels = of_cell(&summary.cell);
        for quantity in &summary.quantities {
            let mut of_stage = labels.clone();
            of_stage.push(("stage", quantity.quantity.key().to_owned()));
            of_stage.extend(quantity.level.map(|level| ("level", level.to_string())));
            for (statistic, value) in statistics(quantity) {
                times.push([of_stage.as_slice(), &[("statistic", statistic.to_owned())]].concat(), value);
            }
            counts.push(of_stage, Some(quantity.samples as f64));
        }
        rate.push(labels.clone(), summary.transactions_per_s);
        memory.push(labels.clone(), summary.peak_rss_bytes.map(|bytes| bytes as f64));
        proof.push(labels.clone(), summary.proof_bytes.map(|bytes| bytes as f64));
        discarded.push(labels, Some(summary.discarded_proofs.values().sum::<u64>() as f64));
    }
    text(vec![times, counts, rate, memory, proof, discarded])
}

fn statistics(quantity: &QuantityRecord) -> [(&'static str, Option<f64>); 6] {
    [
        ("median", Some(quantity.median_s)),
        ("low", quantity.interval.map(|interval| interval.low_s)),
        ("high", quantity.interval.map(|interval| interval.high_s)),
        ("mean", Some(quantity.mean_s)),
        ("min", Some(quantity.min_s)),
        ("max", Some(quantity.max_s)),
    ]
}

/// A plan: the recommended fleet, what users wait, what it costs, how full its stages are.
///
/// # Errors
/// As [`profile`].
pub fn plan(record: &PlanRecord) -> Result<String, ExportError> {
    let chosen = &record.recommendation;
    let mut workers = Gauge::new("bench_harness_plan_workers", "Workers of the recommended fleet", None);
    for (kind, count) in workers_of(chosen) {
        workers.push(vec![("kind", kind.to_owned())], Some(f64::from(count)));
    }
    let mut group =
        Gauge::new("bench_harness_plan_batches_per_aggregation", "Batches per aggregation, N", None);
    group.push(Vec::new(), Some(f64::from(chosen.batches_per_aggregation)));
    let mut rate =
        Gauge::new("bench_harness_plan_transactions_per_second", "Load that the plan carries", None);
    rate.push(Vec::new(), chosen.throughput_transactions_per_s);
    let mut delay = Gauge::new(
        "bench_harness_plan_delay",
        "Simulated delay of the oldest transaction",
        Some(Unit::Seconds),
    );
    let simulated = record.fleet_estimates.first().and_then(|fleet| fleet.simulated.as_ref());
    let states =
        simulated.map(|found| [("virtual", found.virtual_oldest), ("consolidated", found.consolidated)]);
    for (state, found) in states.into_iter().flatten() {
        for (statistic, value) in [("mean", found.mean_s), ("median", found.p50_s), ("p99", found.p99_s)] {
            delay.push(vec![("state", state.to_owned()), ("statistic", statistic.to_owned())], Some(value));
        }
    }
    let mut cost = Gauge::new("bench_harness_plan_cost_dollars", "Machines and L1 gas", None);
    for (per, usd) in [
        ("month", chosen.usd_per_month),
        ("batch", chosen.usd_per_batch),
        ("transaction", chosen.usd_per_transaction),
    ] {
        cost.push(vec![("per", per.to_owned())], usd);
    }
    let mut used = Gauge::new(
        "bench_harness_plan_stage_utilization",
        "Load over capacity",
        Some(Unit::Other("ratio".to_owned())),
    );
    for stage in &chosen.stages {
        used.push(vec![("stage", stage.stage.key().to_owned())], Some(stage.utilization));
    }
    text(vec![workers, group, rate, delay, cost, used])
}

fn workers_of(chosen: &RecommendationRecord) -> [(&'static str, u32); 4] {
    [
        ("prover", chosen.provers),
        ("spare_prover", chosen.spares),
        ("aggregator", chosen.aggregators),
        ("spare_aggregator", chosen.aggregator_spares),
    ]
}

/// A history: the last results of each machine, with their commit, and when they were recorded.
///
/// # Errors
/// As [`profile`].
pub fn history(records: &[HistoryRecord]) -> Result<String, ExportError> {
    let last: BTreeMap<&str, &HistoryRecord> =
        records.iter().map(|record| (record.machine.fingerprint.as_str(), record)).collect();
    let mut times = Gauge::new("bench_harness_history", "Median of the last commit", Some(Unit::Seconds));
    let mut recorded = Gauge::new(
        "bench_harness_history_recorded_timestamp",
        "When the last results were recorded, seconds since 1970",
        Some(Unit::Seconds),
    );
    for (fingerprint, record) in last {
        let labels = vec![("machine", fingerprint.to_owned()), ("commit", record.commit.clone())];
        recorded.push(labels.clone(), Some(record.recorded_unix_s as f64));
        for point in &record.points {
            let of_point = [("cell", point.cell.clone()), ("quantity", point.quantity.clone())];
            times.push([labels.as_slice(), &of_point].concat(), Some(point.value_s));
        }
    }
    text(vec![times, recorded])
}

#[cfg(test)]
mod tests {
    use super::{plan, profile};

    /// What every reader of OpenMetrics insists on.
    fn check(text: &str) {
        assert!(text.ends_with("# EOF\n"), "{text}");
        let mut family = "";
        let mut seen = std::collections::BTreeSet::new();
        for line in text.lines().filter(|line| *line != "# EOF") {
            if let Some(rest) = line.strip_prefix("# ") {
                let name = rest.split(' ').nth(1).expect("a name");
                assert!(name == family || seen.insert(name.to_owned()), "{name} twice: {text}");
                family = name;
                continue;
            }
            assert!(line.starts_with(family), "{line} is not of {family}");
            let value = line.rsplit(' ').next().expect("a value");
            assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        }
        assert!(!seen.is_empty());
    }

    #[test]
    fn a_profile_is_readable() {
        let text = profile(&fixtures::profile::profile()).expect("renders");
        check(&text);
        assert!(text.contains("# UNIT bench_harness_stage_seconds seconds"), "{text}");
        assert!(text.contains("stage=\"prove_batch\",statistic=\"median\"}"), "{text}");
    }

    #[test]
    fn a_plan_is_readable() {
        let text = plan(&fixtures::plan::published_plan()).expect("renders");
        check(&text);
        assert!(text.contains("bench_harness_plan_workers{kind=\"prover\"} 12"), "{text}");
    }

    #[test]
    fn names_of_others_stay_in_their_quotes() {
        let mut record = fixtures::profile::profile();
        record.cells[0].cell.workload = "a\"b\\c\nd".to_owned();
        let text = profile(&record).expect("renders");
        check(&text);
        assert!(text.contains("workload=\"a\\\"b\\\\c\\nd\""), "{text}");
    }
}
