//! 64 cores, parallel proving, better machines: from a profile over cores.

use super::claim::Claim;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use crate::scaling::{Asked, laws};
use records::claims::{ClaimFigureRecord, ClaimRecord, ClaimSourceName};
use records::laws::{FitRecord, LawName, LawRecord, OverName, Reach};
use records::number::significant;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName};
use records::sample::CellRecord;

pub(super) const FROM: &str = "bench-harness measure";
/// The cores of the source's example.
const CORES: u32 = 64;

pub(super) fn sixty_four(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the throughput of one prover on 64 cores over that on one, by the law over cores, of each kind of cell,",
        bound: Bound::AtMost,
        // Half of what 64 times would be.
        threshold: 32.0,
        unit: "×",
    };
    let claim = Claim {
        id: "64-cores",
        title: "64 cores are not 64 times",
        source: ClaimSourceName::FractalScaling,
        quote: "The idea that 64 core CPUs → 64x potential throughput is very false.",
        quoted: &[("64x", "what 64 cores are thought to give, and by the source do not")],
    };
    let Some(profile) = evidence.profile else {
        return claim
            .not_measured(&RULE, "bench-harness measure --cores all, then --profile bench-out/profile.json");
    };
    let fits: Vec<_> = prove_laws(profile).into_iter().filter_map(|law| at_64(&law)).collect();
    let most = profile.cells.iter().map(|cell| cell.cell.cores).max().unwrap_or(0);
    let mut cautions = vec![
        "What is measured is proving; the source speaks of executing, for which parallel-gains has the figures.".to_owned(),
    ];
    if fits.iter().any(|figure| figure.is_extrapolated) {
        cautions.push(format!(
            "EXTRAPOLATED: at most {most} cores were measured, {} times fewer than {CORES}.",
            significant(f64::from(CORES) / most as f64, 3)
        ));
    }
    let needs = (most < u64::from(CORES / 2)).then(|| {
        "A machine with at least 32 cores: bench-harness measure --cores 1,2,4,8,16,32. Four core counts give the \
         universal law an interval, three give Amdahl's one; without one nothing is decided."
            .to_owned()
    });
    claim.answered(&RULE, fits, cautions, needs)
}

/// The laws of a batch's proof over cores, drawn at 64 however far that is.
fn prove_laws(profile: &ProfileRecord) -> Vec<LawRecord> {
    let asked = Asked::default().at_cores(&[CORES]).unwrap_or_default().far();
    let is_asked = |law: &LawRecord| {
        let is_alone = law.family.provers.is_none_or(|provers| provers == 1);
        law.over == OverName::Cores && law.stage == Some(QuantityName::ProveBatch) && is_alone
    };
    laws(profile, &asked).laws.into_iter().filter(is_asked).collect()
}

/// Throughput at 64 cores over that at one, by the universal law where something checks it, else by Amdahl's.
fn at_64(law: &LawRecord) -> Option<ClaimFigureRecord> {
    let fit_of = |name: LawName| law.fits.iter().find(|fit| fit.law == name);
    let checked = |fit: &&FitRecord| fit.degrees_of_freedom > 0;
    let fit = fit_of(LawName::Usl).filter(checked).or_else(|| fit_of(LawName::Amdahl))?;
    let one_s = fit.coefficients.iter().find(|coefficient| coefficient.name == "one_core_s")?.value;
    let at = fit.curve.iter().find(|point| point.x == f64::from(CORES))?;
    let figure = Figure {
        value: one_s / at.y,
        ends: at.low.zip(at.high).map(|(low, high)| (one_s / high, one_s / low)),
        samples: law.points.iter().map(|point| point.samples).min(),
    };
    let what = format!("{}, {} over {} core counts", law.family.words(), fit.law.words(), law.points.len());
    Some(ClaimFigureRecord {
        is_extrapolated: at.reach != Reach::Within, ..figure.deciding(what, "×", FROM)
    })
}

pub(super) fn trivially_parallel(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the throughput of each of several provers at once, over that of one alone,",
        bound: Bound::AtLeast,
        threshold: 0.8,
        unit: "×",
    };
    let claim = Claim {
        id: "parallel-proofs",
        title: "proofs are made side by side",
        source: ClaimSourceName::FractalScaling,
        quote: "we’re obviously not there yet, but it’s possible - proof generation is trivially parallelizable",
        quoted: &[],
    };
    let Some(profile) = evidence.profile else {
        return claim.not_measured(
            &RULE,
            "bench-harness measure --provers 1,fill, then --profile bench-out/profile.json",
        );
    };
    let pairs = pairs(profile, |cell| (cell.provers > 1).then(|| CellRecord { provers: 1, ..cell.clone() }));
    let figures = by_samples(pairs, |alone, together| {
        let what = format!("{}, against one alone", together.cell.words());
        let times = stage(alone)?.over(stage(together)?);
        Some((times, what))
    });
    claim.answered(&RULE, figures, vec![], None)
}

