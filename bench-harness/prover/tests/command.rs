//! A user's own prover: the example that is shipped, and programs that break the protocol in every way.

use prover::command::Command;
use prover::statement::Statement;
use prover::system::{
    Job, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, SlotKind, verify_against_native,
};
use prover::witness::record;
use std::path::Path;
use std::time::{Duration, Instant};
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::state::Depth;

const CAPACITY: usize = 4;
const SET_UP: &str = r#"{"name":"test","version":"1","verify":true,"aggregate":true}"#;
const LONG: Duration = Duration::from_secs(20);

fn population() -> Population {
    Population { accounts: 20, pools: 2, depth: Depth::new(8).expect("in range"), fee_bps: 30 }
}

fn shape() -> Shape {
    Shape { depth: population().depth, capacity: CAPACITY, slots: SlotKind::Any }
}

fn prove(command: &mut Command) -> Result<(Proved, Statement), ProverError> {
    let batch = population().generator(1, Traffic::default()).expect("valid").next_batch(3);
    let trace = record(&mut population().state(1).expect("fits"), &batch, CAPACITY).expect("valid");
    let statement = trace.statement;
    command.prove(&Job { batch: &batch, trace: &trace, statement }).map(|proved| (proved, statement))
}

/// A prover in shell that answers the set-up, and then does as it is told for each further request.
fn shell(then: &str, timeout: Duration) -> Command {
    let script = format!("read -r line; echo '{SET_UP}'; while read -r line; do {then}\ndone");
    Command::new(vec!["sh".to_owned(), "-c".to_owned(), script], timeout).expect("valid")
}

fn failure(then: &str, timeout: Duration) -> String {
    let mut command = shell(then, timeout);
    command.set_up(shape(), 2).expect("answers");
    prove(&mut command).expect_err(then).to_string()
}

#[test]
fn the_example_proves_and_verifies() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/prover-command.sh");
    let argv = vec![program.to_str().expect("text").to_owned()];
    let mut command = Command::new(argv, LONG).expect("valid");
    let description = command.set_up(shape(), 2).expect("answers");
    assert_eq!((description.name.as_str(), description.version.as_str()), ("command", "1"));
    let can = command.capabilities();
    assert!(can.verifies && can.aggregation.is_some());
    let (proved, statement) = prove(&mut command).expect("proves");
    assert_eq!(proved.prove, Duration::from_millis(1));
    verify_against_native(&command, &proved.proof, &statement).expect("right");
    let mut altered = proved.proof.clone();
    altered.bytes[20] ^= 1;
    assert!(verify_against_native(&command, &altered, &statement).expect_err("altered").is_wrong_proof());
    // It is told what the aggregate states: without Poseidon in shell it could not say so.
    let aggregated = command.aggregate(&[proved.proof]).expect("aggregates");
    verify_against_native(&command, &aggregated.proof, &statement).expect("that of its one batch");
}

#[test]
fn a_program_that_cannot_aggregate_is_not_asked_to() {
    let mut command = shell("echo '{}'", LONG);
    command.set_up(shape(), 2).expect("answers");
    assert!(command.capabilities().aggregation.is_some());
    let script = r#"read -r line; echo '{"name":"test","version":"1","verifies":true}'; cat >/dev/null"#;
    let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
    let mut command = Command::new(argv, LONG).expect("valid");
    command.set_up(shape(), 2).expect("answers");
    let proof = Proof { kind: ProofKind::Batch, bytes: vec![0] };
    let error = command.aggregate(&[proof]).expect_err("it cannot");
    assert!(error.to_string().contains("cannot aggregate"), "{error}");
}

#[test]
fn a_valid_proof_of_something_else_is_a_mismatch() {
    let zeros = "0".repeat(64);
    let other =
        format!(r#"{{"old_root":"{zeros}","new_root":"{zeros}","commitment":"{zeros}","transactions":3}}"#);
    let then = format!(
        r#"case $line in *'"prove"'*) echo '{{"proof":"00ff","proof_bytes":2,"witness_s":0.5,"prove_s":1.5}}';;
        *) echo '{{"valid":true,"statement":{other},"verify_s":0.25}}';; esac"#
    );
    let mut command = shell(&then, LONG);
    command.set_up(shape(), 2).expect("answers");
    let (proved, statement) = prove(&mut command).expect("proves");
    assert_eq!(proved.proof.bytes, [0x00, 0xff]);
    assert_eq!((proved.witness.as_millis(), proved.prove.as_millis()), (500, 1500));
    let error = verify_against_native(&command, &proved.proof, &statement).expect_err("another statement");
    assert!(matches!(error, ProverError::Mismatch { .. }), "{error}");
}

