//! The private numbers of a slot, computed natively.
//!
//! They are field elements rather than integers so that a test can put any lie in their place.

use crate::circuit::amount::Amount;
use crate::circuit::leaf::{LeafElements, TokenChoice};
use crate::circuit::path::PathTargets;
use crate::circuit::slot::{Movement, SlotTargets, SwapSide};
use crate::circuit::swap::{CARRY_OFFSET, COLUMNS, REMAINDER_PARTS, SwapTargets};
use crate::witness::{Leaf, Opening, Step};
use plonky2::field::types::Field;
use plonky2::iop::target::Target;
use workloads::account::{TOKENS, Token};
use workloads::hash::{Digest, Felt, RATE};
use workloads::pool::{BPS, Pool};
use workloads::transaction::Action;

/// A number in 16-bit parts, lowest first.
pub type Parts<const N: usize> = [Felt; N];

/// Where a leaf stands.
#[derive(Clone, Debug)]
pub struct PathValues {
    /// The leaf's index.
    pub index: Felt,
    /// The siblings from the leaf up.
    pub siblings: Vec<Digest>,
}

/// What one leaf holds of one token, before and after.
#[derive(Clone, Copy, Debug)]
pub struct MovementValues {
    /// Before.
    pub before: Parts<4>,
    /// After.
    pub after: Parts<4>,
    /// The carry between the limbs.
    pub carry: Felt,
}

/// The numbers of [`SwapSide`].
#[derive(Clone, Debug)]
pub struct SwapValues {
    /// One for a swap.
    pub is_swap: Felt,
    /// The least that must come out.
    pub min_out: Parts<4>,
    /// How much more came out.
    pub surplus: Parts<4>,
    /// The carry of their sum.
    pub surplus_carry: Felt,
    /// What comes out.
    pub amount_out: Parts<4>,
    /// One bit a token.
    pub token_out: [Felt; TOKENS],
    /// One where the pool's second token goes in.
    pub reversed: Felt,
    /// The sender's side of the leg out.
    pub sender_out: MovementValues,
    /// The pool's side of the leg out.
    pub target_out: MovementValues,
    /// The fee.
    pub fee_bps: Felt,
    /// The remainder of the division.
    pub remainder: Parts<REMAINDER_PARTS>,
    /// Denominator − 1 − remainder.
    pub slack: Parts<REMAINDER_PARTS>,
    /// The carry of that comparison, plus two.
    pub slack_carry: Felt,
    /// The carries of the columns, each plus [`CARRY_OFFSET`].
    pub carries: [Parts<3>; COLUMNS - 1],
}

/// The numbers of [`SlotTargets`].
#[derive(Clone, Debug)]
pub struct SlotValues {
    /// One for a transfer.
    pub is_transfer: Felt,
    /// Where the sender's leaf stands.
    pub sender: PathValues,
    /// The sender's leaf before.
    pub sender_leaf: [Felt; RATE],
    /// Where the target's leaf stands.
    pub target: PathValues,
    /// The target's leaf before.
    pub target_leaf: [Felt; RATE],
    /// One bit a token.
    pub token_in: [Felt; TOKENS],
    /// What goes in.
    pub amount_in: Parts<4>,
    /// The sender's side of the leg in.
    pub sender_in: MovementValues,
    /// The target's side of the leg in.
    pub target_in: MovementValues,
    /// The sender's nonce afterwards.
    pub next_nonce: Parts<2>,
    /// The numbers of a swap; unused in a slot that cannot hold one.
    pub swap: SwapValues,
}

/// A number in 16-bit parts.
pub fn parts<const N: usize>(number: u128) -> Parts<N> {
    std::array::from_fn(|place| Felt::from_canonical_u64((number >> (16 * place)) as u64 & 0xffff))
}

fn bit(condition: bool) -> Felt {
    if condition { Felt::ONE } else { Felt::ZERO }
}

fn one_hot(token: Token) -> [Felt; TOKENS] {
    std::array::from_fn(|place| bit(place == token.index()))
}

