//! plonky2's Poseidon permutation of width 12 as one row of 248 columns, constraints of degree 3.
//!
//! An s-box x⁷ takes two columns: its cube c = x³, and c²·x. In a full round the second is not stored as such but
//! under the round's matrix: the twelve lanes after the round. In a partial round one lane has an s-box and the
//! other eleven stay linear in what is stored already, so a partial round takes two columns.
//!
//! ```text
//! 12 inputs + 4 · (12 cubes + 12 lanes) + 22 · (cube + seventh power) + 4 · (12 cubes + 12 lanes) = 248
//! ```
//!
//! All constants are plonky2's own, by their names. Its partial rounds are given there in two equal forms; this is
//! the one with sparse matrices (appendix B of the Poseidon paper, <https://eprint.iacr.org/2019/458>), which takes
//! a third of the multiplications.

use crate::plonky3::field::{Val, to_val};
use p3_air::AirBuilder;
use p3_field::{Algebra, Dup};
use plonky2::field::types::Field;
use plonky2::hash::poseidon::{
    ALL_ROUND_CONSTANTS, HALF_N_FULL_ROUNDS, N_PARTIAL_ROUNDS, N_ROUNDS, Poseidon, SPONGE_WIDTH,
};
use workloads::hash::Felt;

/// Lanes of the permutation.
pub const WIDTH: usize = SPONGE_WIDTH;
/// Where the first full round's columns begin, after the inputs.
const FIRST: usize = WIDTH;
const FULL_ROUND: usize = 2 * WIDTH;
const PARTIAL: usize = FIRST + HALF_N_FULL_ROUNDS * FULL_ROUND;
const LAST: usize = PARTIAL + 2 * N_PARTIAL_ROUNDS;
/// Columns of one permutation.
pub const COLUMNS: usize = LAST + HALF_N_FULL_ROUNDS * FULL_ROUND;
/// Where the twelve lanes of the output stand.
pub const OUTPUT: usize = COLUMNS - WIDTH;

const ROUND_CONSTANTS: [Val; WIDTH * N_ROUNDS] = Val::new_array(ALL_ROUND_CONSTANTS);
const MATRIX_ROWS: [[Val; WIDTH]; WIDTH] = matrix_rows();
const PARTIAL_FIRST: [Val; WIDTH] = Val::new_array(<Felt as Poseidon>::FAST_PARTIAL_FIRST_ROUND_CONSTANT);
const PARTIAL_CONSTANTS: [Val; N_PARTIAL_ROUNDS] =
    Val::new_array(<Felt as Poseidon>::FAST_PARTIAL_ROUND_CONSTANTS);
const PARTIAL_COLUMNS: [[Val; WIDTH - 1]; N_PARTIAL_ROUNDS] =
    Val::new_2d_array(<Felt as Poseidon>::FAST_PARTIAL_ROUND_VS);
const PARTIAL_ROWS: [[Val; WIDTH]; N_PARTIAL_ROUNDS] = partial_rows();
const PARTIAL_INITIAL: [[Val; WIDTH - 1]; WIDTH - 1] = transposed_initial();

/// The rows of the full rounds' matrix: a circulant one plus a diagonal.
const fn matrix_rows() -> [[Val; WIDTH]; WIDTH] {
    let mut rows = [[0; WIDTH]; WIDTH];
    let mut row = 0;
    while row < WIDTH {
        let mut at = 0;
        while at < WIDTH {
            rows[row][(at + row) % WIDTH] = <Felt as Poseidon>::MDS_MATRIX_CIRC[at];
            at += 1;
        }
        rows[row][row] += <Felt as Poseidon>::MDS_MATRIX_DIAG[row];
        row += 1;
    }
    Val::new_2d_array(rows)
}

/// The first rows of the partial rounds' sparse matrices.
const fn partial_rows() -> [[Val; WIDTH]; N_PARTIAL_ROUNDS] {
    let mut rows = [[0; WIDTH]; N_PARTIAL_ROUNDS];
    let mut round = 0;
    while round < N_PARTIAL_ROUNDS {
        rows[round][0] = <Felt as Poseidon>::MDS_MATRIX_CIRC[0] + <Felt as Poseidon>::MDS_MATRIX_DIAG[0];
        let mut at = 1;
        while at < WIDTH {
            rows[round][at] = <Felt as Poseidon>::FAST_PARTIAL_ROUND_W_HATS[round][at - 1];
            at += 1;
        }
        round += 1;
    }
    Val::new_2d_array(rows)
}

