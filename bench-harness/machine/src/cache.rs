//! The caches of the first online CPU.
//!
//! Owns `/sys/devices/system/cpu/cpuN/cache`. Unlike cores of a processor are not distinguished.

use crate::cpu_list::CpuList;
use crate::root::Root;
use serde::{Deserialize, Serialize};

/// One cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// 1, 2, 3 …
    pub level: u32,
    /// `Data`, `Instruction` or `Unified`.
    pub kind: String,
    /// Its size.
    pub size_bytes: u64,
    /// The CPUs that share it, where the kernel says so.
    pub shared_by: Option<CpuList>,
}

/// The caches of the first online CPU, or `None` where none can be read.
#[must_use]
pub(crate) fn read(root: &Root) -> Option<Vec<Cache>> {
    let cpus = "sys/devices/system/cpu";
    let online: CpuList = root.value(format!("{cpus}/online"))?;
    let dir = format!("{cpus}/cpu{}/cache", online.iter().next()?);
    let mut caches: Vec<Cache> = root
        .names(&dir)
        .iter()
        .filter(|name| name.starts_with("index"))
        .filter_map(|name| {
            Some(Cache {
                level: root.value(format!("{dir}/{name}/level"))?,
                kind: root.read(format!("{dir}/{name}/type"))?,
                size_bytes: bytes(&root.read(format!("{dir}/{name}/size"))?)?,
                shared_by: root.value(format!("{dir}/{name}/shared_cpu_list")),
            })
        })
        .collect();
    caches.sort_by(|a, b| (a.level, &a.kind).cmp(&(b.level, &b.kind)));
    (!caches.is_empty()).then_some(caches)
}

/// Reads `48K` or `32M` as the kernel writes them: powers of 1024.
fn bytes(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit_bytes: u64 = match unit {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit_bytes)
}

#[cfg(test)]
mod tests {
    use super::{bytes, read};
    use crate::root::tests::fake;

    #[test]
    fn reads_each_index() {
        let dir = "sys/devices/system/cpu/cpu1/cache";
        let (_dir, root) = fake(&[
            ("sys/devices/system/cpu/online", "1-2"),
            (&format!("{dir}/index3/level"), "3"),
            (&format!("{dir}/index3/type"), "Unified"),
            (&format!("{dir}/index3/size"), "107520K"),
            (&format!("{dir}/index3/shared_cpu_list"), "1-2"),
            (&format!("{dir}/index0/level"), "1"),
            (&format!("{dir}/index0/type"), "Data"),
            (&format!("{dir}/index0/size"), "48K"),
            (&format!("{dir}/index1/level"), "1"),
        ]);
        let caches = read(&root).expect("caches");
        assert_eq!(caches.len(), 2, "the half-readable index1 is omitted");
        assert_eq!((caches[0].level, caches[0].size_bytes), (1, 49_152));
        assert_eq!(caches[1].size_bytes, 110_100_480);
        assert_eq!(caches[1].shared_by.as_ref().map(ToString::to_string).as_deref(), Some("1-2"));
        assert_eq!(read(&fake(&[]).1), None);
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(bytes("7"), Some(7));
        assert_eq!(bytes("2M"), Some(2_097_152));
        assert_eq!(bytes("2T"), None);
        assert_eq!(bytes("99999999999999999999G"), None);
    }
}
