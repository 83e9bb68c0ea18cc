//! Plans from numbers given by hand: the figures of "Order then Prove", in every form.

use crate::support::Bench;
use serde_json::Value;

/// Close 10 s, prove 120 s, block 15 s, aggregate 12 s: twelve provers balance it.
const SEED: &str = "plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1";

fn close_to(value: &Value, wanted: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - wanted).abs() < 1e-9)
}

/// The cells of the row of a table that begins with these words, joined over the lines that the row takes.
fn row(table: &str, design: &str) -> Vec<String> {
    let mut joined: Vec<Vec<String>> = Vec::new();
    for line in table.lines().filter_map(|line| line.strip_prefix('│')?.strip_suffix('│')) {
        let cells: Vec<_> = line.split('┆').map(|cell| cell.trim().to_owned()).collect();
        match joined.last_mut() {
            Some(last) if cells[1].is_empty() || cells[2].is_empty() => {
                for (so_far, cell) in last.iter_mut().zip(cells) {
                    *so_far = format!("{so_far} {cell}").trim().to_owned();
                }
            }
            _ => joined.push(cells),
        }
    }
    joined.into_iter().find(|cells| cells[0] == design).unwrap_or_else(|| panic!("no {design} in {table}"))
}

#[test]
fn the_terminal_says_the_figures_of_the_source() {
    let bench = Bench::new();
    let answer = bench.run(SEED).ok().stdout;
    assert!(answer.starts_with("Run 15 provers and 1 spare,"), "{answer}");
    assert!(answer.lines().count() <= 30, "{answer}");
    // The published figures leave nothing unused.
    let text = bench.run(&format!("{SEED} --headroom 0 --explain")).ok().stdout;
    assert!(text.starts_with("Run 12 provers and 1 spare,"), "{text}");
    let aggregated = row(&text, "horizontal, aggregated");
    assert_eq!(aggregated[1..7], ["12", "12", "1", "0.1", "-", "267 s"]);
    let single = row(&text, "single batch");
    assert!(single[4].starts_with("0.00833"), "{single:?}");
    assert_eq!(single[6], "145 s");
    let order = row(&text, "order then prove");
    assert_eq!(order[1..7], ["12", "12", "1", "0.1", "25 s", "267 s"]);
}

#[test]
fn json_has_the_same_figures() {
    let text = Bench::new().run(&format!("{SEED} --format json")).ok().stdout;
    let plan: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(plan["schema_version"], 3);
    let design = |name: &str| {
        let designs = plan["designs"].as_array().expect("designs");
        designs.iter().find(|design| design["design"] == name).expect(name)
    };
    let single = design("single_batch");
    assert!(close_to(&single["throughput_batches_per_s"], 1.0 / 120.0));
    assert!(close_to(&single["delay_consolidated_s"], 10.0 + 120.0 + 15.0));
    for name in ["horizontal_aggregated", "order_then_prove"] {
        let design = design(name);
        assert_eq!(design["batches_per_aggregation"], 12, "{name}");
        assert!(close_to(&design["throughput_batches_per_s"], 0.1), "{name}");
        assert!(close_to(&design["delay_consolidated_s"], 12.0 * 10.0 + 120.0 + 12.0 + 15.0), "{name}");
    }
    assert!(close_to(&design("order_then_prove")["delay_virtual_s"], 25.0));
    assert_eq!(plan["recommendation"]["provers"], 15, "a fifth of their time unused");
}

#[test]
fn csv_has_the_same_figures() {
    let text = Bench::new().run(&format!("{SEED} --format csv")).ok().stdout;
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let rows: Vec<_> = lines.collect();
    let value = |design: &str, column: &str| {
        let row = rows.iter().find(|row| row[0] == design).expect(design);
        row[header.iter().position(|name| *name == column).expect(column)]
    };
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.len() == header.len()));
    assert_eq!(value("single_batch", "throughput_batches_per_s").parse::<f64>(), Ok(1.0 / 120.0));
    assert_eq!(value("single_batch", "delay_consolidated_s"), "145");
    assert_eq!(value("horizontal_aggregated", "throughput_batches_per_s"), "0.1");
    assert_eq!(value("horizontal_aggregated", "delay_consolidated_s"), "267");
    assert_eq!(value("order_then_prove", "delay_virtual_s"), "25");
}

