//! The scripted system: its times are the script's, and its proofs say what they say.

use proptest::prelude::{prop_assert, proptest};
use prover::scripted::{Faults, Script, Scripted, ScriptedTime};
use prover::statement::Statement;
use prover::system::{
    Job, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, SlotKind, verify_against_native,
};
use prover::witness::record;
use std::time::Duration;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::state::Depth;

const CAPACITY: usize = 4;

fn population() -> Population {
    Population { accounts: 20, pools: 2, depth: Depth::new(8).expect("in range"), fee_bps: 30 }
}

fn system(script: Script) -> Scripted {
    let mut system = Scripted::new(script).expect("a script that can be");
    let shape = Shape { depth: population().depth, capacity: CAPACITY, slots: SlotKind::Any };
    system.set_up(shape, 8).expect("a shape that can be");
    system
}

/// Proves this many batches in a chain.
fn chain(
    system: &mut Scripted,
    seed: u64,
    batches: usize,
) -> Result<(Vec<Proved>, Vec<Statement>), ProverError> {
    let mut generator = population().generator(seed, Traffic::default()).expect("valid");
    let mut replica = population().state(seed).expect("fits");
    let (mut proved, mut statements) = (Vec::new(), Vec::new());
    for _ in 0..batches {
        let batch = generator.next_batch(3);
        let trace = record(&mut replica, &batch, CAPACITY).expect("valid");
        let statement = trace.statement;
        proved.push(system.prove(&Job { batch: &batch, trace: &trace, statement })?);
        statements.push(statement);
    }
    Ok((proved, statements))
}

fn proofs(proved: &[Proved]) -> Vec<Proof> {
    proved.iter().map(|proved| proved.proof.clone()).collect()
}

#[test]
fn a_chain_is_proved_aggregated_and_checked() {
    for (batches, merges) in
        [(1, vec![1]), (2, vec![1]), (3, vec![2, 1]), (5, vec![3, 2, 1]), (8, vec![4, 2, 1])]
    {
        let mut system = system(Script::default());
        let (proved, statements) = chain(&mut system, 1, batches).expect("proves");
        for (proved, statement) in proved.iter().zip(&statements) {
            let time = verify_against_native(&system, &proved.proof, statement).expect("right");
            assert_eq!(time, Duration::from_millis(5));
        }
        let aggregated = system.aggregate(&proofs(&proved)).expect("aggregates");
        let native = Statement::join_all(&statements).expect("a chain");
        verify_against_native(&system, &aggregated.proof, &native).expect("right");
        let made: Vec<_> = aggregated.levels.iter().map(|level| level.merges).collect();
        assert_eq!(made, merges);
        for level in aggregated.levels {
            assert_eq!(level.time, Duration::from_millis(1500 * level.merges as u64));
        }
    }
}

/// A tree of fours is half as high, and says the same.
#[test]
fn merges_of_four_say_what_merges_of_two_say() {
    let mut system = system(Script { merge_children: 4, ..Script::default() });
    let (proved, statements) = chain(&mut system, 1, 6).expect("proves");
    let proofs = proofs(&proved);
    let native = Statement::join_all(&statements).expect("a chain");
    let aggregated = system.aggregate(&proofs).expect("aggregates");
    verify_against_native(&system, &aggregated.proof, &native).expect("right");
    assert_eq!(aggregated.levels.iter().map(|level| level.merges).collect::<Vec<_>>(), [2, 1]);
    // One by one, as a fleet makes them.
    let halves = [&proofs[..4], &proofs[4..]].map(|half| system.merge(half).expect("a chain").proof);
    let top = system.merge(&halves).expect("a chain").proof;
    assert_eq!(top.kind, aggregated.proof.kind);
    verify_against_native(&system, &top, &native).expect("right");
    assert!(matches!(system.merge(&proofs[..5]), Err(ProverError::Input { .. })), "five children");
    assert!(Scripted::new(Script { merge_children: 3, ..Script::default() }).is_err());
}

#[test]
fn a_broken_chain_is_not_aggregated() {
    let mut system = system(Script::default());
    let (proved, statements) = chain(&mut system, 1, 3).expect("proves");
    let mut proofs = proofs(&proved);
    proofs.swap(0, 1);
    assert!(system.aggregate(&proofs).expect_err("swapped").is_wrong_proof());
    let gap = [proofs[1].clone(), proofs[2].clone()];
    assert!(system.aggregate(&gap).expect_err("a gap").is_wrong_proof());
    assert!(matches!(system.aggregate(&[]), Err(ProverError::Input { .. })));
    let wrong = verify_against_native(&system, &proofs[0], &statements[0]).expect_err("another batch");
    assert!(matches!(wrong, ProverError::Mismatch { .. }));
    // An aggregate is no batch, whatever it is called.
    let one = system.aggregate(&proofs[2..]).expect("one alone").proof;
    let disguised = Proof { kind: ProofKind::Batch, bytes: one.bytes.clone() };
    assert!(system.verify(&disguised).expect_err("disguised").is_wrong_proof());
    assert!(system.aggregate(&[one]).expect_err("an aggregate").is_wrong_proof());
}

