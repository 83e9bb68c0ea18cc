//! One lie for each constraint of a swap, told so that no other constraint is in its way.

use super::forge::{Division, Forgery, ORDER, POOL, element, spread};
use super::world::{ANY, accepts, felt, state, swap};
use plonky2::field::types::Field;
use workloads::hash::{Domain, Felt};

const MAX: i128 = u64::MAX as i128;
const LIMB: i128 = 1 << 32;
const KEPT: i128 = 9_970;

/// A swap of all the sender's token 0 against other reserves, by a sender who holds some of token 1; the leg out is
/// still to be told.
fn swapping(amount_in: i128, reserve_in: i128, reserve_out: i128, held: i128) -> Forgery {
    let world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let mut forgery = Forgery::of(&world, swap(0, 5, 0, 100, 0));
    for (at, place, amount) in
        [(0, 2, amount_in), (0, 4, held), (POOL, 2, reserve_in), (POOL, 4, reserve_out)]
    {
        *forgery.leaf(at, place) = element(amount & (LIMB - 1));
        *forgery.leaf(at, place + 1) = element(amount >> 32);
    }
    forgery.moves_in(amount_in, amount_in, reserve_in);
    forgery
}

/// 100 in against 1000 : 2000: 181 out, remainder 3 543 000.
fn small(division: &Division) -> Forgery {
    told((100, 1_000, 2_000, 50), division)
}

fn told(
    (amount_in, reserve_in, reserve_out, held): (i128, i128, i128, i128),
    division: &Division,
) -> Forgery {
    let mut forgery = swapping(amount_in, reserve_in, reserve_out, held);
    forgery.swaps(division, held, reserve_out);
    forgery
}

fn exact() -> Division {
    Division::exact(100, 1_000, 2_000, KEPT)
}

/// Amounts for which the denominator has 74 bits.
const LARGE: (i128, i128, i128, i128) = (1 << 40, 1 << 60, 1 << 62, 50);

fn large() -> Division {
    Division::exact(LARGE.0, LARGE.1, LARGE.2, KEPT)
}

/// With another output, the reserve that then stays, and a remainder that makes up for `excess`.
fn shifted(exact: Division, out: i128, excess: i128) -> Division {
    let remainder = exact.remainder + (exact.out - out) * exact.denominator() - excess;
    Division { out, left: exact.left + exact.out - out, remainder, ..exact }
}

fn holds(mut forgery: Forgery) -> bool {
    let root = forgery.seal();
    accepts(&ANY, root, &[forgery.values])
}

#[track_caller]
fn refused(lie: Forgery) {
    assert!(!holds(lie), "a lie was believed");
}

#[test]
pub(crate) fn the_forger_is_believed_when_it_does_not_lie() {
    assert_eq!((exact().out, exact().remainder), (181, 3_543_000));
    assert!(holds(small(&exact())));
    assert!(holds(told(LARGE, &large())));
    for (amount_in, reserve_in, reserve_out) in
        [(0, 1, 1), (1, 0, 5), (1 << 63, 1 << 62, 1 << 48), (1, 1, MAX)]
    {
        let division = Division::exact(amount_in, reserve_in, reserve_out, KEPT);
        assert!(holds(told((amount_in, reserve_in, reserve_out, 0), &division)));
    }
}

#[test]
pub(crate) fn remainders_out_of_range() {
    let (more, less) = (shifted(exact(), exact().out + 1, 0), shifted(exact(), exact().out - 1, 0));
    let denominator = exact().denominator();
    for at in 0..5 {
        let slack = Some(spread(denominator - 1 - more.remainder, 4));
        refused(small(&Division { at, slack, ..more }));
        let slack = Some(spread(denominator - 1 - less.remainder, at));
        refused(small(&Division { slack, ..less }));
    }
    // remainder + slack + 1 = denominator + p.
    let slack = Some(spread(denominator + ORDER - 1 - less.remainder, 4));
    refused(small(&Division { slack, ..less }));
    // Equal in the high half alone, and in the low half alone.
    let mut lie = small(&Division { slack: Some([Felt::ZERO; 5]), ..less });
    lie.values.swap.slack_carry = Felt::TWO;
    refused(lie);
    let none = shifted(Division::exact(100, 1_000, 2_000_000, KEPT), 0, 0);
    let low = (denominator - 1 - (none.remainder & (LIMB - 1))).rem_euclid(LIMB);
    refused(told((100, 1_000, 2_000_000, 50), &Division { slack: Some(spread(low, 4)), ..none }));
}

