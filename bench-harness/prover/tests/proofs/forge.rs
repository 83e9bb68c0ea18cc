//! A forger: tells a lie so that everything else agrees with it.
//!
//! Leaves are raw field elements under raw domains, and the tree is rebuilt around whatever the slot is said to have
//! written. A lie told through here breaks the constraint that it is about and no other, so that a test of it fails
//! when that constraint is taken away.

use super::world::felt;
use plonky2::field::types::{Field, PrimeField64};
use prover::circuit::swap::{CARRY_OFFSET, COLUMNS, REMAINDER_PARTS};
use prover::circuit::values::{MovementValues, Parts, SlotValues};
use prover::witness::record;
use workloads::hash::{Digest, Domain, EMPTY_LEAF, Felt, RATE, hash_leaf, hash_pair};
use workloads::pool::BPS;
use workloads::state::State;
use workloads::transaction::{Batch, BatchId, Transaction};

/// The order of the field.
pub(crate) const ORDER: i128 = 0xffff_ffff_0000_0001;
/// Where pool 0 stands in a tree of depth 3.
pub(crate) const POOL: usize = 4;

/// One slot at depth 3 and the leaves it is told over.
#[derive(Clone)]
pub(crate) struct Forgery {
    /// Domain and elements of each leaf; `None` where the tree is empty.
    pub(crate) leaves: [Option<(Domain, [Felt; RATE])>; 8],
    /// The numbers of the slot.
    pub(crate) values: SlotValues,
}

/// A number in parts, with all of it from `16 · at` bits upwards, sign included, in part `at`.
pub(crate) fn spread<const N: usize>(number: i128, at: usize) -> Parts<N> {
    std::array::from_fn(|place| match place.cmp(&at) {
        std::cmp::Ordering::Less => element((number >> (16 * place)) & 0xffff),
        std::cmp::Ordering::Equal => element(number >> (16 * place)),
        std::cmp::Ordering::Greater => Felt::ZERO,
    })
}

/// The field element of an integer of either sign.
pub(crate) fn element(number: i128) -> Felt {
    felt(number.rem_euclid(ORDER) as u64)
}

/// The two limbs of four parts.
fn limbs(parts: &Parts<4>) -> [Felt; 2] {
    let limb = |at: usize| parts[at] + parts[at + 1] * felt(1 << 16);
    [limb(0), limb(2)]
}

/// The carry that makes the low limbs of `small + by = large` agree, modulo the field's order.
pub(crate) fn carry(small: &Parts<4>, by: &Parts<4>, large: &Parts<4>) -> Felt {
    let [small, by, large] = [small, by, large].map(|parts| limbs(parts)[0]);
    (small + by - large) * felt(1 << 32).inverse()
}

impl Forgery {
    /// The honest values of one transaction.
    pub(crate) fn of(state: &State, transaction: Transaction) -> Self {
        let batch = Batch { id: BatchId(0), transactions: vec![transaction] };
        let trace = record(&mut state.clone(), &batch, 1).expect("valid");
        let mut leaves = [None; 8];
        for (place, account) in state.ledger().accounts().iter().enumerate() {
            leaves[place] = Some((Domain::Account, account.elements()));
        }
        for (place, pool) in state.ledger().pools().iter().enumerate() {
            leaves[POOL + place] = Some((Domain::Pool, pool.elements()));
        }
        Self { leaves, values: SlotValues::honest(&trace.steps[0]) }
    }

    /// An element of a leaf.
    pub(crate) fn leaf(&mut self, at: usize, place: usize) -> &mut Felt {
        &mut self.leaves[at].as_mut().expect("a leaf").1[place]
    }

    /// Moves `by` out of the sender and into the target, both sides settled.
    pub(crate) fn moves_in(&mut self, by: i128, sender_before: i128, target_before: i128) {
        let whole = |number: i128| spread(number, 3);
        self.values.amount_in = whole(by);
        let (sender_in, target_in) = (&mut self.values.sender_in, &mut self.values.target_in);
        *sender_in =
            MovementValues { before: whole(sender_before), after: whole(sender_before - by), ..*sender_in };
        *target_in =
            MovementValues { before: whole(target_before), after: whole(target_before + by), ..*target_in };
        self.settle();
        self.settle_void(target_before);
    }

