//! Processes of two sizes on machines of one kind: the fewest machines, by cores and by memory.
//!
//! A machine holds i processes of the first size and beside them at most g(i) of the second. The fewest machines are an
//! integer program over these patterns. Its relaxation uses two patterns at most; all but a few machines of each are
//! taken from it, and the rest is solved exactly by dynamic programming.

use crate::formulas::capacity::whole_at_most;

/// What one process takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProcessSize {
    /// Cores, at least 1.
    pub cores: u32,
    /// Memory, GiB, where it was measured.
    pub memory_gib: Option<f64>,
}

/// What one machine has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Physical cores.
    pub cores: u32,
    /// Memory, GiB, where it is known.
    pub memory_gib: Option<f64>,
}

/// Machines that hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineProcesses {
    /// How many machines.
    pub machines: u32,
    /// Processes of the first size on each.
    pub first: u32,
    /// Processes of the second size on each.
    pub second: u32,
}

/// Machines of each pattern of the relaxation that are left to the exact part.
const LEFT_TO_EXACT: u32 = 8;

impl Room {
    /// Processes of one size that fit.
    pub fn fits(self, size: ProcessSize) -> u32 {
        self.beside(size, 0, size).unwrap_or(0)
    }

    /// Processes of size `second` that fit beside `count` of size `first`; none if those do not fit themselves.
    fn beside(self, first: ProcessSize, count: u32, second: ProcessSize) -> Option<u32> {
        let cores = u64::from(self.cores).checked_sub(u64::from(count) * u64::from(first.cores.max(1)))?;
        let by_cores = u32::try_from(cores / u64::from(second.cores.max(1))).unwrap_or(u32::MAX);
        let taken_gib = f64::from(count) * first.memory_gib.unwrap_or(0.0);
        let by_memory = match (self.memory_gib, second.memory_gib) {
            (Some(has_gib), _) if taken_gib > has_gib * (1.0 + 1e-9) => return None,
            (Some(has_gib), Some(takes_gib)) if takes_gib > 0.0 => {
                whole_at_most((has_gib - taken_gib).max(0.0) / takes_gib)
            }
            _ => u32::MAX,
        };
        Some(by_cores.min(by_memory))
    }
}

/// The fewest machines that hold `count` processes of each size, as machines that hold the same; none if one process
/// does not fit on a machine.
///
/// ```
/// use planner::hardware::packing::{MachineProcesses, ProcessSize, Room, pack};
/// let room = Room { cores: 16, memory_gib: Some(64.0) };
/// let (prover, aggregator) = (
///     ProcessSize { cores: 4, memory_gib: Some(20.0) },
///     ProcessSize { cores: 4, memory_gib: Some(4.0) },
/// );
/// // Four provers would fit by cores, three by memory; an aggregator goes beside them.
/// let loads = pack(room, (prover, 6), (aggregator, 2)).unwrap();
/// assert_eq!(loads, [MachineProcesses { machines: 2, first: 3, second: 1 }]);
/// ```
pub fn pack(
    room: Room,
    first: (ProcessSize, u32),
    second: (ProcessSize, u32),
) -> Option<Vec<MachineProcesses>> {
    let ((first_size, firsts), (second_size, seconds)) = (first, second);
    let (first_max, second_max) = (room.fits(first_size), room.fits(second_size));
    if (firsts > 0 && first_max == 0) || (seconds > 0 && second_max == 0) {
        return None;
    }
    if seconds == 0 {
        return Some(trimmed(
            vec![MachineProcesses {
                machines: firsts.div_ceil(first_max.max(1)),
                first: first_max,
                second: 0,
            }],
            firsts,
            0,
        ));
    }
    if firsts == 0 {
        return Some(trimmed(
            vec![MachineProcesses { machines: seconds.div_ceil(second_max), first: 0, second: second_max }],
            0,
            seconds,
        ));
    }
    let patterns = patterns(room, first_size, second_size);
    let mut loads = bulk(&patterns, firsts, seconds);
    let (mut first_left, mut second_left) = (firsts, seconds);
    for load in &loads {
        first_left = first_left.saturating_sub(load.machines.saturating_mul(load.first));
        second_left = second_left.saturating_sub(load.machines.saturating_mul(load.second));
    }
    loads.extend(exact(&patterns, first_left, second_left));
    Some(trimmed(merged(loads), firsts, seconds))
}

/// The fewest machines alone.
pub fn machines_for(room: Room, first: (ProcessSize, u32), second: (ProcessSize, u32)) -> Option<u32> {
    Some(pack(room, first, second)?.iter().map(|load| load.machines).sum())
}

/// What one machine can hold, as (first, second), without patterns that another contains.
fn patterns(room: Room, first: ProcessSize, second: ProcessSize) -> Vec<(u32, u32)> {
    let mut patterns: Vec<(u32, u32)> = Vec::new();
    for count in 0..=room.fits(first) {
        let Some(beside) = room.beside(first, count, second) else { break };
        // As many of the second size and one more of the first: the smaller pattern is never needed.
        if patterns.last().is_some_and(|last| last.1 == beside) {
            patterns.pop();
        }
        patterns.push((count, beside));
    }
    patterns
}