#[test]
fn levels_of_an_aggregation_are_read_and_checked() {
    let ask = |levels: &str| {
        let reply = format!(r#"{{"proof":"aa","levels":{levels}}}"#);
        let then = format!(
            r#"case $line in *'"prove"'*) echo '{{"proof":"00","proof_bytes":1,"witness_s":0,"prove_s":0}}';;
            *) echo '{reply}';; esac"#
        );
        let mut command = shell(&then, LONG);
        command.set_up(shape(), 2).expect("answers");
        let (proved, _) = prove(&mut command).expect("proves");
        command.aggregate(&[proved.proof.clone(), proved.proof])
    };
    let aggregated = ask(r#"[{"level":1,"merges":1,"time_s":4.5}]"#).expect("aggregates");
    assert_eq!(aggregated.levels[0].time, Duration::from_millis(4500));
    for bad in ["[]", r#"[{"level":2,"merges":1,"time_s":1}]"#, r#"[{"level":1,"merges":0,"time_s":1}]"#] {
        let error = ask(bad).expect_err(bad).to_string();
        assert!(error.contains("levels of its reply"), "{error}");
    }
    assert!(ask(r#"[{"level":1,"merges":1,"time_s":-1}]"#).is_err());
}

#[test]
fn every_breach_of_the_protocol_names_the_batch_and_the_cause() {
    for (then, wanted) in [
        ("echo hello", "batch 0: its reply: expected value at line 1 column 1, in \"hello\\n\""),
        ("echo '{}'", "missing field `proof`"),
        (r#"echo '{"proof":"00","proof_bytes":1,"witness_s":0.1}'"#, "missing field `prove_s`"),
        (
            r#"echo '{"proof":"00","proof_bytes":1,"witness_s":"x","prove_s":1}'"#,
            "field witness_s: invalid type: string",
        ),
        (r#"echo '{"proof":"0g","proof_bytes":1,"witness_s":1,"prove_s":1}'"#, "field proof: expected pairs"),
        (
            r#"echo '{"proof":"00","proof_bytes":9,"witness_s":1,"prove_s":1}'"#,
            "says proof_bytes 9, and its proof has 1 bytes",
        ),
        (
            r#"echo '{"proof":"00","proof_bytes":1,"witness_s":-1,"prove_s":1}'"#,
            "field witness_s: expected seconds, got -1",
        ),
        (r#"echo '{"error":"no room"}'"#, "it says: no room"),
        (
            "echo out of memory >&2; exit 3",
            "it ended without an answer (exit status: 3); its error output ends: out of memory",
        ),
        ("kill -9 $$", "it ended without an answer (signal: 9"),
        ("printf '{\"proof\"'; exit 0", "it ended without an answer (it had ended by itself"),
    ] {
        let error = failure(then, LONG);
        assert!(error.starts_with("prover command, batch 0: "), "{error}");
        assert!(error.contains(wanted), "{then}: {error}");
    }
}

#[test]
fn one_that_does_not_answer_is_ended_in_time() {
    for then in ["sleep 100", "sleep 100 & wait"] {
        let start = Instant::now();
        let error = failure(then, Duration::from_millis(200));
        assert!(error.contains("no answer within 0.2 s (it was killed)"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn one_that_does_not_read_is_ended_in_time() {
    let script = format!("read -r line; echo '{SET_UP}'; sleep 100");
    let argv = vec!["sh".to_owned(), "-c".to_owned(), script];
    let mut command = Command::new(argv, Duration::from_millis(200)).expect("valid");
    command.set_up(shape(), 2).expect("answers");
    // More than any pipe holds.
    let proof = Proof { kind: ProofKind::Batch, bytes: vec![7; 4 << 20] };
    let start = Instant::now();
    let error = command.verify(&proof).expect_err("it sleeps").to_string();
    assert!(error.contains("no answer within 0.2 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn after_a_breach_it_is_started_and_set_up_anew() {
    // The first life fails; the file tells the second that it is the second.
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("mark");
    let then = format!(
        r#"if [ -e {mark} ]; then echo '{{"proof":"00","proof_bytes":1,"witness_s":0,"prove_s":0}}';
        else touch {mark}; exit 1; fi"#,
        mark = mark.display()
    );
    let mut command = shell(&then, LONG);
    command.set_up(shape(), 2).expect("answers");
    prove(&mut command).expect_err("the first life");
    prove(&mut command).expect("the second life");
}

#[test]
fn what_cannot_start_or_set_up_is_told() {
    let mut absent = Command::new(vec!["/no/such/prover".to_owned()], LONG).expect("valid");
    let error = absent.set_up(shape(), 2).expect_err("not there").to_string();
    assert!(error.contains("`/no/such/prover` cannot be started: No such file"), "{error}");
    let argv = |script: &str| vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
    let mut silent = Command::new(argv("exit 4"), LONG).expect("valid");
    let error = silent.set_up(shape(), 2).expect_err("it ends").to_string();
    assert!(error.contains("exit status: 4"), "{error}");
    assert!(Command::new(vec![], LONG).is_err());
    assert!(Command::new(argv("true"), Duration::ZERO).is_err());
}
