//! Holding the clock at a frequency through cpufreq, and letting it go.
//!
//! Owns writing `scaling_max_freq` and the boost switch. The old values go into a state file before
//! the first change; they are put back when the guard is dropped, and by `restore` after a crash.
//! cpufreq only asks: whether the clock obeys, the probe says.

use crate::clock::Frequency;
use crate::cpu_list::CpuList;
use crate::owner::Owner;
use crate::probe::ProbeReading;
use crate::root::Root;
use crate::state_file::{Change, Changes, StateFileError};
use std::path::{Path, PathBuf};

/// Why a frequency cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum CpufreqError {
    /// There is no cpufreq, as in most virtual machines.
    #[error(
        "cannot set a frequency: there is no {file}; the hypervisor or the firmware keeps the \
         clock to itself. Needed: bare metal with a cpufreq driver. A duty cycle (`50%`) may work"
    )]
    Absent {
        /// What was looked for.
        file: PathBuf,
    },
    /// The processor does not go there.
    #[error("cannot set {asked}: CPU {cpu} goes from {min} to {max}")]
    OutOfRange {
        /// What was asked.
        asked: Frequency,
        /// The CPU.
        cpu: usize,
        /// Its lowest.
        min: Frequency,
        /// Its highest.
        max: Frequency,
    },
    /// The kernel refused a value.
    #[error("cannot write {text} into {file}: {source}. Needed: root, outside a container")]
    Refused {
        /// The file.
        file: PathBuf,
        /// The value.
        text: String,
        /// The answer.
        source: std::io::Error,
    },
    /// The kernel took the value and shows another.
    #[error("asked for {asked} in {file}, which now says {found} kHz")]
    NotTaken {
        /// What was asked.
        asked: Frequency,
        /// The file.
        file: PathBuf,
        /// What it says.
        found: String,
    },
    /// The clock does not run at what was set.
    #[error("the clock was set to {asked} and runs at {:.3} GHz: more than 4 % off", found_ghz)]
    NotObeyed {
        /// What was asked.
        asked: Frequency,
        /// What the probe read.
        found_ghz: f64,
    },
    /// This process cannot be distinguished from others, so the change could not be put back safely.
    #[error("cannot read /proc/self/stat, without which a change cannot be put back safely")]
    NoOwner,
    /// The old values cannot be kept.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
}

const CPU: &str = "sys/devices/system/cpu";

/// What a probe's reading and a frequency may differ by: the probe is true to about 4 %.
const OBEYED_WITHIN: f64 = 0.04;

/// What the kernel may round a frequency by.
const TAKEN_WITHIN: f64 = 0.02;

/// A frequency that is held until this is dropped.
#[derive(Debug)]
#[must_use = "the old clock is put back as soon as this is dropped"]
pub struct FrequencyHold {
    root: Root,
    frequency: Frequency,
    state_file: PathBuf,
    changes: Changes,
    is_held: bool,
}

impl FrequencyHold {
    /// Switches boost off and holds these CPUs at no more than `frequency`, after having written
    /// the old values to `state_file`.
    ///
    /// # Errors
    /// [`CpufreqError`]; then everything is as it was before.
    pub fn set(
        root: &Root,
        frequency: Frequency,
        cpus: &CpuList,
        state_file: &Path,
    ) -> Result<Self, CpufreqError> {
        for cpu in cpus.iter() {
            check_range(root, frequency, cpu)?;
        }
        let steps = steps(root, frequency, cpus)?;
        let owner = Owner::this(&Root::system()).ok_or(CpufreqError::NoOwner)?;
        let old = steps.iter().map(|step| Change { file: step.file.clone(), old: step.old.clone() });
        let changes = Changes::new(owner, old.collect());
        changes.write_new(state_file)?;
        // From here on an early return drops the guard, which puts back what was changed.
        let hold =
            Self { root: root.clone(), frequency, state_file: state_file.to_owned(), changes, is_held: true };
        for step in &steps {
            root.write(&step.file, &step.new).map_err(|source| CpufreqError::Refused {
                file: root.path(&step.file),
                text: step.new.clone(),
                source,
            })?;
        }
        for cpu in cpus.iter() {
            hold.check_taken(cpu)?;
        }
        Ok(hold)
    }

