//! The three tables of a batch as one type, as the prover of many tables wants it.

use crate::plonky3::field::Val;
use crate::plonky3::fixed::FixedTable;
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
