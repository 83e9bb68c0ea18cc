//! The computer as this crate sees it: how many cores may be used, who the machine is, and what this process has
//! used. All of it is read by the `machine` crate; this file turns it into what is needed here.

use machine::{Allowance, CoresError, MachineState, Root};
use records::machine::{FieldRecord, MACHINE_SCHEMA_VERSION, MachineRecord, SectionRecord, ValueRecord};

/// A computer to measure on.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Cores that this process may use.
    pub allowance: Allowance,
    /// Who it is.
    pub record: MachineRecord,
}

/// What two runs must have in common to be one run.
const IDENTITY: [&str; 10] = [
    "processor",
    "vendor",
    "family",
    "model",
    "stepping",
    "physical_cores",
    "logical_cpus",
    "numa_nodes",
    "memory_total_bytes",
    "cgroup_quota_cpus",
];

impl Host {
    /// The computer that this process runs on; `allocator` is the one that the program has set, which only it knows.
    ///
    /// # Errors
    /// Where the system does not say which cores may be used.
    pub fn read(allocator: Option<&str>) -> Result<Self, CoresError> {
        let root = Root::system();
        Ok(Self { allowance: Allowance::read(&root)?, record: record(&MachineState::read(&root, allocator)) })
    }
}

/// A machine as it is written down: what makes it the machine that it is, the build that measured, and what changes
/// by the hour.
pub fn record(state: &MachineState) -> MachineRecord {
    let rows = state.rows();
    let section = |name: &str, identity: bool, belongs: &dyn Fn(&str) -> bool| SectionRecord {
        name: name.to_owned(),
        identity,
        fields: rows
            .iter()
            .filter(|(name, _)| belongs(name))
            .map(|(name, value)| FieldRecord {
                name: (*name).to_owned(),
                value: (value != "unknown").then(|| ValueRecord::Text(value.clone())),
            })
            .collect(),
    };
    let is_identity = |name: &str| IDENTITY.contains(&name);
    let is_build = |name: &str| name.starts_with("build_") || name.starts_with("features_");
    MachineRecord {
        schema_version: MACHINE_SCHEMA_VERSION,
        sections: vec![
            section("machine", true, &is_identity),
            section("build", false, &is_build),
            section("conditions", false, &|name| !is_identity(name) && !is_build(name)),
        ],
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Host, IDENTITY};
    use machine::Allowance;

    /// A computer with this many CPUs.
    pub(crate) fn allowance(cpus: usize) -> Allowance {
        let cpus = format!("0-{}", cpus - 1);
        Allowance { cpus: cpus.parse().expect("a list"), quota_cpus: None }
    }

    #[test]
    fn this_computer_is_the_same_twice() {
        let (first, second) = (Host::read(None).expect("reads"), Host::read(None).expect("reads"));
        assert!(first.record.differences(&second.record).is_empty());
        let mut other = second.record;
        let total = other.sections[0].fields.iter_mut().find(|field| field.name == "memory_total_bytes");
        total.expect("a field").value = None;
        let differences = first.record.differences(&other);
        assert_eq!(differences[0].field, "machine.memory_total_bytes");
        assert_eq!(differences[0].second, "unknown");
    }

    #[test]
    fn every_field_stands_in_one_section() {
        let record = Host::read(Some("system")).expect("reads").record;
        let names: Vec<_> =
            record.sections.iter().flat_map(|section| &section.fields).map(|field| &field.name).collect();
        let rows = machine::MachineState::read(&machine::Root::system(), None).rows();
        assert_eq!(names.len(), rows.len());
        assert_eq!(record.sections[0].fields.len(), IDENTITY.len());
        assert!(record.value("build", "build_version").is_some());
    }
}