    /// Says whether the clock obeys, by a reading taken under the hold.
    ///
    /// # Errors
    /// [`CpufreqError::NotObeyed`] where it is more than 4 % off.
    pub fn verify(&self, reading: &ProbeReading) -> Result<(), CpufreqError> {
        let ratio = reading.clock_ghz / self.frequency.ghz();
        if (ratio - 1.0).abs() <= OBEYED_WITHIN {
            Ok(())
        } else {
            Err(CpufreqError::NotObeyed { asked: self.frequency, found_ghz: reading.clock_ghz })
        }
    }

    /// Puts everything back and says whether that worked. Dropping does the same in silence, and
    /// leaves the state file where it did not.
    ///
    /// # Errors
    /// [`StateFileError`] that lists what was not taken.
    pub fn release(mut self) -> Result<(), StateFileError> {
        self.is_held = false;
        self.changes.put_back(&self.root, &self.state_file).map(|_| ())
    }

    fn check_taken(&self, cpu: usize) -> Result<(), CpufreqError> {
        let file = format!("{CPU}/cpu{cpu}/cpufreq/scaling_max_freq");
        let found = self.root.read(&file).unwrap_or_default();
        let ratio = found.parse::<f64>().unwrap_or(f64::NAN) / self.frequency.khz() as f64;
        if (ratio - 1.0).abs() <= TAKEN_WITHIN {
            Ok(())
        } else {
            Err(CpufreqError::NotTaken { asked: self.frequency, file: self.root.path(file), found })
        }
    }
}

impl Drop for FrequencyHold {
    fn drop(&mut self) {
        if self.is_held {
            let _ = self.changes.put_back(&self.root, &self.state_file);
        }
    }
}

/// One file to write.
struct Step {
    file: String,
    old: String,
    new: String,
}

/// Everything to write, in an order that is right forwards for setting and for putting back: boost
/// first, since with boost off the kernel would cap an old limit that lies above; then upper
/// limits before lower ones where they rise, which the kernel needs only for putting back.
fn steps(root: &Root, frequency: Frequency, cpus: &CpuList) -> Result<Vec<Step>, CpufreqError> {
    let mut steps = Vec::new();
    for (file, off) in [("intel_pstate/no_turbo", "1"), ("cpufreq/boost", "0")] {
        let file = format!("{CPU}/{file}");
        if let Some(old) = root.read(&file) {
            let new = off.to_owned();
            steps.push(Step { file, old, new });
            break;
        }
    }
    let mut lower = Vec::new();
    for cpu in cpus.iter() {
        let new = frequency.khz().to_string();
        let file = format!("{CPU}/cpu{cpu}/cpufreq/scaling_max_freq");
        let old = read(root, &file)?;
        steps.push(Step { file, old, new: new.clone() });
        // A lower limit above what is asked would win.
        let file = format!("{CPU}/cpu{cpu}/cpufreq/scaling_min_freq");
        let old = read(root, &file)?;
        if old.parse::<u64>().is_ok_and(|khz| khz > frequency.khz()) {
            lower.push(Step { file, old, new });
        }
    }
    steps.extend(lower);
    Ok(steps)
}

fn read(root: &Root, file: &str) -> Result<String, CpufreqError> {
    root.read(file).ok_or_else(|| CpufreqError::Absent { file: root.path(file) })
}

