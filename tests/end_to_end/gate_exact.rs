//! `gate exact`: blessing, passing, and every way to fail.

use crate::support::{Bench, Ran, root};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// A world that takes no time: the scripted system has no circuits, but batches, roots, trees and proofs.
const SMALL: &str =
    "proof_system = \"scripted\"\naccounts = 20\npools = 2\ndepth = 8\nbatch_sizes = [2, 4]\n";
const GATE: &str = "gate exact --baseline baseline.json --spec small.toml";

fn small() -> Bench {
    let bench = Bench::new();
    bench.write("small.toml", SMALL);
    bench
}

fn gate(bench: &Bench, more: &str) -> Ran {
    bench.run(&format!("{GATE} {more}"))
}

fn blessed() -> Bench {
    let bench = small();
    gate(&bench, "--bless").ok();
    bench
}

fn edit(bench: &Bench, change: impl FnOnce(&mut Value)) {
    let mut baseline: Value = serde_json::from_str(&bench.read("baseline.json")).expect("JSON");
    change(&mut baseline);
    bench.write("baseline.json", &format!("{baseline:#}\n"));
}

#[test]
fn what_was_blessed_passes() {
    let bench = small();
    let ran = gate(&bench, "--bless").ok();
    assert!(
        ran.stdout.contains("Blessed: baseline.json holds ") && ran.stdout.contains("of 6 cells"),
        "{ran:#?}"
    );
    let first = bench.read("baseline.json");
    let ran = gate(&bench, "").ok();
    assert!(ran.stdout.starts_with("exact: pass, "), "{ran:#?}");
    // Blessing what has not changed changes nothing, whatever the cores.
    bench.write("small.toml", &format!("{SMALL}cores = 1\n"));
    gate(&bench, "--bless").ok();
    assert_eq!(bench.read("baseline.json"), first);
}

/// Real circuits: another depth and another capacity are other circuits under the same name.
#[test]
fn a_circuit_that_changed_fails_with_its_headroom() {
    let bench = Bench::new();
    let gate = |more: &str| {
        let world =
            "--proof-system plonky2 --workload transfer --accounts 4 --pools 1 --batches-per-aggregation 1";
        bench.run(&format!("gate exact --baseline real.json {world} --batch-size 2 {more}"))
    };
    gate("--depth 4 --bless").ok();
    let baseline: Value = serde_json::from_str(&bench.read("real.json")).expect("JSON");
    let circuits = &baseline["cells"][0]["system"]["circuits"];
    assert_eq!(circuits[0]["name"], "batch");
    // The length that the circuit tells is that of the proofs that were made.
    assert_eq!(circuits[0]["proof_bytes"], baseline["cells"][0]["proofs"][0]["proof_bytes"]);
    // Another depth and another capacity at once: each proof takes seconds.
    let ran = gate("--depth 5 --capacity 3 --export-json gate.json");
    for wanted in ["batch: rows", "batch: padded", "batch: key", "capacity", "rows free"] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {ran:#?}");
    }
    ran.fails(3, &["exact: CHANGED, ", "from real.json", "--bless"]);
    let record: Value = serde_json::from_str(&bench.read("gate.json")).expect("JSON");
    let differences = record["differences"].as_array().expect("differences");
    let of = |figure: &str| differences.iter().find(|one| one["figure"] == figure).expect("a difference");
    assert_eq!((&of("depth of the state tree")["head"], &of("capacity")["head"]), (&5.into(), &3.into()));
    let rows = of("batch: rows");
    let head = rows["head"].as_u64().expect("rows");
    assert!(head > rows["baseline"].as_u64().expect("rows"));
    assert_eq!(rows["headroom"]["rows"], head);
    assert_eq!(rows["headroom"]["padded_rows"], head.next_power_of_two());
}

#[test]
fn a_figure_that_was_edited_fails_and_blessing_mends_it() {
    let bench = blessed();
    let good = bench.read("baseline.json");
    edit(&bench, |baseline| baseline["cells"][1]["batches"][0]["encoding_bytes"] = 7.into());
    let ran = gate(&bench, "");
    assert!(ran.stdout.starts_with("exact: CHANGED, 1 difference from baseline.json\n"), "{ran:#?}");
    assert!(ran.stdout.contains("batch 0: encoding bytes"), "{ran:#?}");
    ran.fails(3, &["exact: CHANGED, 1 difference"]);
    let ran = gate(&bench, "--bless").ok();
    assert!(ran.stdout.contains("batch 0: encoding bytes") && ran.stdout.contains("Blessed: "), "{ran:#?}");
    assert_eq!(bench.read("baseline.json"), good);
}

#[test]
fn a_cell_that_is_missing_or_new_fails() {
    let bench = blessed();
    let ran = gate(&bench, "--workload transfer,swap");
    assert!(ran.stdout.contains("MISSING") && ran.stdout.contains("mix-0.5 of 2"), "{ran:#?}");
    ran.fails(3, &["2 differences"]);
    edit(&bench, |baseline| {
        baseline["cells"].as_array_mut().expect("cells").remove(0);
    });
    let ran = gate(&bench, "");
    assert!(ran.stdout.contains("transfer of 2") && ran.stdout.contains("the whole cell"), "{ran:#?}");
    ran.fails(3, &["1 difference"]);
}

