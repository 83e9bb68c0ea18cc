//! Which CPUs k threads run on: physical cores first, one NUMA node where it fits.
//!
//! Owns that choice and its label. Holding threads there is in `pin`.

use crate::cores::CoreCount;
use crate::cpu_list::CpuList;
use crate::topology::Topology;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Whether the threads of a point have a physical core each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoreKind {
    /// One thread a physical core, as far as the kernel shows cores.
    Physical,
    /// Some threads share a physical core with each other.
    Smt,
    /// The topology cannot be read.
    Unknown,
}

impl fmt::Display for CoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Physical => "physical",
            Self::Smt => "smt",
            Self::Unknown => "unknown",
        })
    }
}

/// The CPUs of one point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// One CPU a thread, in the order in which threads take them.
    pub cpus: Vec<usize>,
    /// The label of the point.
    pub kind: CoreKind,
    /// How many NUMA nodes they span, where known.
    pub nodes: Option<usize>,
    /// The same CPUs in rounds, no two of a round on one physical core. A core probe reads one
    /// round at a time, or it would take our own sibling for a neighbour.
    pub rounds: Vec<Vec<usize>>,
}

/// Fewer CPUs are allowed than were asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot place {asked} threads: only CPUs {allowed} are allowed")]
pub struct PlacementError {
    asked: CoreCount,
    allowed: CpuList,
}

/// The allowed CPUs of one physical core.
struct Core {
    node: Option<usize>,
    cpus: Vec<usize>,
}

impl Placement {
    /// Chooses CPUs for `count` threads among those allowed.
    ///
    /// The node with the fewest cores that still holds one core a thread is taken whole; where
    /// none does, nodes are filled from the largest on, so that the fewest are spanned. Only when
    /// every physical core is in use do siblings follow, in the same order.
    ///
    /// # Errors
    /// [`PlacementError`] where fewer CPUs are allowed.
    pub fn choose(
        count: CoreCount,
        allowed: &CpuList,
        topology: Option<&Topology>,
    ) -> Result<Self, PlacementError> {
        if count.get() > allowed.len() {
            return Err(PlacementError { asked: count, allowed: allowed.clone() });
        }
        let Some(cores) = topology.and_then(|topology| cores(allowed, topology)) else {
            return Ok(Self {
                cpus: allowed.iter().take(count.get()).collect(),
                kind: CoreKind::Unknown,
                nodes: None,
                // Any two may share a core, so each is read alone.
                rounds: allowed.iter().take(count.get()).map(|cpu| vec![cpu]).collect(),
            });
        };
        let cores = in_order(cores, count.get());
        let mut left = count.get();
        let mut rounds: Vec<Vec<usize>> = Vec::new();
        let mut nodes: Vec<Option<usize>> = Vec::new();
        for depth in 0.. {
            let round: Vec<usize> = cores
                .iter()
                .filter_map(|core| {
                    let cpu = *core.cpus.get(depth)?;
                    nodes.push(core.node);
                    Some(cpu)
                })
                .take(left)
                .collect();
            left -= round.len();
            rounds.push(round);
            if left == 0 {
                break;
            }
        }
        nodes.truncate(count.get());
        let spanned: Option<std::collections::BTreeSet<usize>> = nodes.into_iter().collect();
        Ok(Self {
            cpus: rounds.iter().flatten().copied().collect(),
            kind: if rounds.len() > 1 { CoreKind::Smt } else { CoreKind::Physical },
            nodes: spanned.map(|nodes| nodes.len()),
            rounds,
        })
    }

    /// The same CPUs as a set, for a mask.
    #[must_use]
    pub fn cpu_list(&self) -> CpuList {
        self.cpus.iter().copied().collect()
    }
}

/// Groups the allowed CPUs by physical core; `None` where one is not in the topology.
fn cores(allowed: &CpuList, topology: &Topology) -> Option<Vec<Core>> {
    let mut cores: BTreeMap<usize, Core> = BTreeMap::new();
    for cpu in allowed.iter() {
        let place = topology.get(cpu)?;
        let core = cores
            .entry(place.siblings.iter().next()?)
            .or_insert_with(|| Core { node: place.node, cpus: Vec::new() });
        core.cpus.push(cpu);
    }
    Some(cores.into_values().collect())
}