fn check_range(root: &Root, asked: Frequency, cpu: usize) -> Result<(), CpufreqError> {
    let limit = |name: &str| {
        let file = format!("{CPU}/cpu{cpu}/cpufreq/{name}");
        let khz = read(root, &file)?.parse().ok();
        khz.map(Frequency::from_khz).ok_or_else(|| CpufreqError::Absent { file: root.path(&file) })
    };
    let (min, max) = (limit("cpuinfo_min_freq")?, limit("cpuinfo_max_freq")?);
    if min <= asked && asked <= max { Ok(()) } else { Err(CpufreqError::OutOfRange { asked, cpu, min, max }) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{CpufreqError, FrequencyHold};
    use crate::clock::Frequency;
    use crate::cpu_list::CpuList;
    use crate::probe::ProbeReading;
    use crate::root::Root;
    use crate::root::tests::fake;
    use std::path::PathBuf;

    const CPU: &str = "sys/devices/system/cpu";

    /// Two CPUs from 0.8 to 4 GHz, the first with a lower limit of 2.5 GHz, boost on.
    pub(crate) fn cpufreq_tree() -> (tempfile::TempDir, Root, PathBuf) {
        let mut files = vec![(format!("{CPU}/cpufreq/boost"), "1\n".to_owned())];
        for cpu in 0..2 {
            let lower = if cpu == 0 { "2500000\n" } else { "800000\n" };
            for (name, text) in [
                ("cpuinfo_min_freq", "800000\n"),
                ("cpuinfo_max_freq", "4000000\n"),
                ("scaling_max_freq", "4000000\n"),
                ("scaling_min_freq", lower),
            ] {
                files.push((format!("{CPU}/cpu{cpu}/cpufreq/{name}"), text.to_owned()));
            }
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (dir, root) = fake(&files);
        let state_file = dir.path().join("clock-state.json");
        (dir, root, state_file)
    }

    /// Everything that a hold may change.
    pub(crate) fn values(root: &Root) -> Vec<String> {
        let mut files = vec![format!("{CPU}/cpufreq/boost")];
        for cpu in 0..2 {
            files.push(format!("{CPU}/cpu{cpu}/cpufreq/scaling_max_freq"));
            files.push(format!("{CPU}/cpu{cpu}/cpufreq/scaling_min_freq"));
        }
        files.iter().map(|file| root.read(file).expect("a value")).collect()
    }

    pub(crate) fn both() -> CpuList {
        "0-1".parse().expect("a list")
    }

    pub(crate) const TWO_GHZ: u64 = 2_000_000;

    #[test]
    fn holds_and_lets_go() {
        let (_dir, root, state_file) = cpufreq_tree();
        let before = values(&root);
        let two = Frequency::from_khz(TWO_GHZ);
        let hold = FrequencyHold::set(&root, two, &both(), &state_file).expect("held");
        assert_eq!(values(&root), ["0", "2000000", "2000000", "2000000", "800000"]);
        assert!(state_file.exists());
        let second = FrequencyHold::set(&root, two, &both(), &state_file).expect_err("held");
        assert!(second.to_string().contains("machine restore"), "{second}");
        assert_eq!(values(&root)[0], "0", "the refused second run changed nothing");
        drop(hold);
        assert_eq!(values(&root), before);
        assert!(!state_file.exists());
    }

    #[test]
    fn a_failure_half_way_puts_everything_back() {
        let (dir, root, state_file) = cpufreq_tree();
        let before = values(&root);
        // The kernel shows another value than was written: here a link to a file that swallows it.
        let file = dir.path().join(CPU).join("cpu1/cpufreq/scaling_max_freq");
        std::fs::remove_file(&file).expect("removed");
        let two = Frequency::from_khz(TWO_GHZ);
        let error = FrequencyHold::set(&root, two, &both(), &state_file).expect_err("absent");
        assert!(matches!(error, CpufreqError::Absent { .. }), "{error}");
        std::os::unix::fs::symlink("/dev/null", &file).expect("a link");
        let error = FrequencyHold::set(&root, two, &both(), &state_file).expect_err("swallowed");
        assert!(matches!(error, CpufreqError::NotTaken { .. }), "{error}");
        std::fs::remove_file(&file).expect("removed");
        std::fs::write(&file, "4000000\n").expect("a file");
        assert_eq!(values(&root), before);
        assert!(!state_file.exists());
    }

    #[test]
    fn impossible_frequencies_and_machines_are_refused() {
        let (_dir, root, state_file) = cpufreq_tree();
        let fast = Frequency::from_khz(5_000_000);
        let error = FrequencyHold::set(&root, fast, &both(), &state_file).expect_err("too fast");
        assert!(error.to_string().contains("0.8GHz to 4GHz"), "{error}");
        let bare = fake(&[]).1;
        let error = FrequencyHold::set(&bare, fast, &both(), &state_file).expect_err("absent");
        assert!(error.to_string().contains("Needed: bare metal"), "{error}");
        assert!(!state_file.exists());
    }

    #[test]
    fn the_probe_has_the_last_word() {
        let (_dir, root, state_file) = cpufreq_tree();
        let two = Frequency::from_khz(TWO_GHZ);
        let hold = FrequencyHold::set(&root, two, &both(), &state_file).expect("held");
        let reading = |clock_ghz: f64| ProbeReading { clock_ghz, adds_per_cycle: 4.7 };
        assert!(hold.verify(&reading(1.95)).is_ok());
        let error = hold.verify(&reading(2.1)).expect_err("too fast").to_string();
        assert!(error.contains("2GHz") && error.contains("2.100 GHz"), "{error}");
        hold.release().expect("put back");
        assert!(!state_file.exists());
    }
}