#[test]
fn what_cannot_be_compared_is_five_and_what_cannot_be_read_is_two() {
    let bench = small();
    gate(&bench, "").fails(2, &["baseline.json: No such file", "--bless"]);
    let bench = blessed();
    gate(&bench, "--seed 2").fails(5, &["other inputs", "seed: 1 there, 2 now", "--bless"]);
    gate(&bench, "--accounts 21").fails(5, &["accounts: 20 there, 21 now"]);
    edit(&bench, |baseline| baseline["schema_version"] = 99.into());
    let wanted = ["baseline.json, line 1, field schema_version: expected 1, got 99", "--bless"];
    gate(&bench, "").fails(5, &wanted);
    gate(&bench, "--bless").ok();
    edit(&bench, |baseline| baseline["cells"][0]["depth"] = "deep".into());
    gate(&bench, "").fails(2, &["baseline.json, line ", "field cells[0].depth: invalid type: string"]);
    bench.write("baseline.json", "{\n  \"schema_version\": 1,\n");
    gate(&bench, "").fails(2, &["baseline.json, line ", "cut off"]);
    gate(&bench, "--bless").ok();
    gate(&bench, "").ok();
}

/// Rights do not bind the superuser, but nobody writes into a folder that is not there, or where a folder stands.
#[test]
fn a_baseline_that_cannot_be_written_leaves_nothing_half() {
    let bench = blessed();
    let before = bench.everything();
    for place in ["none/baseline.json", "baseline.json/deeper.json"] {
        let ran = bench.run(&format!("gate exact --bless --baseline {place} --spec small.toml --depth 9"));
        ran.fails(2, &[place, "cannot be written"]);
    }
    assert_eq!(bench.everything(), before);
    // The file is for whoever may read the folder, and no temporary file stays.
    let mode = std::fs::metadata(bench.path("baseline.json")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    assert_eq!(before.len(), 2);
}

/// Two provers at once, of which the second makes a longer proof: its length is no exact figure, and nothing is
/// blessed.
#[test]
fn a_figure_that_varies_within_a_run_fails() {
    let bench = Bench::new();
    bench.write(
        "prover.sh",
        r#"while read -r line; do case $line in
*'"set_up"'*) echo '{"name":"grows","version":"1"}' ;;
*) if mkdir first 2>/dev/null; then bytes=1; proof=00; else bytes=2; proof=0000; fi
   echo "{\"proof\":\"$proof\",\"proof_bytes\":$bytes,\"witness_s\":0,\"prove_s\":1}" ;;
esac; done
"#,
    );
    let gate = |more: &[&str]| {
        let mut command = bench.command("gate exact --baseline own.json --accounts 20 --pools 2 --depth 8");
        command.args(["--workload", "transfer", "--batch-size", "2", "--batches-per-aggregation", "1"]);
        command.args(["--proof-system", "command", "--command", "sh prover.sh"]).args(more);
        Ran::to_end(&mut command, "own prover")
    };
    gate(&["--bless"]).fails(2, &["one that verifies its proofs", "--allow-unverified"]);
    std::fs::remove_dir(bench.path("first")).expect("it has proved");
    let ran = gate(&["--allow-unverified", "--bless"]);
    assert!(ran.stdout.contains("VARIES within one run"), "{ran:#?}");
    ran.fails(3, &["nothing was blessed", "vary within one run"]);
    assert!(!bench.path("own.json").exists());
}

#[test]
fn a_wrong_proof_is_six() {
    let bench = blessed();
    bench.write("script.toml", "faults = { wrong_proof = 1 }\n");
    gate(&bench, "--script script.toml").fails(6, &["transfer of 2: a proof"]);
}

