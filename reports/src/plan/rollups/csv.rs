//! A plan for many rollups as CSV (RFC 4180): units last in every column name.

use crate::export::{Plain, csv_text};
use records::fractal::FractalStageName;
use records::plan::{FractalJobsRecord, FractalLayerRecord, FractalPlanRecord};
use serde::Serialize;

#[derive(Default, Serialize)]
struct LayerRow {
    layer: u32,
    rollups: u32,
    circuits: String,
    provers: Plain,
    aggregators: Plain,
    round_s: Plain,
    transactions_per_s: Plain,
    prove_jobs: u64,
    chain_jobs: u64,
    attach_jobs: u64,
    join_jobs: u64,
    settle_jobs: u64,
    machine_s: Plain,
    cpu_s: Option<Plain>,
    delay_host_s: Option<Plain>,
    delay_virtual_s: Option<Plain>,
    consolidated_mean_s: Option<Plain>,
    consolidated_mean_half_width_s: Option<Plain>,
    consolidated_p50_s: Option<Plain>,
    consolidated_p99_s: Option<Plain>,
    consolidated_p99_half_width_s: Option<Plain>,
    data: Option<&'static str>,
    data_per_transaction_bytes: Option<Plain>,
    data_per_transaction_usd: Option<Plain>,
}

/// The layers as CSV text, from layer 1: one row a layer.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn layers(plan: &FractalPlanRecord) -> Result<String, csv::Error> {
    csv_text(plan.layers.iter().map(|layer| row(plan, layer)))
}

fn row(plan: &FractalPlanRecord, layer: &FractalLayerRecord) -> LayerRow {
    let jobs = |stage: FractalStageName| {
        let of_stage = layer.jobs.iter().filter(|jobs| jobs.stage == stage);
        of_stage.map(|jobs: &FractalJobsRecord| jobs.jobs).sum()
    };
    let circuits: Vec<_> = layer.circuits.iter().map(|circuit| circuit.key()).collect();
    let delay = layer.consolidated.as_ref();
    // Costs of data are by layer from layer 2.
    let place = (layer.layer as usize).checked_sub(2);
    let data_usd =
        place.and_then(|place| plan.cost.as_ref()?.data_usd_per_transaction.get(place).copied()?);
    LayerRow {
        layer: layer.layer,
        rollups: layer.rollups,
        circuits: circuits.join(" "),
        provers: Plain(layer.provers),
        aggregators: Plain(layer.aggregators),
        round_s: Plain(plan.inputs.round_s),
        transactions_per_s: Plain(layer.transactions_per_s),
        prove_jobs: jobs(FractalStageName::Prove),
        chain_jobs: jobs(FractalStageName::Chain),
        attach_jobs: jobs(FractalStageName::Attach),
        join_jobs: jobs(FractalStageName::Join),
        settle_jobs: jobs(FractalStageName::Settle),
        machine_s: Plain(layer.jobs.iter().map(|jobs| jobs.machine_s).sum()),
        cpu_s: layer.jobs.iter().map(|jobs| jobs.cpu_s).sum::<Option<f64>>().map(Plain),
        delay_host_s: layer.delay_host_s.map(Plain),
        delay_virtual_s: layer.delay_virtual_s.map(Plain),
        consolidated_mean_s: delay.map(|delay| Plain(delay.mean_s)),
        consolidated_mean_half_width_s: delay.and_then(|delay| delay.mean_half_width_s.map(Plain)),
        consolidated_p50_s: delay.map(|delay| Plain(delay.p50_s)),
        consolidated_p99_s: delay.map(|delay| Plain(delay.p99_s)),
        consolidated_p99_half_width_s: delay.and_then(|delay| delay.p99_half_width_s.map(Plain)),
        data: layer.data.map(|mode| mode.key()),
        data_per_transaction_bytes: layer.data_bytes_per_transaction.map(Plain),
        data_per_transaction_usd: data_usd.map(Plain),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_row_a_layer() {
        insta::assert_snapshot!(super::layers(&fixtures::fractal_plan::fractal_plan()).unwrap());
    }
}
