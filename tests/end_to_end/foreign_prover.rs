//! The example that wraps a prover of others: Groth16 as arkworks has it, through Python.

use crate::skip::skip;
use crate::support::{Bench, Ran, root};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

const EXAMPLE: &str = "bench-harness/prover/examples/groth16-command.py";

/// A Python that has the library: what `BENCH_HARNESS_PYTHON` names, or the one on the path.
fn python() -> Option<String> {
    let named = std::env::var("BENCH_HARNESS_PYTHON").ok();
    let has_it = |python: &String| {
        let asked = Command::new(python).args(["-c", "import groth16py"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    named.into_iter().chain(["python3".to_owned()]).find(has_it)
}

#[test]
fn a_prover_of_others_gets_to_a_recommendation() {
    let Some(python) = python() else {
        skip!(
            "groth16py",
            "no Python here has groth16py, which {EXAMPLE} wraps: pip install groth16py==0.2.0"
        );
    };
    let bench = Bench::new();
    let world = "--accounts 20 --pools 2 --depth 8 --batch-size 4 --cores 1 --provers 1 --repeats 3";
    let mut run = bench
        .command(&format!("run {world} --target-tx-per-s 2 --output out --proof-system command --command"));
    run.arg(format!("{python} {}", root().join(EXAMPLE).display()));
    let ran = Ran::to_end(&mut run, "run").ok();
    // Its proofs are not aggregated: each is verified on L1 by itself.
    assert!(ran.stdout.contains("verify the proof of each batch on L1"), "{ran:#?}");
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    let cell = &profile["cells"][0];
    assert_eq!(cell["system"]["settings"]["name"], "groth16py", "{cell}");
    // Its own memory, which no Python with this library does without, and not the harness's.
    assert!(cell["peak_rss_bytes"].as_u64() > Some(20 << 20), "{cell}");
    assert!(bench.path("out/report.html").exists());
}

/// The prover, asked line by line.
struct Asked {
    child: std::process::Child,
    replies: BufReader<std::process::ChildStdout>,
}

impl Asked {
    fn start(python: &str) -> Self {
        let mut command = Command::new(python);
        command.arg(root().join(EXAMPLE)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("starts");
        let replies = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, replies }
    }

    fn ask(&mut self, request: &Value) -> Value {
        let mut line = String::new();
        writeln!(self.child.stdin.as_mut().expect("a pipe"), "{request}").expect("it reads");
        self.replies.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn its_proof_is_one_of_its_own_statement_alone() {
    let Some(python) = python() else {
        skip!(
            "groth16py",
            "no Python here has groth16py, which {EXAMPLE} wraps: pip install groth16py==0.2.0"
        );
    };
    let mut prover = Asked::start(&python);
    let set_up = json!({ "request": "set_up", "protocol": 1, "depth": 8, "capacity": 1, "slots": "any", "batches": 1 });
    assert_eq!(prover.ask(&set_up)["verifies"], true);
    let digest = |digit: &str| digit.repeat(64);
    let statement = json!({ "old_root": digest("1"), "new_root": digest("a"), "commitment": digest("f"), "transactions": 1 });
    let proved =
        prover.ask(&json!({ "request": "prove", "batch": 0, "statement": statement, "data": "0105" }));
    let proof = proved["proof"].as_str().expect("a proof").to_owned();
    let mut verify = |proof: &str| prover.ask(&json!({ "request": "verify", "level": 0, "proof": proof }));
    let honest = verify(&proof);
    assert_eq!((&honest["valid"], &honest["statement"]), (&true.into(), &statement));
    // The public inputs stand at its end: digest, three digests of two halves each, the number of transactions.
    let words = proof.len() - 8 * 64;
    for input in 0..8 {
        let at = words + input * 64 + 63;
        let other = if &proof[at..=at] == "0" { "1" } else { "0" };
        let lie = format!("{}{other}{}", &proof[..at], &proof[at + 1..]);
        assert_eq!(verify(&lie)["valid"], false, "public input {input}");
    }
    assert_eq!(verify(&proof[2..])["valid"], false);
    assert_eq!(verify("")["valid"], false);
}
