//! One swap against a register, or padding.
//!
//! The sender's side is that of [`crate::circuit::slot`]. The pool is read from a register and changed there. Padding
//! chooses no register, moves nothing, and keeps the nonce of account 0.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, constant, constrain_sum, private_bit, zero_unless};
use crate::circuit::leaf::{LeafElements, TokenChoice};
use crate::circuit::path::PathTargets;
use crate::circuit::registers::gate::access;
use crate::circuit::registers::pools::Held;
use crate::circuit::slot::{
    Movement, PairTerms, SlotEnds, constrain_minimum, constrain_pair, decrease, hash, increase, incremented,
    moved,
};
use crate::circuit::swap::{SwapTargets, SwapTerms, constrain_swap};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use workloads::hash::{Domain, Felt};
use workloads::transaction::kind;

/// What a slot reads from its register.
#[derive(Clone, Copy, Debug)]
pub struct HeldTargets {
    /// Which register, from 1; zero for none.
    pub register: Target,
    /// The pool's fee and pair.
    pub identity: Target,
    /// The number of its leaf.
    pub index: Target,
    /// The limbs of its reserves: of the pair's first token, then of its second.
    pub limbs: [Target; 4],
}

/// A reserve after the swap, and the carry of the sum that makes it.
#[derive(Clone, Copy, Debug)]
pub struct ReserveTargets {
    /// After.
    pub after: Amount,
    /// The carry between the limbs.
    pub carry: Target,
}

/// The private numbers of the sender's side.
#[derive(Clone, Debug)]
pub struct SenderTargets {
    /// Where the sender's leaf stands among the accounts.
    pub path: PathTargets,
    /// The sender's leaf before.
    pub leaf: LeafElements,
    /// Which token goes in.
    pub token_in: TokenChoice,
    /// Which token comes out.
    pub token_out: TokenChoice,
    /// How much goes in.
    pub amount_in: Amount,
    /// How much comes out.
    pub amount_out: Amount,
    /// What the sender holds of the token that goes in.
    pub movement_in: Movement,
    /// What the sender holds of the token that comes out.
    pub movement_out: Movement,
    /// The sender's nonce afterwards, in 16-bit parts.
    pub next_nonce: [Target; 2],
}

/// The private numbers of the pool's side.
#[derive(Clone, Copy, Debug)]
pub struct RegisterTargets {
    /// What is read from the register.
    pub held: HeldTargets,
    /// One where the pool's second token goes in.
    pub reversed: Target,
    /// The pool's reserve of the token that goes in.
    pub reserve_in: ReserveTargets,
    /// The pool's reserve of the token that comes out.
    pub reserve_out: ReserveTargets,
}

/// The private numbers of a slot.
#[derive(Clone, Debug)]
pub struct RegisterSlotTargets {
    /// One for a swap.
    pub is_swap: Target,
    /// The sender's side.
    pub sender: SenderTargets,
    /// The pool's side.
    pub pool: RegisterTargets,
    /// The least that must come out.
    pub min_out: Amount,
    /// How much more came out.
    pub surplus: Amount,
    /// The carry of their sum.
    pub surplus_carry: Target,
    /// The division.
    pub formula: SwapTargets,
}

impl HeldTargets {
    /// New private numbers, of no register where `is_swap` is zero.
    fn new(builder: &mut Builder, is_swap: Target) -> Self {
        let [register, identity, index] = builder.add_virtual_target_arr();
        zero_unless(builder, register, is_swap);
        Self { register, identity, index, limbs: builder.add_virtual_target_arr() }
    }

    /// The limbs of the reserve of the token that goes in, and of the one that comes out.
    fn reserves(&self, builder: &mut Builder, reversed: Target) -> [[Target; 2]; 2] {
        let Self { limbs: [first_low, first_high, second_low, second_high], .. } = *self;
        let sides = [(first_low, second_low), (first_high, second_high)];
        let limbs = sides.map(|(first, second)| turned(builder, reversed, [first, second]));
        [[limbs[0][0], limbs[1][0]], [limbs[0][1], limbs[1][1]]]
    }

    /// Reads all of it from the registers, and adds the changes of the two reserves to the one that was chosen.
    fn access(
        &self,
        builder: &mut Builder,
        held: &Held,
        changes: [[Target; 2]; 2],
        reversed: Target,
    ) -> Held {
        let zero = builder.zero();
        access(builder, self.register, &held.identities, self.identity, zero);
        access(builder, self.register, &held.indices, self.index, zero);
        let [change_in, change_out] = changes;
        let low = turned(builder, reversed, [change_in[0], change_out[0]]);
        let high = turned(builder, reversed, [change_in[1], change_out[1]]);
        let changes = [low[0], high[0], low[1], high[1]];
        let limbs = std::array::from_fn(|limb| {
            access(builder, self.register, &held.limbs[limb], self.limbs[limb], changes[limb])
        });
        Held { identities: held.identities.clone(), indices: held.indices.clone(), limbs }
    }
}

