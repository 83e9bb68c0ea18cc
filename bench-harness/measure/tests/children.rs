//! Cells in real child processes: crashes, kills, a parent that goes away. This program is its own child, which is
//! why it brings its own `main`.

use libtest_mimic::{Arguments, Failed, Trial};
use machine::Allowance;
use measure::child::request::CellRequest;
use measure::host::Host;
use measure::run::events::RunEvent;
use measure::run::launch::Launcher;
use measure::run::{Outcome, Run};
use measure::spec::{Spec, file};
use measure::stopping::CellProgress;
use records::machine::{MACHINE_SCHEMA_VERSION, MachineRecord};
use records::sample::{EndName, FailureName, LogRecord, StageName};
use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CHILD: &str = "cell";
const LIMIT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(CHILD) {
        let input = BufReader::new(std::io::stdin());
        return match measure::child::main(input, std::io::stdout().lock()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trial = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok::<(), Failed>(())
        })
    };
    let trials = vec![
        trial("a_cell_is_measured_in_a_process_of_its_own", a_cell_is_measured_in_a_process_of_its_own),
        trial("a_crash_is_one_failed_sample", a_crash_is_one_failed_sample),
        trial("a_crash_before_the_first_repeat_ends_the_cell", a_crash_before_the_first_repeat_ends_the_cell),
        trial("a_killed_child_is_one_failed_sample", a_killed_child_is_one_failed_sample),
        trial("stopping_ends_a_child_that_hangs", stopping_ends_a_child_that_hangs),
        trial("a_child_ends_with_its_parent", a_child_ends_with_its_parent),
        trial("a_bad_request_is_told", a_bad_request_is_told),
        trial("a_program_that_is_not_there_is_told", a_program_that_is_not_there_is_told),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn launcher() -> Launcher {
    let program = std::env::current_exe().expect("this program");
    Launcher::Program { program, arguments: vec![CHILD.to_owned()] }
}

struct Bench {
    folder: TempDir,
    host: Host,
    spec: Spec,
}

impl Bench {
    /// One cell of four repeats of two batches; the warm-up is the first proof of each process.
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("script.toml"), script).expect("written");
        let record = MachineRecord { schema_version: MACHINE_SCHEMA_VERSION, sections: Vec::new() };
        let allowance = Allowance { cpus: "0-1".parse().expect("a list"), quota_cpus: None };
        let text = "proof_system = \"scripted\"\nscript = \"script.toml\"\nworkloads = [\"mix\"]\naccounts = 20\n\
             pools = 2\ndepth = 8\nbatch_sizes = [4]\ncores = 1\ninterval_width = 0.0\nrepeats = 4\nbatches_per_aggregation = 2\n";
        let layer = file::parse(text, &folder.path().join("spec.toml")).expect("TOML");
        let spec = Spec::new(layer, &allowance).expect("valid");
        Self { folder, host: Host { allowance, record }, spec }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn go(&self, launcher: &Launcher, stop: &AtomicBool, mut events: impl FnMut(&RunEvent<'_>)) -> Outcome {
        let run = Run { spec: &self.spec, host: &self.host, launcher, stop };
        run.start(&self.out(), &mut events).expect("goes on")
    }

    fn start(&self) -> Outcome {
        self.go(&launcher(), &AtomicBool::new(false), |_| {})
    }
}

fn a_cell_is_measured_in_a_process_of_its_own() {
    let bench = Bench::new("");
    let outcome = bench.start();
    assert_eq!((outcome.failures, outcome.cells[0].repeats), (0, 4));
    let log = records::sample::read_log(&bench.out().join("samples.jsonl")).expect("whole");
    let execute = log.iter().find_map(|record| match record {
        LogRecord::Sample(sample) if sample.stage == StageName::Execute => Some(sample),
        _ => None,
    });
    let execute = execute.expect("measured");
    assert!(execute.cpu_s.is_some() && execute.peak_rss_bytes.is_some_and(|bytes| bytes > 1 << 20));
}

fn a_crash_is_one_failed_sample() {
    // Repeat 0 takes proofs 2 and 3, so proof 4 is in repeat 1; the next process gets as far, into repeat 3.
    let bench = Bench::new("faults = { crash = 4 }\n");
    let outcome = bench.start();
    let failures = &outcome.profile.cells[0].failures;
    let repeats: Vec<_> = failures.iter().map(|failure| failure.repeat).collect();
    assert_eq!(repeats, [Some(1), Some(3)]);
    for failure in failures {
        assert_eq!(failure.failure, FailureName::Crash);
        assert!(failure.why.contains("signal: 6"), "{}", failure.why);
    }
    assert_eq!((outcome.cells[0].repeats, outcome.cells[0].end), (2, Some(EndName::Repeats)));
}

fn a_crash_before_the_first_repeat_ends_the_cell() {
    let outcome = Bench::new("faults = { crash = 1 }\n").start();
    assert_eq!(outcome.cells[0].end, Some(EndName::Failed));
    assert_eq!(outcome.failures, 1);
    let failure = &outcome.profile.cells[0].failures[0];
    assert_eq!(failure.repeat, None);
    assert!(!outcome.is_interrupted);
}

fn a_killed_child_is_one_failed_sample() {
    // Only a child of this test's own run may be killed: the file names it.
    let bench = Bench::new(
        "real_time = true\nprove = { fixed_s = 0.05 }\nwitness = { fixed_s = 0 }\n\
        merge = { fixed_s = 0.05 }\nverify = { fixed_s = 0 }\n",
    );
    let pid_file = bench.folder.path().join("pid");
    let program = PathBuf::from("sh");
    let exe = std::env::current_exe().expect("this program");
    let script = format!("echo $$ > {}; exec {} {CHILD}", pid_file.display(), exe.display());
    let launcher = Launcher::Program { program, arguments: vec!["-c".to_owned(), script] };
    let mut killed = false;
    let outcome = bench.go(&launcher, &AtomicBool::new(false), |event| {
        if let RunEvent::Started { repeat: 2 } = event
            && !killed
        {
            killed = true;
            let pid = std::fs::read_to_string(&pid_file).expect("written");
            let status = Command::new("kill").args(["-9", pid.trim()]).status().expect("kill runs");
            assert!(status.success());
        }
    });
    assert!(killed);
    let failures = &outcome.profile.cells[0].failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].repeat, Some(2));
    assert!(failures[0].why.contains("signal: 9"), "{}", failures[0].why);
    assert_eq!(outcome.cells[0].repeats, 3);
}