/// All forms of one result, and what GitHub Actions is told.
#[test]
fn a_result_in_every_form() {
    let bench = blessed();
    edit(&bench, |baseline| baseline["cells"][0]["capacity_transactions"] = 3.into());
    let exports = "--export-json gate.json --export-markdown gate.md --export-junit gate.xml \
        --export-bencher bmf.json --export-smaller-is-better small.json";
    gate(&bench, exports).fails(3, &["1 difference"]);
    let markdown = bench.read("gate.md");
    assert!(markdown.starts_with("### exact: CHANGED, 1 difference from baseline.json\n"), "{markdown}");
    assert_eq!(markdown.lines().last(), Some("<!-- bench-harness gate exact -->"));
    assert!(bench.read("gate.xml").contains("failures=\"1\""));
    for json in ["gate.json", "bmf.json", "small.json"] {
        serde_json::from_str::<Value>(&bench.read(json)).expect(json);
    }
    // Outside GitHub Actions nothing is said to it; inside, annotations on standard output and a page in the summary.
    let mut command = bench.command(GATE);
    command.env("GITHUB_STEP_SUMMARY", bench.path("summary.md"));
    let quiet = Ran::to_end(&mut command, "outside");
    assert!(!quiet.stdout.contains("::error") && !bench.path("summary.md").exists(), "{quiet:#?}");
    bench.write("summary.md", "of another step\n");
    command.env("GITHUB_ACTIONS", "true");
    let told = Ran::to_end(&mut command, "inside");
    assert!(
        told.stdout.contains("\n::error file=baseline.json,title=exact gate::exact: CHANGED"),
        "{told:#?}"
    );
    told.fails(3, &[]);
    assert_eq!(bench.read("summary.md"), format!("of another step\n{markdown}\n"));
    // A summary that cannot be written hides no verdict.
    command.env("GITHUB_STEP_SUMMARY", bench.path("none/summary.md"));
    let told = Ran::to_end(&mut command, "no summary");
    assert!(told.stderr.contains("warning: ") && told.stderr.contains("none/summary.md"), "{told:#?}");
    told.fails(3, &["1 difference"]);
    command.args(["--github", "never"]);
    let quiet = Ran::to_end(&mut command, "never");
    assert!(!quiet.stdout.contains("::error"), "{quiet:#?}");
}

/// The same forms of a comparison in pairs, of a program with itself.
#[test]
fn a_paired_result_in_every_form() {
    let bench = small();
    bench.write("script.toml", crate::support::SCRIPT);
    let program = crate::support::PROGRAM;
    let ran = bench
        .run(&format!(
            "gate paired --base {program} --head {program} --spec small.toml --script script.toml --batch-size 4 \
             --cores 1 --workload swap --pairs 6 --github always --export-json gate.json --export-markdown gate.md \
             --export-junit gate.xml --export-bencher bmf.json --export-smaller-is-better small.json"
        ))
        .ok();
    assert!(ran.stdout.contains("\n::notice file=small.toml,title=paired gate::paired: pass"), "{ran:#?}");
    let markdown = bench.read("gate.md");
    assert!(markdown.starts_with("### paired: pass: "), "{markdown}");
    assert_eq!(markdown.lines().last(), Some("<!-- bench-harness gate paired -->"));
    let xml = bench.read("gate.xml");
    assert!(xml.contains("tests=\"2\"") && !xml.contains("<failure"), "{xml}");
    let json = |name: &str| serde_json::from_str::<Value>(&bench.read(name)).expect(name);
    assert_eq!(json("gate.json")["verdict"], "pass");
    // Scripted: each proof takes about as long as the script says, and a merge exactly.
    let latency = |metric: &Value| metric["latency"]["value"].as_f64().expect("a number");
    let metrics = json("bmf.json");
    let metrics = metrics.as_object().expect("metrics");
    assert!(metrics.len() == 2 && metrics.values().all(|metric| latency(metric) > 0.8e9), "{metrics:?}");
    let entries = json("small.json");
    assert!(
        entries.as_array().is_some_and(|entries| entries.iter().all(|entry| entry["unit"] == "ms")),
        "{entries}"
    );
}

/// The committed baseline is of the cells that the gate takes without flags; that its figures hold is for the gate
/// itself to say, which `ci/check` runs.
#[test]
fn the_committed_baseline_reads() {
    let baseline = std::fs::read_to_string(root().join("ci/baseline.json")).expect("a baseline");
    let baseline: Value = serde_json::from_str(&baseline).expect("JSON");
    let cells = baseline["cells"].as_array().expect("cells");
    let names: Vec<_> = cells.iter().map(|cell| cell["name"].as_str().expect("a name")).collect();
    let cells_of_one =
        ["transfer of 8", "transfer of 32", "swap of 8", "mix-0.5 of 8", "swap of 32", "mix-0.5 of 32"];
    let systems = ["plonky2", "plonky2-keccak", "plonky3"];
    let wanted = systems.iter().flat_map(|system| cells_of_one.map(|cell| format!("{cell}, {system}")));
    // Registers are for swaps alone.
    let wanted = wanted.chain(["swap of 8", "swap of 32"].map(|cell| format!("{cell}, plonky2-registers")));
    assert_eq!(names, wanted.collect::<Vec<_>>());
    assert_eq!(baseline["inputs"]["proof_system"], format!("{},plonky2-registers", systems.join(",")));
    // The circuits of plonky2 are the same; only keys and lengths differ.
    for (one, other) in cells[..6].iter().zip(&cells[6..12]) {
        let rows = |cell: &Value| cell["system"]["circuits"][0]["gate_rows"].clone();
        assert_eq!(rows(one), rows(other));
    }
    let trees: Vec<_> =
        cells[0]["trees"].as_array().expect("trees").iter().map(|tree| &tree["merges"]).collect();
    assert_eq!(trees, [&serde_json::json!([1]), &serde_json::json!([1]), &serde_json::json!([2, 1])]);
}
