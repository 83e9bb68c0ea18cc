//! The security of a proof, by the arithmetic of `p3-security`: what is proven, and what is conjectured.
//!
//! Proven is the better of unique decoding and list decoding up to the Johnson bound, over the terms that the crate
//! prices: composition of constraints, the point outside the domain, batching of openings (proximity gaps,
//! <https://eprint.iacr.org/2020/654>), FRI's foldings and queries, logUp's challenges, and collisions of Keccak at
//! 128 bits. All depend on the heights of a proof's tables, which a verifier bounds
//! ([`crate::plonky3::table::heights_max_log2`]): what is stated holds for every proof of a shape that it accepts.

use crate::plonky3::config::{Challenge, FOLDING_BITS, PROOF_OF_WORK_BITS, QUERIES, RATE_BITS, config};
use crate::plonky3::field::Val;
use crate::plonky3::fixed;
use crate::plonky3::table::{TABLES, Table, heights_max_log2};
use crate::system::Shape;
use p3_air::BaseAir;
use p3_air::symbolic::AirLayout;
use p3_batch_stark::symbolic::get_symbolic_constraints;
use p3_batch_stark::{ProverData, num_batched_openings};
use p3_lookup::LogUpGadget;
use p3_security::fri::FriRegime;
use p3_security::logup::{LogUpAir, security_term};
use p3_security::stark::{conjectured_security_report, legacy_security_report, proven_security_report};
use p3_security::{GrindingSites, InstanceShape, StarkAirParams};
use p3_uni_stark::OpeningShape;

/// The length of the order of the field that challenges come from, in bits: it lies 2^97 below 2^128.
const CHALLENGE_BITS: usize = 128;
/// Bits of work to find a collision of 256 bits of Keccak.
const COLLISION_BITS: usize = 128;
/// The degree of the constraints over that of the tables.
const DEGREE: usize = 3;
/// Each table's quotient is committed to in so many parts of its height.
const QUOTIENT_CHUNKS: usize = (DEGREE - 1).next_power_of_two();
const CHALLENGE_ELEMENTS: usize = 2;

/// The security of a proof in bits: the least of all terms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityBits {
    /// Proven.
    pub proven: f64,
    /// Conjectured, a query being worth as many bits as the rate has (ethSTARK,
    /// <https://eprint.iacr.org/2021/582>, section 5.10.1): the conjecture by which plonky2 states its own 100 bits,
    /// and so the one to compare with.
    pub conjectured: f64,
    /// Conjectured, by the capacity of random words (<https://eprint.iacr.org/2025/2010>, section 1.5): a later and
    /// more careful conjecture, some two bits below ethSTARK's at this rate.
    pub random_words: f64,
}

/// The queries as `p3-security` sees them.
const QUERY_PHASE: FriRegime = FriRegime {
    log_blowup: RATE_BITS,
    num_queries: QUERIES,
    log_final_poly_len: 0,
    max_log_arity: FOLDING_BITS,
    commit_pow_bits: 0,
    query_pow_bits: PROOF_OF_WORK_BITS,
};

/// What the terms depend on.
struct Counts {
    constraints: usize,
    /// Columns at each point at which they are opened.
    openings: usize,
    /// Messages of all rows of all tables.
    messages: usize,
    /// Fields of the longest message, its bus among them.
    message_fields: usize,
}

impl Counts {
    fn of(shape: Shape, heights_log2: [usize; TABLES]) -> Option<Self> {
        let (config, tables) = (config(shape), Table::all(shape));
        let heights = [3, 3, fixed::ROWS.ilog2() as usize];
        let data = ProverData::from_airs_and_degrees(&config, &tables, &heights).ok()?;
        let mut counts = Self { constraints: 0, openings: 0, messages: 0, message_fields: 0 };
        for ((table, lookups), height_log2) in tables.iter().zip(&data.common.lookups).zip(heights_log2) {
            let layout = AirLayout::from_air::<Val>(table);
            let (base, extension) =
                get_symbolic_constraints::<Val, Challenge, _, _>(table, layout, lookups, &LogUpGadget::new());
            counts.constraints += base.len() + extension.len();
            counts.openings += num_batched_openings(
                table.width(),
                !table.main_next_row_columns().is_empty(),
                table.preprocessed_width(),
                false,
                QUOTIENT_CHUNKS,
                lookups.len(),
                CHALLENGE_ELEMENTS,
                OpeningShape::new(),
            );
            let lengths = lookups.iter().flat_map(|lookup| &lookup.elements).map(Vec::len);
            counts.messages += lengths.clone().count() << height_log2;
            counts.message_fields = lengths.map(|length| length + 1).fold(counts.message_fields, usize::max);
        }
        Some(counts)
    }
}

/// The least security of proofs of a shape that a verifier accepts; none for a shape that has no keys.
pub fn security(shape: Shape) -> Option<SecurityBits> {
    let heights_log2 = heights_max_log2(shape);
    let counts = Counts::of(shape, heights_log2)?;
    let height_log2 = heights_log2.into_iter().max()?;
    let air = StarkAirParams {
        num_constraints: counts.constraints,
        max_constraint_degree: DEGREE,
        num_quotient_chunks: QUOTIENT_CHUNKS,
        max_combo: 2,
    };
    let instance = InstanceShape {
        log_trace_length: height_log2,
        modulus_bits: CHALLENGE_BITS,
        collision_resistance: COLLISION_BITS,
        num_batched_functions: counts.openings,
    };
    let grinding = GrindingSites::NONE;
    // The source counts messages a row of one height.
    let logup = LogUpAir {
        num_interactions: counts.messages.div_ceil(1 << height_log2),
        max_message_width: counts.message_fields,
    };
    let extras: Vec<_> = security_term(&logup, &instance, &grinding).into_iter().collect();
    let proven = proven_security_report(&QUERY_PHASE, &air, &instance, &extras, &grinding);
    let conjectured = legacy_security_report(&QUERY_PHASE, &air, &instance, &extras, &grinding)?;
    let random_words = conjectured_security_report(&QUERY_PHASE, &air, &instance, &extras, &grinding);
    Some(SecurityBits {
        proven: proven.security_bits(),
        conjectured: conjectured.security_bits(),
        random_words: random_words.security_bits(),
    })
}
