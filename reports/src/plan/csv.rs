//! The designs of a plan as CSV (RFC 4180): one row a design, units last in every column name.

use crate::plan::record::{DesignRecord, PlanRecord};

const HEADER: [&str; 11] = [
    "design",
    "provers",
    "batches_per_aggregation",
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
        insta::assert_snapshot!(super::designs(&crate::plan::fixture::seed_plan()).unwrap());
    }
}
