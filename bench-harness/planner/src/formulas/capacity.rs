//! What each stage allows, when batches per aggregation, provers and aggregators are three numbers.
//!
//! The published `max()` has one `N` for all three. Here a stage's capacity is its own figure, in batches
//! per second, and the pipeline runs at the lowest of them. Assumes work is divided freely among the
//! provers and aggregators of a stage (true in the long run for whole batches and whole merges).

/// The `N` after which more provers only add delay: `⌈max(p, a, b) / c⌉`, at least 1.
///
/// Source: the published `max()`; above this `N` the term `N·c` is the largest, so the rate stays `1/c` while
/// the delay grows by `c` for each batch more.
///
/// ```
/// use planner::formulas::capacity::balance_batches;
/// assert_eq!(balance_batches(10.0, 120.0, 12.0, 15.0), 12);
/// assert_eq!(balance_batches(3.0, 120.0, 12.0, 15.0), 40); // the edition with c = 3
/// ```
pub fn balance_batches(close_s: f64, prove_s: f64, aggregate_s: f64, block_s: f64) -> u32 {
    whole_at_least(prove_s.max(aggregate_s).max(block_s) / close_s).max(1)
}

/// The smallest whole number not below `x`, forgiving rounding noise of one part in 10⁹.
///
/// `0.1 × 120` must be 12 provers and not 13. Saturates at `u32::MAX`; 0 for `x ≤ 0`.
///
/// ```
/// use planner::formulas::capacity::whole_at_least;
/// assert_eq!(whole_at_least(0.1 * 120.0), 12);
/// assert_eq!(whole_at_least(12.0 + 1e-12), 12);
/// assert_eq!(whole_at_least(12.001), 13);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-int cast saturates, as documented"
)]
pub fn whole_at_least(x: f64) -> u32 {
    (x * (1.0 - 1e-9)).ceil() as u32
}

/// The largest whole number not above `x`, forgiving rounding noise of one part in 10⁹.
///
/// Saturates at `u32::MAX`; 0 for `x < 1`.
///
/// ```
/// use planner::formulas::capacity::whole_at_most;
/// assert_eq!(whole_at_most(0.3 / 0.1), 3); // 2.9999999999999996
/// assert_eq!(whole_at_most(3.999), 3);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-int cast saturates, as documented"
)]
pub fn whole_at_most(x: f64) -> u32 {
    (x * (1.0 + 1e-9)).floor() as u32
}

/// Merges of a tree over `n` proofs, `arity` at a time, level by level: `n − 1` for pairs.
///
/// A lone proof at the end of a level passes up unmerged. For `arity` above 2 this can be more than
/// `⌈(n − 1)/(arity − 1)⌉`, since the last merge of a level may be of fewer proofs.
///
/// ```
/// use planner::formulas::capacity::merges;
/// assert_eq!(merges(12, 2), 11);
/// assert_eq!(merges(9, 3), 4);
/// assert_eq!(merges(5, 3), 3);
/// assert_eq!(merges(1, 2), 0);
/// ```
///
/// # Panics
/// If `arity` is below 2: a merge of one proof never ends.
pub fn merges(n: u32, arity: u32) -> u32 {
    assert!(arity >= 2, "a merge takes at least two proofs, not {arity}");
    let mut merges = 0;
    let mut left = n;
    while left > 1 {
        merges += left.div_ceil(arity) - u32::from(left % arity == 1);
        left = left.div_ceil(arity);
    }
    merges
}

/// Levels of a balanced tree over `n` proofs, `⌈log_arity n⌉`.
///
/// ```
/// use planner::formulas::capacity::tree_levels;
/// assert_eq!([1, 2, 3, 8, 9, 12].map(|n| tree_levels(n, 2)), [0, 1, 2, 3, 4, 4]);
/// ```
///
/// # Panics
/// If `arity` is below 2.
pub fn tree_levels(n: u32, arity: u32) -> u32 {
    assert!(arity >= 2, "a merge takes at least two proofs, not {arity}");
    let mut levels = 0;
    let mut left = n;
    while left > 1 {
        left = left.div_ceil(arity);
        levels += 1;
    }
    levels
}