/// `small + by = large`, with the carry out of the low limb.
fn carry(small: u64, by: u64) -> Felt {
    bit((small & 0xffff_ffff) + (by & 0xffff_ffff) > 0xffff_ffff)
}

fn up(before: u64, by: u64) -> MovementValues {
    let after = before.wrapping_add(by);
    MovementValues { before: parts(before.into()), after: parts(after.into()), carry: carry(before, by) }
}

fn down(before: u64, by: u64) -> MovementValues {
    let after = before.wrapping_sub(by);
    MovementValues { before: parts(before.into()), after: parts(after.into()), carry: carry(after, by) }
}

fn held(leaf: &Leaf, token: Token) -> u64 {
    match leaf {
        Leaf::Account(account) => account.balances[token.index()],
        Leaf::Pool(pool) => pool.reserve(token),
    }
}

pub(crate) fn leaf_elements(leaf: &Leaf) -> [Felt; RATE] {
    match leaf {
        Leaf::Account(account) => account.elements(),
        Leaf::Pool(pool) => pool.elements(),
    }
}

fn path(opening: &Opening) -> PathValues {
    PathValues { index: Felt::from_canonical_u64(opening.index.0), siblings: opening.siblings.clone() }
}

impl SlotValues {
    /// The honest numbers of a step.
    pub fn honest(step: &Step) -> Self {
        let Step { transaction, sender, target, quotient } = step;
        let first = Token::new(0).unwrap_or_else(|| unreachable!("there is a token 0"));
        let (token_in, amount_in) = match transaction.map(|transaction| transaction.action) {
            None => (first, 0),
            Some(Action::Transfer { token, amount, .. }) => (token, amount),
            Some(Action::Swap { token_in, amount_in, .. }) => (token_in, amount_in),
        };
        // A transfer to oneself finds the target's leaf already debited: the opening holds it as it stood then.
        let next_nonce = match &sender.leaf {
            Leaf::Account(account) => u128::from(account.nonce) + u128::from(transaction.is_some()),
            Leaf::Pool(_) => 0,
        };
        let is_transfer = transaction.is_some_and(|t| matches!(t.action, Action::Transfer { .. }));
        Self {
            is_transfer: bit(is_transfer),
            sender: path(sender),
            sender_leaf: leaf_elements(&sender.leaf),
            target: path(target),
            target_leaf: leaf_elements(&target.leaf),
            token_in: one_hot(token_in),
            amount_in: parts(amount_in.into()),
            sender_in: down(held(&sender.leaf, token_in), amount_in),
            target_in: up(held(&target.leaf, token_in), amount_in),
            next_nonce: parts(next_nonce),
            swap: SwapValues::honest(step, *quotient),
        }
    }
}

impl SwapValues {
    fn honest(step: &Step, (out, remainder): (u64, u128)) -> Self {
        let action = step.transaction.map(|transaction| transaction.action);
        let (Some(Action::Swap { token_in, amount_in, min_out, .. }), Leaf::Pool(pool)) =
            (action, &step.target.leaf)
        else {
            return Self::void(step);
        };
        let token_out = pool.other(token_in).unwrap_or(token_in);
        let terms = Terms::new(pool, token_in, token_out, amount_in, out);
        let slack = terms.denominator().wrapping_sub(1).wrapping_sub(remainder);
        Self {
            is_swap: Felt::ONE,
            min_out: parts(min_out.into()),
            surplus: parts(out.wrapping_sub(min_out).into()),
            surplus_carry: carry(min_out, out.wrapping_sub(min_out)),
            amount_out: parts(out.into()),
            token_out: one_hot(token_out),
            reversed: bit(pool.pair()[0] != token_in),
            sender_out: up(held(&step.sender.leaf, token_out), out),
            target_out: down(pool.reserve(token_out), out),
            fee_bps: Felt::from_canonical_u64(u64::from(pool.fee_bps())),
            remainder: parts(remainder),
            slack: parts(slack),
            slack_carry: terms.slack_carry(remainder, slack, 1),
            carries: terms.carries(remainder),
        }
    }

