//! Which pools the registers hold, before the first slot and after the last.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, constant, private_bit, zero_unless};
use crate::circuit::leaf::{LeafElements, TokenChoice};
use crate::circuit::path::PathTargets;
use crate::circuit::registers::Registers;
use crate::circuit::slot::{hash, identity};
use crate::circuit::u16_gate::constrain_u16;
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use workloads::hash::{Domain, Felt};
use workloads::state::Depth;

/// The most levels of a block: a difference of two places in it is checked to be below 2^16.
pub const BLOCK_LEVELS_MAX: usize = 16;

/// The private numbers of one register.
#[derive(Clone, Debug)]
pub struct PoolTargets {
    /// One where the register holds a pool.
    pub is_used: Target,
    /// Where the pool stands in the block.
    pub path: PathTargets,
    /// How far that is from the place of the register before, less one.
    pub gap: Target,
    /// The pool's leaf before the batch.
    pub leaf: LeafElements,
    /// Its fee in basis points.
    pub fee_bps: Target,
    /// Its two tokens.
    pub pair: [TokenChoice; 2],
    /// What it holds of each before the batch.
    pub reserves: [Amount; 2],
}

/// The block of the pools' tree in which all pools of a batch stand, and the registers.
#[derive(Clone, Debug)]
pub struct BlockTargets {
    /// Where the block stands.
    pub path: PathTargets,
    /// Its root before the batch.
    pub root: HashOutTarget,
    /// The registers.
    pub pools: Vec<PoolTargets>,
}

/// What the registers hold at one time, one number a register.
#[derive(Clone, Debug)]
pub struct Held {
    /// Fee and pair of the pool; zero where the register is not used.
    pub identities: Vec<Target>,
    /// The number of the pool's leaf in the whole tree.
    pub indices: Vec<Target>,
    /// The limbs of the reserves: of the pair's first token, then of its second.
    pub limbs: [Vec<Target>; 4],
}

impl BlockTargets {
    /// New private registers, and what they hold before the first slot.
    ///
    /// # Panics
    /// With a block of no level or of more than [`BLOCK_LEVELS_MAX`].
    pub fn open(builder: &mut Builder, registers: Registers, depth: Depth) -> (Self, Held) {
        let levels = registers.levels(depth);
        assert!((1..=BLOCK_LEVELS_MAX).contains(&levels), "a block of {levels} levels");
        let path = PathTargets::new(builder, depth.levels() - 1 - levels);
        if levels + 1 == depth.levels() {
            // There is one block, and no bit of its place.
            builder.assert_zero(path.index);
        }
        let root = builder.add_virtual_hash();
        let room = constant(builder, depth.room());
        let start = builder.mul_const_add(Felt::from_canonical_u64(1 << levels), path.index, room);
        let mut held = Held { identities: Vec::new(), indices: Vec::new(), limbs: [const { Vec::new() }; 4] };
        let mut pools: Vec<PoolTargets> = Vec::with_capacity(registers.count);
        for _ in 0..registers.count {
            let pool = PoolTargets::open(builder, levels, pools.last());
            held.identities.push(pool.leaf[0]);
            held.indices.push(builder.add(start, pool.path.index));
            let limbs = pool.reserves.iter().flat_map(|reserve| reserve.limbs);
            held.limbs.iter_mut().zip(limbs).for_each(|(limbs, limb)| limbs.push(limb));
            pools.push(pool);
        }
        (Self { path, root, pools }, held)
    }

    /// The pools' root before the batch, and after each register has written what it holds.
    pub fn close(&self, builder: &mut Builder, held: &Held) -> [HashOutTarget; 2] {
        let before = self.path.root(builder, self.root);
        let mut root = self.root;
        for (register, pool) in self.pools.iter().enumerate() {
            let limbs = std::array::from_fn(|limb| held.limbs[limb][register]);
            root = pool.close(builder, root, limbs);
        }
        [before, self.path.root(builder, root)]
    }
}

impl PoolTargets {
    /// A new private register, to the right of the one before.
    fn open(builder: &mut Builder, levels: usize, previous: Option<&Self>) -> Self {
        let is_used = private_bit(builder);
        let path = PathTargets::new(builder, levels);
        let gap = builder.add_virtual_target();
        constrain_u16(builder, gap);
        if let Some(previous) = previous {
            // Used registers come first, and their places rise: place = place before + 1 + gap. All are below 2^16.
            zero_unless(builder, is_used, previous.is_used);
            let distance = builder.sub(path.index, previous.path.index);
            let beyond = builder.sub(distance, gap);
            let wrong = builder.mul_sub(beyond, is_used, is_used);
            builder.assert_zero(wrong);
        }
        let leaf: LeafElements = builder.add_virtual_target_arr();
        let fee_bps = builder.add_virtual_target();
        constrain_u16(builder, fee_bps);
        let pair = [(); 2].map(|()| TokenChoice::new(builder));
        let told = identity(builder, fee_bps, pair.map(|token| token.index));
        builder.connect(told, leaf[0]);
        // A register that is not used has the identity of no pool: no swap can choose it.
        zero_unless(builder, leaf[0], is_used);
        let reserves = [(); 2].map(|()| Amount::new(builder));
        for (token, reserve) in pair.iter().zip(&reserves) {
            token.constrain_read(builder, &leaf, reserve);
        }
        Self { is_used, path, gap, leaf, fee_bps, pair, reserves }
    }

    /// The root of the block after this register has written these limbs into its leaf, which stood under `root`. A
    /// register that is not used leaves the root as it is.
    fn close(&self, builder: &mut Builder, root: HashOutTarget, limbs: [Target; 4]) -> HashOutTarget {
        let tag = constant(builder, Domain::Pool.tag());
        let digest = hash(builder, &self.leaf, tag);
        let opened = self.path.root(builder, digest);
        let mut leaf = self.leaf;
        for (side, token) in self.pair.iter().enumerate() {
            let after = [limbs[2 * side], limbs[2 * side + 1]];
            leaf = token.write(builder, &leaf, self.reserves[side].limbs, after);
        }
        let digest = hash(builder, &leaf, tag);
        let written = self.path.root(builder, digest);
        let mut next = root;
        for lane in 0..4 {
            let elsewhere = builder.sub(opened.elements[lane], root.elements[lane]);
            let elsewhere = builder.mul(elsewhere, self.is_used);
            builder.assert_zero(elsewhere);
            let change = builder.sub(written.elements[lane], root.elements[lane]);
            next.elements[lane] = builder.mul_add(self.is_used, change, root.elements[lane]);
        }
        next
    }
}
