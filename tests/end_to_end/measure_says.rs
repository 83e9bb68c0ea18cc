//! What `measure` says before, while and after it measures: who else is on the machine, what is discarded and what that
//! costs, the figures of the table, the cells of a list.

use crate::conditions::{Neighbours, SMALL};
use crate::support::{Bench, SCRIPT};

#[test]
fn a_busy_machine_is_said_first_and_waited_for_if_asked() {
    let bench = Bench::new();
    let neighbours = Neighbours::plant();
    let ran = bench
        .run(&format!("measure {SMALL} --proof-system plonky3 --keep-discarded --reruns 0 --output first"));
    let said = ran.ok().stderr;
    let (busy, cell) = (said.find("machine: BUSY: other programs use"), said.find("[1/1]"));
    assert!(busy.is_some() && busy < cell && said.contains("--wait-quiet"), "{said}");
    let ran = bench.run(&format!("measure {SMALL} --proof-system plonky3 --keep-discarded --reruns 0 --wait-quiet 1s --output second")).ok();
    assert!(ran.stderr.contains("still busy after 1 s: measured all the same"), "{ran:#?}");
    drop(neighbours);
}

#[test]
fn what_is_discarded_is_said_at_once_with_what_it_costs() {
    // Sections: the set-up, then closing and proof of two batches and an aggregation a repeat. The eighth is the first
    // proof of the second repeat.
    let script = format!(
        "{SCRIPT}adds_per_cycle = [4.7, 4.7, 4.7, 4.7, 4.7, 4.7, 4.7, 3.0, 4.7, 4.7, 4.7]\nclock_ghz = 2.0\n"
    );
    let bench = Bench::scripted(&script, "");
    let said = bench.run("measure --spec spec.toml --repeats 2 --reruns 3 --output out").ok().stderr;
    let line =
        |of: &str| said.lines().find(|line| line.contains(of)).unwrap_or_else(|| panic!("{of}: {said}"));
    assert!(!line("repeat 1/2").contains("discarded"), "{said}");
    // One more than was asked for, and never the third of two.
    assert!(
        line("repeat 2/3").contains("discarded, a neighbour shared the core: another takes about"),
        "{said}"
    );
    assert!(!line("repeat 3/3").contains("another"), "{said}");
    assert!(line("3 repeats").contains("6 proofs verified, 1 of them discarded"), "{said}");
}

#[test]
fn progress_and_table_have_one_median() {
    // Values of 1.0, 1.1 and 0.9 in turn, and now and then a slow one: mean and median are apart.
    let bench = Bench::scripted(
        "prove = { values_s = [1.0, 1.0, 1.0, 9.0, 1.0] }\nharness = { fixed_s = 0.25 }\n",
        "",
    );
    let ran = bench.run("measure --spec spec.toml --output out").ok();
    let table = ran.stdout.lines().find(|line| line.contains("mix of 4")).expect("a row").to_owned();
    assert!(table.contains(" 1.35 s "), "{ran:#?}");
    assert!(ran.stderr.contains("a batch is proved in 1.35 s (median)"), "{ran:#?}");
    let once = bench.run("measure --spec spec.toml --repeats 1 --output once").ok();
    assert!(once.stderr.contains(": 1 repeat (") && !once.stderr.contains("1 repeats"), "{once:#?}");
}

#[test]
fn a_list_is_of_the_run_that_is_resumed() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --workload transfer --output out").ok();
    let listed = bench.run("measure --output out --resume --list").ok();
    assert_eq!(listed.stdout, "transfer of 4, scripted, 1 core\n");
    assert!(listed.stderr.starts_with("1 cell: "), "{listed:#?}");
    bench.run("measure --output nowhere --resume --list").fails(2, &["no run to go on with"]);
}

#[test]
fn a_profile_is_named_by_the_folder_of_its_run() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --batch-size 400 --output out").ok();
    let plan = |profile: &str| {
        bench.run(&format!("plan --profile {profile} --target-tx-per-s 500 --headroom 0")).ok().stdout
    };
    assert_eq!(plan("out"), plan("out/profile.json"));
    bench.run("history add --profile out --commit aaaa").ok();
    bench.run("claims --profile out").ok();
    bench.run("plan --profile nothing --target-tx-per-s 500").fails(2, &["nothing: No such file"]);
}