    /// The numbers of a slot without a swap: nothing comes out, and the division is of nothing by the reserve.
    fn void(step: &Step) -> Self {
        let token = Token::new(0).unwrap_or_else(|| unreachable!("there is a token 0"));
        let token_in = match step.transaction.map(|transaction| transaction.action) {
            Some(Action::Transfer { token, .. }) => token,
            _ => token,
        };
        let none = parts(0);
        let terms = Terms {
            left: [0; 4],
            after_fee: [0; 2],
            out: [0; 4],
            scaled_reserve: limbs(held(&step.target.leaf, token_in)).map(|limb| limb * BPS),
        };
        let slack = terms.denominator();
        Self {
            is_swap: Felt::ZERO,
            min_out: none,
            surplus: none,
            surplus_carry: Felt::ZERO,
            amount_out: none,
            token_out: one_hot(token),
            reversed: Felt::ZERO,
            sender_out: up(held(&step.sender.leaf, token), 0),
            target_out: down(held(&step.target.leaf, token), 0),
            fee_bps: Felt::ZERO,
            remainder: parts(0),
            slack: parts(slack),
            slack_carry: terms.slack_carry(0, slack, 0),
            carries: terms.carries(0),
        }
    }
}

fn limbs(amount: u64) -> [u64; 2] {
    [amount & 0xffff_ffff, amount >> 32]
}

fn quarters(amount: u64) -> [u64; 4] {
    std::array::from_fn(|place| (amount >> (16 * place)) & 0xffff)
}

/// The factors of the two products that [`crate::circuit::swap`] compares.
struct Terms {
    left: [u64; 4],
    after_fee: [u64; 2],
    out: [u64; 4],
    scaled_reserve: [u64; 2],
}

impl Terms {
    fn new(pool: &Pool, token_in: Token, token_out: Token, amount_in: u64, out: u64) -> Self {
        let kept = BPS - u64::from(pool.fee_bps());
        Self {
            left: quarters(pool.reserve(token_out).wrapping_sub(out)),
            after_fee: limbs(amount_in).map(|limb| limb * kept),
            out: quarters(out),
            scaled_reserve: limbs(pool.reserve(token_in)).map(|limb| limb * BPS),
        }
    }

    fn denominator_limbs(&self) -> [u128; 2] {
        [0, 1].map(|limb| u128::from(self.scaled_reserve[limb]) + u128::from(self.after_fee[limb]))
    }

    fn denominator(&self) -> u128 {
        let [low, high] = self.denominator_limbs();
        low + (high << 32)
    }

    /// The carry out of the low 32 bits of `remainder + slack + one`, plus two.
    fn slack_carry(&self, remainder: u128, slack: u128, one: i128) -> Felt {
        let low = |number: u128| (number & 0xffff_ffff) as i128;
        let [denominator, _] = self.denominator_limbs();
        let carry = (denominator as i128 - low(remainder) - low(slack) - one) >> 32;
        Felt::from_noncanonical_i64((carry + 2) as i64)
    }

    fn carries(&self, remainder: u128) -> [Parts<3>; COLUMNS - 1] {
        let mut columns = [0i128; COLUMNS];
        for (place, column) in columns.iter_mut().enumerate().take(REMAINDER_PARTS) {
            *column = -(((remainder >> (16 * place)) & 0xffff) as i128);
        }
        for part in 0..4 {
            for limb in 0..2 {
                let gain = i128::from(self.left[part]) * i128::from(self.after_fee[limb]);
                let loss = i128::from(self.out[part]) * i128::from(self.scaled_reserve[limb]);
                columns[part + 2 * limb] += gain - loss;
            }
        }
        let mut carry = 0;
        std::array::from_fn(|place| {
            carry = (columns[place] + carry) >> 16;
            parts((carry + i128::from(CARRY_OFFSET)) as u128)
        })
    }
}

