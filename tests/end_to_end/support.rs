//! A folder of one's own, the program in it, and what came of it.

use crate::processes::Running;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bench-harness");

/// The root of the source tree.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A script by which every figure of a run is fixed, and none is measured.
pub(crate) const SCRIPT: &str = "prove = { values_s = [1.0, 1.1, 0.9] }\nharness = { fixed_s = 0.25 }\n";

/// A script that really takes the time that it claims: about a quarter of a second a repeat.
pub(crate) const SLOW_SCRIPT: &str = "real_time = true\nwitness = { fixed_s = 0.0 }\nprove = { fixed_s = 0.1 }\n\
    merge = { fixed_s = 0.05 }\nverify = { fixed_s = 0.0 }\n";

/// A world of twenty accounts, and aggregations of two batches on one core.
pub(crate) const SPEC: &str = "proof_system = \"scripted\"\nscript = \"script.toml\"\nworkloads = [\"mix\"]\n\
    accounts = 20\npools = 2\ndepth = 8\nbatch_sizes = [4]\ncores = 1\ninterval_width = 0.0\nrepeats = 3\nbatches_per_aggregation = 2\n";

/// A folder that is gone when the test is.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// One with `spec.toml` and `script.toml` for a scripted run.
    pub(crate) fn scripted(script: &str, more_spec: &str) -> Self {
        let bench = Self::new();
        bench.write("script.toml", script);
        bench.write("spec.toml", &format!("{SPEC}{more_spec}"));
        bench
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect(name);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Every file below the folder with its bytes, in order: to see that nothing was changed.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path.clone());
                    found.push((path, Vec::new()));
                } else {
                    let bytes = std::fs::read(&path).expect("a file");
                    found.push((path, bytes));
                }
            }
        }
        found.sort();
        found
    }

    /// The program in this folder, with these arguments (words between spaces), without a terminal.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments.split_whitespace());
        self.prepare(&mut command);
        command
    }

    /// A line of shell in this folder, in which `bench-harness` is the program.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        let folder = Path::new(PROGRAM).parent().expect("a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", folder.display()));
        command.env("HOME", self.folder()).env_remove("COLUMNS").env_remove("RAYON_NUM_THREADS");
        // The tests themselves may run in somebody's CI.
        for variable in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_SHA", "CI_COMMIT_SHA"] {
            command.env_remove(variable);
        }
        command.current_dir(self.folder());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        Ran::to_end(&mut self.command(arguments), arguments)
    }

    /// Runs a line of shell to its end.
    pub(crate) fn run_shell(&self, line: &str) -> Ran {
        Ran::to_end(&mut self.shell(line), line)
    }
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) what: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The words of a text, however its lines were filled.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn to_end(command: &mut Command, what: &str) -> Self {
        Self::of(Running::start(command).output(), what)
    }

    /// Whatever it was, nothing that went into a pipe may have escape codes.
    pub(crate) fn of(output: Output, what: &str) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let Output { status, stdout, stderr } = output;
        let ran =
            Self { what: what.to_owned(), code: status.code(), stdout: text(stdout), stderr: text(stderr) };
        for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            let is_plain = text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control());
            assert!(is_plain, "{what}: control characters in {stream}: {text:?}");
        }
        ran
    }

    /// It went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// It ended with this code, and its first line of error says all of this.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, wanted: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        let said = self.error();
        for wanted in wanted {
            assert!(said.contains(wanted), "{}: `{wanted}` is not in: {said}", self.what);
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// What it says went wrong.
    pub(crate) fn error(&self) -> &str {
        self.stderr.find("error: ").map_or("", |at| self.stderr[at..].trim_end())
    }
}
