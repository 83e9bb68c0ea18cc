//! The tables of a plan as CSV (RFC 4180): units last in every column name.

use records::plan::{DesignRecord, FleetEstimateRecord, PlanRecord};

const HEADER: [&str; 12] = [
    "design",
    "provers",
    "batches_per_aggregation",
    "aggregators",
    "prover_speedup",
    "throughput_batches_per_s",
    "delay_virtual_s",
    "delay_virtual_group_s",
    "delay_consolidated_s",
    "verifications_per_group",
    "bottleneck",
    "meets_throughput",
];

/// The designs as CSV text.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn designs(plan: &PlanRecord) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for design in &plan.designs {
        let DesignRecord {
            design,
            provers,
            batches_per_aggregation,
            aggregators,
            prover_speedup,
            throughput_batches_per_s,
            delay_virtual_s,
            delay_virtual_group_s,
            delay_consolidated_s,
            verifications_per_group,
            bottleneck,
            meets_throughput,
        } = design;
        writer.write_record([
            design.key().to_owned(),
            provers.to_string(),
            batches_per_aggregation.to_string(),
            aggregators.to_string(),
            optional(*prover_speedup),
            throughput_batches_per_s.to_string(),
            optional(*delay_virtual_s),
            optional(*delay_virtual_group_s),
            delay_consolidated_s.to_string(),
            verifications_per_group.to_string(),
            bottleneck.words().to_owned(),
            meets_throughput.to_string(),
        ])?;
    }
    text(writer)
}

const OUTLOOK_HEADER: [&str; 18] = [
    "provers",
    "batches_per_aggregation",
    "aggregators",
    "utilization",
    "published_throughput_batches_per_s",
    "published_delay_s",
    "corrected_throughput_batches_per_s",
    "corrected_delay_s",
    "simulated_throughput_batches_per_s",
    "simulated_delay_s_mean",
    "simulated_delay_s_mean_half_width",
    "simulated_delay_s_p50",
    "simulated_delay_s_p99",
    "simulated_delay_s_p99_half_width",
    "simulated_samples",
    "growth_s_per_batch",
    "p99_after_a_day_s",
    "p99_after_a_week_s",
];

/// Seed, corrected form and simulation side by side: one row a fleet.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn fleet_estimates(plan: &PlanRecord) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(OUTLOOK_HEADER)?;
    for fleet_estimate in &plan.fleet_estimates {
        let FleetEstimateRecord {
            provers,
            batches_per_aggregation,
            aggregators,
            utilization,
            published_throughput_batches_per_s,
            published_delay_s,
            corrected_throughput_batches_per_s,
            corrected_delay_s,
            simulated,
            unstable,
        } = fleet_estimate;
        let delay = simulated.as_ref().map(|simulated| simulated.consolidated);
        writer.write_record([
            provers.to_string(),
            batches_per_aggregation.to_string(),
            aggregators.to_string(),
            utilization.to_string(),
            published_throughput_batches_per_s.to_string(),
            published_delay_s.to_string(),
            corrected_throughput_batches_per_s.to_string(),
            corrected_delay_s.to_string(),
            optional(simulated.as_ref().map(|simulated| simulated.throughput_batches_per_s)),
            optional(delay.map(|delay| delay.mean_s)),
            optional(delay.and_then(|delay| delay.mean_half_width_s)),
            optional(delay.map(|delay| delay.p50_s)),
            optional(delay.map(|delay| delay.p99_s)),
            optional(delay.and_then(|delay| delay.p99_half_width_s)),
            delay.map_or_else(String::new, |delay| delay.samples.to_string()),
            optional(unstable.map(|unstable| unstable.growth_s_per_batch)),
            optional(unstable.map(|unstable| unstable.p99_after_a_day_s)),
            optional(unstable.map(|unstable| unstable.p99_after_a_week_s)),
        ])?;
    }
    text(writer)
}

pub(crate) fn text(writer: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn optional(x: Option<f64>) -> String {
    x.map_or_else(String::new, |x| x.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_row_a_design() {
        insta::assert_snapshot!(super::designs(&fixtures::plan::published_plan()).unwrap());
    }

    #[test]
    fn one_row_a_fleet() {
        insta::assert_snapshot!(super::fleet_estimates(&fixtures::plan::published_plan()).unwrap());
    }
}
