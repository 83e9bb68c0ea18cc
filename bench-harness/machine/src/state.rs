//! The full record of a machine, as it goes into every profile.
//!
//! Owns gathering the parts and listing them as rows. Each part is read in its own file.

use crate::build_info::BuildInfo;
use crate::cache::{self, Cache};
use crate::cgroup::CgroupLimits;
use crate::conditions::Conditions;
use crate::cores;
use crate::cpu_list::CpuList;
use crate::features::TargetFeatures;
use crate::memory::Memory;
use crate::processor::Processor;
use crate::root::Root;
use crate::topology::Topology;
use serde::{Deserialize, Serialize};

/// Everything known of the machine at one moment; `None` is unknown and never a guess.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineState {
    /// Which processor.
    pub processor: Processor,
    /// What the system claims the clock to be. In a virtual machine it is often not what runs: the
    /// clock probe's figure is.
    pub claimed_clock_mhz: Option<u64>,
    /// Arrangement of the logical CPUs.
    pub topology: Option<Topology>,
    /// Caches of the first CPU.
    pub caches: Option<Vec<Cache>>,
    /// Memory.
    pub memory: Memory,
    /// Affinity mask of the main thread.
    pub affinity: Option<CpuList>,
    /// Limits of the control groups.
    pub cgroup: CgroupLimits,
    /// Load, pressure, temperature, governor and the like.
    pub conditions: Conditions,
    /// Release of the kernel.
    pub kernel: Option<String>,
    /// Name of the operating system.
    pub os: Option<String>,
    /// Instruction sets compiled in and present.
    pub features: TargetFeatures,
    /// The allocator, as the program that calls names it.
    pub allocator: Option<String>,
    /// The build of this binary.
    pub build: BuildInfo,
}

impl MachineState {
    /// Reads the record. `allocator` is the one that the binary has set, which only it knows.
    #[must_use]
    pub fn read(root: &Root, allocator: Option<&str>) -> Self {
        Self {
            processor: Processor::read(root),
            claimed_clock_mhz: claimed_clock_mhz(root),
            topology: Topology::read(root),
            caches: cache::read(root),
            memory: Memory::read(root),
            affinity: cores::affinity(root),
            cgroup: CgroupLimits::read(root),
            conditions: Conditions::read(root),
            kernel: root.read("proc/sys/kernel/osrelease"),
            os: os(root),
            features: TargetFeatures::read(),
            allocator: allocator.map(str::to_owned),
            build: BuildInfo::of_this_binary(),
        }
    }

    /// The record as rows of name and value, in a fixed order; what is unknown reads `unknown`.
    #[must_use]
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let Self {
            processor,
            claimed_clock_mhz,
            topology,
            caches,
            memory,
            affinity,
            cgroup,
            conditions,
            kernel,
            os,
            features,
            allocator,
            build,
        } = self;
        let mut rows = Rows(Vec::new());
        rows.processor(processor);
        rows.add("claimed_clock_mhz", claimed_clock_mhz.as_ref());
        let topology = topology.as_ref();
        rows.add("packages", topology.map(Topology::packages));
        rows.add("physical_cores", topology.map(Topology::physical_cores));
        rows.add("logical_cpus", topology.map(|topology| topology.cpus.len()));
        rows.add("numa_nodes", topology.and_then(Topology::nodes));
        rows.add("caches", caches.as_ref().map(|caches| in_words(caches)));
        rows.memory(memory);
        rows.add("affinity", affinity.as_ref());
        rows.cgroup(cgroup);
        rows.conditions(conditions);
        rows.add("kernel", kernel.as_ref());
        rows.add("os", os.as_ref());
        let TargetFeatures { compiled_in, on_this_cpu } = features;
        rows.add("features_compiled_in", compiled_in.as_ref().map(|names| names.join(" ")));
        rows.add("features_on_this_cpu", on_this_cpu.as_ref().map(|names| names.join(" ")));
        rows.add("allocator", allocator.as_ref());
        rows.build(build);
        rows.0
    }
}

