//! The tables of a plan as CSV (RFC 4180): units last in every column name.

use crate::export::{Plain, csv_text};
use records::plan::{FleetEstimateRecord, PlanRecord};
use serde::Serialize;

#[derive(Default, Serialize)]
struct DesignRow {
    design: &'static str,
    provers: u32,
    batches_per_aggregation: u32,
    aggregators: u32,
    prover_speedup: Option<Plain>,
    throughput_batches_per_s: Plain,
    delay_virtual_s: Option<Plain>,
    delay_virtual_group_s: Option<Plain>,
    delay_consolidated_s: Plain,
    verifications_per_group: u32,
    bottleneck: &'static str,
    meets_throughput: bool,
}

/// The designs as CSV text: one row a design.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn designs(plan: &PlanRecord) -> Result<String, csv::Error> {
    csv_text(plan.designs.iter().map(|design| DesignRow {
        design: design.design.key(),
        provers: design.provers,
        batches_per_aggregation: design.batches_per_aggregation,
        aggregators: design.aggregators,
        prover_speedup: design.prover_speedup.map(Plain),
        throughput_batches_per_s: Plain(design.throughput_batches_per_s),
        delay_virtual_s: design.delay_virtual_s.map(Plain),
        delay_virtual_group_s: design.delay_virtual_group_s.map(Plain),
        delay_consolidated_s: Plain(design.delay_consolidated_s),
        verifications_per_group: design.verifications_per_group,
        bottleneck: design.bottleneck.words(),
        meets_throughput: design.meets_throughput,
    }))
}

#[derive(Default, Serialize)]
struct FleetRow {
    provers: u32,
    batches_per_aggregation: u32,
    aggregators: u32,
    utilization: Plain,
    published_throughput_batches_per_s: Plain,
    published_delay_s: Plain,
    corrected_throughput_batches_per_s: Plain,
    corrected_delay_s: Plain,
    simulated_throughput_batches_per_s: Option<Plain>,
    simulated_delay_s_mean: Option<Plain>,
    simulated_delay_s_mean_half_width: Option<Plain>,
    simulated_delay_s_p50: Option<Plain>,
    simulated_delay_s_p99: Option<Plain>,
    simulated_delay_s_p99_half_width: Option<Plain>,
    simulated_samples: Option<u64>,
    growth_s_per_batch: Option<Plain>,
    p99_after_a_day_s: Option<Plain>,
    p99_after_a_week_s: Option<Plain>,
}

/// The formula as published, the corrected form and the simulation side by side: one row a fleet.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn fleet_estimates(plan: &PlanRecord) -> Result<String, csv::Error> {
    csv_text(plan.fleet_estimates.iter().map(fleet_row))
}

fn fleet_row(fleet: &FleetEstimateRecord) -> FleetRow {
    let simulated = fleet.simulated.as_ref();
    let delay = simulated.map(|simulated| simulated.consolidated);
    FleetRow {
        provers: fleet.provers,
        batches_per_aggregation: fleet.batches_per_aggregation,
        aggregators: fleet.aggregators,
        utilization: Plain(fleet.utilization),
        published_throughput_batches_per_s: Plain(fleet.published_throughput_batches_per_s),
        published_delay_s: Plain(fleet.published_delay_s),
        corrected_throughput_batches_per_s: Plain(fleet.corrected_throughput_batches_per_s),
        corrected_delay_s: Plain(fleet.corrected_delay_s),
        simulated_throughput_batches_per_s: simulated.map(|found| Plain(found.throughput_batches_per_s)),
        simulated_delay_s_mean: delay.map(|delay| Plain(delay.mean_s)),
        simulated_delay_s_mean_half_width: delay.and_then(|delay| delay.mean_half_width_s.map(Plain)),
        simulated_delay_s_p50: delay.map(|delay| Plain(delay.p50_s)),
        simulated_delay_s_p99: delay.map(|delay| Plain(delay.p99_s)),
        simulated_delay_s_p99_half_width: delay.and_then(|delay| delay.p99_half_width_s.map(Plain)),
        simulated_samples: delay.map(|delay| delay.samples),
        growth_s_per_batch: fleet.unstable.map(|unstable| Plain(unstable.growth_s_per_batch)),
        p99_after_a_day_s: fleet.unstable.map(|unstable| Plain(unstable.p99_after_a_day_s)),
        p99_after_a_week_s: fleet.unstable.map(|unstable| Plain(unstable.p99_after_a_week_s)),
    }
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
