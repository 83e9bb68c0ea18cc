//! The textbook queues as configurations of the same simulation, and their closed forms.

#![expect(clippy::unwrap_used, reason = "a helper that cannot build its input has failed the test")]

mod common;
#[path = "common/printed.rs"]
mod printed;

use common::{Row, close_to, table};
use planner::domain::{Aggregation, TimeDist};
use planner::formulas::{crash, queue};
use planner::sim::{AfterCrash, Arrivals, Crashes, Estimate, L1, Pipeline, RunLength, Simulated, simulate};
use printed::printed;

/// Arrivals, one stage of provers, and nothing after it.
fn queue_of(arrivals: Arrivals, service: TimeDist, servers: u32) -> Pipeline {
    let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
    Pipeline::new(arrivals, service, servers, nothing, L1::Latency(1e-6)).unwrap()
}

fn run(pipeline: &Pipeline, seed: u64) -> Simulated {
    simulate(pipeline, RunLength::new(60_000, 6_000, 10, seed).unwrap())
}

/// An estimate within three of its half-widths of the exact value, and not so wide as to say nothing.
#[track_caller]
fn holds(row: &Row, column: &str, got: Estimate) {
    let (exact, half) = (row.f64(column), got.half_width.unwrap());
    assert!(half < 0.3 * exact, "{} {column}: {half} of {exact} is no interval", row.text("rho"));
    close_to(got.value, exact, 3.0 * half, &format!("use {} {column}", row.text("rho")));
}

#[test]
fn many_servers_exponential() {
    for row in table("mmc") {
        let (c, rho) = (row.u32("c"), row.f64("rho"));
        let closed = [
            (queue::erlang_c(c, rho), "p_wait"),
            (queue::mmc_mean_wait(c, rho), "mean_wait"),
            (queue::mmc_wait_quantile(c, rho, 0.99), "p99_wait"),
        ];
        for (got, column) in closed {
            close_to(got, row.f64(column), 1e-8 * row.f64(column), column);
        }
        let arrivals = Arrivals::poisson(1.0 / (f64::from(c) * rho)).unwrap();
        let got = run(&queue_of(arrivals, TimeDist::exponential("service", 1.0).unwrap(), c), 11);
        holds(&row, "p_wait", got.prover_wait_fraction);
        holds(&row, "mean_wait", got.prover_wait.mean_s);
        holds(&row, "p99_wait", got.prover_wait.p99_s);
        close_to(got.prover_use.value, rho, 5e-3, "use");
    }
}

#[test]
fn fixed_service() {
    for row in table("mdc") {
        let (c, rho) = (row.u32("c"), row.f64("rho"));
        let arrivals = Arrivals::poisson(1.0 / (f64::from(c) * rho)).unwrap();
        let got = run(&queue_of(arrivals, TimeDist::fixed("service", 1.0).unwrap(), c), 12);
        holds(&row, "p_wait", got.prover_wait_fraction);
        holds(&row, "mean_wait", got.prover_wait.mean_s);
        holds(&row, "p99_wait", got.prover_wait.p99_s);
        // Little's law on the queue itself.
        close_to(
            got.prover_queue_mean.value,
            got.prover_wait.mean_s.value * f64::from(c) * rho,
            0.05 * f64::from(c),
            "queue",
        );
    }
}

#[test]
fn lognormal_service() {
    for row in table("mg1_lognormal") {
        let (cv, rho) = (row.f64("service_cv"), row.f64("rho"));
        let exact = row.f64("mean_wait_PK");
        close_to(queue::mg1_mean_wait(rho, cv), exact, 1e-8 * exact, "mean");
        let service = TimeDist::log_normal("service", 1.0, cv).unwrap();
        let got = run(&queue_of(Arrivals::poisson(1.0 / rho).unwrap(), service, 1), 13);
        holds(&row, "mean_wait_PK", got.prover_wait.mean_s);
        holds(&row, "p99_wait_fft", got.prover_wait.p99_s);
    }
}

#[test]
fn groups_of_items() {
    for row in table("grouping_EN_M_1") {
        let (n, rate) = (row.u32("N"), row.f64("item_rate"));
        // N Poisson items make a group: its gaps are Erlang.
        let arrivals = Arrivals::erlang(f64::from(n) / rate, n).unwrap();
        let service = TimeDist::exponential("service", row.f64("service_mean")).unwrap();
        let got = run(&queue_of(arrivals, service, 1), 14);
        let mean = got.prover_wait.mean_s;
        close_to(mean.value, row.f64("group_mean_wait_exact"), 3.0 * mean.half_width.unwrap(), "mean");
        let p99 = got.prover_wait.p99_s;
        let exact = row.f64("group_p99_wait_exact");
        close_to(p99.value, exact, 3.0 * p99.half_width.unwrap(), "p99");
        close_to(f64::from(n - 1) / (2.0 * rate), row.f64("mean_forming_delay"), 1e-9, "forming");
    }
}

#[test]
fn provers_that_crash() {
    for row in table("crash_restart_occupancy") {
        let (mean_s, cv) = (row.f64("prove_mean_s"), row.f64("prove_cv"));
        let prove = TimeDist::log_normal("prove", mean_s, cv).unwrap();
        let (mtbf_s, repair_s) = (row.f64("mtbf_s"), row.f64("repair_s"));
        let exact = row.f64("occupancy_mean_exact_s");
        let formula = crash::occupancy_s(mtbf_s, repair_s, prove.laplace(1.0 / mtbf_s));
        close_to(formula, exact, printed(&row, "occupancy_mean_exact_s"), "formula");

        let provers = row.u32("min_provers_for_0p1_per_s");
        assert_eq!((0.1 * formula).floor() as u32 + 1, provers, "provers for 0.1 a second");
        let crashes = Crashes { mtbf_s, repair_s, after: AfterCrash::Wait };
        let pipeline =
            queue_of(Arrivals::fixed(10.0).unwrap(), prove, provers).with_crashes(crashes).unwrap();
        close_to(pipeline.prove_effective_s(), formula, 1e-9, "effective");
        let length = RunLength::new(20_000, 1_000, 8, 15).unwrap();
        let hold = simulate(&pipeline, length).prover_hold.mean_s;
        close_to(hold.value, exact, 3.0 * hold.half_width.unwrap(), "simulated");
    }
}

#[test]
fn a_requeued_job_does_not_wait_for_the_repair() {
    let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let pipeline = Pipeline::new(Arrivals::fixed(10.0).unwrap(), prove, 15, total, L1::Serial(15.0))
        .and_then(|pipeline| pipeline.with_groups(12, 1))
        .unwrap();
    let p99 = |after| {
        let crashes = Crashes { mtbf_s: 86_400.0, repair_s: 1_800.0, after };
        let length = RunLength::new(40_000, 2_000, 8, 16).unwrap();
        simulate(&pipeline.clone().with_crashes(crashes).unwrap(), length).consolidated.p99_s
    };
    // 2070 s and 403 s by the exact simulation that the project started from.
    let (wait, requeue) = (p99(AfterCrash::Wait), p99(AfterCrash::Requeue));
    close_to(wait.value, 2070.0, 3.0 * wait.half_width.unwrap() + 10.0, "waits");
    close_to(requeue.value, 403.0, 3.0 * requeue.half_width.unwrap() + 2.0, "requeued");
}