/// plonky2 stores the matrix before the partial rounds by the lane that is read; here by the lane that is written.
const fn transposed_initial() -> [[Val; WIDTH - 1]; WIDTH - 1] {
    let mut rows = [[0; WIDTH - 1]; WIDTH - 1];
    let mut read = 0;
    while read < WIDTH - 1 {
        let mut written = 0;
        while written < WIDTH - 1 {
            rows[written][read] = <Felt as Poseidon>::FAST_PARTIAL_ROUND_INITIAL_MATRIX[read][written];
            written += 1;
        }
        read += 1;
    }
    Val::new_2d_array(rows)
}

/// Constrains the [`COLUMNS`] cells to be a permutation of the first twelve into the last twelve.
pub fn constrain<AB: AirBuilder<F = Val>>(builder: &mut AB, cells: &[AB::Var]) {
    let mut lanes: [AB::Expr; WIDTH] = std::array::from_fn(|lane| cells[lane].into());
    for round in 0..HALF_N_FULL_ROUNDS {
        full_round(builder, &mut lanes, round, &cells[FIRST + round * FULL_ROUND..]);
    }
    for (lane, constant) in lanes.iter_mut().zip(PARTIAL_FIRST) {
        *lane += constant;
    }
    let rest: [AB::Expr; WIDTH - 1] = std::array::from_fn(|lane| lanes[1 + lane].dup());
    for (lane, row) in lanes[1..].iter_mut().zip(&PARTIAL_INITIAL) {
        *lane = AB::Expr::mixed_dot_product(&rest, row);
    }
    for round in 0..N_PARTIAL_ROUNDS {
        let at = PARTIAL + 2 * round;
        let seventh = seventh_power(builder, &lanes[0], cells[at].into());
        builder.assert_eq(seventh, cells[at + 1]);
        lanes[0] = cells[at + 1].into() + PARTIAL_CONSTANTS[round];
        let first = AB::Expr::mixed_dot_product(&lanes, &PARTIAL_ROWS[round]);
        let head = std::mem::replace(&mut lanes[0], first);
        for (lane, factor) in lanes[1..].iter_mut().zip(PARTIAL_COLUMNS[round]) {
            *lane += head.dup() * factor;
        }
    }
    for round in 0..HALF_N_FULL_ROUNDS {
        let number = HALF_N_FULL_ROUNDS + N_PARTIAL_ROUNDS + round;
        full_round(builder, &mut lanes, number, &cells[LAST + round * FULL_ROUND..]);
    }
}

/// One full round: `lanes` go in as expressions and come out as the columns that hold them.
fn full_round<AB: AirBuilder<F = Val>>(
    builder: &mut AB,
    lanes: &mut [AB::Expr; WIDTH],
    round: usize,
    cells: &[AB::Var],
) {
    let sevenths: [AB::Expr; WIDTH] = std::array::from_fn(|lane| {
        let input = lanes[lane].dup() + ROUND_CONSTANTS[WIDTH * round + lane];
        seventh_power(builder, &input, cells[lane].into())
    });
    for (lane, row) in MATRIX_ROWS.iter().enumerate() {
        let after: AB::Expr = cells[WIDTH + lane].into();
        builder.assert_eq(AB::Expr::mixed_dot_product(&sevenths, row), after.dup());
        lanes[lane] = after;
    }
}

/// x⁷ by way of the column that holds x³.
fn seventh_power<AB: AirBuilder<F = Val>>(builder: &mut AB, input: &AB::Expr, cube: AB::Expr) -> AB::Expr {
    use p3_field::PrimeCharacteristicRing;
    builder.assert_eq(input.cube(), cube.dup());
    cube.square() * input.dup()
}

/// Fills the [`COLUMNS`] cells with plonky2's permutation of `input`, step by step by plonky2's own functions, and
/// gives the output.
pub fn fill(input: [Felt; WIDTH], cells: &mut [Val]) -> [Felt; WIDTH] {
    let mut lanes = input;
    write(&mut cells[..WIDTH], &lanes);
    for round in 0..HALF_N_FULL_ROUNDS {
        fill_full(&mut lanes, round, &mut cells[FIRST + round * FULL_ROUND..]);
    }
    Felt::partial_first_constant_layer(&mut lanes);
    lanes = Felt::mds_partial_layer_init(&lanes);
    for round in 0..N_PARTIAL_ROUNDS {
        let cube = lanes[0].cube();
        let seventh = Felt::sbox_monomial(lanes[0]);
        cells[PARTIAL + 2 * round] = to_val(cube);
        cells[PARTIAL + 2 * round + 1] = to_val(seventh);
        lanes[0] = seventh + Felt::from_canonical_u64(Felt::FAST_PARTIAL_ROUND_CONSTANTS[round]);
        lanes = Felt::mds_partial_layer_fast(&lanes, round);
    }
    for round in 0..HALF_N_FULL_ROUNDS {
        let number = HALF_N_FULL_ROUNDS + N_PARTIAL_ROUNDS + round;
        fill_full(&mut lanes, number, &mut cells[LAST + round * FULL_ROUND..]);
    }
    lanes
}