    /// Makes all carries of sums agree with their amounts.
    pub(crate) fn settle(&mut self) {
        let SlotValues { amount_in, sender_in, target_in, swap, .. } = &mut self.values;
        sender_in.carry = carry(&sender_in.after, amount_in, &sender_in.before);
        target_in.carry = carry(&target_in.before, amount_in, &target_in.after);
        let out = &swap.amount_out;
        swap.sender_out.carry = carry(&swap.sender_out.before, out, &swap.sender_out.after);
        swap.target_out.carry = carry(&swap.target_out.after, out, &swap.target_out.before);
        swap.surplus_carry = carry(&swap.min_out, &swap.surplus, out);
    }

    /// Gives a slot without a swap the slack that a target's amount of the token asks for.
    pub(crate) fn settle_void(&mut self, target_before: i128) {
        let at = REMAINDER_PARTS - 1;
        self.divide(&Division { reserve_in: target_before, at, ..Division::default() });
    }

    /// Rebuilds the tree around what the slot writes; gives the root before.
    pub(crate) fn seal(&mut self) -> Digest {
        let place = |index: Felt| index.to_canonical_u64() as usize;
        let (from, to) = (place(self.values.sender.index), place(self.values.target.index));
        let mut leaves = self.leaves;
        let root = tree(&leaves, from, &mut self.values.sender.siblings);
        let Some((_, sender)) = &mut leaves[from] else { unreachable!("the sender's leaf") };
        self.values.sender_leaf = *sender;
        write(sender, &self.values.token_in, &self.values.sender_in);
        write(sender, &self.values.swap.token_out, &self.values.swap.sender_out);
        sender[1] = self.values.next_nonce[0] + self.values.next_nonce[1] * felt(1 << 16);
        tree(&leaves, to, &mut self.values.target.siblings);
        self.values.target_leaf = leaves[to].expect("the target's leaf").1;
        root
    }

    /// A swap of `division`, with all that follows from it; the amounts before are `sender_out` and `target_out`.
    pub(crate) fn swaps(&mut self, division: &Division, sender_out: i128, target_out: i128) {
        let whole = |number: i128| spread(number, 3);
        let out = division.out;
        let swap = &mut self.values.swap;
        swap.amount_out = whole(out);
        swap.min_out = whole(0);
        swap.surplus = whole(out);
        swap.sender_out =
            MovementValues { before: whole(sender_out), after: whole(sender_out + out), ..swap.sender_out };
        swap.target_out =
            MovementValues { before: whole(target_out), after: whole(division.left), ..swap.target_out };
        self.settle();
        self.divide(division);
    }