/// Rows being gathered. Each part is taken to pieces exhaustively, so that a new field cannot be
/// forgotten here.
struct Rows(Vec<(&'static str, String)>);

impl Rows {
    fn add(&mut self, name: &'static str, value: Option<impl ToString>) {
        let value = value.map_or_else(|| "unknown".to_owned(), |value| value.to_string());
        self.0.push((name, value));
    }

    fn processor(&mut self, processor: &Processor) {
        let Processor { name, vendor, family, model, stepping, microcode, is_virtual } = processor;
        self.add("processor", name.as_ref());
        self.add("vendor", vendor.as_ref());
        self.add("family", family.as_ref());
        self.add("model", model.as_ref());
        self.add("stepping", stepping.as_ref());
        self.add("microcode", microcode.as_ref());
        self.add("virtualised", is_virtual.as_ref());
    }

    fn memory(&mut self, memory: &Memory) {
        let Memory { total_bytes, available_bytes, swap_total_bytes, swap_free_bytes } = memory;
        self.add("memory_total_bytes", total_bytes.as_ref());
        self.add("memory_available_bytes", available_bytes.as_ref());
        self.add("swap_total_bytes", swap_total_bytes.as_ref());
        self.add("swap_free_bytes", swap_free_bytes.as_ref());
    }

    /// Without a limit the kernel's files say so, and so do the rows; only where no controller is
    /// mounted is it unknown.
    fn cgroup(&mut self, cgroup: &CgroupLimits) {
        let CgroupLimits {
            cpu_version,
            memory_version,
            quota_cpus,
            cpuset,
            memory_limit_bytes,
            memory_available_bytes,
        } = cgroup;
        self.add("cgroup_cpu_version", cpu_version.as_ref());
        self.add("cgroup_memory_version", memory_version.as_ref());
        let quota = quota_cpus.map(|cpus| cpus.to_string());
        self.add("cgroup_quota_cpus", quota.or_else(|| cpu_version.map(|_| "none".to_owned())));
        self.add("cgroup_cpuset", cpuset.as_ref());
        let none = || memory_version.map(|_| "none".to_owned());
        let text = |bytes: &Option<u64>| bytes.map(|bytes| bytes.to_string()).or_else(none);
        self.add("cgroup_memory_limit_bytes", text(memory_limit_bytes));
        self.add("cgroup_memory_available_bytes", text(memory_available_bytes));
    }

    fn conditions(&mut self, conditions: &Conditions) {
        let Conditions {
            load_averages,
            cpu_pressure_percent,
            memory_pressure_percent,
            io_pressure_percent,
            temperature_celsius,
            on_mains,
            governor,
            boost,
            aslr,
        } = conditions;
        let load = load_averages.map(|[one, five, fifteen]| format!("{one} {five} {fifteen}"));
        self.add("load_averages", load);
        self.add("cpu_pressure_percent", cpu_pressure_percent.as_ref());
        self.add("memory_pressure_percent", memory_pressure_percent.as_ref());
        self.add("io_pressure_percent", io_pressure_percent.as_ref());
        self.add("temperature_celsius", temperature_celsius.as_ref());
        self.add("on_mains", on_mains.as_ref());
        self.add("governor", governor.as_ref());
        self.add("boost", boost.as_ref());
        self.add("aslr", aslr.as_ref());
    }

    fn build(&mut self, build: &BuildInfo) {
        let BuildInfo { version, commit, is_dirty, compiler, target, profile, opt_level } = build;
        self.add("build_version", Some(version));
        self.add("build_commit", commit.as_ref());
        self.add("build_is_dirty", is_dirty.as_ref());
        self.add("build_compiler", compiler.as_ref());
        self.add("build_target", target.as_ref());
        self.add("build_profile", profile.as_ref());
        self.add("build_opt_level", opt_level.as_ref());
    }
}

fn in_words(caches: &[Cache]) -> String {
    let words = caches.iter().map(|cache| {
        let kind = cache.kind.to_lowercase();
        format!("L{} {kind} {} KiB", cache.level, cache.size_bytes / 1024)
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What sysinfo reports for the first CPU. It reads the computer itself, so nothing is known of a
/// folder that stands for one; zero is its way to say that it does not know.
fn claimed_clock_mhz(root: &Root) -> Option<u64> {
    if !root.is_system() {
        return None;
    }
    let frequency = sysinfo::CpuRefreshKind::nothing().with_frequency();
    let refresh = sysinfo::RefreshKind::nothing().with_cpu(frequency);
    let system = sysinfo::System::new_with_specifics(refresh).ok()?;
    let mhz = system.cpus().first()?.frequency();
    (mhz > 0).then_some(mhz)
}

fn os(root: &Root) -> Option<String> {
    let text = root.read("etc/os-release")?;
    let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::MachineState;
    use crate::root::Root;
    use crate::root::tests::fake;
    use crate::topology::tests::two_nodes;

    #[test]
    fn an_empty_root_is_unknown_throughout() {
        let state = MachineState::read(&fake(&[]).1, None);
        for (name, value) in state.rows() {
            let is_of_the_binary = name.starts_with("build_") || name.starts_with("features_");
            assert!(is_of_the_binary || value == "unknown", "{name} {value}");
        }
    }

    #[test]
    fn rows_show_what_is_there() {
        let (dir, root) = two_nodes();
        std::fs::create_dir_all(dir.path().join("etc")).expect("a folder");
        std::fs::write(dir.path().join("etc/os-release"), "ID=x\nPRETTY_NAME=\"Some OS 12\"\n")
            .expect("a file");
        let rows = MachineState::read(&root, Some("mimalloc")).rows();
        let value = |wanted: &str| {
            let row = rows.iter().find(|(name, _)| *name == wanted);
            row.expect(wanted).1.as_str()
        };
        assert_eq!(value("physical_cores"), "4");
        assert_eq!(value("logical_cpus"), "8");
        assert_eq!(value("os"), "Some OS 12");
        assert_eq!(value("allocator"), "mimalloc");
        assert_eq!(value("cgroup_quota_cpus"), "unknown");
    }

    #[test]
    fn this_machine_survives_json() {
        let state = MachineState::read(&Root::system(), Some("system"));
        let json = serde_json::to_string(&state).expect("json");
        let back: MachineState = serde_json::from_str(&json).expect("back");
        assert_eq!(back, state);
        assert!(state.kernel.is_some() && state.affinity.is_some());
    }
}
