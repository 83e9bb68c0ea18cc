//! Read-only checks: is this machine fit to be measured on, and what to do where it is not.
//!
//! Owns the verdicts over a [`MachineState`]. It changes nothing: whoever runs the machine does.

use crate::check::{Check, Verdict};
use crate::features::{GenericBuild, NATIVE_BUILD};
use crate::state::MachineState;

/// Runs all checks, in a fixed order.
#[must_use]
pub fn run_checks(state: &MachineState) -> Vec<Check> {
    let mut checks = vec![features(state)];
    checks.extend(speed(state));
    checks.extend(company(state));
    checks.extend(place(state));
    checks.push(build(state));
    checks
}

/// A verdict for a value that may be unknown.
fn check<T>(
    name: &str,
    value: Option<T>,
    advice: &str,
    judge: impl FnOnce(&T) -> (Verdict, String),
) -> Check {
    let (verdict, seen) = match &value {
        Some(value) => judge(value),
        None => (Verdict::Unknown, "it cannot be read here".to_owned()),
    };
    let advice = match verdict {
        Verdict::Pass => "",
        _ => advice,
    };
    Check { name: name.to_owned(), verdict, seen, advice: advice.to_owned() }
}

/// Pass or warn.
fn warn_unless(good: bool) -> Verdict {
    if good { Verdict::Pass } else { Verdict::Warn }
}

fn features(state: &MachineState) -> Check {
    let known = state.features.compiled_in.as_ref().zip(state.features.on_this_cpu.as_ref());
    let advice = format!("build the program on this machine, with {NATIVE_BUILD}");
    check("target_features", known, &advice, |_| {
        match (state.features.check(), state.features.generic_build()) {
            (Err(missing), _) => (Verdict::Fail, missing.to_string()),
            (Ok(()), Some(GenericBuild { unused })) => {
                (Verdict::Warn, format!("compiled without {}, which the processor has", unused.join(" and ")))
            }
            (Ok(()), None) => (Verdict::Pass, "the build may use what the processor has".to_owned()),
        }
    })
}

/// What moves the clock.
fn speed(state: &MachineState) -> Vec<Check> {
    let now = &state.conditions;
    vec![
        check(
            "governor",
            now.governor.as_ref(),
            "set the governor `performance` on every CPU; where the hypervisor hides it, rely on \
             the clock probe",
            |governor| (warn_unless(*governor == "performance"), (*governor).clone()),
        ),
        check("boost", now.boost, "switch boost off, or compare probe-cycles rather than seconds", |boost| {
            (warn_unless(!boost), if *boost { "on" } else { "off" }.to_owned())
        }),
        check(
            "temperature",
            now.temperature_celsius,
            "let the machine cool down: a hot processor lowers its clock",
            |celsius| (warn_unless(*celsius < 80.0), format!("{celsius:.0} °C")),
        ),
        check("mains", now.on_mains, "plug it in: on battery the clock is lowered", |on| match on {
            true => (Verdict::Pass, "on mains".to_owned()),
            false => (Verdict::Fail, "on battery".to_owned()),
        }),
        check(
            "quota",
            state.cgroup.cpu_version.map(|_| state.cgroup.quota_cpus),
            "take the CPU quota off, or measure with fewer cores than its whole part",
            |quota| match quota {
                None => (Verdict::Pass, "no CPU quota".to_owned()),
                Some(cpus) if *cpus < 1.0 => (Verdict::Fail, format!("{cpus:.2} CPUs: not one whole core")),
                Some(cpus) => (Verdict::Warn, format!("{cpus:.2} CPUs")),
            },
        ),
    ]
}

/// Who else is on the machine.
fn company(state: &MachineState) -> Vec<Check> {
    let now = &state.conditions;
    let cpus = state.topology.as_ref().map(|topology| topology.cpus.len());
    vec![
        check(
            "load",
            now.load_averages.zip(cpus),
            "stop other work and wait a minute",
            |([one_minute, ..], cpus)| {
                let verdict = match one_minute / *cpus as f64 {
                    load if load < 0.25 => Verdict::Pass,
                    load if load < 1.0 => Verdict::Warn,
                    _ => Verdict::Fail,
                };
                (verdict, format!("{one_minute} over one minute on {cpus} CPUs"))
            },
        ),
        check("cpu_pressure", now.cpu_pressure_percent, "stop other work: tasks wait for a CPU", |percent| {
            (warn_unless(*percent < 1.0), format!("{percent} % of ten seconds"))
        }),
        check("memory_pressure", now.memory_pressure_percent, "free memory: tasks wait for it", |percent| {
            (warn_unless(*percent < 1.0), format!("{percent} % of ten seconds"))
        }),
        check(
            "swap",
            state.memory.swap_total_bytes.zip(state.memory.swap_free_bytes),
            "free memory, then switch swap off and on again",
            |(total, free)| {
                let used = total.saturating_sub(*free);
                (warn_unless(used == 0), format!("{used} bytes in use"))
            },
        ),
        check(
            "bare_metal",
            state.processor.is_virtual.map(|is_virtual| !is_virtual),
            "other guests may share the cores: watch the core probe, and the samples that it discards",
            |bare| {
                let seen = if *bare { "no hypervisor seen" } else { "a virtual machine" };
                (warn_unless(*bare), seen.to_owned())
            },
        ),
    ]
}