#[test]
fn values_come_in_turn_and_draws_belong_to_the_statement() {
    let script = Script {
        witness: ScriptedTime::Values { values_s: vec![0.5, 0.25] },
        prove: ScriptedTime::LogNormal { mean_s: 2.0, cv: 0.3 },
        ..Script::default()
    };
    let (first, _) = chain(&mut system(script.clone()), 1, 3).expect("proves");
    let witness: Vec<_> = first.iter().map(|proved| proved.witness.as_millis()).collect();
    assert_eq!(witness, [500, 250, 500]);
    // After another chain on the same system, the same batches take the same time.
    let mut again = system(script);
    chain(&mut again, 2, 2).expect("proves");
    let (second, _) = chain(&mut again, 1, 3).expect("proves");
    let times = |proved: &[Proved]| proved.iter().map(|proved| proved.prove).collect::<Vec<_>>();
    assert_eq!(times(&first), times(&second));
    assert_ne!(first[0].prove, first[1].prove);
}

#[test]
fn a_log_normal_law_has_its_mean_and_spread() {
    let script = Script { prove: ScriptedTime::LogNormal { mean_s: 2.0, cv: 0.3 }, ..Script::default() };
    let mut system = system(script);
    let times: Vec<f64> = (0..1000)
        .flat_map(|seed| chain(&mut system, seed, 1).expect("proves").0)
        .map(|proved| proved.prove.as_secs_f64())
        .collect();
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    let deviation = (times.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    // Four standard errors: 4·0.6/√1000 = 0.076 of the mean.
    assert!((mean - 2.0).abs() < 0.076, "{mean}");
    assert!((deviation / mean - 0.3).abs() < 0.04, "{}", deviation / mean);
}

#[test]
fn faults_come_when_the_script_says() {
    let with = |faults| system(Script { faults, ..Script::default() });
    let mut wrong = with(Faults { wrong_proof: Some(2), ..Faults::default() });
    let (proved, statements) = chain(&mut wrong, 1, 3).expect("proves");
    let outcomes: Vec<_> = proved
        .iter()
        .zip(&statements)
        .map(|(proved, native)| verify_against_native(&wrong, &proved.proof, native).is_ok())
        .collect();
    assert_eq!(outcomes, [true, false, true]);
    let mut damaged = with(Faults { damaged_proof: Some(1), ..Faults::default() });
    let (proved, _) = chain(&mut damaged, 1, 1).expect("proves");
    assert!(damaged.verify(&proved[0].proof).expect_err("damaged").is_wrong_proof());
    let mut none = with(Faults { no_proof: Some(2), ..Faults::default() });
    let error = chain(&mut none, 1, 3).expect_err("the second fails");
    assert_eq!(error.to_string(), "no proof of batch 1: the script says so");
}

#[test]
fn real_time_takes_its_time() {
    let law = ScriptedTime::Fixed { fixed_s: 0.02 };
    let script = Script { real_time: true, prove: law.clone(), witness: law, ..Script::default() };
    let start = std::time::Instant::now();
    chain(&mut system(script), 1, 1).expect("proves");
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[test]
fn a_script_is_read_and_checked() {
    let text = "seed = 3\nprove = { mean_s = 2.0, cv = 0.3 }\nwitness = { values_s = [0.1, 0.2] }\n\
        merge = { fixed_s = 1 }\nfaults = { crash = 4 }\n";
    let script: Script = toml::from_str(text).expect("a script");
    assert_eq!(script.prove, ScriptedTime::LogNormal { mean_s: 2.0, cv: 0.3 });
    assert_eq!(script.faults.crash, Some(4));
    assert!(toml::from_str::<Script>("proof = 1").is_err());
    assert!(toml::from_str::<Script>("prove = { fixed_s = 1, cv = 2 }").is_err());
    for bad in ["fixed_s = -1.0", "fixed_s = nan", "mean_s = 1.0, cv = inf", "values_s = []"] {
        let script: Script = toml::from_str(&format!("prove = {{ {bad} }}")).expect("well formed");
        let error = Scripted::new(script).expect_err(bad).to_string();
        assert!(error.starts_with("script, prove: expected"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_altered_proof_is_accepted(flips in proptest::collection::vec((0usize..128, 0u8..8), 1..4), cut in 0usize..130) {
        let mut system = system(Script::default());
        let (proved, _) = chain(&mut system, 1, 1).expect("proves");
        let good = &proved[0].proof;
        let mut bytes = good.bytes.clone();
        for (at, bit) in flips {
            bytes[at] ^= 1 << bit;
        }
        let kind = ProofKind::Batch;
        let altered = Proof { kind, bytes };
        let refused = altered == *good || system.verify(&altered).is_err();
        prop_assert!(refused);
        let bytes = good.bytes[..cut.min(good.bytes.len() - 1)].to_vec();
        let refused = system.verify(&Proof { kind, bytes }).is_err();
        prop_assert!(refused);
    }
}
