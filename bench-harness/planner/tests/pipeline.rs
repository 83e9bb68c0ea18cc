//! The simulation against the pipeline tables.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

mod common;

use common::{close_to, table};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, Flow, L1, Pipeline, RunLength, Simulated, simulate};

fn seed(arrivals: Arrivals, cv: f64, provers: u32, n: u32) -> Pipeline {
    let aggregate = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let prove = TimeDist::log_normal("prove", 120.0, cv).unwrap();
    Pipeline::new(arrivals, prove, provers, aggregate, L1::Serial(15.0))
        .unwrap()
        .with_groups(n, 1)
        .unwrap()
        .with_flow(Flow::Steady)
}

fn run(pipeline: &Pipeline, batches: u64, warmup: u64, replications: u32) -> Simulated {
    simulate(pipeline, RunLength::new(batches, warmup, replications, 1).unwrap())
}

#[test]
fn look() {
    for row in table("formula_vs_simulation") {
        let case = row.text("case");
        let (p, n) = (row.u32("P"), row.u32("N"));
        let cv = row.f64("prove_cv");
        let arrivals = match row.text("arrivals") {
            "D" => Arrivals::fixed(10.0),
            _ => Arrivals::poisson(10.0),
        }
        .unwrap();
        let pipe = seed(arrivals, cv, p, n);
        let s = match case {
            "B" | "B12" | "C" | "H" => run(&pipe, 60_000, 2_000, 8),
            "A" | "G_open" => run(&pipe, 8640, 0, 8),
            _ => continue,
        };
        let c = s.consolidated;
        println!(
            "{case} P {p} N {n} mean {:.3} vs {} (ci {:?}) | p99 {:.2} vs {} (ci {:?}) | tx mean {:.3} vs {} p99 {:.2} vs {} | thr {:.6} vs {}",
            c.mean_s.value,
            row.text("mean"),
            c.mean_s.half_width,
            c.p99_s.value,
            row.text("p99"),
            c.p99_s.half_width,
            s.consolidated_random.mean_s.value,
            row.text("tx_mean"),
            s.consolidated_random.p99_s.value,
            row.text("tx_p99"),
            s.throughput_batches_per_s.value,
            row.text("thr")
        );
    }
    close_to(0.0, 0.0, 0.0, "");
}