fn stopping_ends_a_child_that_hangs() {
    let bench = Bench::new("faults = { hang = 4 }\n");
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let outcome = bench.go(&launcher(), &stop, |event| {
        if let RunEvent::Started { repeat: 1 } = event {
            stop.store(true, Ordering::SeqCst);
        }
    });
    assert!(start.elapsed() < LIMIT);
    assert!(outcome.is_interrupted);
    assert_eq!((outcome.cells[0].repeats, outcome.cells[0].end), (1, None));
}

fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + LIMIT;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("killed");
    None
}

fn child() -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .arg(CHILD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

fn a_child_ends_with_its_parent() {
    let bench = Bench::new("faults = { hang = 1 }\n");
    let schedule = measure::schedule::Schedule::new(&bench.spec).expect("valid");
    let mut request = CellRequest::new("run-1", &bench.spec, &schedule.cells()[0], CellProgress::default());
    request.guard_input = true;
    let mut child = child();
    let mut input = child.stdin.take().expect("piped");
    let line = serde_json::to_string(&request).expect("JSON") + "\n";
    input.write_all(line.as_bytes()).expect("written");
    // It hangs in its first proof, until its input ends.
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().expect("a child").is_none());
    drop(input);
    assert!(wait(&mut child).is_some_and(|status| !status.success()));
}

fn a_bad_request_is_told() {
    let mut child = child();
    let mut input = child.stdin.take().expect("piped");
    input.write_all(b"{\"run\": 1}\n").expect("written");
    drop(input);
    assert!(wait(&mut child).is_some_and(|status| !status.success()));
    let mut errors = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut errors).expect("text");
    assert!(errors.contains("expected one line with the JSON request of a cell"), "{errors}");
}

fn a_program_that_is_not_there_is_told() {
    let bench = Bench::new("");
    let launcher = Launcher::Program { program: "/no/such/program".into(), arguments: vec![] };
    let stop = AtomicBool::new(false);
    let run = Run { spec: &bench.spec, host: &bench.host, launcher: &launcher, stop: &stop };
    let error = run.start(&bench.out(), &mut |_: &RunEvent<'_>| {}).expect_err("not there").to_string();
    assert!(error.contains("/no/such/program: No such file"), "{error}");
}
