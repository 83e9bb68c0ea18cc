//! The fixed table: all bytes, and the root of the tree as the statement has it.
//!
//! Two columns are part of the key: the numbers 0 to 255, and a one in the first row. The third is the prover's: how
//! often each byte is asked for.

use crate::plonky3::bus::{BYTES, NODES};
use crate::plonky3::field::Val;
use crate::statement::PUBLIC_ELEMENTS;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::dense::RowMajorMatrix;
use workloads::state::Depth;

/// Rows: one a byte.
pub const ROWS: usize = 1 << 8;

/// The constraints of the table.
#[derive(Clone, Copy, Debug)]
pub struct FixedTable {
    /// How far above the leaves the root stands.
    pub depth: Depth,
}

impl BaseAir<Val> for FixedTable {
    fn width(&self) -> usize {
        1
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        let cells = (0..ROWS).flat_map(|byte| [Val::from_usize(byte), Val::from_bool(byte == 0)]);
        Some(RowMajorMatrix::new(cells.collect(), 2))
    }

    fn preprocessed_width(&self) -> usize {
        2
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn num_public_values(&self) -> usize {
        PUBLIC_ELEMENTS
    }
}

impl<AB: AirBuilder<F = Val> + InteractionBuilder> Air<AB> for FixedTable {
    fn eval(&self, builder: &mut AB) {
        let asked: AB::Expr = builder.main().current_slice()[0].into();
        let [byte, first]: [AB::Expr; 2] =
            std::array::from_fn(|column| builder.preprocessed().current_slice()[column].into());
        builder.push_interaction(BYTES, [byte], Count::provided(-asked));
        let roots: Vec<AB::Expr> =
            builder.public_values()[..8].iter().map(|element| (*element).into()).collect();
        let place = [AB::Expr::from_usize(self.depth.levels()), AB::Expr::ZERO];
        let root: Vec<AB::Expr> = place.into_iter().chain(roots).collect();
        builder.push_interaction(NODES, root, Count::bounded(-first, 1));
    }
}
