//! Each constraint has a lie that it alone refuses, so that the removal of any is noticed.
//!
//! Those that the others imply are listed with the reason. Those of the permutation have their lies beside them, in
//! `prover::plonky3::permutation`.

use super::verdict::standing_alone;
use super::world::shape;
use super::{alone, lies, tampering};
use prover::plonky3::check::constraint_counts;
use prover::plonky3::permutation;
use prover::plonky3::table::Table;
use prover::system::SlotKind;

/// The first constraint of the table of hashes that is not the permutation's.
const FIRST: usize = permutation::COLUMNS - permutation::WIDTH;

const DISJOINT: &str = "two roles ask for different domains, and padding for zeros where a transaction has none, so no \
                        row can have two, nor one of them negatively; stated since a count must be bounded";
const ONE_RUN: &str =
    "transactions are counted where a run of them ends, so there is one run, and it begins in row 0";
const NO_OTHER: &str =
    "with the other two bits it could be minus one, and the division would have no remainder";
const PAIRS: &str =
    "of three bits two are free, one being taken by the token that goes in, and their sum is a bit";
const NOTHING_OUT: &str =
    "without a swap no token comes out, so nothing is held of it before and nothing can leave";

/// Constraints that the others imply, by table and place: no lie is refused by one of them alone.
const IMPLIED: [(usize, usize, &str); 16] = [
    (0, FIRST + 1, DISJOINT),
    (0, FIRST + 2, DISJOINT),
    (0, FIRST + 3, DISJOINT),
    (0, FIRST + 6, DISJOINT),
    (0, FIRST + 7, "row 0 is the batch's, so no role of the last row could be about it"),
    (0, FIRST + 22, ONE_RUN),
    (1, 2, NO_OTHER),
    (1, 3, NO_OTHER),
    (1, 4, "both bits at once would send a transaction twice, and it is received once; stated as above"),
    (1, 8, PAIRS),
    (1, 9, PAIRS),
    (1, 10, PAIRS),
    (1, 37, NOTHING_OUT),
    (1, 38, NOTHING_OUT),
    (1, 39, NOTHING_OUT),
    (1, 40, NOTHING_OUT),
];

#[test]
fn every_constraint_has_a_lie_that_it_alone_refuses() {
    let lies: &[fn()] = &[
        alone::a_batch_of_padding_alone,
        alone::the_beginning_of_the_sponge,
        alone::the_middle_of_the_sponge,
        alone::a_child_that_is_touched_twice,
        alone::a_leaf_outside_the_tree,
        alone::a_leaf_in_no_domain_or_in_the_place_of_a_node,
        alone::a_node_in_a_domain,
        alone::a_left_sibling_that_changes,
        alone::slots_that_are_not_in_order,
        alone::a_gap_that_is_not_the_time_between,
        alone::a_fee_that_is_not_taken,
        alone::a_transaction_of_nothing_that_counts,
        alone::a_token_against_itself,
        tampering::the_world_is_honest,
        tampering::a_statement_of_something_else,
        tampering::another_shape,
        tampering::a_stale_read,
        tampering::a_read_from_the_future,
        tampering::an_access_that_is_dropped_or_made_twice,
        tampering::a_transaction_that_is_not_the_one_committed_to,
        tampering::another_sponge,
        tampering::padding_in_the_middle_or_another_count,
        tampering::a_batch_that_ends_early_or_begins_late,
        tampering::a_node_that_is_another,
        tampering::a_leaf_that_nobody_wrote,
        tampering::a_sibling_that_changes_with_the_batch,
        tampering::a_child_that_is_said_to_be_touched_and_is_not_or_stands_elsewhere,
        tampering::a_count_of_bytes_that_is_wrong,
        tampering::a_role_in_the_last_row,
        tampering::every_cell_of_a_slot_is_bound,
        tampering::a_transfer_to_oneself_that_makes_money,
        lies::movements::the_forger_is_believed_when_it_does_not_lie,
        lies::movements::parts_beyond_sixteen_bits,
        lies::movements::sums_that_hold_modulo_the_field_or_in_one_limb,
        lies::movements::choices_that_are_not_of_one_token,
        lies::movements::nonces_that_stand_still_or_run_over,
        lies::movements::a_transfer_with_something_coming_back,
        lies::movements::pools_that_send_or_receive_a_transfer,
        lies::movements::leaves_that_are_not_in_the_tree,
        lies::swaps::the_forger_is_believed_when_it_does_not_lie,
        lies::swaps::remainders_out_of_range,
        lies::swaps::carries_out_of_range,
        lies::swaps::columns_that_do_not_add_up,
        lies::swaps::factors_in_parts_that_are_not_parts,
        lies::swaps::sums_of_the_leg_out,
        lies::swaps::parts_of_the_leg_out_beyond_sixteen_bits,
        lies::swaps::another_fee_token_or_kind_of_leaf,
    ];
    lies.iter().for_each(|lie| lie());
    let [hashes, slots, fixed] = constraint_counts(&Table::all(shape(4, 1)));
    let alone = standing_alone(SlotKind::Any);
    let of_hashes = (FIRST..hashes).map(|constraint| (0, constraint));
    let of_slots = (0..slots).map(|constraint| (1, constraint));
    let missing: Vec<_> = of_hashes.chain(of_slots).filter(|place| !alone.contains(place)).collect();
    assert_eq!(missing, IMPLIED.map(|(table, constraint, _)| (table, constraint)));
    assert_eq!(fixed, 0, "the fixed table sends messages alone");
}
