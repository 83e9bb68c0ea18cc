//! The table of slots: what a transaction must satisfy, row by row.
//!
//! A transfer and a swap are one movement, as in [`crate::circuit::slot`]: an amount of one token goes from the
//! sender's leaf to the target's and, for a swap, an amount of another token comes back. Padding has no row of its
//! own: a row in which neither bit is set sends and receives nothing but bytes.
//!
//! # The order of reads and writes
//! Memory checking with time stamps (Blum, Evans, Gemmell, Kannan, Naor, *Checking the Correctness of Memories*,
//! FOCS 1991). An access at time t receives what the leaf held since an earlier time s and sends what it holds since
//! t. The sender's access in slot k has time 2k + 1, the target's 2k + 2; the leaf's own row of
//! [`crate::plonky3::hashes`] sends the leaf before the batch at time 0 and receives it at the end. Each message of a
//! leaf carries the time of the write that sent it, and no two writes have one time. The first access of a leaf can
//! receive the message of time 0 alone, since it must be earlier; each later access finds all earlier messages
//! received but that of the access before it. So what is received is what was written last, and the leaf's row
//! receives what the last access wrote. `s < t` holds in the integers: t − 1 − s is a word, times are below 2^16 by
//! the bound on slots, and no message has a negative time.

use crate::plonky3::bus::{BYTES, LEAVES, TRANSACTIONS};
use crate::plonky3::division::constrain_division;
use crate::plonky3::field::Val;
use crate::plonky3::integer::{constrain_sum, limbs, number, pair};
use crate::plonky3::slot_columns::{Access, AmountColumns, MovementColumns, Slot, columns};
use crate::system::SlotKind;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Dup, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use workloads::account::TOKENS;
use workloads::hash::{Domain, RATE};
use workloads::transaction::kind;

/// The most slots of a batch: a difference of two times must be below 2^16.
pub const CAPACITY_MAX: usize = (1 << 15) - 1;

/// The constraints of the table.
#[derive(Clone, Copy, Debug)]
pub struct SlotTable {
    /// What a slot may hold.
    pub slots: SlotKind,
}

impl BaseAir<Val> for SlotTable {
    fn width(&self) -> usize {
        columns()
    }
}

impl<AB: AirBuilder<F = Val> + InteractionBuilder> Air<AB> for SlotTable {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = Slot::of_row(main.current_slice());
        let next = Slot::of_row(main.next_slice());
        builder.when_first_row().assert_zero(row.slot);
        builder.when_transition().assert_eq(next.slot, row.slot + Val::ONE);
        self.constrain_kind(builder, &row);
        constrain_tokens(builder, &row);
        constrain_movements(builder, &row);
        constrain_nonce(builder, &row);
        constrain_outcome::<AB>(builder, &row);
        constrain_division(builder, &row);
        exchange(builder, &row);
    }
}

fn is_real<AB: AirBuilder<F = Val>>(row: &Slot<AB::Var>) -> AB::Expr {
    row.is_transfer + row.is_swap
}

impl SlotTable {
    /// A transfer, a swap where one may be, or nothing.
    fn constrain_kind<AB: AirBuilder<F = Val>>(&self, builder: &mut AB, row: &Slot<AB::Var>) {
        builder.assert_bool(row.is_transfer);
        builder.assert_bool(row.is_swap);
        builder.assert_bool(is_real::<AB>(row));
        if self.slots == SlotKind::Transfer {
            builder.assert_zero(row.is_swap);
        }
    }
}

/// One token goes in, and for a swap another one comes out.
fn constrain_tokens<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    let sum = |bits: &[AB::Var; TOKENS]| bits[0] + bits[1] + bits[2];
    for bit in row.token_in.iter().chain(&row.token_out) {
        builder.assert_bool(*bit);
    }
    builder.assert_eq(sum(&row.token_in), is_real::<AB>(row));
    builder.assert_eq(sum(&row.token_out), row.is_swap);
    for (bit_in, bit_out) in row.token_in.iter().zip(row.token_out) {
        builder.assert_zero(*bit_in * bit_out);
    }
}

/// The four movements: what is said to have been there was there, and nothing is overdrawn nor overflows.
fn constrain_movements<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    let Slot { token_in, token_out, sender_in, target_in, sender_out, target_out, .. } = row;
    for (token, leaf, movement) in [
        (token_in, &row.sender, sender_in),
        (token_in, &row.target, target_in),
        (token_out, &row.sender, sender_out),
        (token_out, &row.target, target_out),
    ] {
        builder.assert_bool(movement.carry);
        for (limb, before) in limbs::<AB>(&movement.before).into_iter().enumerate() {
            let held: AB::Expr =
                token.iter().enumerate().map(|(at, bit)| *bit * leaf.leaf[2 + 2 * at + limb]).sum();
            builder.assert_eq(held, before);
        }
    }
    let down = |builder: &mut AB, movement: &MovementColumns<AB::Var>, by: &AmountColumns<AB::Var>| {
        constrain_sum(builder, [&movement.after, by, &movement.before], movement.carry);
    };
    let up = |builder: &mut AB, movement: &MovementColumns<AB::Var>, by: &AmountColumns<AB::Var>| {
        constrain_sum(builder, [&movement.before, by, &movement.after], movement.carry);
    };
    down(builder, sender_in, &row.amount_in);
    up(builder, target_in, &row.amount_in);
    up(builder, sender_out, &row.amount_out);
    down(builder, target_out, &row.amount_out);
}

