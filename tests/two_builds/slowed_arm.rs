//! A program that really proves and can be slowed, for the gate to compare: this test binary itself, started by a
//! wrapper with `--ignored --exact slowed_arm::the_arm`.
//!
//! The harness has no flag to make it slower, and should have none. So this arm speaks the gate's protocol and proves
//! with the circuits and the prover of the harness; after each proof it goes on hashing for a share of the CPU time
//! which that took, and tells both together. It tells CPU time of one thread in periods of its clock, and not
//! wall time, so that the test says something of the program and not of who else uses the machine that tests run on.

use machine::usage::process_cpu_s;
use machine::{Probe, Standard};
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::SlotValues;
use prover::plonk::prove_with;
use prover::statement::Statement;
use prover::system::{Shape, SlotKind};
use prover::witness;
use records::regression::arm::{
    ArmAnswer, ArmRequest, DescribedAnswer, SampleAnswer, SampleRequest, TimeAnswer, to_line,
};
use records::regression::paired::ComparedName;
use records::sample::MarkName;
use std::collections::BTreeMap;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::Depth;

/// What the gate is asked to compare.
pub(crate) const SPEC: &str = "--workload transfer --batch-size 1 --depth 4 --accounts 4 --pools 1 --cores 1 \
    --batches-per-aggregation 1";
const CELL: &str = "transfer/1of1/x1/plonky2/1c/as_is";

/// Proofs of a sample: the least of those that had the core to themselves is told, since what disturbs a proof only
/// ever adds to it.
const PROOFS: u64 = 15;

#[test]
#[ignore = "no test of its own: a program that the gate starts"]
fn the_arm() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("standard input");
    // Started with all ignored tests, and by no gate.
    let Ok(request) = serde_json::from_str::<ArmRequest>(&line) else { return };
    let answer = match request.sample {
        None => ArmAnswer::Described(DescribedAnswer {
            version: "0".to_owned(),
            build: Vec::new(),
            machine: Vec::new(),
            spec: serde_json::Map::new(),
            cells: vec![CELL.to_owned()],
            without_aggregation: Vec::new(),
        }),
        Some(wanted) => ArmAnswer::Sample(sample(wanted)),
    };
    // A line of its own: the test runner's stands before it.
    println!("\n{}", to_line(&answer).expect("JSON"));
}

fn sample(wanted: SampleRequest) -> SampleAnswer {
    let SampleRequest { cell, seed, best_adds_per_cycle, without_aggregation: _ } = wanted;
    // One thread: CPU time is then that of the work, and of nothing that waits for it.
    assert_eq!(std::env::var("RAYON_NUM_THREADS").as_deref(), Ok("1"), "the wrapper says so");
    let percent: f64 = std::env::var("SLOWED_BY").expect("set").parse().expect("a number");
    let shape = Shape { depth: Depth::new(4).expect("in range"), capacity: 1, slots: SlotKind::Transfer };
    let mut circuit: BatchCircuit = BatchCircuit::build(shape);
    // One bit of grinding: its luck is drawn anew in each proof, since plonky2 fills unused wires at random, and in a
    // circuit as small as this it is most of the time. To average it out takes more pairs than a test has time for.
    circuit.circuit.common.config.fri_config.proof_of_work_bits = 1;
    circuit.circuit.common.fri_params.config.proof_of_work_bits = 1;
    let mut standard = Standard::new(best_adds_per_cycle);
    let probe = Probe::new();
    let mut least: BTreeMap<bool, f64> = BTreeMap::new();
    for proof in 0..PROOFS {
        let before = probe.read();
        let cpu_s = one_proof(&circuit, shape, seed + proof, percent);
        let readings = [before, probe.read()];
        let clocks: Vec<f64> = readings.iter().flatten().map(|reading| reading.clock_ghz).collect();
        let clock_ghz =
            if clocks.is_empty() { 1.0 } else { clocks.iter().sum::<f64>() / clocks.len() as f64 };
        let least = least.entry(standard.judge(&readings, None).is_some()).or_insert(f64::INFINITY);
        *least = least.min(cpu_s * clock_ghz);
    }
    let clean = least.get(&false).map(|time_s| (*time_s, MarkName::Clean));
    let (time_s, mark) = clean.unwrap_or_else(|| (least[&true], MarkName::SharedCore));
    let times = [(ComparedName::Prove, TimeAnswer { time_s, mark })].into();
    SampleAnswer {
        cell,
        seed,
        times,
        memory: None,
        stages: BTreeMap::new(),
        adds_per_cycle: standard.best_adds_per_cycle(),
    }
}

fn one_proof(circuit: &BatchCircuit, shape: Shape, seed: u64, percent: f64) -> f64 {
    let population = Population { accounts: 4, pools: 1, depth: shape.depth, fee_bps: 30 };
    let traffic = Traffic { swap_ratio: 0.0, skew: Skew::Uniform };
    let batch = population.generator(seed, traffic).expect("traffic").next_batch(1);
    let mut state = population.state(seed).expect("a state");
    let trace = witness::record(&mut state, &batch, shape.capacity).expect("a batch that may be");
    let values: Vec<_> = trace.steps.iter().map(SlotValues::honest).collect();
    let started_s = process_cpu_s();
    let inputs = circuit.witness(trace.statement.old_root, &values).expect("a witness");
    let proved = prove_with(&circuit.circuit, inputs, "a batch").expect("a proof");
    let proof_s = process_cpu_s() - started_s;
    while process_cpu_s() - started_s < proof_s * (1.0 + percent / 100.0) {
        std::hint::black_box(batch.commitment(shape.depth, shape.capacity));
    }
    let time_s = process_cpu_s() - started_s;
    // Only a time of a proof that is right may be told.
    assert_eq!(Statement::from_elements(&proved.proof.public_inputs), Some(trace.statement));
    circuit.circuit.verify(proved.proof).expect("valid");
    time_s
}