pub(super) fn better_machines(evidence: &Evidence<'_>) -> ClaimRecord {
    const RULE: Rule = Rule {
        of: "the throughput that twice the cores give, of twice the throughput,",
        bound: Bound::AtMost,
        threshold: 0.9,
        unit: "",
    };
    let claim = Claim {
        id: "better-machines",
        title: "more powerful machines have diminishing returns",
        source: ClaimSourceName::OrderThenProve,
        quote: "Upgrading to very powerful machines often results in diminishing returns.",
        quoted: &[],
    };
    let Some(profile) = evidence.profile else {
        return claim.not_measured(
            &RULE,
            "bench-harness measure --cores 1,2,4, then --profile bench-out/profile.json",
        );
    };
    let pairs = pairs(profile, |cell| {
        (cell.cores.is_multiple_of(2) && cell.provers == 1)
            .then(|| CellRecord { cores: cell.cores / 2, ..cell.clone() })
    });
    // The largest machines measured are what the claim is about.
    let most = pairs.iter().map(|(_, more)| more.cell.cores).max().unwrap_or(0);
    let pairs = pairs.into_iter().filter(|(_, more)| more.cell.cores == most).collect();
    let figures = by_samples(pairs, |less, more| {
        let what = format!("{}, against {}", more.cell.words(), less.cell.cores);
        Some((stage(less)?.over(stage(more)?).times(0.5), what))
    });
    let cautions = vec![format!(
        "The machine is one, with {most} of its cores or half of them; what another machine costs and gives is in \
         bench-harness plan --hardware all."
    )];
    claim.answered(&RULE, figures, cautions, None)
}

pub(super) fn stage(cell: &CellSummaryRecord) -> Option<Figure> {
    Figure::of_stage(cell, QuantityName::ProveBatch)
}

/// Cells of a profile with the one that `other` names beside them: (other, cell).
fn pairs(
    profile: &ProfileRecord,
    other: impl Fn(&CellRecord) -> Option<CellRecord>,
) -> Vec<(&CellSummaryRecord, &CellSummaryRecord)> {
    let found = profile.cells.iter().filter_map(|cell| {
        let wanted = other(&cell.cell)?;
        Some((profile.cells.iter().find(|one| one.cell == wanted)?, cell))
    });
    found.collect()
}

type Compared<'a> = (&'a CellSummaryRecord, &'a CellSummaryRecord);

/// The figure of each pair; the pair with most samples decides, since the others say the same with more noise.
fn by_samples(
    pairs: Vec<Compared<'_>>,
    figure: impl Fn(&CellSummaryRecord, &CellSummaryRecord) -> Option<(Figure, String)>,
) -> Vec<ClaimFigureRecord> {
    let mut figures: Vec<_> = pairs.into_iter().filter_map(|(one, other)| figure(one, other)).collect();
    figures.sort_by_key(|(figure, _)| std::cmp::Reverse(figure.samples));
    let record = |(place, (figure, what)): (usize, (Figure, String))| match place {
        0 => figure.deciding(what, "×", FROM),
        _ => figure.beside(what, "×", FROM),
    };
    figures.into_iter().enumerate().map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::{better_machines, sixty_four, trivially_parallel};
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{cell, profile, stage};
    use records::claims::ClaimRecord;
    use records::claims::ClaimVerdictName::{self, DoesNotHold, Holds, Inconclusive, NotMeasured};
    use records::profile::{CellSummaryRecord, QuantityName};

    fn answer(claim: fn(&Evidence<'_>) -> ClaimRecord, cells: Vec<CellSummaryRecord>) -> ClaimRecord {
        claim(&Evidence { profile: Some(&profile(cells)), ..Evidence::default() })
    }

    /// Proofs of 8 s on one core by Amdahl's law, with a little noise so that there is an interval.
    fn over_cores(serial: f64, counts: &[u64]) -> Vec<CellSummaryRecord> {
        let time = |(place, cores): (usize, &u64)| {
            let noise = 1.0 + 0.001 * [1.0, -1.0][place % 2];
            let time_s = 8.0 * (serial + (1.0 - serial) / *cores as f64) * noise;
            cell("plonky2", *cores, vec![stage(QuantityName::ProveBatch, time_s, 0.01)])
        };
        counts.iter().enumerate().map(time).collect()
    }

    #[test]
    fn cores_that_share_their_work_and_cores_that_do_not() {
        let counts = [1, 2, 4, 8, 16, 32];
        let verdict = |serial, counts: &[u64]| answer(sixty_four, over_cores(serial, counts)).verdict;
        assert_eq!(verdict(0.1, &counts), Holds);
        assert_eq!(verdict(0.0001, &counts), DoesNotHold);
        assert_eq!(verdict(0.1, &[1, 2]), Inconclusive, "a law through both points has no interval");
        assert_eq!(verdict(0.1, &[2]), NotMeasured);
    }

    #[test]
    fn extrapolation_is_loud() {
        let record = answer(sixty_four, over_cores(0.1, &[1, 2]));
        assert!(record.figures[0].is_extrapolated);
        assert!(
            record
                .cautions
                .iter()
                .any(|caution| caution.contains("EXTRAPOLATED") && caution.contains("32 times"))
        );
        assert!(record.needs.is_some());
    }

    #[test]
    fn provers_side_by_side() {
        let alone = cell("plonky2", 1, vec![stage(QuantityName::ProveBatch, 4.0, 0.01)]);
        let together = |time_s| {
            let mut cell = cell("plonky2", 1, vec![stage(QuantityName::ProveBatch, time_s, 0.01)]);
            cell.cell.provers = 2;
            cell
        };
        let verdict = |time_s: f64| -> ClaimVerdictName {
            answer(trivially_parallel, vec![alone.clone(), together(time_s)]).verdict
        };
        assert_eq!(verdict(4.1), Holds);
        assert_eq!(verdict(8.0), DoesNotHold);
        assert_eq!(verdict(5.0), Inconclusive);
        assert_eq!(answer(trivially_parallel, vec![alone.clone()]).verdict, NotMeasured);
    }

    #[test]
    fn returns_that_diminish_and_returns_that_do_not() {
        let verdict = |serial| answer(better_machines, over_cores(serial, &[1, 2, 4])).verdict;
        assert_eq!(verdict(0.3), Holds);
        assert_eq!(verdict(0.0), DoesNotHold);
    }
}