fn fill_full(lanes: &mut [Felt; WIDTH], round: usize, cells: &mut [Val]) {
    Felt::constant_layer(lanes, round);
    let cubes = lanes.map(|lane| lane.cube());
    write(&mut cells[..WIDTH], &cubes);
    Felt::sbox_layer(lanes);
    *lanes = Felt::mds_layer(lanes);
    write(&mut cells[WIDTH..2 * WIDTH], lanes);
}

fn write(cells: &mut [Val], lanes: &[Felt; WIDTH]) {
    for (cell, lane) in cells.iter_mut().zip(lanes) {
        *cell = to_val(*lane);
    }
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, OUTPUT, WIDTH, constrain, fill};
    use crate::plonky3::check::off_by;
    use crate::plonky3::field::{Val, to_val};
    use p3_air::{Air, AirBuilder, BaseAir, WindowAccess, check_all_constraints};
    use p3_field::PrimeCharacteristicRing;
    use p3_matrix::dense::RowMajorMatrix;
    use plonky2::field::types::Field;
    use plonky2::hash::poseidon::Poseidon;
    use rand_chacha::ChaCha20Rng;
    use rand_core::{Rng, SeedableRng};
    use workloads::hash::Felt;

    struct Alone;

    impl BaseAir<Val> for Alone {
        fn width(&self) -> usize {
            COLUMNS
        }
    }

    impl<AB: AirBuilder<F = Val>> Air<AB> for Alone {
        fn eval(&self, builder: &mut AB) {
            let main = builder.main();
            constrain(builder, main.current_slice());
        }
    }

    fn rows(count: usize) -> Vec<Val> {
        let mut random = ChaCha20Rng::seed_from_u64(7);
        let mut cells = Val::zero_vec(count * COLUMNS);
        for (number, row) in cells.chunks_exact_mut(COLUMNS).enumerate() {
            let mut input: [Felt; WIDTH] =
                std::array::from_fn(|_| Felt::from_noncanonical_u64(random.next_u64()));
            match number {
                0 => input = [Felt::ZERO; WIDTH],
                1 => input = [Felt::NEG_ONE; WIDTH],
                _ => {}
            }
            let output = fill(input, row);
            assert_eq!(output, Felt::poseidon(input));
            assert_eq!(output, Felt::poseidon_naive(input));
            assert_eq!(row[..WIDTH], input.map(to_val));
            assert_eq!(row[OUTPUT..], output.map(to_val));
        }
        cells
    }

    fn broken(cells: Vec<Val>) -> usize {
        check_all_constraints(&Alone, &RowMajorMatrix::new(cells, COLUMNS), &[], None).failures.len()
    }

    #[test]
    fn the_constraints_hold_for_what_plonky2_computes() {
        assert_eq!(broken(rows(4096)), 0);
    }

    #[test]
    fn every_cell_is_constrained() {
        let honest = rows(3)[2 * COLUMNS..].to_vec();
        for cell in 0..COLUMNS {
            let mut cells = honest.clone();
            cells[cell] += Val::ONE;
            assert!(broken(cells) > 0, "cell {cell}");
        }
    }

    fn residuals(cells: &[Val]) -> Vec<Val> {
        off_by(cells, |check| constrain(check, cells))
    }

    /// A lie about each cell, with every later cell made to follow from it: one constraint alone refuses it.
    #[test]
    fn each_constraint_stands_alone() {
        let honest = rows(3)[2 * COLUMNS..].to_vec();
        let constraints = residuals(&honest).len();
        assert_eq!(constraints, COLUMNS - WIDTH, "one for each cell that is not an input");
        for lie in 0..constraints {
            let mut cells = honest.clone();
            cells[WIDTH + lie] += Val::ONE;
            // Each constraint is what a cell should be, less the cell, and reads no later one.
            for later in lie + 1..constraints {
                let off = residuals(&cells)[later];
                cells[WIDTH + later] += off;
            }
            let broken = residuals(&cells).into_iter().enumerate().filter(|(_, off)| *off != Val::ZERO);
            assert_eq!(broken.map(|(constraint, _)| constraint).collect::<Vec<_>>(), [lie]);
        }
    }
}
