//! Few fast cores or many slow ones: the parallel fraction of the work at which the answer turns.

/// Time of one unit of work by Amdahl's law, in core-seconds at 1 GHz: `((1 − s) + s/n)/f`.
///
/// Assumes equal work per cycle on both machines, which a younger design does not keep.
///
/// ```
/// assert_eq!(planner::scaling::turn::amdahl_time(0.0, 64.0, 2.0), 0.5);
/// assert_eq!(planner::scaling::turn::amdahl_time(1.0, 64.0, 2.0), 0.5 / 64.0);
/// ```
pub fn amdahl_time(parallel_fraction: f64, cores: f64, ghz: f64) -> f64 {
    ((1.0 - parallel_fraction) + parallel_fraction / cores) / ghz
}

/// The parallel fraction above which the first machine is faster, if there is one in [0, 1].
///
/// Machines are `(cores, GHz)`. Both times are linear in the fraction, so they cross once at most.
///
/// ```
/// use planner::scaling::turn::turning_fraction;
/// // 64 cores at 3.35 GHz against 16 at 4.9: only if more than 0.92 of the work is parallel.
/// let fraction = turning_fraction((64.0, 3.35), (16.0, 4.9)).unwrap();
/// assert!((fraction - 0.92).abs() < 0.005);
/// assert_eq!(turning_fraction((64.0, 4.0), (16.0, 3.0)), None); // more and faster: no turn
/// ```
pub fn turning_fraction(first: (f64, f64), second: (f64, f64)) -> Option<f64> {
    let at =
        |fraction: f64| amdahl_time(fraction, first.0, first.1) - amdahl_time(fraction, second.0, second.1);
    let (none, all) = (at(0.0), at(1.0));
    (none > 0.0 && all < 0.0 || none < 0.0 && all > 0.0).then(|| none / (none - all))
}