/// Puts the cores in the order in which threads take them.
fn in_order(mut cores: Vec<Core>, count: usize) -> Vec<Core> {
    let mut sizes: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for core in &cores {
        *sizes.entry(core.node).or_default() += 1;
    }
    let fitting = sizes.iter().filter(|(_, size)| **size >= count);
    let first = fitting.min_by_key(|(_, size)| **size).map(|(node, _)| *node);
    // Stable: within a node the cores stay ascending.
    cores.sort_by_key(|core| {
        let is_first = Some(core.node) == first;
        let size = sizes.get(&core.node).copied().unwrap_or(0);
        (!is_first, std::cmp::Reverse(size), core.node)
    });
    cores
}

#[cfg(test)]
mod tests {
    use super::{CoreKind, Placement};
    use crate::cores::CoreCount;
    use crate::topology::Topology;
    use crate::topology::tests::two_nodes;

    fn choose(count: usize, allowed: &str) -> Placement {
        let (_dir, root) = two_nodes();
        let topology = Topology::read(&root).expect("a topology");
        let allowed = allowed.parse().expect("a list");
        let count = CoreCount::new(count).expect("not zero");
        Placement::choose(count, &allowed, Some(&topology)).expect("enough CPUs")
    }

    #[test]
    fn physical_cores_of_one_node_come_first() {
        let two = choose(2, "0-7");
        assert_eq!((two.cpus, two.kind, two.nodes), (vec![0, 1], CoreKind::Physical, Some(1)));
        // Node 0 has one allowed core left, node 1 has two: two threads go to node 1.
        let two = choose(2, "1-3,5-7");
        assert_eq!((two.cpus, two.nodes), (vec![2, 3], Some(1)));
        // One thread takes the smaller node and leaves the larger whole.
        assert_eq!(choose(1, "1-3,5-7").cpus, [1]);
    }

    #[test]
    fn then_the_other_node_then_siblings() {
        let four = choose(4, "0-7");
        assert_eq!(four.cpus, [0, 1, 2, 3]);
        assert_eq!((four.kind, four.nodes), (CoreKind::Physical, Some(2)));
        let six = choose(6, "0-7");
        assert_eq!(six.cpus, [0, 1, 2, 3, 4, 5]);
        assert_eq!(six.kind, CoreKind::Smt);
        assert_eq!(six.rounds, [vec![0, 1, 2, 3], vec![4, 5]]);
    }

    #[test]
    fn two_allowed_siblings_are_one_core() {
        let two = choose(2, "2,6");
        assert_eq!((two.kind, two.nodes), (CoreKind::Smt, Some(1)));
        assert_eq!(two.rounds, [vec![2], vec![6]]);
        assert_eq!(choose(1, "6").kind, CoreKind::Physical);
    }

    #[test]
    fn without_a_topology_the_label_is_unknown() {
        let allowed = "3-5".parse().expect("a list");
        let two = CoreCount::new(2).expect("not zero");
        let placed = Placement::choose(two, &allowed, None).expect("enough");
        assert_eq!((placed.cpus, placed.kind), (vec![3, 4], CoreKind::Unknown));
        assert_eq!(placed.rounds.len(), 2);
    }

    #[test]
    fn every_count_gets_distinct_allowed_cpus() {
        for count in 1..=8 {
            let placed = choose(count, "0-7");
            assert_eq!(placed.cpu_list().len(), count);
            assert_eq!(placed.kind == CoreKind::Physical, count <= 4);
        }
        let allowed = "0".parse().expect("a list");
        let two = CoreCount::new(2).expect("not zero");
        let error = Placement::choose(two, &allowed, None).expect_err("too few").to_string();
        assert!(error.contains("2 threads") && error.contains("CPUs 0 "), "{error}");
    }
}