    /// Fills the remainder, the slack and the carries.
    pub(crate) fn divide(&mut self, division: &Division) {
        let Division { kept, remainder, at, loose, broken, .. } = *division;
        let scaled = limbs(&self.values.target_in.before).map(|limb| limb * felt(BPS));
        let after_fee = limbs(&self.values.amount_in).map(|limb| limb * element(kept));
        let denominator = [0, 1].map(|limb| scaled[limb] + after_fee[limb]);
        let total = division.denominator();
        let swap = &mut self.values.swap;
        swap.remainder = spread(remainder, at);
        swap.slack = division
            .slack
            .unwrap_or_else(|| spread(total - remainder - i128::from(swap.is_swap.to_canonical_u64()), at));
        let low = |parts: &Parts<REMAINDER_PARTS>| parts[0] + parts[1] * felt(1 << 16);
        let gap = denominator[0] - low(&swap.remainder) - low(&swap.slack) - swap.is_swap;
        swap.slack_carry = gap * felt(1 << 32).inverse() + Felt::TWO;

        let mut columns = [Felt::ZERO; COLUMNS];
        for (column, part) in columns.iter_mut().zip(swap.remainder) {
            *column -= part;
        }
        for part in 0..4 {
            for limb in 0..2 {
                columns[part + 2 * limb] +=
                    swap.target_out.after[part] * after_fee[limb] - swap.amount_out[part] * scaled[limb];
            }
        }
        let mut carries = [Felt::ZERO; COLUMNS];
        let step = felt(1 << 16);
        let broken = broken.unwrap_or(COLUMNS);
        for place in 0..broken.min(COLUMNS - 1) {
            let carried = place.checked_sub(1).map_or(Felt::ZERO, |below| carries[below]);
            carries[place] = (columns[place] + carried) * step.inverse();
        }
        for place in (broken..COLUMNS - 1).rev() {
            carries[place] = carries[place + 1] * step - columns[place + 1];
        }
        for (parts, carry) in swap.carries.iter_mut().zip(carries) {
            let shifted = carry + felt(CARRY_OFFSET);
            *parts = match shifted.to_canonical_u64() {
                fits if fits < 1 << 48 => spread(i128::from(fits), 2),
                // A carry that does not fit stands in one part.
                _ => std::array::from_fn(|place| match place == loose {
                    true => shifted * step.exp_u64(place as u64).inverse(),
                    false => Felt::ZERO,
                }),
            };
        }
    }
}

/// What a swap is said to have divided.
#[derive(Clone, Copy, Default)]
pub(crate) struct Division {
    /// What goes in.
    pub(crate) amount_in: i128,
    /// The reserve of it.
    pub(crate) reserve_in: i128,
    /// 10 000 less the fee.
    pub(crate) kept: i128,
    /// What comes out.
    pub(crate) out: i128,
    /// The reserve of that which stays.
    pub(crate) left: i128,
    /// The remainder, of either sign.
    pub(crate) remainder: i128,
    /// The part in which remainder and slack hold what does not fit.
    pub(crate) at: usize,
    /// Another slack than the one that follows.
    pub(crate) slack: Option<Parts<REMAINDER_PARTS>>,
    /// The part in which a carry stands that does not fit.
    pub(crate) loose: usize,
    /// A column whose equation is given up.
    pub(crate) broken: Option<usize>,
}

impl Division {
    /// What the formula gives for a reserve of `reserve_out`, in numbers below 2^127.
    pub(crate) fn exact(amount_in: i128, reserve_in: i128, reserve_out: i128, kept: i128) -> Self {
        let numerator = reserve_out * amount_in * kept;
        let denominator = reserve_in * i128::from(BPS) + amount_in * kept;
        let (out, remainder) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
        let at = REMAINDER_PARTS - 1;
        Self { amount_in, reserve_in, kept, out, left: reserve_out - out, remainder, at, ..Self::default() }
    }

    /// The denominator.
    pub(crate) fn denominator(&self) -> i128 {
        self.reserve_in * i128::from(BPS) + self.amount_in * self.kept
    }
}

fn write(leaf: &mut [Felt; RATE], token: &[Felt; 3], movement: &MovementValues) {
    let (before, after) = (limbs(&movement.before), limbs(&movement.after));
    for (place, bit) in token.iter().enumerate() {
        for limb in 0..2 {
            leaf[2 + 2 * place + limb] += *bit * (after[limb] - before[limb]);
        }
    }
}

fn tree(
    leaves: &[Option<(Domain, [Felt; RATE])>; 8],
    mut position: usize,
    siblings: &mut Vec<Digest>,
) -> Digest {
    let hashed = |leaf: &Option<(Domain, [Felt; RATE])>| {
        leaf.as_ref().map_or(EMPTY_LEAF, |(domain, elements)| hash_leaf(*domain, elements))
    };
    let mut nodes: Vec<_> = leaves.iter().map(hashed).collect();
    siblings.clear();
    while nodes.len() > 1 {
        siblings.push(nodes[position ^ 1]);
        position >>= 1;
        nodes = nodes.chunks(2).map(|pair| hash_pair(pair[0], pair[1])).collect();
    }
    nodes[0]
}