/// How the cores and addresses are arranged.
fn place(state: &MachineState) -> Vec<Check> {
    let topology = state.topology.as_ref();
    vec![
        check("smt", topology, "measure points of physical cores only, or switch SMT off", |topology| {
            let (cores, cpus) = (topology.physical_cores(), topology.cpus.len());
            let seen = format!("{cpus} logical CPUs on {cores} physical cores");
            (warn_unless(!topology.has_smt()), seen)
        }),
        check(
            "numa",
            topology.and_then(|topology| topology.nodes()),
            "points of more cores than a node has pay for memory of another node",
            |nodes| (warn_unless(*nodes == 1), format!("{nodes} nodes")),
        ),
        check(
            "affinity",
            state.affinity.as_ref().zip(topology),
            "start the program without taskset, or take the cores left as the machine's",
            |(affinity, topology)| {
                let all = affinity.len() >= topology.cpus.len();
                (warn_unless(all), format!("CPUs {affinity} of {}", topology.cpus.len()))
            },
        ),
        check(
            "aslr",
            state.conditions.aslr,
            "set kernel.randomize_va_space to 2, so that one address layout is not all you measure",
            |level| (warn_unless(*level == 2), format!("level {level}")),
        ),
    ]
}

fn build(state: &MachineState) -> Check {
    let profile = state.build.profile.as_ref();
    let known = profile.zip(state.build.is_dirty);
    check(
        "build",
        known,
        "build with --release from a clean checkout, so that the figures can be repeated",
        |(profile, is_dirty)| {
            let tree = if *is_dirty { "changed files" } else { "a clean checkout" };
            let seen = format!("{profile} build of {tree}");
            let verdict = match (profile.as_str(), is_dirty) {
                ("release", false) => Verdict::Pass,
                ("release", true) => Verdict::Warn,
                _ => Verdict::Fail,
            };
            (verdict, seen)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::run_checks;
    use crate::check::Verdict;
    use crate::root::Root;
    use crate::root::tests::fake;
    use crate::state::MachineState;
    use crate::topology::Topology;
    use crate::topology::tests::two_nodes;

    fn unknown_machine() -> MachineState {
        MachineState::read(&fake(&[]).1, None)
    }

    fn verdict(state: &MachineState, name: &str) -> Verdict {
        let checks = run_checks(state);
        checks.into_iter().find(|check| check.name == name).expect(name).verdict
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_says_what_to_do() {
        for check in run_checks(&unknown_machine()) {
            let is_of_the_binary = ["target_features", "build"].contains(&check.name.as_str());
            assert!(is_of_the_binary || check.verdict == Verdict::Unknown, "{check:?}");
            assert_eq!(check.advice.is_empty(), check.verdict == Verdict::Pass, "{check:?}");
        }
    }

    #[test]
    fn each_condition_moves_its_own_verdict() {
        let mut state = unknown_machine();
        let conditions = &mut state.conditions;
        conditions.governor = Some("performance".to_owned());
        conditions.boost = Some(true);
        conditions.temperature_celsius = Some(91.0);
        conditions.on_mains = Some(false);
        conditions.cpu_pressure_percent = Some(0.2);
        conditions.aslr = Some(0);
        state.processor.is_virtual = Some(true);
        state.memory.swap_total_bytes = Some(100);
        state.memory.swap_free_bytes = Some(90);
        let expected = [
            ("governor", Verdict::Pass),
            ("boost", Verdict::Warn),
            ("temperature", Verdict::Warn),
            ("mains", Verdict::Fail),
            ("cpu_pressure", Verdict::Pass),
            ("memory_pressure", Verdict::Unknown),
            ("aslr", Verdict::Warn),
            ("bare_metal", Verdict::Warn),
            ("swap", Verdict::Warn),
            ("quota", Verdict::Unknown),
        ];
        for (name, wanted) in expected {
            assert_eq!(verdict(&state, name), wanted, "{name}");
        }
        state.conditions.governor = Some("performance,powersave".to_owned());
        assert_eq!(verdict(&state, "governor"), Verdict::Warn);
    }

    #[test]
    fn a_build_may_need_more_or_use_less_than_the_processor_has() {
        let mut state = unknown_machine();
        let own = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        for (compiled_in, on_this_cpu, wanted) in [
            (&["avx2"][..], &["avx2"][..], Verdict::Pass),
            (&["sse2"], &["sse2", "avx2"], Verdict::Warn),
            (&["avx2"], &["sse2"], Verdict::Fail),
        ] {
            state.features.compiled_in = own(compiled_in);
            state.features.on_this_cpu = own(on_this_cpu);
            assert_eq!(verdict(&state, "target_features"), wanted);
        }
        state.features.on_this_cpu = None;
        assert_eq!(verdict(&state, "target_features"), Verdict::Unknown);
    }

    #[test]
    fn load_counts_against_the_cpus() {
        let (_dir, root) = two_nodes();
        let mut state = unknown_machine();
        state.topology = Topology::read(&root);
        assert_eq!(verdict(&state, "smt"), Verdict::Warn);
        assert_eq!(verdict(&state, "numa"), Verdict::Warn);
        for (load, wanted) in [(1.9, Verdict::Pass), (2.1, Verdict::Warn), (8.0, Verdict::Fail)] {
            state.conditions.load_averages = Some([load, 0.0, 0.0]);
            assert_eq!(verdict(&state, "load"), wanted, "{load}");
        }
    }

    #[test]
    fn names_are_distinct() {
        let checks = run_checks(&MachineState::read(&Root::system(), None));
        let mut names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), checks.len());
    }
}