/// The nonce is used as it stands, then one more, in 32 bits.
fn constrain_nonce<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    builder.assert_eq(pair::<AB>(row.next_nonce), is_real::<AB>(row) + row.sender.leaf[1]);
}

/// What comes out is at least what was asked for; without a swap nothing comes out and nothing is asked for.
fn constrain_outcome<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    let no_swap = || AB::Expr::ONE - row.is_swap;
    for amount in [&row.amount_out, &row.min_out] {
        for limb in limbs::<AB>(amount) {
            builder.assert_zero(no_swap() * limb);
        }
    }
    builder.assert_bool(row.surplus_carry);
    constrain_sum(builder, [&row.min_out, &row.surplus, &row.amount_out], row.surplus_carry);
}

/// The number of a token.
fn token_number<AB: AirBuilder<F = Val>>(bits: &[AB::Var; TOKENS]) -> AB::Expr {
    bits[1] + bits[2].into().double()
}

/// The messages of a row.
fn exchange<AB: AirBuilder<F = Val> + InteractionBuilder>(builder: &mut AB, row: &Slot<AB::Var>) {
    let real = is_real::<AB>(row);
    let header = row.is_transfer * Val::from_u64(kind::TRANSFER)
        + row.is_swap * Val::from_u64(kind::SWAP)
        + token_number::<AB>(&row.token_in) * Val::from_u64(4);
    let mut transaction = vec![
        row.slot.into(),
        header,
        row.sender.index.into(),
        row.target.index.into(),
        row.sender.leaf[1].into(),
    ];
    transaction.extend(limbs::<AB>(&row.amount_in));
    transaction.extend(limbs::<AB>(&row.min_out));
    builder.push_interaction(TRANSACTIONS, transaction, Count::bounded(real.dup(), 1));

    let moves = [(&row.token_in, &row.sender_in), (&row.token_out, &row.sender_out)];
    let mut sender_after = written::<AB>(&row.sender, moves);
    sender_after[1] = pair::<AB>(row.next_nonce);
    let moves = [(&row.token_in, &row.target_in), (&row.token_out, &row.target_out)];
    let target_after = written::<AB>(&row.target, moves);
    let account = AB::Expr::from_u64(Domain::Account.tag());
    let to_pool = Val::from_u64(Domain::Pool.tag() - Domain::Account.tag());
    let target_domain = row.is_swap * to_pool + account.dup();
    for (access, domain, after, turn) in
        [(&row.sender, account, sender_after, 1), (&row.target, target_domain, target_after, 2)]
    {
        let now = row.slot.into().double() + Val::from_u64(turn);
        let gap = now.dup() - Val::ONE - access.time - number::<AB>(access.gap);
        builder.assert_zero(real.dup() * gap);
        let message = |time: AB::Expr, elements: [AB::Expr; RATE]| {
            [domain.dup(), access.index.into(), time].into_iter().chain(elements).collect::<Vec<_>>()
        };
        let held = message(access.time.into(), access.leaf.map(Into::into));
        builder.push_interaction(LEAVES, held, Count::bounded(-real.dup(), 1));
        builder.push_interaction(LEAVES, message(now, after), Count::bounded(real.dup(), 1));
    }
    for word in row.words() {
        builder.push_interaction(BYTES, [word.low], Count::bounded(AB::Expr::ONE, 1));
        builder.push_interaction(BYTES, [word.high], Count::bounded(AB::Expr::ONE, 1));
    }
}

/// What moves in a leaf, and of which token.
type Movements<'a, V> = [(&'a [V; TOKENS], &'a MovementColumns<V>); 2];

/// The leaf after its movements; everything else stays.
fn written<AB: AirBuilder<F = Val>>(
    access: &Access<AB::Var>,
    movements: Movements<'_, AB::Var>,
) -> [AB::Expr; RATE] {
    let mut leaf: [AB::Expr; RATE] = access.leaf.map(Into::into);
    for (token, MovementColumns { before, after, .. }) in movements {
        let (before, after) = (limbs::<AB>(before), limbs::<AB>(after));
        for (limb, (before, after)) in before.into_iter().zip(after).enumerate() {
            let change = after - before;
            for (at, bit) in token.iter().enumerate() {
                leaf[2 + 2 * at + limb] += change.dup() * *bit;
            }
        }
    }
    leaf
}
