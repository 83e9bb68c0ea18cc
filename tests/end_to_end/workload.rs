//! `workload`: generate, inspect and execute; the same seed is the same batches and roots, everywhere.

use crate::support::Bench;

const WORLD: &str = "--accounts 100 --pools 4 --depth 8";

fn of_seed(bench: &Bench, verb: &str, seed: u64, threads: &str) -> String {
    let arguments = format!("workload {verb} --transactions 100 --batch-size 16 --seed {seed} {WORLD}");
    let mut command = bench.command(&arguments);
    command.env("RAYON_NUM_THREADS", threads);
    crate::support::Ran::to_end(&mut command, &arguments).ok().stdout
}

#[test]
fn a_seed_gives_the_same_bytes_and_roots_for_any_number_of_threads() {
    let bench = Bench::new();
    for verb in ["generate", "replay"] {
        let one = of_seed(&bench, verb, 5, "1");
        assert_eq!(one, of_seed(&bench, verb, 5, "2"), "{verb}");
        assert_ne!(one, of_seed(&bench, verb, 6, "1"), "{verb}");
    }
    // Genesis, and a root after each of seven batches, each another.
    let roots = of_seed(&bench, "replay", 5, "2");
    let mut seen: Vec<_> =
        roots.lines().map(|line| line.split_whitespace().last().expect("a root")).collect();
    assert!(seen.iter().all(|root| root.len() == 64));
    assert_eq!(seen.len(), 8);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 8);
}

#[test]
fn what_was_generated_is_inspected_and_executed_to_the_same_roots() {
    let bench = Bench::new();
    let source = format!("--transactions 100 --batch-size 16 --seed 5 --swap-ratio 0.3 {WORLD}");
    bench.run(&format!("workload generate {source} --output trace.csv")).ok();
    let csv = bench.read("trace.csv");
    assert_eq!(bench.run(&format!("workload generate {source}")).ok().stdout, csv);
    assert_eq!(csv.lines().count(), 101);
    let roots = bench.run(&format!("workload replay {source}")).ok().stdout;
    let of_trace = format!("--trace trace.csv --seed 5 {WORLD}");
    assert_eq!(bench.run(&format!("workload replay {of_trace}")).ok().stdout, roots);
    // The trace says its batches itself, so that the flag does not cut it anew.
    assert_eq!(bench.run(&format!("workload replay {of_trace} --batch-size 3")).ok().stdout, roots);
    let swaps = csv.lines().filter(|line| line.contains(",swap,")).count();
    let said = bench.run(&format!("workload inspect {of_trace}")).ok().stdout;
    let number = |name: &str| -> usize {
        let line = said.lines().find(|line| line.trim().starts_with(name)).expect(name);
        let word = line.trim()[name.len()..].split_whitespace().next().expect("a number");
        word.trim_end_matches(',').parse().expect("a number")
    };
    assert_eq!((number("transactions"), number("swaps"), number("transfers")), (100, swaps, 100 - swaps));
    assert_eq!(number("batches"), 7);
    assert!((10..60).contains(&swaps), "{swaps} swaps of 100 at a ratio of 0.3");
    let mut senders: Vec<_> =
        csv.lines().skip(1).map(|line| line.split(',').nth(2).expect("a sender")).collect();
    senders.sort_unstable();
    senders.dedup();
    assert_eq!(number("senders"), senders.len());
}

/// Without batches and nonces in the file, batches are cut by the flag and nonces are the accounts' next.
#[test]
fn a_users_own_columns_are_enough() {
    let bench = Bench::new();
    bench.write(
        "own.csv",
        "kind,sender,target,token_in,amount_in\ntransfer,0,1,0,5\ntransfer,0,2,0,6\nswap,1,0,1,7\n",
    );
    let cut = bench.run(&format!("workload replay --trace own.csv --batch-size 2 {WORLD}")).ok().stdout;
    assert_eq!(cut.lines().count(), 1 + 2, "{cut}");
    let whole = bench.run(&format!("workload replay --trace own.csv --batch-size 3 {WORLD}")).ok().stdout;
    assert_eq!(whole.lines().count(), 1 + 1, "{whole}");
    let last =
        |text: &str| text.lines().last().and_then(|line| line.split_whitespace().last().map(str::to_owned));
    assert_eq!(last(&cut), last(&whole));
}

#[test]
fn zipf_makes_somebody_busy() {
    let bench = Bench::new();
    let busiest = |more: &str| -> usize {
        let said = bench.run(&format!("workload inspect --transactions 500 {WORLD} {more}")).ok().stdout;
        let line = said.lines().find(|line| line.starts_with("senders")).expect("senders");
        line.split_whitespace().last().expect("a number").parse().expect("a number")
    };
    assert!(busiest("--zipf 1.5") > 3 * busiest(""));
}
