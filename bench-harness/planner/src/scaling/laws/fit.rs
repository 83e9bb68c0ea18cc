//! What the record of every fitted law has: coefficients, and a curve over the places asked for.

use records::laws::{CoefficientRecord, CurvePointRecord, FitRecord, LawName, Reach, RefusedRecord};

use crate::scaling::{LineFit, reach::FAR_TIMES};

/// A curve, and the places at which nothing is said.
pub(super) type Curve = (Vec<CurvePointRecord>, Vec<RefusedRecord>);

/// The curve over `places`: of each the point, or why there is none.
pub(super) fn curve(places: Vec<f64>, at: impl Fn(f64) -> Result<CurvePointRecord, String>) -> Curve {
    let (mut curve, mut refused) = (Vec::new(), Vec::new());
    for x in places {
        match at(x) {
            Ok(point) => curve.push(point),
            Err(why) => refused.push(RefusedRecord { x, why }),
        }
    }
    (curve, refused)
}

/// A point of a curve; neither time nor memory is negative, so that its band ends at 0.
pub(super) fn curve_point(x: f64, y: f64, band: Option<(f64, f64)>, reach: Reach) -> CurvePointRecord {
    let (low, high) = ends(band);
    CurvePointRecord { x, y, low: low.map(|low| low.max(0.0)), high, reach }
}

/// A point of a fitted line: at `x` of the law, which is `place` on the line.
pub(super) fn line_point(fit: &LineFit, x: f64, place: f64, far: bool) -> Result<CurvePointRecord, String> {
    let (y, reach) = fit.at(place);
    if reach == Reach::Far && !far {
        return Err(format!("nothing is said beyond {FAR_TIMES} times what was measured"));
    }
    Ok(curve_point(x, y, fit.band(place), reach))
}

/// A coefficient with its 95 % interval.
pub(super) fn coefficient(name: &str, value: f64, interval: Option<(f64, f64)>) -> CoefficientRecord {
    let (low, high) = ends(interval);
    CoefficientRecord { name: name.to_owned(), value, low, high }
}

/// A fitted line.
pub(super) fn line(
    law: LawName,
    fit: &LineFit,
    coefficients: Vec<CoefficientRecord>,
    (curve, refused): Curve,
) -> FitRecord {
    FitRecord {
        law,
        coefficients,
        degrees_of_freedom: fit.degrees_of_freedom() as u64,
        leave_one_out_fraction: fit.leave_one_out_relative,
        peak: None,
        curve,
        refused,
    }
}

fn ends(interval: Option<(f64, f64)>) -> (Option<f64>, Option<f64>) {
    (interval.map(|interval| interval.0), interval.map(|interval| interval.1))
}
