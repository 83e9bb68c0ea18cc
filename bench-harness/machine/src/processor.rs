//! Which processor this is, as `/proc/cpuinfo` names it.
//!
//! Owns that file. How cores are arranged is in `topology`; what the clock really does, in `probe`.

use crate::root::Root;
use serde::{Deserialize, Serialize};

/// The first processor of `/proc/cpuinfo`; what a file does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processor {
    /// The marketing name.
    pub name: Option<String>,
    /// `GenuineIntel`, `AuthenticAMD`, or the implementer's code on Arm.
    pub vendor: Option<String>,
    /// Processor family.
    pub family: Option<u32>,
    /// Model within the family.
    pub model: Option<u32>,
    /// Stepping of the model.
    pub stepping: Option<u32>,
    /// Revision of the microcode, as printed. In a virtual machine the hypervisor may make it up.
    pub microcode: Option<String>,
    /// True in a virtual machine that admits it. Known on x86-64 only.
    pub is_virtual: Option<bool>,
}

impl Processor {
    /// Reads `/proc/cpuinfo`.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        let text = root.read("proc/cpuinfo").unwrap_or_default();
        let field = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                let value = value.trim();
                (key.trim() == name && !value.is_empty()).then(|| value.to_owned())
            })
        };
        let number = |name: &str| field(name)?.parse().ok();
        Self {
            name: field("model name"),
            vendor: field("vendor_id").or_else(|| field("CPU implementer")),
            family: number("cpu family"),
            model: number("model"),
            stepping: number("stepping"),
            microcode: field("microcode"),
            is_virtual: field("flags").map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Processor;
    use crate::root::tests::fake;

    const CPUINFO: &str = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\n\
        model\t\t: 33\nmodel name\t: AMD Ryzen 9 5950X\nstepping\t: 2\nmicrocode\t: 0xa20120a\n\
        flags\t\t: fpu vme sse2 avx2\n\nprocessor\t: 1\nmodel name\t: another\n";

    #[test]
    fn reads_the_first_processor() {
        let (_dir, root) = fake(&[("proc/cpuinfo", CPUINFO)]);
        let processor = Processor::read(&root);
        assert_eq!(processor.name.as_deref(), Some("AMD Ryzen 9 5950X"));
        assert_eq!(processor.vendor.as_deref(), Some("AuthenticAMD"));
        assert_eq!((processor.family, processor.model, processor.stepping), (Some(25), Some(33), Some(2)));
        assert_eq!(processor.microcode.as_deref(), Some("0xa20120a"));
        assert_eq!(processor.is_virtual, Some(false));
    }

    #[test]
    fn a_guest_is_told_by_its_flag() {
        let (_dir, root) = fake(&[("proc/cpuinfo", "flags : fpu hypervisor lahf_lm\n")]);
        assert_eq!(Processor::read(&root).is_virtual, Some(true));
    }

    #[test]
    fn nothing_is_guessed() {
        let (_dir, root) = fake(&[("proc/cpuinfo", "model : many\nmicrocode :\n")]);
        assert_eq!(Processor::read(&root), Processor::default());
        let (_dir, root) = fake(&[]);
        assert_eq!(Processor::read(&root), Processor::default());
    }
}
