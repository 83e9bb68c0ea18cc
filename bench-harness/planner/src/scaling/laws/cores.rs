//! Time of each stage over the cores of one prover: Amdahl's law and the universal one.

use records::laws::{
    CoefficientRecord, FamilyRecord, FitRecord, LawName, LawPointRecord, LawRecord, OfName, OverName,
    PeakRecord,
};
use records::profile::ProfileRecord;

use super::asked::{Asked, count};
use super::family::{Members, StageKey, families, pairs, places, points, stages, whole};
use super::fit;
use crate::scaling::reach::{self, FAR_TIMES, range};
use crate::scaling::usl::{Coefficient, Errors, Law, UslFit, unknowns};

pub(super) fn laws(profile: &ProfileRecord, asked: &Asked, missing: &mut Vec<String>) -> Vec<LawRecord> {
    let mut laws = Vec::new();
    let by_cores = families(profile, |summary| {
        let cores = summary.cell.cores as f64;
        Some((FamilyRecord { cores: None, ..whole(&summary.cell) }, cores))
    });
    for (family, members) in by_cores {
        if places(&members) < 2 {
            missing.push(format!(
                "Over cores, {}: measured on {}. Amdahl's law takes 2 core counts and the universal law 3; one more \
                 of each gives intervals.",
                family.words(),
                count(places(&members), "core count", "core counts"),
            ));
            continue;
        }
        for stage in stages(&members) {
            let points = points(&members, stage);
            if !points.is_empty() {
                laws.push(with_siblings(law(&family, stage, points, asked), &members));
            }
        }
    }
    laws
}

fn law(family: &FamilyRecord, stage: StageKey, points: Vec<LawPointRecord>, asked: &Asked) -> LawRecord {
    let rates: Vec<(f64, f64)> = pairs(&points).into_iter().map(|(n, s)| (n, 1.0 / s)).collect();
    let (mut fits, mut notes) = (Vec::new(), Vec::new());
    for law in [Law::Amdahl, Law::Usl] {
        match UslFit::new(&rates, law, Errors::Relative) {
            Ok(fit) => {
                notes.extend(unchecked(&fit, points.len()));
                fits.push(record(&fit, &points, asked));
            }
            Err(_) => notes.push(too_few(law, &points)),
        }
    }
    LawRecord {
        over: OverName::Cores,
        of: OfName::TimeS,
        stage: Some(stage.0),
        level: stage.1,
        family: family.clone(),
        points,
        fits,
        notes,
        trees: vec![],
    }
}

/// Two threads of one core are not two cores: a law over both kinds of points bends where they meet.
fn with_siblings(mut law: LawRecord, members: &Members) -> LawRecord {
    let smt = members.iter().filter(|(_, cell)| cell.core_kind.as_deref() == Some("smt"));
    let counts: Vec<String> = smt.map(|(cores, _)| cores.to_string()).collect();
    if !counts.is_empty() && counts.len() < members.len() {
        law.notes.push(format!(
            "Measured on threads that share a core: {}; the others had a core to each thread, so that the law mixes two \
             kinds of points.",
            counts.join(", ")
        ));
    }
    law
}

fn name(law: Law) -> &'static str {
    match law {
        Law::Amdahl => "Amdahl's law",
        Law::Usl => "the universal law",
    }
}

fn too_few(law: Law, points: &[LawPointRecord]) -> String {
    let mut counts: Vec<f64> = points.iter().map(|point| point.x).collect();
    counts.dedup();
    format!(
        "{} is not fitted: it takes {} core counts, {} for intervals; measured: {}.",
        name(law),
        unknowns(law),
        unknowns(law) + 1,
        counts.len()
    )
}

/// A curve through every point proves nothing.
fn unchecked(fit: &UslFit, points: usize) -> Option<String> {
    (fit.degrees_of_freedom() == 0).then(|| {
        format!(
            "{} passes through its {points} points exactly: no interval, and nothing that checks it; {} core counts \
             would.",
            name(fit.law),
            points + 1
        )
    })
}

fn record(usl: &UslFit, points: &[LawPointRecord], asked: &Asked) -> FitRecord {
    // One time on one core: the band of the curve there, which is the interval of 1/γ.
    let one_core = usl.time_s(1.0, true).ok();
    let mut coefficients: Vec<CoefficientRecord> =
        one_core.map(|at| fit::coefficient("one_core_s", at.time_s, at.band_s)).into_iter().collect();
    let fractions: &[(&str, Coefficient)] = match usl.law {
        Law::Amdahl => &[("serial_fraction", usl.alpha)],
        Law::Usl => &[("contention", usl.alpha), ("crosstalk", usl.beta)],
    };
    coefficients.extend(fractions.iter().map(|(name, Coefficient { value, interval, .. })| {
        // A fraction is never negative, so its interval ends at 0.
        fit::coefficient(name, *value, interval.map(|(low, high)| (low.max(0.0), high)))
    }));
    let (min, max) = range(points.iter().map(|point| point.x));
    let (curve, refused) = fit::curve(wanted(points, asked), |cores| match usl.time_s(cores, asked.far) {
        Ok(at) => Ok(fit::curve_point(cores, at.time_s, at.band_s, at.reach)),
        Err(_) => {
            Err(format!("measured from {min} to {max} cores: nothing is said beyond {FAR_TIMES} times that"))
        }
    });
    let peak = usl.peak_cores().filter(|cores| *cores >= 1.0);
    FitRecord {
        law: if usl.law == Law::Usl { LawName::Usl } else { LawName::Amdahl },
        coefficients,
        degrees_of_freedom: usl.degrees_of_freedom() as u64,
        leave_one_out_fraction: usl.leave_one_out_rms,
        peak: peak.map(|cores| PeakRecord { cores, reach: reach::of(cores, min, max) }),
        curve,
        refused,
    }
}

/// The counts asked for; without a wish, the powers of two up to twice the largest measured, and those measured.
fn wanted(points: &[LawPointRecord], asked: &Asked) -> Vec<f64> {
    if !asked.cores.is_empty() {
        return asked.cores.clone();
    }
    let (min, max) = range(points.iter().map(|point| point.x));
    let mut wanted: Vec<f64> = points.iter().map(|point| point.x).collect();
    let mut power = 1.0;
    while power <= max * FAR_TIMES {
        if power >= min / FAR_TIMES {
            wanted.push(power);
        }
        power *= 2.0;
    }
    wanted.sort_by(f64::total_cmp);
    wanted.dedup();
    wanted
}