/// Pairs each private target of a slot with its number.
pub fn assign(targets: &SlotTargets, values: &SlotValues) -> Vec<(Target, Felt)> {
    let mut pairs = Vec::with_capacity(400);
    let SlotTargets {
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
    } = targets;
    pairs.push((*is_transfer, values.is_transfer));
    assign_path(&mut pairs, sender, &values.sender);
    assign_leaf(&mut pairs, sender_leaf, &values.sender_leaf);
    assign_path(&mut pairs, target, &values.target);
    assign_leaf(&mut pairs, target_leaf, &values.target_leaf);
    assign_token(&mut pairs, token_in, &values.token_in);
    assign_amount(&mut pairs, amount_in, &values.amount_in);
    assign_movement(&mut pairs, sender_in, &values.sender_in);
    assign_movement(&mut pairs, target_in, &values.target_in);
    pairs.extend(next_nonce.iter().copied().zip(values.next_nonce));
    if let Some(side) = swap {
        assign_swap(&mut pairs, side, &values.swap);
    }
    pairs
}

fn assign_swap(pairs: &mut Vec<(Target, Felt)>, side: &SwapSide, values: &SwapValues) {
    let SwapSide {
        is_swap,
        min_out,
        surplus,
        surplus_carry,
        amount_out,
        token_out,
        reversed,
        sender_out,
        target_out,
        formula,
    } = side;
    pairs.extend([
        (*is_swap, values.is_swap),
        (*surplus_carry, values.surplus_carry),
        (*reversed, values.reversed),
    ]);
    assign_amount(pairs, min_out, &values.min_out);
    assign_amount(pairs, surplus, &values.surplus);
    assign_amount(pairs, amount_out, &values.amount_out);
    assign_token(pairs, token_out, &values.token_out);
    assign_movement(pairs, sender_out, &values.sender_out);
    assign_movement(pairs, target_out, &values.target_out);
    assign_formula(pairs, formula, values);
}

pub(crate) fn assign_formula(pairs: &mut Vec<(Target, Felt)>, formula: &SwapTargets, values: &SwapValues) {
    let SwapTargets { fee_bps, remainder, slack, slack_carry, carries } = formula;
    pairs.extend([(*fee_bps, values.fee_bps), (*slack_carry, values.slack_carry)]);
    pairs.extend(remainder.iter().copied().zip(values.remainder));
    pairs.extend(slack.iter().copied().zip(values.slack));
    for (carry, parts) in carries.iter().zip(&values.carries) {
        pairs.extend(carry.iter().copied().zip(*parts));
    }
}

pub(crate) fn assign_path(pairs: &mut Vec<(Target, Felt)>, path: &PathTargets, values: &PathValues) {
    pairs.push((path.index, values.index));
    for (target, sibling) in path.siblings.iter().zip(&values.siblings) {
        pairs.extend(target.elements.iter().copied().zip(sibling.elements));
    }
}

fn assign_leaf(pairs: &mut Vec<(Target, Felt)>, leaf: &LeafElements, values: &[Felt; RATE]) {
    pairs.extend(leaf.iter().copied().zip(*values));
}

pub(crate) fn assign_token(pairs: &mut Vec<(Target, Felt)>, token: &TokenChoice, values: &[Felt; TOKENS]) {
    pairs.extend(token.bits.iter().copied().zip(*values));
}

pub(crate) fn assign_amount(pairs: &mut Vec<(Target, Felt)>, amount: &Amount, values: &Parts<4>) {
    pairs.extend(amount.parts.iter().copied().zip(*values));
}

pub(crate) fn assign_movement(pairs: &mut Vec<(Target, Felt)>, movement: &Movement, values: &MovementValues) {
    assign_amount(pairs, &movement.before, &values.before);
    assign_amount(pairs, &movement.after, &values.after);
    pairs.push((movement.carry, values.carry));
}
