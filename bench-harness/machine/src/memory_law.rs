//! How much memory a cell will need, from smaller cells, and whether it fits.
//!
//! Owns that prediction. What is available is read in `memory`.
//!
//! A prover keeps its polynomials in memory: peak bytes grow in proportion to *padded* rows, on
//! top of what does not depend on them. So the law is `peak = base + slope · rows`, fitted by least
//! squares on relative error (weights `1/peak²`), since a small cell should count as much as a
//! large one. Neither part can be negative: where the free fit says so, that part is zero and the
//! other is fitted alone. Assumption: one proof system and configuration, and one number of
//! threads; buffers a thread holds are part of the base.

use crate::memory::Headroom;

/// What one smaller cell took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryPoint {
    /// Padded rows of its largest circuit.
    pub rows: u64,
    /// Its peak resident memory.
    pub peak_bytes: u64,
}

/// The law fitted to smaller cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryLaw {
    base_bytes: f64,
    bytes_per_row: f64,
}

/// A cell that would not fit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "a cell of {rows} rows needs about {} GiB, but {} GiB are left of {}; take a smaller \
     batch or a machine with more memory",
    gib(*needed_bytes), gib(room.bytes), room.bound
)]
pub struct DoesNotFit {
    /// Padded rows of the cell.
    pub rows: u64,
    /// What it is predicted to need.
    pub needed_bytes: u64,
    /// What there is.
    pub room: Headroom,
}

fn gib(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / (1_u64 << 30) as f64)
}

impl MemoryLaw {
    /// Fits the law; `None` where no point has both rows and bytes, since nothing is known then.
    /// From one size alone, all of its memory is taken to grow with the rows, which errs upwards.
    ///
    /// ```
    /// use machine::{MemoryLaw, MemoryPoint};
    /// let points = [
    ///     MemoryPoint { rows: 1 << 12, peak_bytes: 300_000_000 },
    ///     MemoryPoint { rows: 1 << 13, peak_bytes: 500_000_000 },
    /// ];
    /// let law = MemoryLaw::fit(&points).unwrap();
    /// // 100 MB, and 200 MB for each 2^12 rows: 2^14 rows need 900 MB.
    /// assert_eq!(law.predict_bytes(1 << 14), 900_000_000);
    /// ```
    #[must_use]
    pub fn fit(points: &[MemoryPoint]) -> Option<Self> {
        let points: Vec<(f64, f64)> = points
            .iter()
            .filter(|point| point.rows > 0 && point.peak_bytes > 0)
            .map(|point| (point.rows as f64, point.peak_bytes as f64))
            .collect();
        let weighted = |value: fn(f64, f64) -> f64| -> f64 {
            points.iter().map(|&(rows, bytes)| value(rows, bytes) / (bytes * bytes)).sum()
        };
        let (weight, rows) = (weighted(|_, _| 1.0), weighted(|rows, _| rows));
        let (bytes, rows_rows) = (weighted(|_, bytes| bytes), weighted(|rows, _| rows * rows));
        let rows_bytes = weighted(|rows, bytes| rows * bytes);
        if points.is_empty() {
            return None;
        }
        let through_zero = Self { base_bytes: 0.0, bytes_per_row: rows_bytes / rows_rows };
        let first_rows = points[0].0;
        if points.iter().all(|(rows, _)| *rows == first_rows) {
            return Some(through_zero);
        }
        let determinant = weight * rows_rows - rows * rows;
        let bytes_per_row = (weight * rows_bytes - rows * bytes) / determinant;
        let base_bytes = (bytes - bytes_per_row * rows) / weight;
        Some(if base_bytes < 0.0 {
            through_zero
        } else if bytes_per_row < 0.0 {
            Self { base_bytes: bytes / weight, bytes_per_row: 0.0 }
        } else {
            Self { base_bytes, bytes_per_row }
        })
    }

    /// The peak of a cell with so many padded rows, in bytes, to the nearest.
    #[must_use]
    pub fn predict_bytes(&self, rows: u64) -> u64 {
        (self.base_bytes + self.bytes_per_row * rows as f64).round() as u64
    }

    /// Says whether a cell fits, with a tenth to spare for what the law does not know.
    ///
    /// # Errors
    /// [`DoesNotFit`] with the figures where it does not.
    pub fn check(&self, rows: u64, room: Headroom) -> Result<(), DoesNotFit> {
        let needed_bytes = self.predict_bytes(rows);
        if needed_bytes > room.bytes - room.bytes / 10 {
            return Err(DoesNotFit { rows, needed_bytes, room });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MemoryLaw, MemoryPoint};
    use crate::memory::{Headroom, MemoryBound};

    fn law(points: &[(u64, u64)]) -> MemoryLaw {
        let points: Vec<MemoryPoint> =
            points.iter().map(|&(rows, peak_bytes)| MemoryPoint { rows, peak_bytes }).collect();
        MemoryLaw::fit(&points).expect("points")
    }

    #[test]
    fn exact_points_are_met() {
        let law = law(&[(10, 1_200), (20, 1_400), (40, 1_800)]);
        assert_eq!(law.predict_bytes(0), 1_000);
        assert_eq!(law.predict_bytes(80), 2_600);
    }

    #[test]
    fn no_part_is_negative() {
        // Faster than in proportion: the free fit's base is below zero.
        let steep = law(&[(10, 100), (20, 300)]);
        assert_eq!(steep.predict_bytes(0), 0);
        // Least squares on relative error by hand: (10/100 + 20/300) / (0.01 + 0.004444…) = 11.54.
        assert_eq!(steep.predict_bytes(100), 1_154);
        let falling = law(&[(10, 300), (20, 300), (40, 200)]);
        assert_eq!(falling.predict_bytes(10), falling.predict_bytes(1_000_000));
    }

    #[test]
    fn one_size_grows_in_proportion() {
        assert_eq!(law(&[(16, 800), (16, 800)]).predict_bytes(32), 1_600);
        assert_eq!(MemoryLaw::fit(&[]), None);
        let nothing = MemoryPoint { rows: 0, peak_bytes: 5 };
        assert_eq!(MemoryLaw::fit(&[nothing]), None);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_figures() {
        let law = law(&[(1 << 12, 1 << 30), (1 << 13, 2 << 30)]);
        let room = Headroom { bytes: 5 << 30, bound: MemoryBound::Cgroup };
        assert_eq!(law.check(1 << 14, room), Ok(()));
        let error = law.check(1 << 15, room).expect_err("8 GiB in 5").to_string();
        assert!(error.contains("32768 rows") && error.contains("8.00 GiB"), "{error}");
        assert!(error.contains("5.00 GiB") && error.contains("control group"), "{error}");
        // 4 GiB in 4.4 GiB leaves less than a tenth.
        let tight = Headroom { bytes: 4_724_464_025, ..room };
        assert!(law.check(1 << 14, tight).is_err());
    }
}
