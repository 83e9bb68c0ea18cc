//! What spoils a sample is seen, marked, kept and left out; what cannot be had here is said, and the rest still runs;
//! what was changed is put back.

use crate::log::Log;
use crate::processes::{Running, kill_9};
use crate::skip::skip;
use crate::support::{Bench, SCRIPT, SLOW_SCRIPT, words};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The smallest real proof there is.
pub(crate) const SMALL: &str = "--workload transfer --batch-size 1 --depth 4 --accounts 4 --pools 1 --cores 1 --repeats 1 \
                     --batches-per-aggregation 1";

fn profile(bench: &Bench, folder: &str) -> Value {
    serde_json::from_str(&bench.read(&format!("{folder}/profile.json"))).expect("JSON")
}

/// Two loops for ever on each CPU, ended when dropped.
pub(crate) struct Neighbours(Vec<Child>);

impl Neighbours {
    pub(crate) fn plant() -> Self {
        let cpus = std::thread::available_parallelism().expect("a number").get();
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn();
        Self((0..2 * cpus).map(|_| spin().expect("starts")).collect())
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // Whatever comes of it, it is over for this test.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_planted_neighbour_is_marked_and_nothing_is_planned_from_its_samples() {
    let bench = Bench::new();
    let neighbours = Neighbours::plant();
    bench.run(&format!("measure {SMALL} --reruns 1 --output out")).fails(8, &["discarded"]);
    drop(neighbours);
    let proofs = Log::of(&bench.path("out"));
    let proofs = proofs.of_stage("prove");
    // The one that was asked for, and one more since that was spoiled.
    assert_eq!(proofs.len(), 2);
    for proof in proofs {
        assert!(["lost_time", "shared_core"].contains(&proof["mark"].as_str().expect("a mark")), "{proof}");
        assert!(proof["lost_fraction"].as_f64().is_some_and(|part| part > 0.02), "{proof}");
    }
    let cell = &profile(&bench, "out")["cells"][0];
    assert_eq!(cell["clean_samples"], 0);
    let shown = bench.run("report out").ok().stdout;
    // A line may end anywhere in it.
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("0 + 2") && words.contains("TOO FEW CLEAN ONES"), "{shown}");
    let refused = bench.run("plan --profile out/profile.json --target-tx-per-s 1");
    assert_ne!(refused.code, Some(0), "{refused:#?}");
    assert!(refused.stdout.is_empty() && refused.stderr.contains("discarded"), "{refused:#?}");
}

#[test]
fn what_the_probe_reads_decides_and_spoiled_repeats_are_made_again() {
    // Sections: the set-up, then closing and proof of two batches and an aggregation a repeat. The eighth is the
    // first proof of the second repeat.
    let script = format!(
        "{SCRIPT}adds_per_cycle = [4.7, 4.7, 4.7, 4.7, 4.7, 4.7, 4.7, 3.0, 4.7, 4.7, 4.7]\nclock_ghz = 2.0\n"
    );
    let bench = Bench::scripted(&script, "");
    bench.run("measure --spec spec.toml --repeats 2 --reruns 3 --output out").ok();
    let cell = profile(&bench, "out")["cells"][0].clone();
    assert_eq!((&cell["repeats"], &cell["end"]), (&3.into(), &"repeats".into()), "{cell}");
    assert_eq!(cell["clean_samples"], 5);
    assert_eq!(cell["discarded_proofs"]["shared_core"], 1);
    assert_eq!(cell["clock_ghz"], 2.0);
    let proof = |quantity: &&Value| quantity["quantity"] == "prove_batch";
    let proof = cell["quantities"].as_array().expect("quantities").iter().find(proof).expect("there").clone();
    assert_eq!(
        (&proof["samples"], proof["discarded_values_s"].as_array().map(Vec::len)),
        (&5.into(), Some(1))
    );
    // Asked to, the estimate keeps it, and says so.
    bench.run("measure --spec spec.toml --repeats 2 --reruns 3 --keep-discarded --output kept").ok();
    let cell = profile(&bench, "kept")["cells"][0].clone();
    assert_eq!(
        (&cell["repeats"], &cell["clean_samples"], &cell["kept_samples"]),
        (&2.into(), &4.into(), &1.into())
    );
    let shown = bench.run("report kept").ok().stdout;
    assert!(
        words(&shown)
            .contains("1 of 4 proofs were disturbed by interference or a quota, and in the estimate"),
        "{shown}"
    );
}

#[test]
fn a_cell_of_a_busy_machine_has_times_where_that_is_asked_for() {
    let script = format!("{SCRIPT}adds_per_cycle = [4.7, 3.0, 3.0, 3.0, 3.0, 3.0]\nclock_ghz = 2.0\n");
    let bench = Bench::scripted(&script, "");
    let measure = "measure --spec spec.toml --repeats 2 --reruns 0";
    bench.run(&format!("{measure} --output without")).fails(8, &["discarded"]);
    bench.run(&format!("{measure} --keep-if-all-discarded --output with")).ok();
    let cell = profile(&bench, "with")["cells"][0].clone();
    let (kept, estimate) = (cell["kept_samples"].as_u64(), cell["clean_samples"].as_u64());
    assert!(kept == estimate && kept > Some(0), "{cell}");
    let shown = bench.run("report with").ok().stdout;
    assert!(words(&shown).contains("THE TIMES OF A BUSY MACHINE"), "{shown}");
    // The log says what happened: another choice can be made from it.
    let log = std::fs::read_to_string(bench.path("with/samples.jsonl")).expect("a log");
    assert!(log.contains("shared_core") && !log.contains("\"kept\""), "{log}");
}

