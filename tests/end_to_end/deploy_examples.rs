//! The shipped deployment examples, tried: the program takes every command in them, the streams that they watch are those
//! of a fleet, and whoever stops a worker waits longer than the worker's grace. The dashboard is held to what is said in
//! [`crate::fleet_drain`].

use crate::fleet::{SIXTEEN, complete, scripted};
use crate::fleet_nats::drain;
use crate::nats_server::server;
use crate::processes::{Running, pid_of};
use crate::skip::skip;
use crate::support::{Bench, PROGRAM, Ran, root};
use rustix::process::{Signal, kill_process};
use std::path::PathBuf;
use std::time::Duration;
use yaml_rust2::{Yaml, YamlLoader};

const UNIT: &str = "bench-harness-worker@.service";

fn path(name: &str) -> PathBuf {
    root().join("bench-harness/fleet/examples/deploy").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect(name)
}

fn yaml(name: &str) -> Vec<Yaml> {
    YamlLoader::load_from_str(&text(name)).expect("YAML")
}

/// The values of a unit's key, in order.
fn unit_values(key: &str) -> Vec<String> {
    let lines = text(UNIT);
    lines.lines().filter_map(|line| line.strip_prefix(&format!("{key}="))).map(str::to_owned).collect()
}

/// The words of the workers' command in each example, without its program; what is filled in on a machine is filled in.
fn commands() -> Vec<(&'static str, Vec<String>)> {
    let filled = |word: &str| {
        let word = word.trim_matches('"');
        let values = [
            ("${NATS_URL}", "nats://127.0.0.1:1"),
            ("$NATS_URL", "nats://127.0.0.1:1"),
            // As the comment of the unit has it: two words of one variable.
            ("$NATS_FLAGS", "--nats-credentials /nowhere/nats.creds"),
            ("$credentials", "/nowhere/nats.creds"),
            ("%H-%i", "host-0"),
            ("%i", "0"),
            ("${CLASS}", "any"),
            ("${METRICS}", "127.0.0.1:0"),
            ("$(POD_NAME)", "pod"),
            ("${SLURMD_NODENAME:-node}-${SLURM_JOB_ID:-0}", "node-1"),
        ];
        values.into_iter().fold(word.to_owned(), |word, (name, value)| word.replace(name, value))
    };
    let words = |line: &str| {
        let line: Vec<_> = line.split_whitespace().skip(1).map(filled).collect();
        line.join(" ").split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let unit = unit_values("ExecStart").remove(0);
    let script = text("worker.slurm").replace("\\\n", " ");
    let line = script.lines().find(|line| line.starts_with("bench-harness ")).expect("a command");
    let pod = container()["command"].clone();
    let pod = pod.as_vec().expect("a command").iter().map(|word| word.as_str().expect("a word"));
    vec![
        (UNIT, words(&unit)),
        ("worker.slurm", words(line.trim_end_matches(" &"))),
        ("kubernetes.yaml", pod.skip(1).map(filled).collect()),
    ]
}

fn pod() -> Yaml {
    yaml("kubernetes.yaml")[0]["spec"]["template"]["spec"].clone()
}

fn container() -> Yaml {
    pod()["containers"][0].clone()
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    let bench = Bench::new();
    for (name, words) in commands() {
        assert_eq!(words[..2], ["fleet", "worker"], "{name}");
        assert!(words.iter().all(|word| !word.contains(['$', '%'])), "{name}: {words:?}");
        // It gets as far as the credentials, which are not there.
        let ran = Ran::to_end(bench.command("").args(&words), name);
        ran.fails(2, &["NATS server", "No such file"]);
    }
}

#[test]
fn the_unit_starts_a_worker_that_proves_for_a_server_without_credentials() {
    let server = server!();
    let bench = scripted("");
    let unit = unit_values("ExecStart").remove(0);
    let url = server.url();
    let values = [
        ("${NATS_URL}", url.as_str()),
        ("$NATS_FLAGS ", ""),
        ("%H-%i", "host-0"),
        ("%i", "0"),
        ("${CLASS}", "any"),
        ("${METRICS}", "127.0.0.1:0"),
    ];
    let line = values.into_iter().fold(unit, |line, (name, value)| line.replace(name, value));
    let words: Vec<_> = line.split_whitespace().skip(1).collect();
    assert!(words.iter().all(|word| !word.contains(['$', '%'])), "{words:?}");
    let worker = Running::start(&mut bench.command(&words.join(" ")));
    bench.run(&format!("{SIXTEEN} --nats {url}")).ok();
    let summary = complete(&bench, 16 + 12);
    assert_eq!(summary["workers"][0]["worker"], "host-0");
    drain(worker);
}

/// A time of systemd, Slurm or this program, s.
fn seconds(text: &str) -> u64 {
    let minutes = text.strip_suffix("min").unwrap_or_else(|| panic!("{text}: not in minutes"));
    60 * minutes.parse::<u64>().expect("a number")
}

#[test]
fn whoever_stops_a_worker_waits_longer_than_its_grace() {
    for (name, words) in commands() {
        let joined = words.join(" ").replace('=', " ");
        let grace = joined.split(" --grace ").nth(1).and_then(|rest| rest.split(' ').next()).expect(name);
        let patience_s = match name {
            UNIT => seconds(&unit_values("TimeoutStopSec")[0]),
            "kubernetes.yaml" => pod()["terminationGracePeriodSeconds"].as_i64().expect("a time") as u64,
            _ => {
                let script = text(name);
                let (_, signal) = script.split_once("#SBATCH --signal=B:TERM@").expect("a signal");
                signal.lines().next().and_then(|time| time.parse().ok()).expect("a time")
            }
        };
        assert!(patience_s >= seconds(grace) + 60, "{name}: {patience_s} s for a grace of {grace}");
    }
    assert_eq!(unit_values("KillSignal"), ["SIGTERM"]);
    // A job that was given back is no failure of the unit.
    assert_eq!(unit_values("SuccessExitStatus"), ["130"]);
}

#[test]
fn keda_counts_the_streams_of_a_fleet_and_scales_its_workers() {
    let object = &yaml("keda.yaml")[0];
    let spec = &object["spec"];
    let deployment = &yaml("kubernetes.yaml")[0];
    assert_eq!(spec["scaleTargetRef"]["name"], deployment["metadata"]["name"]);
    let triggers = spec["triggers"].as_vec().expect("triggers");
    let streams: Vec<_> =
        triggers.iter().map(|trigger| trigger["metadata"]["stream"].as_str().expect("a stream")).collect();
    // Those of a fleet without --name, as FORMAT.md has them.
    let format = std::fs::read_to_string(root().join("FORMAT.md")).expect("FORMAT.md");
    assert_eq!(streams, ["FLEET_default_BATCHES", "FLEET_default_MERGES"]);
    for (trigger, stream) in triggers.iter().zip(streams) {
        assert!(format.contains(&stream.replace("default", "NAME")), "{stream}");
        assert_eq!(trigger["type"].as_str(), Some("nats-jetstream"));
        assert_eq!(trigger["metadata"]["consumer"].as_str(), Some("fleet"));
        let (name, advanced) = (trigger["name"].as_str().expect("a name"), &spec["advanced"]);
        let formula = advanced["scalingModifiers"]["formula"].as_str().expect("a formula");
        assert!(formula.split(" + ").any(|term| term == name), "{name} is not in: {formula}");
    }
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let bench = Bench::new();
    bench.write(UNIT, &text(UNIT).replace("/usr/local/bin/bench-harness", PROGRAM));
    if !std::process::Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok_and(|ran| ran.status.success())
    {
        skip!("systemd-analyze", "systemd-analyze is not installed");
    }
    let ran = bench.run_shell("systemd-analyze verify ./bench-harness-worker@0-3.service").ok();
    // What it does not know it says, and goes on.
    let ours = |line: &&str| line.contains("bench-harness");
    assert_eq!(ran.stderr.lines().filter(ours).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn the_script_drains_its_worker() {
    let bench = Bench::new();
    bench.run_shell(&format!("bash -n {}", path("worker.slurm").display())).ok();
    // A worker that takes a moment to stop, in the place of the program.
    bench.write(
        "bench-harness",
        "#!/bin/sh\ntrap 'sleep 0.3; echo drained; exit 130' TERM\necho ready >ready\nwhile true; do sleep 0.05; done\n",
    );
    bench.run_shell("chmod +x bench-harness").ok();
    // The first is stopped as soon as its worker is ready, the second once the shell surely waits for it.
    for pause in [Duration::ZERO, Duration::from_millis(300)] {
        let mut shell = bench.shell(&format!("exec bash {}", path("worker.slurm").display()));
        let folders = format!("{}:{}", bench.folder().display(), std::env::var("PATH").unwrap_or_default());
        let mut script = Running::start(shell.env("PATH", folders).env("NATS_URL", "nats://127.0.0.1:1"));
        script.until("a worker", || bench.path("ready").exists());
        std::thread::sleep(pause);
        // Slurm tells the shell alone.
        kill_process(pid_of(script.pid()), Signal::TERM).expect("a signal");
        let ran = script.end();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(130), "drained\n"), "{ran:#?}");
        bench.run_shell("rm ready").ok();
    }
}
