//! The three tables of a batch as one type, as the prover of many tables wants it.

use crate::plonky3::field::Val;
use crate::plonky3::fixed::{FixedTable, ROWS};
use crate::plonky3::hashes::HashTable;
use crate::plonky3::slots::SlotTable;
use crate::system::Shape;
use p3_air::{Air, AirBuilder, BaseAir};
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;

/// One of the tables.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    /// Permutations, and what they are for.
    Hashes(HashTable),
    /// Transactions.
    Slots(SlotTable),
    /// Bytes and the root.
    Fixed(FixedTable),
}

/// How many tables there are.
pub const TABLES: usize = 3;
/// The least height of a table: below it a proof is no smaller.
pub const HEIGHT_MIN: usize = 8;

/// log2 of the rows that tables of a shape have at most, whatever the batch: a verifier refuses higher ones, since
/// security falls with the height ([`crate::plonky3::security`]).
///
/// Each slot touches two leaves, so no level has more than twice as many touched nodes as there are slots, nor more
/// than it has places. Each takes two rows; the last row is for nothing.
pub fn heights_max_log2(shape: Shape) -> [usize; TABLES] {
    let depth = shape.depth.levels();
    let nodes: usize = (0..=depth).map(|level| (2 * shape.capacity).min(1 << (depth - level))).sum();
    let height = |rows: usize| rows.next_power_of_two().max(HEIGHT_MIN).ilog2() as usize;
    [height(shape.capacity + 2 * nodes + 1), height(shape.capacity), height(ROWS)]
}

impl Table {
    /// The tables of a shape, in the order in which a proof has them.
    pub fn all(shape: Shape) -> [Self; TABLES] {
        [
            Self::Hashes(HashTable { capacity: shape.capacity }),
            Self::Slots(SlotTable { slots: shape.slots }),
            Self::Fixed(FixedTable { depth: shape.depth }),
        ]
    }

    fn base(&self) -> &dyn BaseAir<Val> {
        match self {
            Self::Hashes(table) => table,
            Self::Slots(table) => table,
            Self::Fixed(table) => table,
        }
    }
}

impl BaseAir<Val> for Table {
    fn width(&self) -> usize {
        self.base().width()
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        self.base().preprocessed_trace()
    }

    fn preprocessed_width(&self) -> usize {
        self.base().preprocessed_width()
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        self.base().main_next_row_columns()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        self.base().preprocessed_next_row_columns()
    }

    fn num_public_values(&self) -> usize {
        self.base().num_public_values()
    }
}

impl<AB: AirBuilder<F = Val> + InteractionBuilder> Air<AB> for Table {
    fn eval(&self, builder: &mut AB) {
        match self {
            Self::Hashes(table) => table.eval(builder),
            Self::Slots(table) => table.eval(builder),
            Self::Fixed(table) => table.eval(builder),
        }
    }
}