/// Machines of the relaxation, less some of each pattern.
fn bulk(patterns: &[(u32, u32)], firsts: u32, seconds: u32) -> Vec<MachineProcesses> {
    let (firsts, seconds) = (f64::from(firsts), f64::from(seconds));
    let mut best: Option<(f64, [(f64, usize); 2])> = None;
    for (at, &(a, b)) in patterns.iter().enumerate() {
        let (a, b) = (f64::from(a), f64::from(b));
        let mut offer = |machines: f64, uses: [(f64, usize); 2]| {
            if machines.is_finite() && best.is_none_or(|(fewest, _)| machines < fewest) {
                best = Some((machines, uses));
            }
        };
        let alone = (firsts / a).max(seconds / b);
        offer(alone, [(alone, at), (0.0, at)]);
        for (other, &(c, d)) in patterns.iter().enumerate().skip(at + 1) {
            let (c, d) = (f64::from(c), f64::from(d));
            // x·(a, b) + y·(c, d) = (firsts, seconds)
            let area = a * d - b * c;
            let (x, y) = ((firsts * d - seconds * c) / area, (seconds * a - firsts * b) / area);
            if area != 0.0 && x >= 0.0 && y >= 0.0 {
                offer(x + y, [(x, at), (y, other)]);
            }
        }
    }
    let uses = best.map_or([(0.0, 0); 2], |(_, uses)| uses);
    let load = |(machines, at): (f64, usize)| MachineProcesses {
        machines: whole_at_most(machines).saturating_sub(LEFT_TO_EXACT),
        first: patterns[at].0,
        second: patterns[at].1,
    };
    uses.map(load).into_iter().filter(|load| load.machines > 0).collect()
}

/// The fewest machines for few processes: for each number of machines the most of the second size that fit beside at
/// least so many of the first.
fn exact(patterns: &[(u32, u32)], firsts: u32, seconds: u32) -> Vec<MachineProcesses> {
    let goal = firsts as usize;
    // Of no machine: nothing of the first size, and of the second nothing.
    let none: Vec<Option<u64>> = (0..=goal).map(|count| (count == 0).then_some(0)).collect();
    let mut layers = vec![none];
    while layers[layers.len() - 1][goal].is_none_or(|beside| beside < u64::from(seconds)) {
        let before = &layers[layers.len() - 1];
        let most = |count: usize| {
            let with = patterns.iter().filter_map(|&(first, second)| {
                Some(before[count.saturating_sub(first as usize)]? + u64::from(second))
            });
            with.max()
        };
        layers.push((0..=goal).map(most).collect());
    }
    let mut loads = Vec::new();
    let mut count = goal;
    for machines in (1..layers.len()).rev() {
        let (wanted, before) = (layers[machines][count], &layers[machines - 1]);
        let used = patterns.iter().find(|&&(first, second)| {
            before[count.saturating_sub(first as usize)].map(|beside| beside + u64::from(second)) == wanted
        });
        if let Some(&(first, second)) = used {
            count = count.saturating_sub(first as usize);
            loads.push(MachineProcesses { machines: 1, first, second });
        }
    }
    loads
}

/// Loads that are alike together, those with the most of the first size first.
fn merged(mut loads: Vec<MachineProcesses>) -> Vec<MachineProcesses> {
    loads.sort_by_key(|load| std::cmp::Reverse((load.first, load.second)));
    let mut together: Vec<MachineProcesses> = Vec::new();
    for load in loads {
        match together.last_mut() {
            Some(last) if (last.first, last.second) == (load.first, load.second) => {
                last.machines += load.machines;
            }
            _ => together.push(load),
        }
    }
    together
}