#[test]
pub(crate) fn carries_out_of_range() {
    // out · denominator + remainder = numerator + times · p · 2^(16 · column), which one carry can hide.
    for column in 0..5 {
        let (large, times) = (large(), if column == 0 { 1 << 12 } else { 1 });
        let denominator = large.denominator();
        let (mut more, mut rest) = (times * ORDER / denominator, times * ORDER % denominator);
        for _ in 0..column {
            more = (more << 16) + (rest << 16) / denominator;
            rest = (rest << 16) % denominator;
        }
        rest += large.remainder;
        let out = large.out + more + rest / denominator;
        assert!(out > large.out);
        let left = large.left + large.out - out;
        for loose in 0..3 {
            let remainder = rest % denominator;
            refused(told(LARGE, &Division { out, left, remainder, loose, ..large }));
        }
    }
}

#[test]
pub(crate) fn columns_that_do_not_add_up() {
    for column in 0..6 {
        let (amounts, exact) = if column < 2 { ((100, 1_000, 2_000, 50), exact()) } else { (LARGE, large()) };
        let unit = 1i128 << (16 * column);
        // The least multiple of the column's unit for which some smaller output leaves a proper remainder.
        let lie = (1..).map(|less| {
            let bare = exact.remainder + less * exact.denominator();
            let excess = (bare - exact.denominator() + 1 + unit - 1).div_euclid(unit) * unit;
            shifted(exact, exact.out - less, excess)
        });
        let lie = lie.take(10_000).find(|lie| (0..exact.denominator()).contains(&lie.remainder));
        let lie = lie.expect("some output");
        refused(told(amounts, &Division { broken: Some(column), ..lie }));
    }
}

#[test]
pub(crate) fn factors_in_parts_that_are_not_parts() {
    // out · denominator + remainder = numerator + p, hidden by a lowest part of any size: the limb is as it should be.
    let amounts = (100, 1_000, 1 << 62, 50);
    let exact = Division::exact(100, 1_000, 1 << 62, KEPT);
    let more = (ORDER + exact.remainder) / exact.denominator();
    let lie = shifted(exact, exact.out + more, -ORDER);
    for of_out in [true, false] {
        let mut forgery = told(amounts, &lie);
        let (low, scaled, after_fee) =
            (element(lie.remainder & 0xffff), felt(1_000 * 10_000), element(100 * KEPT));
        let swap = &mut forgery.values.swap;
        let (bent, first) = if of_out {
            let left = swap.target_out.after[0];
            (&mut swap.amount_out, (left * after_fee - low) * scaled.inverse())
        } else {
            let out = swap.amount_out[0];
            (&mut swap.target_out.after, (out * scaled + low) * after_fee.inverse())
        };
        let limb = bent[0] + bent[1] * felt(1 << 16);
        (bent[0], bent[1]) = (first, (limb - first) * felt(1 << 16).inverse());
        forgery.divide(&lie);
        refused(forgery);
    }
}

#[test]
pub(crate) fn sums_of_the_leg_out() {
    // The pool pays as if it had p more: left + out = reserve + p.
    refused(small(&Division::exact(100, 1_000, 2_000 + ORDER, KEPT)));
    // The sender's balance passes p.
    let (amounts, held) = ((1 << 40, 1 << 40, MAX), 3 << 62);
    let division = Division::exact(amounts.0, amounts.1, amounts.2, KEPT);
    let mut lie = told((amounts.0, amounts.1, amounts.2, held), &division);
    lie.values.swap.sender_out.after = spread(held + division.out - ORDER, 3);
    lie.settle();
    refused(lie);
    // minimum + surplus = out + p.
    let mut lie = small(&exact());
    lie.values.swap.min_out = spread(1 << 63, 3);
    lie.values.swap.surplus = spread(181 + ORDER - (1 << 63), 3);
    lie.settle();
    refused(lie);
    for more in [1, LIMB] {
        let mut lie = small(&exact());
        lie.values.swap.sender_out.after = spread(50 + 181 + more, 3);
        refused(lie);
        let mut lie = small(&Division::exact(100, 1_000, 2_000 + more, KEPT));
        lie.values.swap.target_out.carry = element(more >> 32);
        refused(lie);
        let mut lie = small(&exact());
        lie.values.swap.min_out = spread(181 + more, 3);
        lie.values.swap.surplus = spread(0, 3);
        refused(lie);
        // Amounts that the leaves do not hold: of the sender, of the pool, and of what goes in.
        let mut lie = small(&exact());
        lie.swaps(&exact(), 50 + more, 2_000);
        refused(lie);
        let mut lie = small(&exact());
        lie.swaps(&Division::exact(100, 1_000, 2_000 + more, KEPT), 50, 2_000 + more);
        refused(lie);
        let mut lie = small(&exact());
        lie.moves_in(100, 100, 1_000 + more);
        lie.swaps(&Division::exact(100, 1_000 + more, 2_000, KEPT), 50, 2_000);
        refused(lie);
    }
}

