//! The sizes of a circuit: rows, gates, proof bytes, key. Nothing here depends on the machine.

use crate::circuit::{Circuit, EXTENSION};
use plonky2::field::types::PrimeField64;
use plonky2::plonk::config::{GenericConfig, GenericHashOut, Hasher};
use records::sample::CircuitRecord;
use std::collections::BTreeMap;
use workloads::hash::Felt;

/// What plonky2 writes into a selector column for a row whose gate another column selects.
const UNUSED_SELECTOR: u64 = u32::MAX as u64;

/// The sizes of a built circuit.
pub(crate) fn circuit_size<C: GenericConfig<EXTENSION, F = Felt>>(
    name: String,
    circuit: &Circuit<C>,
) -> CircuitRecord {
    let gates = rows_by_gate(circuit);
    let padded_rows = circuit.common.degree() as u64;
    let rows = padded_rows - gates.get("NoopGate").copied().unwrap_or(0);
    CircuitRecord {
        name,
        rows,
        padded_rows,
        public_elements: circuit.common.num_public_inputs as u64,
        proof_bytes: proof_bytes(circuit),
        gate_rows: gates.into_iter().filter(|(gate, _)| gate != "NoopGate").collect(),
        key_digest: key_digest(circuit),
    }
}

/// The digest of the verifier's key: its field elements in hexadecimal, most significant digit first.
pub(crate) fn key_digest<C: GenericConfig<EXTENSION, F = Felt>>(circuit: &Circuit<C>) -> String {
    let elements = circuit.verifier_only.circuit_digest.to_vec();
    elements.iter().map(|element| format!("{:016x}", element.to_canonical_u64())).collect()
}

/// The settings that decide cost and security.
pub(crate) fn settings<C: GenericConfig<EXTENSION, F = Felt>>(
    circuit: &Circuit<C>,
) -> BTreeMap<String, String> {
    let config = &circuit.common.config;
    let fri = &config.fri_config;
    BTreeMap::from([
        ("configuration".to_owned(), "standard_recursion_config".to_owned()),
        ("wires".to_owned(), config.num_wires.to_string()),
        ("routed_wires".to_owned(), config.num_routed_wires.to_string()),
        ("security_bits".to_owned(), config.security_bits.to_string()),
        ("zero_knowledge".to_owned(), config.zero_knowledge.to_string()),
        ("fri_rate_bits".to_owned(), fri.rate_bits.to_string()),
        ("fri_queries".to_owned(), fri.num_query_rounds.to_string()),
        ("proof_of_work_bits".to_owned(), fri.proof_of_work_bits.to_string()),
    ])
}

/// Rows by kind of gate, read back from the selector columns: plonky2 keeps no list of its rows.
fn rows_by_gate<C: GenericConfig<EXTENSION, F = Felt>>(circuit: &Circuit<C>) -> BTreeMap<String, u64> {
    let common = &circuit.common;
    let gate_constants = common.gates.iter().map(|gate| gate.0.num_constants()).max().unwrap_or(0);
    let selectors = common.num_constants - gate_constants;
    let columns: Vec<Vec<u64>> = circuit.prover_only.constants_sigmas_commitment.polynomials[..selectors]
        .iter()
        .map(|column| column.clone().fft().values.iter().map(PrimeField64::to_canonical_u64).collect())
        .collect();
    let mut rows = BTreeMap::new();
    for row in 0..common.degree() {
        let gate = columns.iter().map(|column| column[row]).find(|gate| *gate != UNUSED_SELECTOR);
        let gate = gate.and_then(|gate| common.gates.get(gate as usize));
        let id = gate.map_or_else(|| "unknown".to_owned(), |gate| short_name(&gate.0.id()));
        *rows.entry(id).or_insert(0) += 1;
    }
    rows
}

/// `ArithmeticGate { num_ops: 20 }` → `ArithmeticGate`; `PoseidonGate(PhantomData<…>)<WIDTH=12>` → `PoseidonGate`.
fn short_name(id: &str) -> String {
    id.split([' ', '(', '<', '{']).next().unwrap_or(id).to_owned()
}

/// The length of a proof, from the circuit's parameters alone: every proof of a circuit has the same.
fn proof_bytes<C: GenericConfig<EXTENSION, F = Felt>>(circuit: &Circuit<C>) -> u64 {
    const FIELD: usize = 8;
    const CHALLENGE: usize = EXTENSION * FIELD;
    let hash = C::Hasher::HASH_SIZE;
    let common = &circuit.common;
    let config = &common.config;
    let fri = &common.fri_params;
    let cap = hash << fri.config.cap_height;
    let path = |height: usize| 1 + hash * height.saturating_sub(fri.config.cap_height);

    let constants = common.num_constants + config.num_routed_wires;
    let products = config.num_challenges * (1 + common.num_partial_products);
    let quotients = config.num_challenges * common.quotient_degree_factor;
    let trees = [constants, config.num_wires, products, quotients];
    let openings = trees.iter().sum::<usize>() + config.num_challenges;

    let height = fri.degree_bits + fri.config.rate_bits;
    let initial: usize = trees.iter().map(|width| width * FIELD + path(height)).sum();
    let mut step_height = height;
    let steps: usize = fri
        .reduction_arity_bits
        .iter()
        .map(|arity_bits| {
            step_height -= arity_bits;
            (CHALLENGE << arity_bits) + path(step_height)
        })
        .sum();
    let query = fri.config.num_query_rounds * (initial + steps);
    let commit = fri.reduction_arity_bits.len() * cap;
    let last = fri.final_poly_len() * CHALLENGE + FIELD;
    let public = FIELD + common.num_public_inputs * FIELD;
    (3 * cap + openings * CHALLENGE + commit + query + last + public) as u64
}

// The selector that plonky2 uses for "not mine" fits a field element.
const _: () = assert!(UNUSED_SELECTOR < <Felt as plonky2::field::types::Field64>::ORDER);