/// The loads with exactly so many processes: what they hold beyond is taken from the last machines.
fn trimmed(loads: Vec<MachineProcesses>, firsts: u32, seconds: u32) -> Vec<MachineProcesses> {
    let total = |of: fn(&MachineProcesses) -> u32| {
        loads.iter().map(|load| u64::from(load.machines) * u64::from(of(load))).sum::<u64>()
    };
    let mut over_first = total(|load| load.first).saturating_sub(u64::from(firsts));
    let mut over_second = total(|load| load.second).saturating_sub(u64::from(seconds));
    let mut kept = Vec::new();
    for load in loads.into_iter().rev() {
        let mut left = load;
        // At most a few machines are not full: one at a time until nothing is over.
        while left.machines > 0 && (over_first > 0 && left.first > 0 || over_second > 0 && left.second > 0) {
            let less = |over: &mut u64, has: u32| {
                let taken = (*over).min(u64::from(has));
                *over -= taken;
                has - u32::try_from(taken).unwrap_or(has)
            };
            let (first, second) = (less(&mut over_first, left.first), less(&mut over_second, left.second));
            kept.push(MachineProcesses { machines: 1, first, second });
            left.machines -= 1;
        }
        if left.machines > 0 {
            kept.push(left);
        }
    }
    merged(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fewest machines by trying every way to fill one, then the next.
    fn brute_force(room: Room, first: (ProcessSize, u32), second: (ProcessSize, u32)) -> u32 {
        let mut reached = vec![(first.1, second.1)];
        for machines in 0.. {
            if reached.contains(&(0, 0)) {
                return machines;
            }
            let mut next = Vec::new();
            for &(a, b) in &reached {
                for (i, j) in (0..=a).flat_map(|i| (0..=b).map(move |j| (i, j))) {
                    let gib =
                        |size: ProcessSize, count: u32| f64::from(count) * size.memory_gib.unwrap_or(0.0);
                    let cores = i * first.0.cores + j * second.0.cores;
                    let memory_gib = gib(first.0, i) + gib(second.0, j);
                    if cores <= room.cores && room.memory_gib.is_none_or(|has| memory_gib <= has + 1e-9) {
                        next.push((a - i, b - j));
                    }
                }
            }
            next.sort_unstable();
            next.dedup();
            reached = next;
        }
        unreachable!("one process fits on one machine")
    }

    fn held(loads: &[MachineProcesses]) -> (u32, u32) {
        loads
            .iter()
            .fold((0, 0), |(a, b), load| (a + load.machines * load.first, b + load.machines * load.second))
    }

    /// Numbers that look random and are the same everywhere.
    fn numbers() -> impl FnMut(u32, u32) -> u32 {
        let mut state = 7_u64;
        move |low, high| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            low + u32::try_from((state >> 33) % u64::from(high - low + 1)).unwrap()
        }
    }

    #[test]
    fn no_fewer_machines_hold_them() {
        let mut draw = numbers();
        let mut mixed = 0;
        for _ in 0..400 {
            let memory = |gib: u32, known: u32| (known > 0).then(|| f64::from(gib) / 2.0);
            let room = Room { cores: draw(4, 24), memory_gib: memory(draw(16, 64), draw(0, 3)) };
            let first = ProcessSize { cores: draw(1, 4), memory_gib: memory(draw(1, 16), draw(0, 3)) };
            let second = ProcessSize { cores: draw(1, 4), memory_gib: memory(draw(1, 16), draw(0, 3)) };
            let (firsts, seconds) = (draw(0, 11), draw(0, 11));
            let loads = pack(room, (first, firsts), (second, seconds)).expect("each fits alone");
            assert_eq!(held(&loads), (firsts, seconds), "{room:?} {first:?} {second:?}");
            for load in &loads {
                let fits = room.beside(first, load.first, second).is_some_and(|most| load.second <= most);
                assert!(fits && load.machines > 0, "{load:?} on {room:?} of {first:?} {second:?}");
            }
            let machines: u32 = loads.iter().map(|load| load.machines).sum();
            let fewest = brute_force(room, (first, firsts), (second, seconds));
            assert_eq!(machines, fewest, "{room:?} {first:?} × {firsts}, {second:?} × {seconds}");
            mixed += u32::from(loads.iter().any(|load| load.first > 0 && load.second > 0));
        }
        assert!(mixed > 100, "{mixed}: machines of one kind of process alone prove little");
    }

    #[test]
    fn large_fleets_take_no_more_than_the_exact_part_alone_would() {
        let mut draw = numbers();
        for _ in 0..60 {
            let room = Room { cores: draw(8, 48), memory_gib: Some(f64::from(draw(32, 128))) };
            let first = ProcessSize { cores: draw(1, 8), memory_gib: Some(f64::from(draw(1, 24))) };
            let second = ProcessSize { cores: draw(1, 8), memory_gib: Some(f64::from(draw(1, 24))) };
            let (firsts, seconds) = (draw(50, 600), draw(20, 600));
            let loads = pack(room, (first, firsts), (second, seconds)).expect("each fits alone");
            assert_eq!(held(&loads), (firsts, seconds));
            let alone = exact(&patterns(room, first, second), firsts, seconds).len();
            let machines: u32 = loads.iter().map(|load| load.machines).sum();
            assert_eq!(machines as usize, alone, "{room:?} {first:?} × {firsts}, {second:?} × {seconds}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_machine() {
        let room = Room { cores: 8, memory_gib: Some(16.0) };
        let size = |cores, gib| ProcessSize { cores, memory_gib: Some(gib) };
        assert_eq!(pack(room, (size(9, 1.0), 1), (size(1, 1.0), 1)), None);
        assert_eq!(pack(room, (size(1, 1.0), 1), (size(1, 17.0), 1)), None);
        assert_eq!(pack(room, (size(1, 1.0), 1), (size(9, 1.0), 0)).map(|loads| loads.len()), Some(1));
        assert_eq!(pack(room, (size(1, 1.0), 0), (size(1, 1.0), 0)), Some(vec![]));
    }
}
