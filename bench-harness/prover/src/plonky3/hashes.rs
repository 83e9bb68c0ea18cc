//! The table of hashes: one permutation a row, and what it is for.
//!
//! | rows | from | to |
//! |---|---|---|
//! | the batch | row 0 | as many as there are slots: the sponge over the transactions |
//! | a leaf | two rows that follow each other | the leaf before the batch, and after it |
//! | a node | two rows that follow each other | the node before the batch, and after it |
//! | nothing | the rest | the last row at least |
//!
//! A node says of each child whether the batch touches it. A touched child is received from the row that hashes it;
//! one that is not touched is the same before and after. Each row sends its node once and the statement receives the
//! root alone, so the rows form one tree below the root: a row that no parent receives leaves its message over.
//! Levels rise by one from child to parent and there are fewer rows than field elements, so there is no circle; and
//! a position is below its parent's, once, so that no node and no leaf has two rows.

use crate::plonky3::bus::{LEAVES, NODES, TRANSACTIONS};
use crate::plonky3::field::Val;
use crate::plonky3::permutation;
use crate::statement::PUBLIC_ELEMENTS;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Dup, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use workloads::hash::{Domain, RATE};

/// The columns beside the permutation's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashRole<T> {
    /// One where a transaction is absorbed.
    pub transaction: T,
    /// One where padding is absorbed.
    pub padding: T,
    /// One where this row and the next hash a node, before and after.
    pub node: T,
    /// One where this row and the next hash a leaf, before and after.
    pub leaf: T,
    /// One where the node's left child is touched.
    pub left: T,
    /// One where the node's right child is touched.
    pub right: T,
    /// How far above the leaves a node stands.
    pub level: T,
    /// The place of a node in its level, or of a leaf; or the slot of the batch.
    pub index: T,
    /// When a leaf was written last.
    pub time: T,
}

/// Columns of [`HashRole`].
pub const ROLE_COLUMNS: usize = 9;
/// All columns.
pub const COLUMNS: usize = permutation::COLUMNS + ROLE_COLUMNS;

impl<T: Copy> HashRole<T> {
    /// The columns in order.
    pub fn cells(&self) -> [T; ROLE_COLUMNS] {
        let Self { transaction, padding, node, leaf, left, right, level, index, time } = *self;
        [transaction, padding, node, leaf, left, right, level, index, time]
    }

    /// The columns of a row of the table.
    pub fn of_row(row: &[T]) -> Self {
        let at = |place: usize| row[permutation::COLUMNS + place];
        let [transaction, padding, node, leaf, left, right, level, index, time] = std::array::from_fn(at);
        Self { transaction, padding, node, leaf, left, right, level, index, time }
    }
}

/// The constraints of the table.
#[derive(Clone, Copy, Debug)]
pub struct HashTable {
    /// Slots of the batch.
    pub capacity: usize,
}

/// A row as expressions.
struct Row<E> {
    input: [E; permutation::WIDTH],
    output: [E; permutation::WIDTH],
    role: HashRole<E>,
}

impl<E> Row<E> {
    fn of<V: Copy + Into<E>>(cells: &[V]) -> Self {
        let HashRole { transaction, padding, node, leaf, left, right, level, index, time } =
            HashRole::of_row(cells);
        Self {
            input: std::array::from_fn(|lane| cells[lane].into()),
            output: std::array::from_fn(|lane| cells[permutation::OUTPUT + lane].into()),
            role: HashRole {
                transaction: transaction.into(),
                padding: padding.into(),
                node: node.into(),
                leaf: leaf.into(),
                left: left.into(),
                right: right.into(),
                level: level.into(),
                index: index.into(),
                time: time.into(),
            },
        }
    }
}

impl<E: PrimeCharacteristicRing> HashRole<E> {
    fn batch(&self) -> E {
        self.transaction.dup() + self.padding.dup()
    }
}

impl BaseAir<Val> for HashTable {
    fn width(&self) -> usize {
        COLUMNS
    }

    fn num_public_values(&self) -> usize {
        PUBLIC_ELEMENTS
    }
}

impl<AB: AirBuilder<F = Val> + InteractionBuilder> Air<AB> for HashTable {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        permutation::constrain(builder, &main.current_slice()[..permutation::COLUMNS]);
        let (row, next) = (Row::of(main.current_slice()), Row::of(main.next_slice()));
        constrain_roles(builder, &row.role);
        self.constrain_batch(builder, &row, &next);
        constrain_leaf(builder, &row, &next);
        constrain_node(builder, &row, &next);
        exchange(builder, &row, &next);
    }
}

/// A row has at most one role, and the last has none: what a role says of the next row it says of a row there is.
fn constrain_roles<AB: AirBuilder<F = Val>>(builder: &mut AB, role: &HashRole<AB::Expr>) {
    let HashRole { transaction, padding, node, leaf, left, right, .. } = role;
    builder.assert_bools([transaction, padding, node, leaf, left, right].map(Dup::dup));
    let roles = role.batch() + node.dup() + leaf.dup();
    builder.assert_bool(roles.dup());
    builder.when_last_row().assert_zero(roles);
    // Only a node has children.
    builder.assert_zero(left.dup() * (AB::Expr::ONE - node.dup()));
    builder.assert_zero(right.dup() * (AB::Expr::ONE - node.dup()));
}

