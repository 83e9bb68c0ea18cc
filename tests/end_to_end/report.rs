//! The report of a run: page, pictures, tables, and the summary on the terminal.

use crate::support::{Bench, SCRIPT};
use serde_json::Value;

fn measured() -> Bench {
    let bench = Bench::scripted(SCRIPT, "");
    let ran = bench
        .run("run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output out")
        .ok();
    assert!(ran.stdout.trim_end().ends_with("open out/report.html"), "{ran:#?}");
    bench
}

#[test]
fn run_ends_by_naming_its_page() {
    let bench = measured();
    let page = bench.read("out/report.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1"), "{}", &page[..200]);
    let kept: Value = serde_json::from_str(&bench.read("out/report.json")).expect("JSON");
    let plan: Value = serde_json::from_str(&bench.read("out/plan.json")).expect("JSON");
    assert_eq!(kept["records"]["plan"], plan, "one plan in both files");
}

#[test]
fn the_story_fits_a_terminal_and_a_pipe_has_no_colour() {
    let bench = Bench::scripted(SCRIPT, "");
    let ran = bench
        .run("run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output out")
        .ok();
    let summary: Vec<_> =
        ran.stdout.trim_start().lines().take_while(|line| !line.starts_with("Planned with")).collect();
    assert!((10..=31).contains(&summary.len()), "{} lines: {summary:#?}", summary.len());
    assert!(summary[0].starts_with("Run 2 provers"), "{summary:#?}");
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:#?}");
}

#[test]
fn the_page_is_made_again_as_it_was() {
    let bench = measured();
    let first = bench.read("out/report.html");
    let said = bench.run("report out --html").ok().stdout;
    assert_eq!(said, "The report is in out/report.html.\n");
    assert_eq!(bench.read("out/report.html"), first);
    bench.run("report out --html other.html --target-tx-per-s 300").ok();
    let other = bench.read("other.html");
    assert!(other.contains("300 transactions/s") && other != first);
}

#[test]
fn every_chart_and_every_table_is_a_file() {
    let bench = measured();
    bench.run("report out --pictures pictures --tables tables").ok();
    let names = |folder: &str, ending: &str| -> Vec<String> {
        let files = std::fs::read_dir(bench.path(folder)).expect("a folder").flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> =
            names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect();
        names.sort();
        names
    };
    let (svg, png, csv) = (names("pictures", ".svg"), names("pictures", ".png"), names("tables", ".csv"));
    assert!(svg.len() >= 8, "{svg:?}");
    assert_eq!(svg, png);
    assert!(svg.iter().all(|name| csv.contains(name)), "{svg:?} {csv:?}");
    let header = bench.read("tables/delay-over-provers.csv");
    assert!(header.starts_with("provers,use_percent,delay_p50_s,"), "{header}");
}

#[test]
fn a_run_that_cannot_be_planned_has_a_page_all_the_same() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --batch-size 400 --output out").ok();
    bench.run("report out --html --target-batches-per-s 0.1 --delay 1ms").ok();
    let page = bench.read("out/report.html");
    assert!(page.contains("There is no plan: "), "why is said");
    assert!(page.contains("One prover proves a batch in"), "what was measured is shown");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let bench = measured();
    bench.run("report out --html --format csv").fails(2, &["--html", "--format"]);
    bench.run("report nowhere --html").fails(2, &["nowhere"]);
    bench.run("report out --pictures out/profile.json").fails(2, &["profile.json"]);
}
