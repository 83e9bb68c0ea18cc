//! The published formulas and the toy factory against their tables.

mod common;

use common::{close_to, table};
use planner::formulas::{published, toy};

#[test]
fn the_published_table_to_a_nanosecond() {
    for row in table("pipeline_deterministic_seed_table") {
        let n = row.u32("N");
        let (c, p) = (row.f64("close_s"), row.f64("prove_s"));
        let (a, b) = (row.f64("agg_s"), row.f64("block_s"));
        close_to(published::aggregated_delay_s(n, c, p, a, b), row.f64("seed_delay_s"), 1e-9, "delay");
        // The table prints ten significant digits of the throughput.
        let throughput = row.f64("seed_throughput_batches_per_s");
        close_to(
            published::aggregated_throughput(n, c, p, a, b),
            throughput,
            throughput * 1e-9,
            "throughput",
        );
    }
}

#[test]
fn the_published_delay_to_virtual() {
    for row in table("order_then_prove_virtual_delay") {
        let n = row.u32("N_batches_per_sequence_tx");
        let c = row.f64("close_s");
        assert_eq!(published::virtual_delay_s(n, c, 15.0), row.f64("seed_virtual_delay_block15_s"));
        assert_eq!(published::virtual_delay_s(n, c, 12.0), row.f64("seed_virtual_delay_block12_s"));
    }
}

#[test]
fn the_toy_factory() {
    for row in table("toy_factory_deterministic") {
        let numbers =
            |column: &str| -> Vec<f64> { row.text(column).split('|').map(|x| x.parse().unwrap()).collect() };
        let stages: Vec<(f64, u32)> = numbers("stage_hours")
            .iter()
            .zip(numbers("parallel"))
            .map(|(&time, k)| (time, k as u32))
            .collect();
        let rate = match row.text("reading") {
            "pipelined" => toy::pipelined_rate(&stages),
            _ => toy::one_at_a_time_rate(&stages),
        };
        close_to(rate, row.f64("expected_rate_per_h"), 1e-10, row.text("case"));
        // The overloaded line has no lead time: its queue grows for ever.
        if row.f64("expected_lead_time_h").is_finite() {
            assert_eq!(toy::lead_time(&stages), row.f64("expected_lead_time_h"), "{}", row.text("case"));
        }
    }
}
