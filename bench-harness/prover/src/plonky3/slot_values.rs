//! The row of a slot from the numbers of [`SlotValues`], be they honest or not.

use crate::circuit::swap::CARRY_OFFSET;
use crate::circuit::values::{MovementValues, Parts, PathValues, SlotValues, SwapValues, parts};
use crate::plonky3::field::Val;
use crate::plonky3::field::to_val;
use crate::plonky3::slot_columns::{Access, Division, MovementColumns, Slot, Word};
use p3_field::{Field, PrimeCharacteristicRing, PrimeField64};
use plonky2::field::types::Field as _;
use workloads::hash::{Felt, RATE};
use workloads::pool::BPS;

/// The element as a word. One that is no number below 2^16 has a high part that is no byte.
fn word(part: Felt) -> Word<Val> {
    let element = to_val(part);
    let number = element.as_canonical_u64();
    let low = Val::from_u64(number & 0xff);
    let high = match number >> 8 {
        byte if byte < 1 << 8 => Val::from_u64(byte),
        _ => (element - low) * Val::from_u64(1 << 8).inverse(),
    };
    Word { low, high }
}

fn words<const N: usize>(numbers: &Parts<N>) -> [Word<Val>; N] {
    numbers.map(word)
}

fn movement(MovementValues { before, after, carry }: &MovementValues) -> MovementColumns<Val> {
    MovementColumns { before: words(before), after: words(after), carry: to_val(*carry) }
}

/// The access without its times, which follow from the accesses before it.
fn access(path: &PathValues, leaf: &[Felt; RATE]) -> Access<Val> {
    Access { index: to_val(path.index), leaf: leaf.map(to_val), ..Access::default() }
}

/// The division. Without a swap the fee and what is kept are zero, and the slack is the scaled reserve.
fn division(values: &SwapValues) -> Division<Val> {
    let SwapValues { is_swap, fee_bps, remainder, slack, slack_carry, carries, .. } = values;
    Division {
        fee: word(*fee_bps),
        kept: word(*is_swap * Felt::from_canonical_u64(BPS) - *fee_bps),
        remainder: words(remainder),
        slack: words(slack),
        slack_carry: word(*slack_carry),
        carries: carries.map(|carry| words(&carry)),
    }
}

/// The row of a slot. The number of the slot and the times of its accesses are left at zero.
pub fn row(values: &SlotValues) -> Slot<Val> {
    let SlotValues {
        is_transfer,
        sender,
        sender_leaf,
        target,
        target_leaf,
        token_in,
        amount_in,
        sender_in,
        target_in,
        next_nonce,
        swap,
    } = values;
    // Without a swap no token comes out, so there is nothing to look at.
    let swaps = swap.is_swap != Felt::ZERO;
    let out = |values: &MovementValues| if swaps { movement(values) } else { MovementColumns::default() };
    Slot {
        slot: Val::ZERO,
        is_transfer: to_val(*is_transfer),
        is_swap: to_val(swap.is_swap),
        sender: access(sender, sender_leaf),
        target: access(target, target_leaf),
        token_in: token_in.map(to_val),
        token_out: if swaps { swap.token_out.map(to_val) } else { Default::default() },
        reversed: to_val(swap.reversed),
        amount_in: words(amount_in),
        amount_out: words(&swap.amount_out),
        min_out: words(&swap.min_out),
        surplus: words(&swap.surplus),
        surplus_carry: to_val(swap.surplus_carry),
        sender_in: movement(sender_in),
        target_in: movement(target_in),
        sender_out: out(&swap.sender_out),
        target_out: out(&swap.target_out),
        next_nonce: words(next_nonce),
        division: division(swap),
    }
}

/// A row without a transaction.
pub fn empty() -> Slot<Val> {
    let carry = parts::<3>(CARRY_OFFSET.into());
    let division = Division {
        slack_carry: word(Felt::TWO),
        carries: [words(&carry); crate::circuit::swap::COLUMNS - 1],
        ..Division::default()
    };
    Slot { division, ..Slot::default() }
}

/// The eight elements of a row's transaction, as they are committed to.
pub fn transaction(row: &Slot<Val>) -> [Val; RATE] {
    let header = row.is_transfer
        + row.is_swap.double()
        + (row.token_in[1] + row.token_in[2].double()) * Val::from_u64(4);
    let ([amount_low, amount_high], [min_low, min_high]) = (limbs(&row.amount_in), limbs(&row.min_out));
    let (sender, target) = (&row.sender, &row.target);
    [header, sender.index, target.index, sender.leaf[1], amount_low, amount_high, min_low, min_high]
}

/// What the sender's leaf and the target's hold after the row.
pub fn written(row: &Slot<Val>) -> [[Val; RATE]; 2] {
    let (sender_moves, target_moves) = ([&row.sender_in, &row.sender_out], [&row.target_in, &row.target_out]);
    let write = |leaf: [Val; RATE], moves: [&MovementColumns<Val>; 2]| {
        let mut after = leaf;
        for (token, movement) in [row.token_in, row.token_out].iter().zip(moves) {
            let (old, new) = (limbs(&movement.before), limbs(&movement.after));
            for (at, bit) in token.iter().enumerate() {
                for limb in 0..2 {
                    after[2 + 2 * at + limb] += *bit * (new[limb] - old[limb]);
                }
            }
        }
        after
    };
    let mut sender = write(row.sender.leaf, sender_moves);
    sender[1] = joined([row.next_nonce[0], row.next_nonce[1]]);
    [sender, write(row.target.leaf, target_moves)]
}

fn limbs([a, b, c, d]: &[Word<Val>; 4]) -> [Val; 2] {
    [joined([*a, *b]), joined([*c, *d])]
}

fn joined([low, high]: [Word<Val>; 2]) -> Val {
    let number = |word: Word<Val>| word.low + word.high * Val::from_u64(1 << 8);
    number(low) + number(high) * Val::from_u64(1 << 16)
}

/// The word of a number below 2^16.
pub fn word_of(number: u64) -> Word<Val> {
    word(Felt::from_noncanonical_u64(number))
}