#[test]
pub(crate) fn parts_of_the_leg_out_beyond_sixteen_bits() {
    for at in 0..4 {
        let mut lie = small(&exact());
        lie.values.swap.min_out = spread(182, 3);
        lie.values.swap.surplus = spread(-1, at);
        lie.settle();
        refused(lie);
        let mut lie = small(&exact());
        lie.values.swap.min_out = spread(-5, at);
        lie.values.swap.surplus = spread(186, 3);
        lie.settle();
        refused(lie);
        let held = if at < 2 { LIMB - 100 } else { MAX - 5 };
        let mut lie = told((100, 1_000, 2_000, held), &exact());
        lie.values.swap.sender_out.after = spread(held + 181, at);
        lie.settle();
        refused(lie);
    }
    for at in 0..2 {
        // Leaves that hold more than a limb in one.
        let mut lie = told((100, 1_000, 2_000, LIMB + 100), &exact());
        (*lie.leaf(0, 4), *lie.leaf(0, 5)) = (element(LIMB + 100), Felt::ZERO);
        lie.values.swap.sender_out.before = spread(LIMB + 100, at);
        lie.settle();
        refused(lie);
        let division = Division::exact(100, 1_000, LIMB + 100, KEPT);
        let mut lie = told((100, 1_000, LIMB + 100, 50), &division);
        (*lie.leaf(POOL, 4), *lie.leaf(POOL, 5)) = (element(LIMB + 100), Felt::ZERO);
        lie.values.swap.target_out.before = spread(LIMB + 100, at);
        lie.settle();
        refused(lie);
    }
}

#[test]
pub(crate) fn another_fee_token_or_kind_of_leaf() {
    // No fee; and no fee with a bit that makes the identity agree: fee = 30 + reversed · (2^18 − 2^16).
    let mut lie = small(&Division::exact(100, 1_000, 2_000, 10_000));
    lie.values.swap.fee_bps = Felt::ZERO;
    refused(lie.clone());
    lie.values.swap.reversed = -felt(30) * felt((1 << 18) - (1 << 16)).inverse();
    refused(lie);
    // Pools with a fee of −1 and of 10 001.
    let mut lie = small(&Division::exact(100, 1_000, 2_000, 10_001));
    (*lie.leaf(POOL, 0), lie.values.swap.fee_bps) = (felt((1 << 18) - 1), -Felt::ONE);
    refused(lie);
    let mut lie = told((0, 1_000, 2_000, 50), &Division::exact(0, 1_000, 2_000, -1));
    (*lie.leaf(POOL, 0), lie.values.swap.fee_bps) = (felt((1 << 18) + 10_001), felt(10_001));
    refused(lie);
    // A token that the pool does not trade, of which it therefore pays nothing.
    let mut lie = small(&exact());
    lie.values.swap.token_out = [0, 0, 1].map(element);
    lie.swaps(&Division::exact(100, 1_000, 0, KEPT), 0, 0);
    refused(lie);
    // A pool of one token only.
    let mut lie = small(&exact());
    *lie.leaf(POOL, 0) = felt(30);
    lie.values.swap.token_out = lie.values.token_in;
    lie.swaps(&Division::exact(100, 1_000, 1_000, KEPT), 100, 1_000);
    refused(lie);
    // Token 1 in, and no token out where token 0 should come.
    let world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let mut lie = Forgery::of(&world, swap(0, 5, 1, 50, 0));
    assert!(holds(lie.clone()));
    lie.values.swap.token_out = [Felt::ZERO; 3];
    lie.swaps(&Division::exact(50, 2_000, 0, KEPT), 0, 0);
    refused(lie);
    // An account with the very elements of the pool.
    let mut lie = small(&exact());
    let (domain, _) = lie.leaves[POOL].as_mut().expect("a pool");
    *domain = Domain::Account;
    refused(lie);
}
