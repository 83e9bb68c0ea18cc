//! Change points by E-divisive means with a permutation test.
//!
//! Source: Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate data",
//! JASA 109 (2014), with exponent 1; the statistic and the search are those of MongoDB's signal-processing-algorithms,
//! from which Apache Otava (Hunter) comes: each candidate splits a segment in two, up to its end. Assumption: values
//! between change points are exchangeable. Nothing is assumed of their distribution.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// By which rules change points are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePointRules {
    /// Permutations of each test, at least 1.
    pub permutations: u32,
    /// The level of each test: 0.01 accepts a change point by chance in one of a hundred steady series.
    pub level: f64,
    /// Values on each side of a change point, at least 1.
    pub min_values: usize,
    /// The seed of the permutations.
    pub seed: u64,
}

/// A place from which values are others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// The first value after the change, from 0.
    pub index: usize,
    /// The energy statistic of the split when it was found.
    pub statistic: f64,
    /// p of the permutation test: (1 + permutations at or above it) / (1 + permutations). Never zero, since the
    /// order that was seen is one of the orders (Phipson and Smyth 2010).
    pub p: f64,
}

/// The energy statistic of every split of a series: at τ, of its first τ values (X, n of them) against the rest (Y,
/// m of them): nm/(n+m) · (2·mean|X−Y| − mean|X−X′| − mean|Y−Y′|), means over all pairs. In the unit of the values.
///
/// ```
/// use regression::history::e_divisive::statistics;
/// // 1, 1 | 3: n = 2, m = 1, all |X−Y| = 2, none within: 2/3 · 2·2.
/// assert!((statistics(&[1.0, 1.0, 3.0])[2] - 8.0 / 3.0).abs() < 1e-12);
/// assert_eq!(statistics(&[1.0, 1.0, 3.0])[0], 0.0);
/// ```
pub fn statistics(values: &[f64]) -> Vec<f64> {
    let distance = |from: f64, to: &[f64]| to.iter().map(|value| (value - from).abs()).sum::<f64>();
    // Sums over unordered pairs: within the first τ, within the rest, and between the two.
    let (mut within, mut between) = (0.0, 0.0);
    let mut rest: f64 = (0..values.len()).map(|at| distance(values[at], &values[at..])).sum();
    let mut found = Vec::with_capacity(values.len());
    for (tau, value) in values.iter().enumerate() {
        found.push(energy(tau as f64, (values.len() - tau) as f64, within, rest, between));
        let (to_first, to_rest) = (distance(*value, &values[..tau]), distance(*value, &values[tau..]));
        between += to_rest - to_first;
        within += to_first;
        rest -= to_rest;
    }
    found
}

fn energy(n: f64, m: f64, within: f64, rest: f64, between: f64) -> f64 {
    if n == 0.0 || m == 0.0 {
        return 0.0;
    }
    n * m / (n + m) * (2.0 * between / (n * m) - 2.0 * within / (n * n) - 2.0 * rest / (m * m))
}

/// The change points of a series, in order. The same series and rules give the same points.
///
/// The best split of any segment is tested against as many orders of the values, shuffled within the segments that are
/// there already; where it holds, the segment is split and the search goes on, and else it ends.
pub fn change_points(values: &[f64], rules: &ChangePointRules) -> Vec<ChangePoint> {
    let mut rng = ChaCha8Rng::seed_from_u64(rules.seed);
    let mut found: Vec<ChangePoint> = Vec::new();
    loop {
        let mut bounds: Vec<usize> = found.iter().map(|point| point.index).collect();
        bounds.extend([0, values.len()]);
        bounds.sort_unstable();
        let segments: Vec<(usize, usize)> = bounds.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let splits = segments.iter().filter_map(|(from, to)| {
            let (at, statistic) = best_split(&values[*from..*to], rules.min_values)?;
            Some((from + at, statistic))
        });
        let Some((index, statistic)) = splits.max_by(|one, other| one.1.total_cmp(&other.1)) else {
            break;
        };
        // All values equal: there is nothing to split, and every order would be as good.
        if statistic <= 0.0 {
            break;
        }
        match test(values, &segments, statistic, rules, &mut rng) {
            Some(p) => found.push(ChangePoint { index, statistic, p }),
            None => break,
        }
    }
    found.sort_by_key(|point| point.index);
    found
}