/// Time of a tree of merges on `aggregators` machines: the rounds it takes, times `merge_s`.
///
/// Merges start in the order in which they became possible, as many at once as there are machines; a lone
/// proof at the end of a level passes up unmerged. With machines enough this is `⌈log₂ n⌉` rounds, with
/// one it is `n − 1`.
///
/// ```
/// use planner::formulas::capacity::tree_aggregation_s;
/// assert_eq!(tree_aggregation_s(12, 2, 64, 12.0), 48.0); // enough aggregators: 4 levels
/// assert_eq!(tree_aggregation_s(12, 2, 1, 12.0), 132.0); // one aggregator: all 11 merges in turn
/// assert_eq!(tree_aggregation_s(u32::MAX, 2, 1, 1.0), f64::from(u32::MAX - 1)); // and soon
/// ```
///
/// # Panics
/// If `arity` is below 2 or there is no aggregator.
pub fn tree_aggregation_s(n: u32, arity: u32, aggregators: u32, merge_s: f64) -> f64 {
    assert!(arity >= 2 && aggregators >= 1, "a tree needs pairs and at least one aggregator");
    let mut rounds = 0_u32;
    // Nodes of the level being merged, how many of their merges were done, and those of the level above
    // that became possible early. In this order a level's merges all come before those of the next.
    let mut done: Vec<u32> = Vec::new();
    let mut widths = vec![n];
    while widths[widths.len() - 1] > 1 {
        widths.push(widths[widths.len() - 1].div_ceil(arity));
        done.push(0);
    }
    // The merges of a level: all nodes but a last one with a single child.
    let merges: Vec<u32> = widths.windows(2).map(|w| w[1] - u32::from(w[0] % arity == 1)).collect();
    loop {
        // While the lowest level that is not done keeps every machine busy, whole rounds of it pass at once.
        if let Some(level) = (0..done.len()).find(|&level| done[level] < merges[level]) {
            let whole = (merges[level] - done[level]) / aggregators;
            (rounds, done[level]) = (rounds + whole, done[level] + whole * aggregators);
        }
        let before = done.clone();
        let mut left = aggregators;
        for (level, done) in done.iter_mut().enumerate() {
            let possible = possible_merges(level, &before, &merges, &widths, arity);
            let now = (possible - *done).min(left);
            *done += now;
            left -= now;
        }
        if left == aggregators {
            return f64::from(rounds) * merge_s;
        }
        rounds += 1;
    }
}

/// Merges of `level` whose children were all there, given the merges done below.
fn possible_merges(level: usize, done: &[u32], merges: &[u32], widths: &[u32], arity: u32) -> u32 {
    if level == 0 {
        return merges[0];
    }
    // Nodes there: merged ones in order, and the lone last one once what it passed up from is there.
    let mut below = level - 1;
    let merged = done[below];
    if merged < merges[below] {
        return (merged / arity).min(merges[level]);
    }
    // All of that level are merged; its last node may be a lone one that waits for a level further down.
    while merges[below] < widths[below + 1] && below > 0 {
        below -= 1;
        if done[below] < merges[below] {
            return (merged / arity).min(merges[level]);
        }
    }
    merges[level]
}

/// Batches per second that `provers` allow: `P / p`.
///
/// ```
/// assert_eq!(planner::formulas::capacity::prover_capacity(12, 120.0), 0.1);
/// ```
pub fn prover_capacity(provers: u32, prove_s: f64) -> f64 {
    f64::from(provers) / prove_s
}

/// Batches per second that a stage taking `work_s` per group of `n` batches allows on `servers` machines.
///
/// For aggregation `work_s` is the sum of all merges of a group; for L1 it is the block time on one server.
/// No work is no limit: infinite.
///
/// ```
/// use planner::formulas::capacity::group_capacity;
/// // 12 s merges, N = 7, one aggregator: 7/72, less than the 0.1 wanted.
/// assert!(group_capacity(7, 1, 6.0 * 12.0) < 0.1);
/// assert_eq!(group_capacity(1, 1, 0.0), f64::INFINITY);
/// ```
pub fn group_capacity(n: u32, servers: u32, work_s: f64) -> f64 {
    if work_s > 0.0 { f64::from(n) * f64::from(servers) / work_s } else { f64::INFINITY }
}