/// The two in their order, or in the other where `reversed` is one.
fn turned(builder: &mut Builder, reversed: Target, [first, second]: [Target; 2]) -> [Target; 2] {
    let difference = builder.sub(second, first);
    let one = builder.mul_add(reversed, difference, first);
    let both = builder.add(first, second);
    [one, builder.sub(both, one)]
}

impl SenderTargets {
    /// A new private sender under the accounts' root, and the root after it has paid and been paid.
    fn new(
        builder: &mut Builder,
        levels: usize,
        is_swap: Target,
        root: HashOutTarget,
    ) -> (Self, HashOutTarget) {
        let path = PathTargets::new(builder, levels);
        let leaf: LeafElements = builder.add_virtual_target_arr();
        let tag = constant(builder, Domain::Account.tag());
        let digest = hash(builder, &leaf, tag);
        let before = path.root(builder, digest);
        builder.connect_hashes(before, root);
        let (token_in, token_out) = (TokenChoice::new(builder), TokenChoice::new(builder));
        let (amount_in, amount_out) = (Amount::new(builder), Amount::new(builder));
        amount_in.zero_unless(builder, is_swap);
        let movement_in = decrease(builder, &token_in, &leaf, &amount_in);
        let movement_out = increase(builder, &token_out, &leaf, &amount_out);
        let mut written = moved(builder, &token_in, &leaf, &movement_in);
        written = moved(builder, &token_out, &written, &movement_out);
        let (next_nonce, next) = incremented(builder, leaf[1], is_swap);
        written[1] = next;
        let digest = hash(builder, &written, tag);
        let root = path.root(builder, digest);
        let sender = Self {
            path,
            leaf,
            token_in,
            token_out,
            amount_in,
            amount_out,
            movement_in,
            movement_out,
            next_nonce,
        };
        (sender, root)
    }
}

impl RegisterTargets {
    /// A new private choice of a register; gives the limbs of the reserve of the token that goes in as they were, and
    /// what all registers hold after these amounts have moved.
    fn new(
        builder: &mut Builder,
        is_swap: Target,
        [amount_in, amount_out]: [&Amount; 2],
        before: &Held,
    ) -> (Self, [Target; 2], Held) {
        let held = HeldTargets::new(builder, is_swap);
        let reversed = private_bit(builder);
        let [limbs_in, limbs_out] = held.reserves(builder, reversed);
        let reserve_in = ReserveTargets { after: Amount::new(builder), carry: private_bit(builder) };
        constrain_sum(builder, [limbs_in, amount_in.limbs, reserve_in.after.limbs], reserve_in.carry);
        let reserve_out = ReserveTargets { after: Amount::new(builder), carry: private_bit(builder) };
        constrain_sum(builder, [reserve_out.after.limbs, amount_out.limbs, limbs_out], reserve_out.carry);
        let sides = [(&reserve_in.after, limbs_in), (&reserve_out.after, limbs_out)];
        let changes =
            sides.map(|(after, limbs)| [0, 1].map(|limb| builder.sub(after.limbs[limb], limbs[limb])));
        let after = held.access(builder, before, changes, reversed);
        (Self { held, reversed, reserve_in, reserve_out }, limbs_in, after)
    }
}

/// Constrains one slot that starts at the accounts' root `root` and at what the registers hold; gives the root and
/// what they hold afterwards.
pub fn constrain_register_slot(
    builder: &mut Builder,
    levels: usize,
    root: HashOutTarget,
    held: &Held,
) -> (RegisterSlotTargets, SlotEnds, Held) {
    let is_swap = private_bit(builder);
    let (sender, root) = SenderTargets::new(builder, levels, is_swap, root);
    let SenderTargets { token_in, token_out, amount_in, amount_out, .. } = &sender;
    let (pool, reserve_in, held) = RegisterTargets::new(builder, is_swap, [amount_in, amount_out], held);
    let reserve_left = &pool.reserve_out.after;
    let terms = SwapTerms { is_swap, amount_in, reserve_in, amount_out, reserve_left };
    let formula = constrain_swap(builder, terms);
    let (fee_bps, reversed) = (formula.fee_bps, pool.reversed);
    constrain_pair(
        builder,
        &PairTerms { is_swap, token_in, token_out, fee_bps, reversed },
        pool.held.identity,
    );
    let (min_out, surplus, surplus_carry) = constrain_minimum(builder, is_swap, amount_out);

    // What is committed to: all zeros for padding, which chooses no register and so reads no pool's number.
    zero_unless(builder, sender.path.index, is_swap);
    let kind = builder.mul_const(Felt::from_canonical_u64(kind::SWAP), is_swap);
    let token = builder.mul(token_in.index, is_swap);
    let header = builder.mul_const_add(Felt::from_canonical_u64(4), token, kind);
    let nonce = builder.mul(sender.leaf[1], is_swap);
    let [amount, min] = [amount_in.limbs, min_out.limbs];
    let elements = [header, sender.path.index, pool.held.index, nonce, amount[0], amount[1], min[0], min[1]];
    let targets = RegisterSlotTargets { is_swap, sender, pool, min_out, surplus, surplus_carry, formula };
    (targets, SlotEnds { root, elements, is_real: is_swap }, held)
}
