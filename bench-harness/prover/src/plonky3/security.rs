//! The security of a proof, by the arithmetic of `p3-security`: what is proven, and what is conjectured.
//!
//! Proven is the better of unique decoding and list decoding up to the Johnson bound, over the terms that the crate
//! prices: composition of constraints, the point outside the domain, batching of openings (proximity gaps,
//! <https://eprint.iacr.org/2020/654>), FRI's foldings and queries, logUp's challenges, and collisions of Keccak at
//! 128 bits. All depend on the heights of a proof's tables. Every table is taken as high as the highest: the result
//! is a lower bound.

use crate::plonky3::config::{Challenge, FOLDING_BITS, PROOF_OF_WORK_BITS, QUERIES, RATE_BITS, config};
use crate::plonky3::field::Val;
use crate::plonky3::fixed;
use crate::plonky3::table::{TABLES, Table};
use crate::system::Shape;
use p3_air::BaseAir;
use p3_air::symbolic::AirLayout;
use p3_batch_stark::symbolic::get_symbolic_constraints;
use p3_batch_stark::{ProverData, num_batched_openings};
use p3_lookup::LogUpGadget;
use p3_security::fri::FriRegime;
use p3_security::logup::{LogUpAir, security_term};
use p3_security::stark::{conjectured_security_report, proven_security_report};
use p3_security::{GrindingSites, InstanceShape, StarkAirParams};
use p3_uni_stark::OpeningShape;

/// The length of the order of the field that challenges come from, in bits: it lies 2^97 below 2^128.
const CHALLENGE_BITS: usize = 128;
/// Bits of work to find a collision of 256 bits of Keccak.
const COLLISION_BITS: usize = 128;
/// The degree of the constraints over that of the tables.
const DEGREE: usize = 3;
const CHALLENGE_ELEMENTS: usize = 2;

/// The security of a proof in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityBits {
    /// Proven.
    pub proven: f64,
    /// Conjectured, by the capacity of random words (<https://eprint.iacr.org/2025/2010>, section 1.5), which is below
    /// ethSTARK's conjecture ([`crate::plonky3::config::CONJECTURED_BITS`]).
    pub conjectured: f64,
}

/// The security of proofs of a shape of which no table has more than `2^height_log2` rows.
pub fn security(shape: Shape, height_log2: usize) -> Option<SecurityBits> {
    let (config, tables) = (config(shape), Table::all(shape));
    let heights = [3, 3, fixed::ROWS.ilog2() as usize];
    let data = ProverData::from_airs_and_degrees(&config, &tables, &heights).ok()?;
    let mut constraints = 0;
    let mut openings = 0;
    let (mut messages, mut longest) = (0, 0);
    for (table, lookups) in tables.iter().zip(&data.common.lookups) {
        let layout = AirLayout::from_air::<Val>(table);
        let (base, extension) =
            get_symbolic_constraints::<Val, Challenge, _, _>(table, layout, lookups, &LogUpGadget::new());
        constraints += base.len() + extension.len();
        openings += num_batched_openings(
            table.width(),
            !table.main_next_row_columns().is_empty(),
            table.preprocessed_width(),
            false,
            DEGREE - 1,
            lookups.len(),
            CHALLENGE_ELEMENTS,
            OpeningShape::new(),
        );
        let lengths = lookups.iter().flat_map(|lookup| &lookup.elements).map(Vec::len);
        messages += lengths.clone().count();
        longest = lengths.max().unwrap_or(0).max(longest);
    }
    let regime = FriRegime {
        log_blowup: RATE_BITS,
        num_queries: QUERIES,
        log_final_poly_len: 0,
        max_log_arity: FOLDING_BITS,
        commit_pow_bits: 0,
        query_pow_bits: PROOF_OF_WORK_BITS,
    };
    let air = StarkAirParams {
        num_constraints: constraints,
        max_constraint_degree: DEGREE,
        num_quotient_chunks: TABLES * (DEGREE - 1),
        max_combo: 2,
    };
    let instance = InstanceShape {
        log_trace_length: height_log2,
        modulus_bits: CHALLENGE_BITS,
        collision_resistance: COLLISION_BITS,
        num_batched_functions: openings,
    };
    let grinding = GrindingSites::NONE;
    let logup = LogUpAir { num_interactions: messages, max_message_width: longest + 1 };
    let extras: Vec<_> = security_term(&logup, &instance, &grinding).into_iter().collect();
    Some(SecurityBits {
        proven: proven_security_report(&regime, &air, &instance, &extras, &grinding).security_bits(),
        conjectured: conjectured_security_report(&regime, &air, &instance, &extras, &grinding)
            .security_bits(),
    })
}
