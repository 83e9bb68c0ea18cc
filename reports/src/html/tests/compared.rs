//! Several runs on one page.

use super::Read;
use crate::compare::terminal::comparison;
use crate::html::{export, fixture};
use records::comparison::{ComparedRunRecord, ComparedRunsRecord};
use records::report::Records;

/// Three runs, the last without a plan and with a name that could do harm.
fn three() -> Records {
    let run = |name: &str, provers: Option<u32>| {
        let plan = provers.map(|provers| {
            let mut plan = fixtures::plan::published_plan();
            plan.recommendation.provers = provers;
            plan
        });
        ComparedRunRecord {
            name: name.to_owned(),
            machine: fixtures::profile::profile().machine,
            planned_with: plan.as_ref().map(|_| "mix of 64, scripted, 1 core".to_owned()),
            no_plan: plan.is_none().then(|| "no plan meets the target".to_owned()),
            plan,
        }
    };
    let (second, mut third) = (comparison(), comparison());
    third.second.name = "<b>three</b>".to_owned();
    let runs = vec![run("out|one", Some(12)), run("out/two", Some(7)), run("<b>three</b>", None)];
    let compared = ComparedRunsRecord { runs, comparisons: vec![second, third] };
    Records { compared: Some(compared), ..Records::default() }
}

#[test]
fn each_run_has_its_plan_its_times_and_what_differs() {
    let page = Read::of(&three());
    assert_eq!(page.sections(), ["runs", "runs-times", "runs-differences"]);
    let answer = page.words("#runs");
    for wanted in [
        "From 7 provers (out/two) to 12 provers (out|one).",
        "There is no plan for <b>three</b>: no plan meets the target.",
        "out/two : Run 7 provers",
    ] {
        assert!(answer.contains(wanted), "{wanted}: {answer}");
    }
    assert_eq!(page.all("#runs-plans tbody tr").len(), 3);
    assert_eq!(page.all("#runs-prove-1 .wide rect.bar").len(), 3, "a bar a run");
    let bars = page.words("#runs-prove-1 .wide svg");
    assert!(bars.contains("0.5 ×"), "{bars}");
    // Of each stage the first run stands before the others.
    let stages: Vec<_> =
        page.all("#runs-stages tbody tr").iter().map(|row| row.text().collect::<Vec<_>>()).collect();
    for three in stages.chunks(3) {
        let runs: Vec<_> = three.iter().map(|row| row[1]).collect();
        assert_eq!(runs, ["out|one", "out/two", "<b>three</b>"], "{three:?}");
        assert!(three.iter().all(|row| row[0] == three[0][0]), "{three:?}");
    }
    let differs = page.words("#runs-differences tr");
    assert!(differs.contains("cores") && differs.contains("machine: "), "{differs}");
    assert!(page.words("footer").contains("from the runs out|one, out/two, <b>three</b>."));
}

#[test]
fn runs_that_do_not_differ_say_so_and_one_fleet_for_all_is_said_once() {
    let mut records = three();
    let compared = records.compared.as_mut().expect("runs");
    compared.runs.truncate(2);
    compared.comparisons.truncate(1);
    compared.comparisons[0].differences.clear();
    compared.comparisons[0].pairs.iter_mut().for_each(|pair| pair.differences.clear());
    let one_fleet = compared.runs[0].plan.clone();
    compared.runs[1].plan = one_fleet;
    let page = Read::of(&records);
    assert!(page.words("h1").contains("12 provers, whichever of the runs."));
    assert!(page.words("#runs-differences").contains("Nothing that is known of the runs differs"));
}

#[test]
fn a_page_of_several_runs_has_no_section_of_one() {
    // Neither the other way round.
    assert!(!Read::of(&fixture::records()).sections().iter().any(|id| id.starts_with("runs")));
    let names: Vec<_> = export::tables(&three()).expect("writes").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["runs-plans", "runs-prove-1", "runs-stages", "runs-differences-table"]);
}
