//! How the logical CPUs are arranged: packages, physical cores, SMT siblings, NUMA nodes.
//!
//! Owns `/sys/devices/system/{cpu,node}` as far as arrangement goes. In a virtual machine this is
//! what the hypervisor shows: two "cores" of a guest may well be two threads of one real core, and
//! only the core probe sees that.

use crate::cpu_list::CpuList;
use crate::root::Root;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One logical CPU and where it sits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogicalCpu {
    /// Its number.
    pub cpu: usize,
    /// The socket.
    pub package: usize,
    /// The NUMA node, where the kernel names one.
    pub node: Option<usize>,
    /// The logical CPUs of its physical core, itself included.
    pub siblings: CpuList,
}

/// All online logical CPUs, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    /// One entry a logical CPU.
    pub cpus: Vec<LogicalCpu>,
}

const CPUS: &str = "sys/devices/system/cpu";
const NODES: &str = "sys/devices/system/node";

impl Topology {
    /// Reads the arrangement; `None` where any online CPU's place cannot be read, since half a
    /// topology would place threads wrongly.
    #[must_use]
    pub fn read(root: &Root) -> Option<Self> {
        let online: CpuList = root.value(format!("{CPUS}/online"))?;
        let nodes: Vec<(usize, CpuList)> = root
            .names(NODES)
            .iter()
            .filter_map(|name| {
                let node = name.strip_prefix("node")?.parse().ok()?;
                Some((node, root.value(format!("{NODES}/{name}/cpulist"))?))
            })
            .collect();
        let place = |cpu: usize| {
            let dir = format!("{CPUS}/cpu{cpu}/topology");
            let siblings: CpuList = root
                .value(format!("{dir}/thread_siblings_list"))
                .or_else(|| root.value(format!("{dir}/core_cpus_list")))?;
            Some(LogicalCpu {
                cpu,
                package: root.value(format!("{dir}/physical_package_id"))?,
                node: nodes.iter().find(|(_, cpus)| cpus.contains(cpu)).map(|(node, _)| *node),
                siblings,
            })
        };
        let cpus: Vec<LogicalCpu> = online.iter().map(place).collect::<Option<_>>()?;
        (!cpus.is_empty()).then_some(Self { cpus })
    }

    /// The place of one CPU.
    #[must_use]
    pub fn get(&self, cpu: usize) -> Option<&LogicalCpu> {
        self.cpus.iter().find(|place| place.cpu == cpu)
    }

    /// How many sockets there are.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.cpus.iter().map(|cpu| cpu.package).collect::<BTreeSet<_>>().len()
    }

    /// How many physical cores there are.
    #[must_use]
    pub fn physical_cores(&self) -> usize {
        self.cpus.iter().filter_map(|cpu| cpu.siblings.iter().next()).collect::<BTreeSet<_>>().len()
    }

    /// How many NUMA nodes hold CPUs; `None` where the kernel names none.
    #[must_use]
    pub fn nodes(&self) -> Option<usize> {
        let nodes: BTreeSet<usize> = self.cpus.iter().filter_map(|cpu| cpu.node).collect();
        (!nodes.is_empty()).then_some(nodes.len())
    }

    /// True where some physical core shows more than one logical CPU.
    #[must_use]
    pub fn has_smt(&self) -> bool {
        self.physical_cores() < self.cpus.len()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Topology;
    use crate::root::Root;
    use crate::root::tests::fake;

    /// Two nodes of two cores of two threads; the sibling of CPU n is n + 4, as on most servers.
    pub(crate) fn two_nodes() -> (tempfile::TempDir, Root) {
        let mut files = vec![
            ("sys/devices/system/cpu/online".to_owned(), "0-7\n".to_owned()),
            ("sys/devices/system/node/node0/cpulist".to_owned(), "0-1,4-5\n".to_owned()),
            ("sys/devices/system/node/node1/cpulist".to_owned(), "2-3,6-7\n".to_owned()),
        ];
        for cpu in 0..8 {
            let dir = format!("sys/devices/system/cpu/cpu{cpu}/topology");
            let first = cpu % 4;
            files.push((format!("{dir}/thread_siblings_list"), format!("{first},{}\n", first + 4)));
            files.push((format!("{dir}/physical_package_id"), format!("{}\n", first / 2)));
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        fake(&files)
    }

    #[test]
    fn counts_packages_cores_threads_and_nodes() {
        let (_dir, root) = two_nodes();
        let topology = Topology::read(&root).expect("a topology");
        assert_eq!(topology.cpus.len(), 8);
        assert_eq!(topology.physical_cores(), 4);
        assert_eq!(topology.packages(), 2);
        assert_eq!(topology.nodes(), Some(2));
        assert!(topology.has_smt());
        let six = topology.get(6).expect("CPU 6");
        assert_eq!((six.package, six.node), (1, Some(1)));
        assert_eq!(six.siblings.to_string(), "2,6");
    }

    #[test]
    fn half_a_topology_is_none() {
        let (dir, root) = two_nodes();
        std::fs::remove_file(dir.path().join("sys/devices/system/cpu/cpu3/topology/physical_package_id"))
            .expect("removed");
        assert_eq!(Topology::read(&root), None);
        let (_dir, root) = fake(&[]);
        assert_eq!(Topology::read(&root), None);
    }

    #[test]
    fn no_node_is_unknown_not_one() {
        let (_dir, root) = fake(&[
            ("sys/devices/system/cpu/online", "0\n"),
            ("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0\n"),
            ("sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n"),
        ]);
        let topology = Topology::read(&root).expect("a topology");
        assert_eq!(topology.nodes(), None);
        assert!(!topology.has_smt());
    }
}