#[test]
fn a_narrow_interval_ends_a_cell() {
    let bench = Bench::scripted(SCRIPT, "");
    // Values of 1.0, 1.1 and 0.9 in turn: an interval of 20 % of the median.
    bench.run("measure --spec spec.toml --repeats 9 --interval-width 0.5 --output wide").ok();
    assert_eq!(profile(&bench, "wide")["cells"][0]["end"], "width");
    assert_eq!(profile(&bench, "wide")["cells"][0]["repeats"], 3);
    bench.run("measure --spec spec.toml --repeats 9 --interval-width 0.05 --output narrow").ok();
    assert_eq!(profile(&bench, "narrow")["cells"][0]["end"], "repeats");
}

#[test]
fn a_cell_that_would_not_fit_is_refused_with_the_figure() {
    let bench = Bench::new();
    let workload = "--workload transfer --depth 4 --accounts 4 --pools 1 --batch-size 1,512";
    let rest = "--cores 1 --repeats 1 --batches-per-aggregation 1 --memory-limit 500000000 --keep-discarded";
    let ran = bench.run(&format!("measure {workload} {rest} --output out")).ok();
    assert!(ran.stderr.contains("rows needs about"), "{ran:#?}");
    assert!(ran.stderr.contains("the limit that was asked for"), "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    assert_eq!(log.of_kind("failure")[0]["failure"], "memory");
    assert_eq!(log.of_kind("set_up").len(), 1, "the other cell was never begun");
    let ends: Vec<_> = log.of_kind("cell_end").iter().map(|end| end["end"].clone()).collect();
    assert_eq!(ends, ["repeats", "failed"]);
}

#[test]
fn a_clock_that_cannot_be_had_is_said_and_the_other_cells_run() {
    if Path::new("/sys/devices/system/cpu/cpu0/cpufreq").exists() {
        skip!("no-cpufreq", "this machine has cpufreq, and a test must not change its clock");
    }
    let bench = Bench::scripted(SCRIPT, "");
    let ran = bench.run("measure --spec spec.toml --clock 2.0GHz,as_is --output out").ok();
    let log = Log::of(&bench.path("out"));
    let failures = log.of_kind("failure");
    assert_eq!((failures.len(), &failures[0]["failure"]), (1, &"clock".into()), "{ran:#?}");
    assert!(failures[0]["why"].as_str().is_some_and(|why| why.contains("cpufreq")), "{}", failures[0]);
    assert_eq!(log.of_kind("repeat").len(), 3);
}

/// Control groups of a process, anywhere.
fn groups_of(process: u32) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from("/sys/fs/cgroup")]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&format!("bench-harness-{process}-")) {
                found.push(entry.path());
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(entry.path());
            }
        }
    }
    found
}

#[test]
fn a_duty_cycle_holds_and_nothing_of_it_is_left_behind() {
    let bench = Bench::new();
    let ran = bench.run(&format!("measure {SMALL} --clock 50% --output out"));
    // A proof too short for its quota does not count.
    assert!(matches!(ran.code, Some(0 | 8)), "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    if let Some(failure) = log.of_kind("failure").first() {
        assert_eq!(failure["failure"], "clock");
        skip!("duty-cycle", "no duty cycle on this machine: {}", failure["why"]);
    }
    let calls = log.of_stage("prove_call");
    for call in &calls {
        let (wall_s, cpu_s) =
            (call["wall_s"].as_f64().expect("a time"), call["cpu_s"].as_f64().expect("a time"));
        // Short of 20 periods a sample is not accepted, but it never gets more than its part.
        assert!(cpu_s / wall_s < 0.65, "{call}");
        assert_eq!(call["cell"]["clock"], "50%");
    }
    // Recording takes no 20 periods, and is judged with its proof.
    for (record, proof) in log.of_stage("record").iter().zip(log.of_stage("prove")) {
        assert!(record["mark"] != "off_quota" || proof["mark"] == "off_quota", "{record} {proof}");
    }
    // Killed in the middle, it leaves a group that the next start removes.
    bench.write("script.toml", SLOW_SCRIPT);
    bench.write("spec.toml", &format!("{}clock = \"50%\"\n", crate::support::SPEC));
    let mut harness =
        Running::start(&mut bench.command("measure --spec spec.toml --repeats 50 --output slow"));
    let process = harness.pid();
    harness.until("its group", || !groups_of(process).is_empty());
    kill_9(process);
    assert_eq!(harness.end().code, None);
    bench.run("machine restore").ok();
    // Another start may have been quicker: what counts is that it is gone.
    assert_eq!(groups_of(process), Vec::<PathBuf>::new());
    assert_eq!(bench.run("machine restore").ok().code, Some(0));
}

#[test]
fn a_machine_that_fails_a_check_is_not_measured() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --require nonsense --output out").fails(2, &["nonsense"]);
    assert!(!bench.path("out").exists());
}

#[test]
fn provers_at_once_are_a_cell_of_their_own() {
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        skip!("two-cpus", "one CPU holds one prover");
    }
    let bench = Bench::scripted(SLOW_SCRIPT, "provers = \"1,2\"\n");
    bench.run("measure --spec spec.toml --repeats 2 --output out").ok();
    let log = Log::of(&bench.path("out"));
    let at_once = |sample: &&&Value| sample["cell"]["provers"] == 2;
    let proofs = log.of_stage("prove");
    // Those of the prover beside it are not in the log.
    assert_eq!((proofs.len(), proofs.iter().filter(at_once).count()), (8, 4));
    let cpus: Vec<_> = log.of_kind("set_up").iter().map(|record| record["cpus"].clone()).collect();
    assert_eq!(cpus.len(), 2);
    assert_eq!(cpus[0].as_array().map(Vec::len), Some(1));
    let refused = bench.run("measure --spec spec.toml --provers 4096 --output no");
    refused.fails(2, &["provers: expected at most"]);
}