impl HashTable {
    /// The sponge over all slots of the batch, in order, from row 0.
    fn constrain_batch<AB: AirBuilder<F = Val>>(
        &self,
        builder: &mut AB,
        row: &Row<AB::Expr>,
        next: &Row<AB::Expr>,
    ) {
        let public: [AB::Expr; PUBLIC_ELEMENTS] =
            std::array::from_fn(|place| builder.public_values()[place].into());
        let count = public[PUBLIC_ELEMENTS - 1].dup();
        let one = || AB::Expr::ONE;
        let (batch, next_batch) = (row.role.batch(), next.role.batch());

        let mut first = builder.when_first_row();
        // A batch of padding alone has no proof.
        first.assert_one(row.role.transaction.dup());
        first.assert_zero(row.role.index.dup());
        first.assert_eq(row.input[RATE].dup(), Val::from_u64(Domain::Batch.tag()));
        for lane in RATE + 1..permutation::WIDTH {
            first.assert_zero(row.input[lane].dup());
        }

        let mut step = builder.when_transition();
        step.assert_zero(next_batch.dup() * (one() - batch.dup()));
        step.assert_zero(next_batch.dup() * (next.role.index.dup() - row.role.index.dup() - one()));
        for lane in RATE..permutation::WIDTH {
            step.assert_zero(next_batch.dup() * (next.input[lane].dup() - row.output[lane].dup()));
        }
        // Padding stands at the end alone, and the transactions before it are counted.
        step.assert_zero(row.role.padding.dup() * next.role.transaction.dup());
        let last_transaction = row.role.transaction.dup() * (one() - next.role.transaction.dup());
        step.assert_zero(last_transaction * (row.role.index.dup() + one() - count));
        let last_slot = batch * (one() - next_batch);
        let capacity = Val::from_usize(self.capacity);
        step.assert_zero(last_slot.dup() * (row.role.index.dup() + one() - capacity));
        for lane in 0..4 {
            step.assert_zero(last_slot.dup() * (row.output[lane].dup() - public[8 + lane].dup()));
        }
        for lane in 0..RATE {
            builder.assert_zero(row.role.padding.dup() * row.input[lane].dup());
        }
    }
}

/// A leaf is hashed in the domain of accounts or of pools, the same before and after.
fn constrain_leaf<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Row<AB::Expr>, next: &Row<AB::Expr>) {
    let domain = || row.input[RATE].dup();
    let other = |tag: Domain| domain() - Val::from_u64(tag.tag());
    let mut leaf = builder.when(row.role.leaf.dup());
    leaf.assert_zero(row.role.level.dup());
    leaf.assert_zero(other(Domain::Account) * other(Domain::Pool));
    leaf.assert_eq(next.input[RATE].dup(), domain());
    for lane in RATE + 1..permutation::WIDTH {
        leaf.assert_zero(row.input[lane].dup());
        leaf.assert_zero(next.input[lane].dup());
    }
}

/// A node is hashed in no domain, and a child that is not touched stays.
fn constrain_node<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Row<AB::Expr>, next: &Row<AB::Expr>) {
    let mut node = builder.when(row.role.node.dup());
    for lane in RATE..permutation::WIDTH {
        node.assert_zero(row.input[lane].dup());
        node.assert_zero(next.input[lane].dup());
    }
    for (child, touched) in [&row.role.left, &row.role.right].into_iter().enumerate() {
        let kept = AB::Expr::ONE - touched.dup();
        for lane in 4 * child..4 * child + 4 {
            node.assert_zero(kept.dup() * (row.input[lane].dup() - next.input[lane].dup()));
        }
    }
}

/// The messages of a row.
fn exchange<AB: AirBuilder<F = Val> + InteractionBuilder>(
    builder: &mut AB,
    row: &Row<AB::Expr>,
    next: &Row<AB::Expr>,
) {
    let role = &row.role;
    let node = |level: AB::Expr, index: AB::Expr, before: &[AB::Expr], after: &[AB::Expr]| {
        let digests = before.iter().chain(after).map(Dup::dup);
        [level, index].into_iter().chain(digests).collect::<Vec<_>>()
    };
    let this = node(role.level.dup(), role.index.dup(), &row.output[..4], &next.output[..4]);
    builder.push_interaction(NODES, this, Count::bounded(role.node.dup() + role.leaf.dup(), 1));
    for (child, touched) in [&role.left, &role.right].into_iter().enumerate() {
        let (level, lanes) = (role.level.dup() - Val::ONE, 4 * child..4 * child + 4);
        let index = role.index.dup().double() + Val::from_usize(child);
        let below = node(level, index, &row.input[lanes.clone()], &next.input[lanes]);
        builder.push_interaction(NODES, below, Count::bounded(-touched.dup(), 1));
    }
    let leaf = |time: AB::Expr, elements: &[AB::Expr]| {
        let place = [row.input[RATE].dup(), role.index.dup(), time];
        place.into_iter().chain(elements[..RATE].iter().map(Dup::dup)).collect::<Vec<_>>()
    };
    builder.push_interaction(LEAVES, leaf(AB::Expr::ZERO, &row.input), Count::bounded(role.leaf.dup(), 1));
    builder.push_interaction(LEAVES, leaf(role.time.dup(), &next.input), Count::bounded(-role.leaf.dup(), 1));
    let absorbed = [role.index.dup()].into_iter().chain(row.input[..RATE].iter().map(Dup::dup));
    builder.push_interaction(
        TRANSACTIONS,
        absorbed.collect::<Vec<_>>(),
        Count::bounded(-role.transaction.dup(), 1),
    );
}
