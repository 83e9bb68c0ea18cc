//! What disturbs a measurement from outside: load, pressure, temperature, mains, governor, boost.
//!
//! Owns reading those files at one moment. Whether what is there is good enough is said in `checks`.

use crate::cpu_list::CpuList;
use crate::root::Root;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The computer's state at one moment; what cannot be read is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    /// Mean run-queue length over 1, 5 and 15 minutes.
    pub load_averages: Option<[f64; 3]>,
    /// Percent of the last ten seconds in which some task waited for a CPU.
    pub cpu_pressure_percent: Option<f64>,
    /// The same for memory.
    pub memory_pressure_percent: Option<f64>,
    /// The same for storage.
    pub io_pressure_percent: Option<f64>,
    /// The hottest sensor.
    pub temperature_celsius: Option<f64>,
    /// False on battery.
    pub on_mains: Option<bool>,
    /// The frequency governors of all CPUs, joined by commas where they differ.
    pub governor: Option<String>,
    /// Whether the clock may rise above its nominal speed.
    pub boost: Option<bool>,
    /// Address-space randomisation: 0 off, 1 partly, 2 fully on.
    pub aslr: Option<u32>,
}

impl Conditions {
    /// Reads them all.
    #[must_use]
    pub fn read(root: &Root) -> Self {
        Self {
            load_averages: load_averages(root),
            cpu_pressure_percent: pressure(root, "cpu"),
            memory_pressure_percent: pressure(root, "memory"),
            io_pressure_percent: pressure(root, "io"),
            temperature_celsius: temperature(root),
            on_mains: on_mains(root),
            governor: governor(root),
            boost: boost(root),
            aslr: root.value("proc/sys/kernel/randomize_va_space"),
        }
    }
}

fn load_averages(root: &Root) -> Option<[f64; 3]> {
    let text = root.read("proc/loadavg")?;
    let mut numbers = text.split(' ').map(|number| number.parse().ok());
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

/// The `avg10` of the `some` line.
fn pressure(root: &Root, resource: &str) -> Option<f64> {
    let text = root.read(format!("proc/pressure/{resource}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("some "))?;
    line.split(' ').find_map(|field| field.strip_prefix("avg10=")?.parse().ok())
}

/// Thermal zones and hardware monitors both give thousandths of a degree.
fn temperature(root: &Root) -> Option<f64> {
    let zones = "sys/class/thermal";
    let zone_files = root
        .names(zones)
        .into_iter()
        .filter(|name| name.starts_with("thermal_zone"))
        .map(|name| format!("{zones}/{name}/temp"));
    let monitors = "sys/class/hwmon";
    let monitor_files = root.names(monitors).into_iter().flat_map(|name| {
        let dir = format!("{monitors}/{name}");
        let files = root.names(&dir).into_iter();
        files
            .filter(|file| file.starts_with("temp") && file.ends_with("_input"))
            .map(move |file| format!("{dir}/{file}"))
    });
    zone_files
        .chain(monitor_files)
        .filter_map(|file| root.value::<f64>(file))
        .map(|milli_celsius| milli_celsius / 1000.0)
        .max_by(f64::total_cmp)
}

/// A computer without any power supply to read may be a server or a guest: unknown.
fn on_mains(root: &Root) -> Option<bool> {
    let dir = "sys/class/power_supply";
    let mut seen = None;
    for name in root.names(dir) {
        if root.read(format!("{dir}/{name}/type")).as_deref() == Some("Mains")
            && let Some(online) = root.value::<u32>(format!("{dir}/{name}/online"))
        {
            if online == 1 {
                return Some(true);
            }
            seen = Some(false);
        }
        if root.read(format!("{dir}/{name}/status")).as_deref() == Some("Discharging") {
            seen = Some(false);
        }
    }
    seen
}

fn governor(root: &Root) -> Option<String> {
    let cpus = "sys/devices/system/cpu";
    let online: CpuList = root.value(format!("{cpus}/online"))?;
    let governors: BTreeSet<String> = online
        .iter()
        .filter_map(|cpu| root.read(format!("{cpus}/cpu{cpu}/cpufreq/scaling_governor")))
        .collect();
    let governors: Vec<String> = governors.into_iter().collect();
    (!governors.is_empty()).then(|| governors.join(","))
}

fn boost(root: &Root) -> Option<bool> {
    let cpu = "sys/devices/system/cpu";
    if let Some(off) = root.value::<u32>(format!("{cpu}/intel_pstate/no_turbo")) {
        return Some(off == 0);
    }
    root.value::<u32>(format!("{cpu}/cpufreq/boost")).map(|on| on != 0)
}

#[cfg(test)]
mod tests {
    use super::Conditions;
    use crate::root::tests::fake;

    #[test]
    fn reads_what_is_there() {
        let cpu = "sys/devices/system/cpu";
        let (_dir, root) = fake(&[
            ("proc/loadavg", "0.50 0.25 1.00 1/82 4928\n"),
            ("proc/pressure/cpu", "some avg10=1.50 avg60=0.17 avg300=0.37 total=38\nfull avg10=9.00 x\n"),
            ("proc/pressure/io", "full avg10=1.50\n"),
            ("proc/sys/kernel/randomize_va_space", "2\n"),
            ("sys/class/thermal/thermal_zone0/temp", "41000\n"),
            ("sys/class/thermal/cooling_device0/temp", "99000\n"),
            ("sys/class/hwmon/hwmon1/temp2_input", "56500\n"),
            ("sys/class/power_supply/BAT0/status", "Discharging\n"),
            ("sys/class/power_supply/AC/type", "Mains\n"),
            ("sys/class/power_supply/AC/online", "0\n"),
            (&format!("{cpu}/online"), "0-1"),
            (&format!("{cpu}/cpu0/cpufreq/scaling_governor"), "powersave"),
            (&format!("{cpu}/cpu1/cpufreq/scaling_governor"), "performance"),
            (&format!("{cpu}/intel_pstate/no_turbo"), "1"),
        ]);
        let seen = Conditions::read(&root);
        assert_eq!(seen.load_averages, Some([0.5, 0.25, 1.0]));
        assert_eq!(seen.cpu_pressure_percent, Some(1.5));
        assert_eq!((seen.memory_pressure_percent, seen.io_pressure_percent), (None, None));
        assert_eq!(seen.temperature_celsius, Some(56.5));
        assert_eq!(seen.on_mains, Some(false));
        assert_eq!(seen.governor.as_deref(), Some("performance,powersave"));
        assert_eq!(seen.boost, Some(false));
        assert_eq!(seen.aslr, Some(2));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(Conditions::read(&fake(&[]).1), Conditions::default());
        let (_dir, root) =
            fake(&[("proc/loadavg", "0.5 many"), ("sys/class/power_supply/BAT0/status", "Full")]);
        assert_eq!(Conditions::read(&root), Conditions::default());
    }

    #[test]
    fn boost_of_either_driver() {
        let boost = |file: &str, text: &str| {
            let file = format!("sys/devices/system/cpu/{file}");
            Conditions::read(&fake(&[(&file, text)]).1).boost
        };
        assert_eq!(boost("cpufreq/boost", "1"), Some(true));
        assert_eq!(boost("cpufreq/boost", "0"), Some(false));
        assert_eq!(boost("intel_pstate/no_turbo", "0"), Some(true));
    }
}
