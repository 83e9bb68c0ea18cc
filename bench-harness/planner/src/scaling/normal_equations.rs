//! Least squares with up to three unknowns, by normal equations with scaled columns.

/// A solution with the inverse of the normal matrix, whose diagonal gives standard errors.
#[derive(Debug, Clone)]
pub(crate) struct Solved<const K: usize> {
    pub(crate) x: [f64; K],
    pub(crate) inverse: [[f64; K]; K],
}

/// Minimises `Σ (y − row·x)²`; `None` if the rows do not determine `x`.
pub(crate) fn solve<const K: usize>(rows: &[[f64; K]], y: &[f64]) -> Option<Solved<K>> {
    // Columns of one size: coefficients of cores and of cores squared lie orders apart.
    let mut scale = [0.0; K];
    for (k, scale) in scale.iter_mut().enumerate() {
        *scale = rows.iter().map(|row| row[k] * row[k]).sum::<f64>().sqrt();
        if *scale == 0.0 || !scale.is_finite() {
            return None;
        }
    }
    let mut matrix = [[0.0; K]; K];
    let mut right = [0.0; K];
    for (row, &y) in rows.iter().zip(y) {
        for i in 0..K {
            right[i] += row[i] / scale[i] * y;
            for j in 0..K {
                matrix[i][j] += row[i] / scale[i] * row[j] / scale[j];
            }
        }
    }
    let scaled = invert(matrix)?;
    let mut x = [0.0; K];
    let mut inverse = [[0.0; K]; K];
    for i in 0..K {
        for j in 0..K {
            x[i] += scaled[i][j] * right[j] / scale[i];
            inverse[i][j] = scaled[i][j] / (scale[i] * scale[j]);
        }
    }
    Some(Solved { x, inverse })
}

/// The inverse by Gauss and Jordan with pivots; `None` if singular to working precision.
fn invert<const K: usize>(mut a: [[f64; K]; K]) -> Option<[[f64; K]; K]> {
    let mut inverse = [[0.0; K]; K];
    for (i, row) in inverse.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for column in 0..K {
        let pivot = (column..K).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
        if a[pivot][column].abs() < 1e-13 {
            return None;
        }
        a.swap(column, pivot);
        inverse.swap(column, pivot);
        let by = a[column][column];
        for k in 0..K {
            a[column][k] /= by;
            inverse[column][k] /= by;
        }
        for row in 0..K {
            if row != column {
                let times = a[row][column];
                for k in 0..K {
                    a[row][k] -= times * a[column][k];
                    inverse[row][k] -= times * inverse[column][k];
                }
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn a_plane_is_found() {
        let rows: Vec<[f64; 3]> = (1..=6).map(f64::from).map(|n| [1.0, n - 1.0, n * (n - 1.0)]).collect();
        let y: Vec<f64> = rows.iter().map(|row| 2.0 + 0.3 * row[1] + 1e-4 * row[2]).collect();
        let solved = solve(&rows, &y).unwrap();
        for (got, expected) in solved.x.iter().zip([2.0, 0.3, 1e-4]) {
            assert!((got / expected - 1.0).abs() < 1e-8, "{:?}", solved.x);
        }
    }

    #[test]
    fn one_point_determines_nothing() {
        assert!(solve(&[[1.0, 2.0], [1.0, 2.0]], &[1.0, 1.0]).is_none());
    }
}
