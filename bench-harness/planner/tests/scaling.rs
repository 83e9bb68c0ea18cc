//! Scaling laws against R's `usl`, its data, and the clock table.

mod common;
#[path = "common/printed.rs"]
mod printed;

use common::{Row, close_to, table};
use planner::PlanError;
use planner::scaling::usl::{Coefficient, Errors};
use planner::scaling::{Law, LineFit, Reach, UslFit};

fn points(dataset: &str) -> Vec<(f64, f64)> {
    match dataset {
        "raytracer_first6" => table("usl_data_raytracer")[..6]
            .iter()
            .map(|row| (row.f64("processors"), row.f64("throughput")))
            .collect(),
        "specsdm91" => {
            table("usl_data_specsdm91").iter().map(|row| (row.f64("load"), row.f64("throughput"))).collect()
        }
        // The package's synthetic set is the law itself, printed to few digits.
        "synthetic6" => {
            (1..=6).map(f64::from).map(|n| (n, n / (1.0 + 0.02 * (n - 1.0) + 0.02 * n * (n - 1.0)))).collect()
        }
        other => panic!("no data set {other}"),
    }
}

fn like(row: &Row, column: &str, got: f64, relative: f64) {
    // R prints some coefficients to three or four digits only.
    if !row.text(column).is_empty() {
        let expected = row.f64(column);
        close_to(got, expected, relative * expected.abs(), &format!("{} {column}", row.text("dataset")));
    }
}

/// Within 1e-4 of a figure, and half of its last printed digit.
fn printed(row: &Row, column: &str, got: f64) {
    if !row.text(column).is_empty() {
        let expected = row.f64(column);
        let tolerance = 1e-4 * expected.abs() + printed::printed(row, column);
        close_to(got, expected, tolerance, &format!("{} {column}", row.text("dataset")));
    }
}

#[test]
fn published_coefficients() {
    for row in table("usl_fits_vs_published") {
        let dataset = row.text("dataset");
        let points = points(dataset);
        assert_eq!(points.len() as u32, row.u32("n_points"));
        let fit = UslFit::new(&points, Law::Usl, Errors::Absolute).unwrap();
        let exact = dataset == "synthetic6";
        let tolerance = if exact { 4e-4 } else { 1e-4 };
        like(&row, "alpha_trf", fit.alpha.value, tolerance);
        like(&row, "beta_trf", fit.beta.value, tolerance);
        like(&row, "gamma_trf", fit.gamma.value, tolerance);
        // R prints few digits: 0.02444 is any value from 0.024435 to 0.024445, two parts in ten thousand either way.
        printed(&row, "published_alpha", fit.alpha.value);
        printed(&row, "published_beta", fit.beta.value);
        printed(&row, "published_gamma", fit.gamma.value);
        like(&row, "peak_n", fit.peak_cores().unwrap(), tolerance);
        like(&row, "limit_throughput", fit.limit().unwrap(), tolerance);
        like(&row, "x_at_128", fit.predict(128.0, true).unwrap().0, tolerance);
        if !exact {
            let se = |coefficient: Coefficient| coefficient.standard_error.unwrap();
            like(&row, "se_alpha", se(fit.alpha), 1e-3);
            like(&row, "se_beta", se(fit.beta), 1e-3);
            like(&row, "se_gamma", se(fit.gamma), 1e-3);
            like(&row, "published_se_alpha", se(fit.alpha), 1e-3);
            like(&row, "resid_sigma", fit.sigma.unwrap(), 1e-4);
            like(&row, "ci95_alpha_lo", fit.alpha.interval.unwrap().0, 5e-3);
            like(&row, "ci95_alpha_hi", fit.alpha.interval.unwrap().1, 1e-3);
            like(&row, "ci95_beta_lo", fit.beta.interval.unwrap().0, 1e-3);
            like(&row, "ci95_beta_hi", fit.beta.interval.unwrap().1, 1e-3);
            like(&row, "loo_rmse_usl", fit.leave_one_out_rms.unwrap(), 1e-3);
            let amdahl = UslFit::new(&points, Law::Amdahl, Errors::Absolute).unwrap();
            like(&row, "amdahl_alpha", amdahl.alpha.value, 1e-4);
            like(&row, "amdahl_gamma", amdahl.gamma.value, 1e-4);
            like(&row, "loo_rmse_amdahl", amdahl.leave_one_out_rms.unwrap(), 1e-3);
        }
    }
}

#[test]
fn coefficients_stay_out_of_the_negative() {
    // Better than linear: a free fit would make contention negative.
    let points: Vec<(f64, f64)> = [1.0, 2.0, 4.0, 8.0].map(|n: f64| (n, n.powf(1.05))).to_vec();
    for errors in [Errors::Relative, Errors::Absolute] {
        let fit = UslFit::new(&points, Law::Usl, errors).unwrap();
        assert!(fit.alpha.value >= 0.0 && fit.beta.value >= 0.0, "{fit:?}");
    }
}

#[test]
fn nothing_is_said_far_beyond_what_was_measured() {
    let fit = UslFit::new(&points("raytracer_first6"), Law::Usl, Errors::Relative).unwrap();
    assert_eq!(fit.predict(16.0, false).unwrap().1, Reach::Within);
    assert_eq!(fit.predict(40.0, false).unwrap().1, Reach::Beyond);
    let error = fit.predict(41.0, false).unwrap_err();
    assert!(
        matches!(error, PlanError::BadInput { .. }) && error.to_string().contains("at most 40"),
        "{error}"
    );
    assert!(fit.predict(41.0, true).unwrap().1.words().contains("EXTRAPOLATED"));
}

#[test]
fn the_clock_table() {
    let table = table("clock_transfer_reference");
    let measured: Vec<(f64, f64)> =
        table[..4].iter().map(|row| (row.f64("freq_ghz"), row.f64("time_s"))).collect();
    let fit = LineFit::over_clock(&measured).unwrap();
    for row in &table {
        close_to(fit.slope, row.f64("a_gcycles"), 1e-8 * fit.slope, "A");
        close_to(fit.intercept, row.f64("b_s"), 1e-7, "B");
        close_to(fit.at(1.0 / row.f64("freq_ghz")).0, row.f64("time_s"), 1e-6, "time");
    }
    assert!(LineFit::over_clock(&measured[..2]).is_err(), "two clocks fit any line");
}

#[test]
fn too_few_points_are_counted() {
    let error = UslFit::new(&[(1.0, 1.0), (2.0, 1.9), (2.0, 1.8)], Law::Usl, Errors::Relative).unwrap_err();
    assert!(error.to_string().contains("at least 3 different core counts"), "{error}");
    assert!(UslFit::new(&[(1.0, -1.0)], Law::Amdahl, Errors::Relative).is_err());
}