#[test]
fn markdown_has_the_same_figures() {
    let text = Bench::new().run(&format!("{SEED} --format markdown")).ok().stdout;
    assert!(
        text.contains("\n| single batch | 1 | 1 | 0 | 0.00833 (too low) | - | 145 s | prove |\n"),
        "{text}"
    );
    assert!(
        text.contains("\n| horizontal, aggregated | 12 | 12 | 1 | 0.1 | - | 267 s | prove |\n"),
        "{text}"
    );
    assert!(text.contains("\n| order then prove | 12 | 12 | 1 | 0.1 | 25 s | 267 s | prove |\n"), "{text}");
}

#[test]
fn units_and_bare_numbers_say_the_same() {
    let bench = Bench::new();
    let other = "plan --close 10000ms --prove 2min --block 15 --aggregate 0.2min --target-batches-per-s 1e-1";
    assert_eq!(bench.run(other).ok().stdout, bench.run(SEED).ok().stdout);
}

/// A fixed N makes the formula's own case of the recommendation: below the balance point the rate falls.
#[test]
fn questions_change_the_answer() {
    let bench = Bench::new();
    let plan = |more: &str| -> Value {
        let text = bench.run(&format!("{SEED} --format json {more}")).ok().stdout;
        serde_json::from_str(&text).expect("JSON")
    };
    let fixed = plan("--fix-n 12");
    assert_eq!(fixed["recommendation"]["batches_per_aggregation"], 12);
    assert!(close_to(&fixed["recommendation"]["delay_consolidated_s"], 267.0));
    bench.run(&format!("{SEED} --provers-max 11")).fails(7, &["no plan meets the target"]);
    let with_size = plan("--batch-size 50");
    assert!(close_to(&with_size["recommendation"]["throughput_transactions_per_s"], 5.0));
}

#[test]
fn an_output_file_holds_what_would_be_printed() {
    let bench = Bench::new();
    let printed = bench.run(&format!("{SEED} --format csv")).ok().stdout;
    let ran = bench.run(&format!("{SEED} --format csv --output plan.csv")).ok();
    assert_eq!((ran.stdout.as_str(), bench.read("plan.csv")), ("", printed));
}

#[test]
fn prices_of_an_hour_a_month_and_a_batch_are_of_one_bill() {
    let bench = Bench::new();
    let asked = format!("{SEED} --prover-usd-per-hour 2 --verify-gas 350000 --gwei 10 --usd-per-eth 3000");
    let json = bench.run(&format!("{asked} --json")).ok().stdout;
    let plan: Value = serde_json::from_str(&json).expect("JSON");
    let usd = |name: &str| plan["recommendation"][name].as_f64().expect(name);
    let hour = usd("usd_per_hour") + usd("gas_usd_per_hour");
    assert!(usd("gas_usd_per_hour") > 1.0, "{plan}");
    assert!((360.0 * usd("usd_per_batch") / hour - 1.0).abs() < 1e-9, "{plan}");
    assert!((usd("usd_per_month") / hour - 730.0).abs() < 1e-6, "{plan}");
    let said = bench.run(&asked).ok().stdout;
    assert!(said.contains("an hour in machines and $10.5 in L1 gas"), "{said}");
}

#[test]
fn the_mean_of_a_day_is_that_of_its_simulation() {
    let bench = Bench::new();
    let asked = format!("{SEED} --prove-cv 0.3 --arrivals daily:1,1,1,1,1,1,2,4 --fix-n 40");
    let json = bench.run(&format!("{asked} --json")).ok().stdout;
    let plan: Value = serde_json::from_str(&json).expect("JSON");
    let delay = &plan["fleet_estimates"][0]["simulated"]["consolidated"];
    let [mean_s, p99_s] = ["mean_s", "p99_s"].map(|name| delay[name].as_f64().expect(name));
    // The peak leaves a queue, which no closed form knows of.
    let formula_s = plan["recommendation"]["delay_consolidated_s"].as_f64().expect("a delay");
    assert!(mean_s < p99_s && mean_s > 2.0 * formula_s, "{mean_s} {p99_s} {formula_s}");
    let said = bench.run(&asked).ok().stdout;
    let wanted = format!("proven there after {mean_s:.0} s");
    assert!(crate::support::words(&said).contains(&wanted), "{wanted}: {said}");
}