/// The best split of a segment and its statistic; none where it is too short for any.
fn best_split(segment: &[f64], min_values: usize) -> Option<(usize, f64)> {
    let least = min_values.max(1);
    let last = segment.len().checked_sub(least)?;
    let all = statistics(segment);
    let allowed = all.into_iter().enumerate().take(last + 1).skip(least);
    allowed.max_by(|one, other| one.1.total_cmp(&other.1))
}

/// The p of a split, or none where it is above the level.
fn test(
    values: &[f64],
    segments: &[(usize, usize)],
    statistic: f64,
    rules: &ChangePointRules,
    rng: &mut ChaCha8Rng,
) -> Option<f64> {
    let permutations = rules.permutations.max(1);
    let p = |better: u32| (1.0 + f64::from(better)) / (1.0 + f64::from(permutations));
    let mut shuffled = values.to_vec();
    let mut better = 0;
    for _ in 0..permutations {
        let mut best = f64::NEG_INFINITY;
        for (from, to) in segments {
            shuffle(&mut shuffled[*from..*to], rng);
            let split = best_split(&shuffled[*from..*to], rules.min_values);
            best = best.max(split.map_or(f64::NEG_INFINITY, |(_, statistic)| statistic));
        }
        // The sums run in another order: what is equal but for rounding counts as equal.
        if best >= statistic * (1.0 - 1e-9) {
            better += 1;
            // From here on no permutation can bring it below the level again.
            if p(better) > rules.level {
                return None;
            }
        }
    }
    (p(better) <= rules.level).then(|| p(better))
}

/// Fisher and Yates.
fn shuffle(values: &mut [f64], rng: &mut ChaCha8Rng) {
    for last in (1..values.len()).rev() {
        let other = ((u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64) as usize;
        values.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::{ChangePointRules, change_points, statistics};

    const RULES: ChangePointRules =
        ChangePointRules { permutations: 199, level: 0.01, min_values: 3, seed: 1 };

    fn step(lengths: &[(usize, f64)]) -> Vec<f64> {
        // A saw of 1 % in place of noise.
        let levels = lengths.iter().flat_map(|(length, level)| std::iter::repeat_n(*level, *length));
        levels.enumerate().map(|(at, level)| level * (1.0 + 0.002 * ((at * 7) % 5) as f64)).collect()
    }

    #[test]
    fn steps_are_found_where_they_are() {
        let found = change_points(&step(&[(20, 1.0), (20, 1.1), (15, 1.05)]), &RULES);
        assert_eq!(found.iter().map(|point| point.index).collect::<Vec<_>>(), [20, 40]);
        assert!(found.iter().all(|point| point.p <= 0.01 && point.p >= 1.0 / 200.0), "{found:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(change_points(&step(&[(40, 1.0)]), &RULES), []);
        assert_eq!(change_points(&[2.0; 30], &RULES), []);
        for few in 0..6 {
            assert_eq!(change_points(&step(&[(few, 1.0)]), &RULES), [], "{few}");
        }
    }

    #[test]
    fn the_seed_alone_decides() {
        let values = step(&[(12, 1.0), (9, 1.02)]);
        assert_eq!(change_points(&values, &RULES), change_points(&values, &RULES));
    }

    #[test]
    fn one_slow_value_at_the_end_is_no_change() {
        let mut values = step(&[(60, 1.0)]);
        values.push(3.0);
        assert_eq!(change_points(&values, &RULES), []);
    }

    #[test]
    fn no_value_and_one() {
        assert!(statistics(&[]).is_empty());
        assert_eq!(statistics(&[5.0]), [0.0]);
    }
}
